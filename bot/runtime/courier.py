"""The courier: sends outbox rows to channels and desks, and hands fetches, timers and sheets to their workers."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot import measures
from bot.channels.base import Channel, Delivery, Desk, Unreachable
from handlers.tickets.undelivered import WAITED
from storage import outbox
from storage.database import Tx
from storage.outbox import Bundle, Mail, Outcome

LOG = logging.getLogger(__name__)
UNTIL_WRITTEN = timedelta(days=3650)  # a block that only the customer's next message lifts
MOST_BACKOFF = 300.0  # seconds
PATIENCE = 60.0  # seconds that one bundle may take
NO_DOOR = 30.0  # seconds until rows for a channel or desk that is not open are tried again
GIVEN_UP = 12  # attempts after which an unexplained failure becomes a dead letter

Inside = Callable[[Bundle], Awaitable[None]]


@dataclass(slots=True)
class Courier:
    """Carries bundles concurrently, each mailbox in order; reports every outcome to the writer."""

    clock: Callable[[], datetime]
    settle: Callable[[Outcome], None]
    address: Callable[[int], Awaitable[tuple[str, str]]]  # conversation -> (channel, account)
    died: Callable[[Outcome], Awaitable[None]]  # books a dead letter with all that follows from it
    channels: Mapping[str, Channel]
    desks: Mapping[str, Desk]
    inside: Mapping[str, Inside]  # rows that are not sent to a platform: fetch, wake, sheet
    told: Callable[[Sequence[Mail], Outcome], Awaitable[None]] | None = None  # tells the desk what waits and what came
    sure: Callable[[], bool] = lambda: True  # whether the leases of this process are still its own
    watch: Callable[[str, Sequence[Mail], str], None] | None = None  # hears which mail to desks got through, or why not
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def carry(self, bundles: Sequence[Bundle]) -> None:
        """Begin to carry; return at once."""
        for bundle in bundles:
            task = asyncio.create_task(self._carry(bundle), name=bundle.mailbox)
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def drain(self, seconds: float) -> None:
        """Wait for what is being carried, at most so many seconds, then cancel the rest."""
        if self.tasks:
            _done, late = await asyncio.wait(self.tasks, timeout=seconds)
            for task in late:
                task.cancel()

    async def _carry(self, bundle: Bundle) -> None:
        kind, _, rest = bundle.mailbox.partition(":")
        if not self.sure():
            self._let_go(bundle)
            return
        booked = False
        try:
            if kind in self.inside:
                await self.inside[kind](bundle)
                return
            async with asyncio.timeout(PATIENCE):
                delivery = await self._deliver(kind, rest, bundle)
            outcome = self._outcome(bundle, delivery)
            measures.SENDS.add(kind, "refused" if delivery.refused else "later" if outcome.again else "sent")
            self._tell_watch(kind, bundle, "" if delivery.sent or delivery.later is None else delivery.error)
            await self._book(outcome)
            booked = True
            if self.told and (delivery.until_written or any(WAITED in mail.payload for mail in bundle.mails)):
                await self.told(bundle.mails, outcome)
        except Lapsed:
            self._let_go(bundle)
        except Exception as error:  # a door's failure must not end the courier: what is not booked goes again
            if booked:
                LOG.exception("the desk could not be informed of %s", bundle.mailbox)
            else:
                await self._failed(bundle, error)

    def _tell_watch(self, kind: str, bundle: Bundle, error: str) -> None:
        if self.watch and kind in ("desk", "board"):
            self.watch(bundle.mailbox, bundle.mails, error)

    def _let_go(self, bundle: Bundle) -> None:
        """Leave a bundle to the process that has it by now: this one was silent for too long."""
        LOG.warning("%s is left to another process", bundle.mailbox)
        self.settle(Outcome(mailbox=bundle.mailbox, lease=bundle.lease))

    async def _deliver(self, kind: str, rest: str, bundle: Bundle) -> Delivery:
        if kind == "chat":
            name, account = await self.address(int(rest))
            channel = self.channels.get(name)
            return await channel.send(account, bundle.mails) if channel else Delivery(later=NO_DOOR, error="no door")
        desk = self.desks.get(rest.partition(":")[0])
        if desk is None:
            return Delivery(later=NO_DOOR, error="no desk")
        return await desk.carry(bundle.mailbox, bundle.mails)

    async def _book(self, outcome: Outcome) -> None:
        if outcome.dead:
            await self.died(outcome)
        else:
            self.settle(outcome)

    def _outcome(self, bundle: Bundle, delivery: Delivery) -> Outcome:
        now = self.clock()
        again = None
        if delivery.until_written:
            again = now + UNTIL_WRITTEN
        elif delivery.later is not None:
            again = now + timedelta(seconds=delivery.later or _backoff(bundle.attempts))
        return Outcome(
            mailbox=bundle.mailbox,
            lease=bundle.lease,
            sent=delivery.sent,
            dead=delivery.refused,
            error=delivery.error,
            again=again,
            failed=delivery.later is not None and not delivery.sent and delivery.error not in ("no door", "no desk"),
        )

    async def _failed(self, bundle: Bundle, error: Exception) -> None:
        measures.TROUBLE.add(bundle.mailbox.partition(":")[0], type(error).__name__)
        told = f"{type(error).__name__}: {error}"
        LOG.warning("could not carry %s (attempt %d): %s", bundle.mailbox, bundle.attempts + 1, told)
        self._tell_watch(bundle.mailbox.partition(":")[0], bundle, told)
        if not isinstance(error, Unreachable | TimeoutError | OSError) and bundle.attempts + 1 >= GIVEN_UP:
            await self.died(Outcome(mailbox=bundle.mailbox, lease=bundle.lease, dead=bundle.mails[0].id, error=told))
            return
        seconds = getattr(error, "seconds", 0) or _backoff(bundle.attempts)
        again = self.clock() + timedelta(seconds=seconds)
        self.settle(Outcome(mailbox=bundle.mailbox, lease=bundle.lease, error=told, again=again, failed=True))


def _backoff(attempts: int) -> float:
    """Return the seconds to wait: doubled each time, spread so that many do not come at once."""
    return min(MOST_BACKOFF, 2.0 ** min(attempts, 10)) * random.uniform(0.75, 1.25)


class Lapsed(Exception):
    """Another process has this bundle by now: what was done with it must not be committed."""


def strike(tx: Tx, bundle: Bundle, *, now: datetime, **values: Any) -> None:
    """Delete a bundle's rows in the transaction of its work. Raises Lapsed when another process has its lease."""
    outcome = Outcome(mailbox=bundle.mailbox, lease=bundle.lease, sent=bundle.mails[-1].id, **values)
    if not outbox.settle(tx, outcome, now=now):
        raise Lapsed
    outbox.tidy(tx, [bundle.mailbox])
