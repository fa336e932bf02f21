"""This process among those that share the database: its heartbeat, and the duties that it alone has."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
import threading
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from time import monotonic

from bot.runtime.retries import survive
from storage.database import DRIVER_ERRORS, DatabaseGone, Tx, Writer, run
from storage.operations import processes

LOG = logging.getLogger(__name__)
BEAT = 2.0  # seconds
LAPSE = processes.LAPSE.total_seconds()
LOOK = 0.5  # seconds between looks at whether a duty is this process's
MARGIN = 2.0  # seconds before the others give it up that a process stops to believe in its leases


def new_name() -> str:
    """Return a unique name for this process, short enough to be part of a lease."""
    return f"{socket.gethostname()[:12]}:{os.getpid()}:{secrets.token_hex(2)}"


@dataclass(slots=True)
class Presence:
    """A thread that beats; `wanted` names the duties that this process takes where nobody has them."""

    engine: Writer
    name: str
    wanted: Collection[str] = ()
    duties: frozenset[str] = frozenset()
    sharers: int = 1  # processes that are there
    _sure_until: float = 0.0
    _heard_since: float = 0.0  # since when every beat got through: only then may others be called silent
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Register this process and send heartbeats from now on. Raises what the database raises."""
        self._beat()
        self._thread = threading.Thread(target=self._run, name="presence", daemon=True)
        self._thread.start()

    def sure(self) -> bool:
        """Return whether nobody can have given this process up: its leases are its own."""
        return monotonic() < self._sure_until

    def on_duty(self, duty: str) -> bool:
        """Return whether this process alone does this now."""
        return duty in self.duties and self.sure()

    def halt(self) -> None:
        """Stop the heartbeats."""
        self._over.set()
        if self._thread:
            self._thread.join(10)

    def leave(self) -> None:
        """Let the others go on at once; called when nothing is under way any more."""
        self.halt()
        self._sure_until, self.duties = 0.0, frozenset()
        try:
            run(self.engine, lambda tx: processes.leave(tx, self.name))
        except (DatabaseGone, *DRIVER_ERRORS) as error:
            LOG.warning("the others were not told that this process ends: %s", error)

    def _run(self) -> None:
        while not self._over.wait(BEAT):
            error = survive(self._beat)
            if error:  # whatever it is, it beats again
                self._heard_since = 0.0
                known = isinstance(error, (DatabaseGone, *DRIVER_ERRORS))
                LOG.error("not heard of by the other processes: %s", error, exc_info=not known)
                self.engine.dispose()

    def _beat(self) -> None:
        began = monotonic()
        steady = bool(self._heard_since) and began - self._heard_since > LAPSE
        gone, duties, living = run(self.engine, lambda tx: self._be_heard(tx, steady))
        for name in gone:
            LOG.warning("process %s is silent: its mail and duties are taken over", name)
        for duty in sorted(duties - self.duties):
            LOG.info("this process now does %s", duty)
        self.duties, self.sharers = duties, max(1, living)
        self._heard_since = self._heard_since if self.sure() and self._heard_since else began
        self._sure_until = began + LAPSE - MARGIN

    def _be_heard(self, tx: Tx, steady: bool) -> tuple[list[str], frozenset[str], int]:
        if not processes.beat(tx, self.name):
            processes.join(tx, self.name)
        gone = processes.give_up(tx) if steady else []
        return gone, processes.take(tx, self.name, self.wanted), len(processes.living(tx))


async def on_duty(run_door: Callable[[], Awaitable[None]], holds: Callable[[], bool]) -> None:
    """Run a channel or desk while this process has its duty, and end when it ends by itself."""
    while True:
        while not holds():  # noqa: ASYNC110  the thread that beats may not wake the loop
            await asyncio.sleep(LOOK)
        task = asyncio.ensure_future(run_door())
        try:
            while holds() and not task.done():
                await asyncio.wait({task}, timeout=LOOK)
        finally:
            ended = task.done()
            task.cancel()
            await asyncio.wait({task})
        if ended:
            await task
            return
