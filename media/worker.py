"""The process that reads untrusted pictures and tables: bounded memory and time, no environment, no own life."""

from __future__ import annotations

import json
import math
import os
import resource
import signal
import socket
import sys
import threading
from contextlib import suppress
from dataclasses import asdict, fields
from typing import Any

from media import samples
from media.pictures import examine, prints_of
from media.sheet import make_sheet
from media.tables.reading import read_table
from media.values import Examined, Refused, SheetPhoto
from media.wire import Wire

NICENESS = 5  # talk goes before pictures
AS_BYTES = ("working", "thumbnail", "prints")  # of what is examined: parts of the answer


def serve(wire: Wire, *, processor: int) -> None:
    """Say hello, then answer frames until the other end is gone; `processor` seconds of CPU for each."""
    wire.send({"ready": True})
    while True:
        try:
            head, parts = wire.receive()
        except (EOFError, OSError):
            return
        _allow(processor)
        wire.send(*_TASKS[head["task"]](head, parts))


def _examine(head: dict[str, Any], parts: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    outcome = examine(parts[0], codes=head["codes"])
    if not isinstance(outcome, Examined):
        return {"refused": asdict(outcome)}, []
    plain = {each.name: getattr(outcome, each.name) for each in fields(outcome) if each.name not in AS_BYTES}
    plain["signs"] = [[sign.kind, sign.tool] for sign in outcome.signs]
    return {"examined": plain}, [outcome.working, outcome.thumbnail, *outcome.prints.parts()]


def _prints(_: dict[str, Any], parts: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    return {}, prints_of(parts[0]).parts()


def _sheet(head: dict[str, Any], parts: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    photos = [SheetPhoto(image=part, **photo) for part, photo in zip(parts, head["photos"], strict=True)]
    return {}, [make_sheet(photos, head["header"])]


def _sample(head: dict[str, Any], _: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    return {}, [samples.draw(head["name"], head["seed"])]


def _table(head: dict[str, Any], parts: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    outcome = read_table(parts[0], head["titles"])
    plain = asdict(outcome)
    if isinstance(outcome, Refused):
        return {"refused": plain}, []
    rows = json.dumps(plain.pop("rows"), ensure_ascii=False).encode("utf-8", "replace")
    return {"table": plain}, [rows]


_TASKS = {"examine": _examine, "prints": _prints, "sheet": _sheet, "sample": _sample, "table": _table}


def _allow(processor: int) -> None:
    """Grant `processor` more seconds; at their end the kernel ends this process by SIGXCPU."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used.ru_utime + used.ru_stime) + processor, hard))


def _leave_with_parent() -> None:
    # Standard input is a pipe on which nothing is ever written: it ends when the parent does, however that ended.
    os.read(0, 1)
    os._exit(0)


def _confine(memory: int) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # a stop of the service lets the picture in hand be finished
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    os.nice(NICENESS)
    for limit, value in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0)):
        with suppress(ValueError, OSError):  # not every system knows every limit
            resource.setrlimit(limit, (value, value))


def main(arguments: list[str]) -> None:
    """Run on the socket handed down: descriptor, memory in bytes, seconds of CPU for one picture."""
    descriptor, memory, processor = (int(argument) for argument in arguments)
    _confine(memory)
    with socket.socket(fileno=descriptor) as end:
        serve(Wire(end), processor=processor)


if __name__ == "__main__":
    main(sys.argv[1:])
