"""The workers: several threads on a database that bears them, a transaction for each turn, each chat in order."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any
from zlib import crc32

from bot import measures
from bot.logs import about
from bot.runtime.courier import Courier
from bot.runtime.presence import Presence
from bot.runtime.retries import attempt, survive
from bot.runtime.rounds import Rounds
from bot.runtime.writer import LOST, PAUSE, Job, Park, Runner, Work
from handlers.messages.models import DeskInbound, Inbound
from storage.database import DatabaseGone, Tx, WriteLock, Writer, failed, run
from storage.mail import expected
from storage.outbox import Outcome

LOG = logging.getLogger(__name__)
COUNT = 4  # threads
ENDS = 10.0  # seconds that all of them have to end


@dataclass(slots=True)
class Lane:
    """What one thread has before it."""

    jobs: deque[Job] = field(default_factory=deque)
    wake: threading.Condition = field(default_factory=threading.Condition)
    thread: threading.Thread | None = None
    busy: bool = False
    failures: int = 0


@dataclass(slots=True)
class Workers:
    """Runs writes, as `writer.Runner` does for a database that bears one writer."""

    engine: Writer
    park: Park
    rounds: Rounds
    _lanes: tuple[Lane, ...] = field(default_factory=lambda: tuple(Lane() for _ in range(COUNT)))
    _loop: asyncio.AbstractEventLoop | None = None
    _stopping: bool = False

    def start(self) -> None:
        """Register this process, then start the threads."""
        self._loop = asyncio.get_running_loop()
        self.rounds.presence.start()
        self.rounds.start()
        for number, lane in enumerate(self._lanes):
            lane.thread = threading.Thread(target=self._run, args=(lane,), name=f"worker {number}", daemon=True)
            lane.thread.start()

    async def do(self, work: Work, message: Inbound | DeskInbound | None = None) -> Any:
        """Run work in a transaction of its own and return its result after the COMMIT.

        A message whose work fails twice is parked, and None returned: it is acknowledged, and kept. Work without a
        message raises its own error. A failure of the database itself is raised: nothing may be acknowledged.
        """
        assert self._loop, "start first"
        job = Job(work, self._loop.create_future(), message)
        lane = self._lane_of(message)
        with lane.wake:
            if self._stopping:
                raise DatabaseGone("the service is stopping")
            lane.jobs.append(job)
            lane.wake.notify()
        return await job.future

    def _lane_of(self, message: Inbound | DeskInbound | None) -> Lane:
        """Return the lane of a message, one for all of a chat to keep their order; other work takes the shortest."""
        if message is None:
            return min(self._lanes, key=lambda lane: len(lane.jobs) + lane.busy)
        if isinstance(message, DeskInbound):
            return self._lane(message.desk, message.user)
        return self._lane(message.channel, message.account)

    def _lane(self, *who: str) -> Lane:
        return self._lanes[crc32(":".join(who).encode()) % COUNT]

    def settle(self, outcome: Outcome) -> None:
        """Take in the outcome of a bundle."""
        self.rounds.settle(outcome)

    def settled(self) -> None:
        """Count a bundle whose own work deleted its rows."""
        self.rounds.settled()

    def stop_carrying(self) -> None:
        """Pick no more mail up; what is being carried is still settled."""
        self.rounds.stop_carrying()

    async def stop(self) -> None:
        """Finish what is queued, end the threads, and leave the rest to the other processes."""
        self._stopping = True
        for lane in self._lanes:
            with lane.wake:
                lane.wake.notify()
        await asyncio.to_thread(self._end)

    def _end(self) -> None:
        ends = monotonic() + ENDS
        for lane in self._lanes:
            if lane.thread:
                lane.thread.join(max(0.0, ends - monotonic()))
        self.rounds.stop()
        self.rounds.presence.leave()

    def alive(self) -> bool:
        """Return whether every thread lives."""
        return self.rounds.alive() and all(lane.thread and lane.thread.is_alive() for lane in self._lanes)

    def waiting(self) -> tuple[int, float]:
        """Return how many jobs wait, and for how many seconds the oldest of them has."""
        jobs = [job for lane in self._lanes for job in tuple(lane.jobs)]
        return len(jobs), monotonic() - min(job.began for job in jobs) if jobs else 0.0

    # in the threads

    def _run(self, lane: Lane) -> None:
        while True:
            with lane.wake:
                while not lane.jobs and not self._stopping:
                    lane.wake.wait()
                if not lane.jobs:
                    return
                job, lane.busy = lane.jobs.popleft(), True
            self._booked(lane, job, survive(partial(self._named, job)))
            lane.busy = False
            if self._loop and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(job.finish)
            if lane.failures and not self._stopping:
                threading.Event().wait(min(5.0, PAUSE * 2**lane.failures))

    def _booked(self, lane: Lane, job: Job, error: Exception | None) -> None:
        """Note what became of a job; one that the database failed is acknowledged to nobody."""
        if error is None:
            lane.failures = 0
            return
        job.error = error
        if not isinstance(error, LOST):
            LOG.error("a worker failed", exc_info=error)
            return
        lane.failures += 1
        measures.DATABASE.add()
        LOG.error("the database failed, nothing of this turn is acknowledged: %s", error)
        self.engine.dispose()

    def _named(self, job: Job) -> None:
        with about(job.message.key if job.message else ""):
            self._do(job)

    def _do(self, job: Job) -> None:
        """Do a job, once more if it failed by itself; a message that fails twice is parked."""
        first = self._tried(job)
        if first is None or self._tried(job) is None:
            return
        if job.message is None:
            return
        measures.PARKED.add()
        LOG.error("parked %s: %r", job.message.key, first, exc_info=job.error)
        message, told = job.message, f"{type(job.error).__name__}: {job.error}"
        self._committed(lambda tx: self.park(tx, message, told))
        job.result, job.error = None, None

    def _tried(self, job: Job) -> BaseException | None:
        """Run a job; return the error of its own that it ended with. Raises what says that the database failed."""
        job.result, job.error = attempt(partial(self._committed, job.work))
        if job.error and failed(self.engine, job.error):
            raise DatabaseGone(str(job.error)) from job.error
        return job.error

    def _committed(self, work: Work) -> Any:
        def whole(tx: Tx) -> tuple[Any, Any]:
            expected(tx)
            return work(tx), expected(tx)

        result, due = run(self.engine, whole)
        self.rounds.expect(due)
        return result


def open_runner(
    folder: Path,
    courier: Courier,
    engine: Writer,
    presence: Presence | None,
    *,
    park: Park,
    desks: Callable[[], list[str]],
) -> Runner | Workers:
    """Return what writes: one thread, or several where the database allows them, with a presence among processes."""
    if presence is None:
        lock, lease = WriteLock(folder), f"{os.getpid()}"
        return Runner(engine=engine, lock=lock, clock=courier.clock, park=park, carry=courier.carry, lease=lease)
    courier.sure = presence.sure
    rounds = Rounds(engine=engine, clock=courier.clock, presence=presence, carry=courier.carry, desks=desks)
    return Workers(engine=engine, park=park, rounds=rounds)
