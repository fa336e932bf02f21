"""The courier's rounds where several processes share the outbox: one thread books what came of mail and leases more."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from time import monotonic

from bot.runtime.presence import Presence
from bot.runtime.retries import survive
from bot.runtime.writer import LONGEST_WAIT, LOST, PAUSE, SLOTS, date_anew
from storage import outbox, pickup
from storage.database import Tx, Writer, run
from storage.operations import processes, upkeep
from storage.outbox import Bundle, Outcome

LOG = logging.getLogger(__name__)
BETWEEN = 0.015  # seconds between two rounds, so that one does for many turns
PATIENT = 3  # rounds that an outcome goes round a box which others hold; then it waits for them


@dataclass(slots=True)
class Booked:
    """What one round came to, once it is committed."""

    left: list[tuple[Outcome, int]]
    bundles: list[Bundle]
    due: datetime | None
    doubtful: list[str]


@dataclass(slots=True)
class Rounds:
    """Settles and picks, one transaction at a time; `desks` are those whose mail this process carries now."""

    engine: Writer
    clock: Callable[[], datetime]
    presence: Presence
    carry: Callable[[Sequence[Bundle]], None]  # called in the loop with what is due
    desks: Callable[[], list[str]]
    _outcomes: deque[tuple[Outcome, int]] = field(default_factory=deque)
    _doubtful: list[str] = field(default_factory=list)  # leases of rounds whose COMMIT was lost
    _wake: threading.Condition = field(default_factory=threading.Condition)
    _thread: threading.Thread | None = None
    _loop: asyncio.AbstractEventLoop | None = None
    _stopping: bool = False
    _carrying: bool = True
    _out: int = 0  # bundles handed to the courier and not settled yet
    _due: datetime | None = None
    _nudged: bool = True
    _number: int = 0
    _idle: int = 0  # rounds in a row that came to nothing
    _last: datetime | None = None  # the clock at the last round
    alive_at: float = 0.0  # monotonic time of the last finished round

    def start(self) -> None:
        """Start the thread."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="rounds", daemon=True)
        self._thread.start()

    def settle(self, outcome: Outcome) -> None:
        """Take in the outcome of a bundle."""
        with self._wake:
            self._outcomes.append((outcome, 0))
            self._wake.notify()

    def settled(self) -> None:
        """Count a bundle whose own work deleted its rows."""
        with self._wake:
            self._out -= 1

    def expect(self, due: datetime | None) -> None:
        """Look at the outbox when something is due that was committed just now."""
        if due is None:
            return
        with self._wake:
            if due <= self.clock():
                self._nudged = True
                self._wake.notify()
            elif self._due is None or due < self._due:
                self._due = due
                self._wake.notify()

    def stop_carrying(self) -> None:
        """Pick no more mail up; what is being carried is still settled."""
        self._carrying = False

    def stop(self) -> None:
        """Record the outcomes handed in, then end the thread."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        if self._thread:
            self._thread.join(10)

    def alive(self) -> bool:
        """Return whether a round was made within the last seconds."""
        return bool(self._thread and self._thread.is_alive()) and monotonic() - self.alive_at < 30

    # in the thread

    def _run(self) -> None:
        failures = 0
        while True:
            outcomes = self._next()
            if self._stopping and not outcomes:
                return
            error = survive(partial(self._round, outcomes))
            if error is None:
                failures = 0
            else:
                failures += 1
                self._give_back(outcomes, error)
                if self._stopping:
                    return
                threading.Event().wait(min(5.0, PAUSE * 2**failures))
            self.alive_at = monotonic()

    def _next(self) -> list[tuple[Outcome, int]]:
        with self._wake:
            since = monotonic()
            while not self._stopping and (wait := self._moment(since) - monotonic()) > 0:
                self._wake.wait(wait)
            outcomes = list(self._outcomes)
            self._outcomes.clear()
            self._nudged, self._due = False, None
        return outcomes

    def _moment(self, since: float) -> float:
        """Return the monotonic time of the next round; `since` is when the rest before it began."""
        soonest, latest = self.alive_at + BETWEEN, since + LONGEST_WAIT
        if self._nudged or self._outcomes:
            return soonest
        if self._due is None or not self._carrying or self._out >= SLOTS:
            return latest
        if self._idle:  # what is due is in others' hands just now
            soonest = since + (min(0.5, BETWEEN * 2**self._idle) if self.presence.sure() else LONGEST_WAIT)
        return min(latest, max(soonest, monotonic() + (self._due - self.clock()).total_seconds()))

    def _round(self, outcomes: list[tuple[Outcome, int]]) -> None:
        self._number += 1
        now, lease = self.clock(), f"{self.presence.name}#{self._number}"
        try:
            booked = run(self.engine, lambda tx: self._book(tx, outcomes, lease, now))
        except BaseException:
            self._doubtful.append(lease)
            raise
        self._doubtful, self._last = booked.doubtful, now
        self._idle = 0 if booked.bundles or len(booked.left) < len(outcomes) else self._idle + 1
        with self._wake:
            self._out += len(booked.bundles) - (len(outcomes) - len(booked.left))
            self._outcomes.extend(booked.left)
            self._due = min(filter(None, (self._due, booked.due)), default=None)
        if booked.bundles and self._loop:
            self._loop.call_soon_threadsafe(self.carry, booked.bundles)

    def _book(self, tx: Tx, outcomes: list[tuple[Outcome, int]], lease: str, now: datetime) -> Booked:
        """Settle the boxes that nobody else holds, then lease what is due; a round waits for no turn."""
        if self._last is None or now < self._last - upkeep.SLACK:
            date_anew(tx, now)
        doubtful = processes.free(tx, self._doubtful) if self._doubtful else []
        free = pickup.lock(tx, {one.mailbox for one, _ in outcomes}) if outcomes else set()
        left, smooth = [], []
        for outcome, rounds in outcomes:
            if outcome.mailbox not in free and rounds < PATIENT:
                left.append((outcome, rounds + 1))
            elif outcome.mailbox in free and outcome.sent and not outcome.dead and outcome.again is None:
                smooth.append(outcome)
            else:
                outbox.settle(tx, outcome, now=now)
        if smooth:
            pickup.carried(tx, smooth)
        bundles: list[Bundle] = []
        room = SLOTS - self._out + len(outcomes) - len(left)
        desks = self.desks()
        if self._carrying and not self._stopping and room > 0 and self.presence.sure():
            bundles = outbox.pick(tx, now=now, lease=lease, until=now + outbox.LEASE, limit=room, desks=desks)
        return Booked(left, bundles, pickup.next_due(tx, desks), doubtful)

    def _give_back(self, outcomes: list[tuple[Outcome, int]], error: BaseException) -> None:
        LOG.error("nothing of this round is booked: %s", error, exc_info=not isinstance(error, LOST))
        with self._wake:
            self._outcomes.extendleft(reversed(outcomes))
        self.engine.dispose()
