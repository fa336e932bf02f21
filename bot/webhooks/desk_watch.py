"""Whether the desk can be reached and the database be written: if not for a while, the alarm's address is told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.channels.base import House
from bot.webhooks.posting import Poster
from handlers.context import TurnContext
from handlers.tickets.outside import alerts
from storage.database import DRIVER_ERRORS, DatabaseGone, Tx
from storage.orders import sampled
from storage.outbox import Mail

LOG = logging.getLogger(__name__)
LOOK = 5.0  # seconds between two looks
PATIENCE = timedelta(minutes=2)  # that nothing gets through to a desk until it counts as unreachable
DATABASE = timedelta(seconds=30)  # that no write succeeds until the database counts as down
LONGEST = 200  # characters of a reason


@dataclass(slots=True, kw_only=True)
class Trouble:
    """Since when something fails, why at last, and whether it was told."""

    since: datetime
    why: str
    told: bool = False


@dataclass(slots=True, kw_only=True)
class DeskWatch:
    """Hears what the courier gets through; `safe` takes secrets out of a reason."""

    poster: Poster
    house: House
    probe: Callable[[], Awaitable[Mapping[str, Any]]]
    context: Callable[[], TurnContext]
    clock: Callable[[], datetime]
    safe: Callable[[str], str]
    _troubles: dict[tuple[str, str], Trouble] = field(default_factory=dict)  # by desk, and ticket of a safety card
    _back: list[str] = field(default_factory=list)  # desks that are reached again
    _database: Trouble | None = None

    def carried(self, mailbox: str, mails: Sequence[Mail], error: str) -> None:
        """Note what became of mail to a desk: `error` is "" when it got through."""
        desk = mailbox.split(":")[1]
        if sampled(desk):
            return
        safety = [mail for mail in mails if mail.kind == "page" or mail.payload.get("severity") == "safety"]
        for place in [(desk, ""), *((desk, str(mail.payload["ticket"])) for mail in safety)]:
            if error:
                trouble = self._troubles.setdefault(place, Trouble(since=self.clock(), why=error))
                trouble.why = self.safe(error)[:LONGEST]
            elif (over := self._troubles.pop(place, None)) and over.told and not place[1]:
                self._back.append(desk)

    async def run(self) -> None:
        """Look again and again."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK)

    async def look(self) -> None:
        """Tell what has lasted long enough, and what is over."""
        await self._look_at_database()
        now = self.clock()
        try:
            while self._back:
                desk = self._back[0]
                await self.house.write(partial(self._tell_back, desk=desk))
                self._back.pop(0)
            for place, trouble in list(self._troubles.items()):
                if not trouble.told and now - trouble.since >= PATIENCE:
                    await self.house.write(partial(self._tell, place=place, trouble=trouble))
                    trouble.told = True
        except (DatabaseGone, *DRIVER_ERRORS) as error:
            LOG.warning("an alarm could not be stored: %s", error)

    def _tell(self, tx: Tx, place: tuple[str, str], trouble: Trouble) -> None:
        context, (desk, ticket_no) = self.context(), place
        if ticket_no:
            alerts.undelivered(tx, desk, ticket_no, trouble.why, context)
            return
        minutes = (context.now - trouble.since) // timedelta(minutes=1)
        alerts.desk_down(tx, desk, minutes, trouble.why, context)

    def _tell_back(self, tx: Tx, desk: str) -> None:
        alerts.desk_up(tx, desk, self.context())  # made here: the thread that writes speaks the desk's language then

    async def _look_at_database(self) -> None:
        """Post at once, past the outbox, when the database takes no writes; again until it is taken."""
        writes = (await self.probe())["writes"]
        now, trouble = self.clock(), self._database
        if not writes:
            trouble = self._database = trouble or Trouble(since=now, why="")
            if not trouble.told and now - trouble.since >= DATABASE:
                trouble.told = await self._post("database_down", now)
        elif trouble and (not trouble.told or await self._post("database_up", now)):
            self._database = None

    async def _post(self, kind: str, now: datetime) -> bool:
        self.context()  # the alarm is told in the desk's language
        text = alerts.database(kind)
        body = {"kind": kind, "ticket": None, "severity": None, "text": text, "at": now.isoformat()}
        posted = await self.poster.post(f"{kind}-{now.timestamp():.0f}", body)
        return not posted.why
