"""The examiner: hands pictures and tables to worker processes that may hang or crash without harm to the service."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from media.formats import is_costly, refusal_by_look
from media.prints.values import Prints, of_parts
from media.signs import Sign
from media.values import Examined, Refused, SheetPhoto, Table
from media.wire import Wire

MEMORY = 1 << 30  # bytes of address space
PROCESSOR = 10  # seconds of CPU for one picture
WALL = 20.0  # seconds by the clock, start of the worker included
COSTLY = 2  # costly pictures in hand or waiting, each of which holds a thread of the caller
TIMED_OUT, CRASHED = Refused(code="time_out"), Refused(code="unreadable")
ROOT = Path(__file__).resolve().parent.parent


class Closed(RuntimeError):
    """The examiner was closed; the picture was not looked at."""


class NotStarted(RuntimeError):
    """The picture worker does not start: no fault of the picture, so ask again later."""

    def __str__(self) -> str:
        return "the picture worker does not start; see its lines on standard error"


class Busy(NotStarted):
    """Too many costly pictures wait already: no fault of this one, so ask again later."""

    def __str__(self) -> str:
        return "too many costly pictures wait already"


Answer = tuple[dict[str, Any], list[bytes]]


class Examiner:
    """Two worker processes behind blocking calls, for any thread: costly pictures have one of their own.

    So a picture of a second or more lets all others pass, and what waits for it is bounded.
    """

    def __init__(self, *, memory: int = MEMORY, processor: int = PROCESSOR, wall: float = WALL) -> None:
        self._quick = Worker(memory=memory, processor=processor, wall=wall)
        self._costly = Worker(memory=memory, processor=processor, wall=wall)
        self._places = threading.Semaphore(COSTLY)

    def __enter__(self) -> Examiner:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def examine(self, data: bytes, *, codes: bool = False) -> Examined | Refused:
        """Return a photo taken in, or why not (see media.pictures); blocks, 0.1 s for a phone's photo.

        Raises Closed, NotStarted and its Busy.
        """
        refused = refusal_by_look(data)
        if refused:
            return refused
        asked = {"task": "examine", "codes": codes}
        outcome = self._examine_costly(asked, data) if is_costly(data) else self._quick.ask(asked, [data])
        if isinstance(outcome, Refused):
            return outcome
        head, parts = outcome
        if "refused" in head:
            return Refused(**head["refused"])
        known, (working, thumbnail, *taken) = head["examined"], parts
        known |= {"codes": tuple(known["codes"]), "prints": of_parts(*taken)}
        known["signs"] = tuple(Sign(*sign) for sign in known["signs"])
        return Examined(**known, working=working, thumbnail=thumbnail)

    def prints(self, thumbnail: bytes) -> Prints | None:
        """Take the prints of a stored thumbnail; None if it cannot be read. Raises Closed, NotStarted."""
        outcome = self._quick.ask({"task": "prints"}, [thumbnail])
        return None if isinstance(outcome, Refused) else of_parts(*outcome[1])

    def _examine_costly(self, head: dict[str, Any], data: bytes) -> Answer | Refused:
        if not self._places.acquire(blocking=False):
            raise Busy
        try:
            return self._costly.ask(head, [data])
        finally:
            self._places.release()

    def sheet(self, photos: Sequence[SheetPhoto], header: str) -> bytes | None:
        """Draw a contact sheet (see media.sheet) in the worker; None if that failed. Raises Closed, NotStarted."""
        captions = [{"caption": photo.caption, "number": photo.number} for photo in photos]
        head = {"task": "sheet", "header": header, "photos": captions}
        outcome = self._quick.ask(head, [photo.image for photo in photos])
        return None if isinstance(outcome, Refused) else outcome[1][0]

    def sample(self, name: str, seed: int) -> bytes | None:
        """Take a sample photo (see media.samples) in the worker; None if that failed. Raises as `sheet`."""
        outcome = self._quick.ask({"task": "sample", "name": name, "seed": seed}, [])
        return None if isinstance(outcome, Refused) else outcome[1][0]

    def table(self, data: bytes, titles: Iterable[str] = ()) -> Table | Refused:
        """Read a table's rows in the worker (see media.tables), or say why not. Raises as `sheet`."""
        outcome = self._quick.ask({"task": "table", "titles": list(titles)}, [data])
        if isinstance(outcome, Refused):
            return outcome
        head, parts = outcome
        if "refused" in head:
            return Refused(**head["refused"])
        return Table(rows=tuple(tuple(row) for row in json.loads(parts[0])), **head["table"])

    def close(self) -> None:
        """End the workers, at once and for good; a call under way raises Closed."""
        self._costly.close()
        self._quick.close()


