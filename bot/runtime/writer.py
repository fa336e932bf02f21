"""The writer: one thread, one transaction at a time, up to 32 turns in one COMMIT."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any

from bot import measures
from bot.logs import about
from bot.runtime.retries import attempt
from handlers.messages.models import DeskInbound, Inbound
from storage import outbox
from storage.database import DRIVER_ERRORS, DatabaseGone, Tx, WriteLock, Writer, intact, savepoint, transaction
from storage.operations import upkeep
from storage.outbox import Bundle, Outcome

LOG = logging.getLogger(__name__)
BATCH = 32
SLOTS = 64  # mailboxes that may be carried at one time
LONGEST_WAIT = 1.0  # seconds between looks at the outbox when nothing nudges
PAUSE = 0.2  # seconds after a failure of the database itself

Work = Callable[[Tx], Any]
Park = Callable[[Tx, Inbound | DeskInbound, str], None]
LOST = (DatabaseGone, *DRIVER_ERRORS, OSError)


@dataclass(slots=True)
class Job:
    """A piece of work for the transaction, its waiting future, and the message it came from."""

    work: Work
    future: asyncio.Future[Any]
    message: Inbound | DeskInbound | None = None
    result: Any = None
    error: BaseException | None = None
    began: float = field(default_factory=monotonic)

    def finish(self) -> None:
        """Give the result or the error to the caller that waits; to be called in the loop."""
        if self.message is not None and self.error is None:
            measures.TURNS.observe(monotonic() - self.began)
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


def date_anew(tx: Tx, now: datetime) -> None:
    """Date mail and timers anew that a clock which ran ahead has left, and log it."""
    if ahead := upkeep.set_right(tx, now):
        LOG.warning("the clock ran %s ahead: mail and timers of that time are dated anew", ahead)


@dataclass(slots=True)
class Runner:
    """Runs all writes in one thread; `start` it inside the loop, `stop` waits until the queue is empty."""

    engine: Writer
    lock: WriteLock
    clock: Callable[[], datetime]
    park: Park
    carry: Callable[[Sequence[Bundle]], None]  # called in the loop with what is due
    lease: str
    _jobs: deque[Job] = field(default_factory=deque)
    _outcomes: deque[Outcome] = field(default_factory=deque)
    _wake: threading.Condition = field(default_factory=threading.Condition)
    _thread: threading.Thread | None = None
    _loop: asyncio.AbstractEventLoop | None = None
    _stopping: bool = False
    _carrying: bool = True
    _out: int = 0  # bundles handed to the courier and not settled yet
    _due: datetime | None = None
    _last: datetime | None = None  # the clock at the last round
    _nudged: bool = True
    alive_at: float = 0.0  # monotonic time of the last finished round

    def start(self) -> None:
        """Free the leases of a process that has ended, then begin."""
        self._loop = asyncio.get_running_loop()
        with self.lock, transaction(self.engine) as tx:
            outbox.free_leases(tx)
            date_anew(tx, self.clock())
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    async def do(self, work: Work, message: Inbound | DeskInbound | None = None) -> Any:
        """Run work in the writer's transaction and return its result after the COMMIT.

        A message whose work fails twice is parked, and None returned: it is acknowledged, and kept. Work without a
        message raises its own error. A failure of the database itself is raised: nothing may be acknowledged.
        """
        assert self._loop, "start first"
        job = Job(work, self._loop.create_future(), message)
        with self._wake:
            if self._stopping:
                raise DatabaseGone("the service is stopping")
            self._jobs.append(job)
            self._wake.notify()
        return await job.future

    def settle(self, outcome: Outcome) -> None:
        """Take in the outcome of a bundle; it is recorded with the next batch."""
        with self._wake:
            self._outcomes.append(outcome)
            self._wake.notify()

    def settled(self) -> None:
        """Count a bundle whose own work deleted its rows."""
        with self._wake:
            self._out -= 1

    def stop_carrying(self) -> None:
        """Pick no more outbox rows; what is being carried is still settled."""
        self._carrying = False

    async def stop(self) -> None:
        """Finish what is queued, then end the thread."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        if self._thread:
            await asyncio.to_thread(self._thread.join, 8)
            self.lock.close()

    def alive(self) -> bool:
        """Return whether the writer made a round within the last seconds."""
        return bool(self._thread and self._thread.is_alive()) and monotonic() - self.alive_at < 30

    def waiting(self) -> tuple[int, float]:
        """Return how many jobs wait, and for how many seconds the oldest of them has."""
        with self._wake:
            return len(self._jobs), monotonic() - self._jobs[0].began if self._jobs else 0.0

    # in the thread

    def _run(self) -> None:
        while True:
            jobs, outcomes = self._next()
            if self._stopping and not jobs and not outcomes:
                return
            try:
                self._round(jobs, outcomes)
            except LOST as error:
                measures.DATABASE.add()
                LOG.error("the database failed, nothing of this batch is acknowledged: %s", error)
                self._give_back(jobs, outcomes, error)
                threading.Event().wait(PAUSE)
            except BaseException as error:  # the thread must not die silently
                LOG.exception("the writer failed")
                self._give_back(jobs, outcomes, error)
            self.alive_at = monotonic()

    def _next(self) -> tuple[list[Job], list[Outcome]]:
        with self._wake:
            if not self._jobs and not self._outcomes and not self._stopping:
                self._wake.wait(self._patience())
            jobs = [self._jobs.popleft() for _ in range(min(BATCH, len(self._jobs)))]
            outcomes = list(self._outcomes)
            self._outcomes.clear()
        return jobs, outcomes

    def _patience(self) -> float:
        if self._nudged:
            self._nudged = False
            return 0
        if self._due is None or not self._carrying or self._out >= SLOTS:
            return LONGEST_WAIT
        return min(LONGEST_WAIT, max(0.0, (self._due - self.clock()).total_seconds()))

    def _round(self, jobs: list[Job], outcomes: list[Outcome]) -> None:
        """Do the jobs and the courier's round in one transaction; what failed runs again, alone."""
        now = self.clock()
        with self.lock:
            with transaction(self.engine) as tx:
                if self._last is not None and now < self._last - upkeep.SLACK:
                    date_anew(tx, now)
                for outcome in outcomes:  # first: a block booked here must not outlive the message that lifts it
                    outbox.settle(tx, outcome, now=now)
                for job in jobs:
                    self._do(tx, job)
                bundles = self._pick(tx, now, len(outcomes))
                self._due = outbox.next_due(tx)
            self._last = now
            with self._wake:
                self._out += len(bundles) - len(outcomes)
            done = list(jobs)
            outcomes.clear()  # committed: whatever fails from here on, nothing of it is given back
            jobs.clear()
            try:
                for job in done:
                    if job.error is not None:
                        self._again(job)
            finally:
                assert self._loop
                self._loop.call_soon_threadsafe(self._finish, done, bundles)

    def _pick(self, tx: Tx, now: datetime, settled: int) -> list[Bundle]:
        room = SLOTS - self._out + settled
        if not self._carrying or self._stopping or room <= 0:
            return []
        return outbox.pick(tx, now=now, lease=self.lease, until=now + outbox.LEASE, limit=room)

    def _do(self, tx: Tx, job: Job) -> None:
        def work() -> Any:
            with savepoint(tx), about(job.message.key if job.message else ""):
                return job.work(tx)

        job.result, job.error = attempt(work)
        if job.error is not None:
            intact(tx)

    def _again(self, job: Job) -> None:
        first = job.error

        def work() -> Any:
            with transaction(self.engine) as tx, about(job.message.key if job.message else ""):
                return job.work(tx)

        job.result, job.error = attempt(work)
        if job.error is None or job.message is None:
            return
        measures.PARKED.add()
        LOG.error("parked %s: %r", job.message.key, first, exc_info=job.error)
        with transaction(self.engine) as tx:
            self.park(tx, job.message, f"{type(job.error).__name__}: {job.error}")
        job.result, job.error = None, None

    def _give_back(self, jobs: list[Job], outcomes: list[Outcome], error: BaseException) -> None:
        with self._wake:
            self._outcomes.extendleft(reversed(outcomes))
        for job in jobs:
            job.error = error
        self.engine.dispose()
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._finish, jobs, [])

    # in the loop

    def _finish(self, jobs: list[Job], bundles: list[Bundle]) -> None:
        for job in jobs:
            job.finish()
        if bundles:
            self.carry(bundles)
