"""Outbox rows that are posted to another system: when each is tried again, and when it is given up."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.channels.base import House, Unreachable
from bot.runtime.courier import strike
from bot.webhooks.posting import Posted, Poster
from handlers.context import TurnContext
from handlers.tickets import undelivered
from handlers.tickets.outside import webhook_outages
from storage import outbox
from storage.database import DRIVER_ERRORS, DatabaseGone, Tx
from storage.outbox import Bundle, Mail, Outcome
from storage.platforms import outages

LOG = logging.getLogger(__name__)
AT_ONCE = 4  # posts to one system in flight
STEP = timedelta(seconds=0.25)  # between rows that wait for their turn
EARLY = 5  # tries after which the failure of one row is no sign that its system is out of order
UNSET = timedelta(hours=1)  # between looks at rows whose system is not set
SPREAD = (0.9, 1.1)  # of a pause, so that many do not come at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The pauses between tries in seconds: the first ones, then so many of `rest`, then none."""

    first: Sequence[float]
    rest: float
    times: int

    def pause(self, failed: int) -> float | None:
        """Return the seconds until the next try after so many failed ones; None when it is given up."""
        if failed <= len(self.first):
            return self.first[failed - 1]
        return self.rest if failed <= len(self.first) + self.times else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """What the rows of one system are, and what follows from them.

    `name`: of webhook_outages; `box`: the kind of its mailboxes. `first`: the first row that is still to be sent.
    `taken`: carries out what an answer says. `failed`: called for a try that failed, with their number, while the desk
    does not know of an outage.
    """

    name: str
    box: str
    schedule: Schedule
    first: Callable[[Tx, Sequence[Mail]], Mail | None]
    taken: Callable[[Tx, Mail, bytes, TurnContext], None]
    failed: Callable[[Tx, Mail, int, str, TurnContext], None]


@dataclass(slots=True, kw_only=True)
class Carrier:
    """Carries the mailboxes of one system, a row at a time; each transaction holds all that follows from a try."""

    letters: Letters
    poster: Poster | None  # None: the system is not set any more, and its rows wait
    house: House
    context: Callable[[], TurnContext]
    clock: Callable[[], datetime]
    _flying: int = 0
    _turn: datetime | None = None  # when the last row that waits may come again

    async def carry(self, bundle: Bundle) -> None:
        """Post the first row of a mailbox that is still to be sent, and book what became of it."""
        try:
            mail: Mail | None = await self.house.read(lambda tx: self.letters.first(tx, bundle.mails))
            if mail is None:
                await self.house.write(lambda tx: strike(tx, bundle, now=self.clock()))
            elif self.poster is None or self._flying >= AT_ONCE:
                await self.house.write(lambda tx: self._put_off(tx, bundle))
            else:
                await self._send(self.poster, bundle, mail)
        except (DatabaseGone, *DRIVER_ERRORS) as error:
            raise Unreachable(f"the database failed: {error}") from error

    async def _send(self, poster: Poster, bundle: Bundle, mail: Mail) -> None:
        self._flying += 1
        try:
            posted = await poster.post(mail.payload["key"], mail.payload["body"])
        finally:
            self._flying -= 1
        if posted.why:
            tries = bundle.attempts + 1
            LOG.warning("%s: try %d was not taken (%s)", bundle.mailbox, tries, posted.why)
        await self.house.write(lambda tx: self._book(tx, bundle, mail, posted))

    def _put_off(self, tx: Tx, bundle: Bundle) -> None:
        """Let a row come again when its turn has come, which is no failure: a slow system takes only so many."""
        now = self.clock()
        if self.poster is None:
            again = now + UNSET
        else:
            again = self._turn = max(self._turn or now, now) + STEP
        outbox.settle(tx, Outcome(mailbox=bundle.mailbox, lease=bundle.lease, again=again, waits=True), now=now)

    def _book(self, tx: Tx, bundle: Bundle, mail: Mail, posted: Posted) -> None:
        context, name, desk = self.context(), self.letters.name, mail.payload["desk"]
        if not posted.why:
            if webhook_outages.worked(tx, name, desk, context):
                outages.hasten(tx, self.letters.box, now=context.now)
            self.letters.taken(tx, mail, posted.answer, context)
            done = replace(bundle, mails=tuple(one for one in bundle.mails if one.id <= mail.id))
            strike(tx, done, now=context.now)
            return
        tries = bundle.attempts + 1
        if not webhook_outages.failed(tx, name, desk, posted.why, context, begins=tries <= EARLY):
            self.letters.failed(tx, mail, tries, posted.why, context)
        pause = self.letters.schedule.pause(tries)
        outcome = Outcome(
            mailbox=bundle.mailbox,
            lease=bundle.lease,
            sent=max((one.id for one in bundle.mails if one.id < mail.id), default=0),
            error=posted.why,
        )
        if pause is None:
            undelivered.died(tx, replace(outcome, dead=mail.id), context)
            return
        again = context.now + timedelta(seconds=pause * context.random.uniform(*SPREAD))
        outbox.settle(tx, replace(outcome, again=again, failed=True), now=context.now)