class Worker:
    """One worker process: started at the first call, again after each death; one call at a time."""

    def __init__(self, *, memory: int, processor: int, wall: float) -> None:
        self._limits = (str(memory), str(processor))
        self._wall = wall
        self._turn = threading.Lock()
        self._change = threading.Lock()  # guards the three below against close()
        self._process: subprocess.Popen[bytes] | None = None
        self._wire: Wire | None = None
        self._closed = False

    def ask(self, head: dict[str, Any], parts: list[bytes]) -> Answer | Refused:
        """Return the worker's answer to a frame, or why there is none. Raises Closed, NotStarted."""
        with self._turn:
            by = time.monotonic() + self._wall
            aged = self._wire is not None
            outcome = self._carry(head, parts, by)
            if aged and outcome == CRASHED:  # not proven against this picture: an older worker may die of anything
                outcome = self._carry(head, parts, by)
            return outcome

    def close(self) -> None:
        """End the process, at once and for good."""
        with self._change:
            self._closed = True
            process = self._process
        if process:
            process.kill()
        with self._turn:
            self._drop()

    def _carry(self, head: dict[str, Any], parts: list[bytes], by: float) -> Answer | Refused:
        wire = self._ready(by)
        try:
            wire.send(head, parts, by=by)
            return wire.receive(by=by)
        except TimeoutError:
            self._drop(patience=0)
            return TIMED_OUT
        except (EOFError, OSError, ValueError):
            ended = self._drop()
        if self._closed:
            raise Closed
        return TIMED_OUT if ended == -signal.SIGXCPU else CRASHED

    def _ready(self, by: float) -> Wire:
        with self._change:
            if self._closed:
                raise Closed
            if self._wire and self._process and self._process.poll() is None:
                return self._wire
        self._drop()
        with self._change:
            if self._closed:
                raise Closed
            self._process, wire = self._start()
            self._wire = wire
        try:
            wire.receive(by=by)  # its hello
        except (EOFError, OSError, ValueError):
            self._drop()
            if self._closed:
                raise Closed from None
            raise NotStarted from None
        return wire

    def _start(self) -> tuple[subprocess.Popen[bytes], Wire]:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                process = subprocess.Popen(
                    [sys.executable, "-P", "-m", "media.worker", str(theirs.fileno()), *self._limits],
                    stdin=subprocess.PIPE,  # the worker's line of life, see media.worker
                    stdout=subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),),
                    env={"PYTHONPATH": str(ROOT), "MALLOC_ARENA_MAX": "1"},  # no token of ours for a picture's exploit
                )
            except OSError as error:
                ours.close()
                raise NotStarted from error
        return process, Wire(ours)

    def _drop(self, *, patience: float = 0.5) -> int | None:
        """End the worker, waiting `patience` seconds for it to end by itself; its exit status."""
        process, wire = self._process, self._wire
        self._process = self._wire = None
        if wire:
            wire.close()
        if not process:
            return None
        # A worker ended by a limit closes its socket just before it can be waited for: a kill now would hide why.
        try:
            status = process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            status = process.wait()
        if process.stdin:
            process.stdin.close()
        return status
