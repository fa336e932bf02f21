"""Safety cards beyond the group's pace, joined in one message."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.desks.telegram import rate_limit as pace
from bot.desks.telegram.group import Group, Wait
from bot.desks.telegram.html import html, keyboard, mentions, plain
from bot.desks.telegram.inbound import NAME, place_of
from handlers.context import TurnContext
from handlers.desk import cards
from handlers.messages import texts
from handlers.tickets import desk_outbox
from storage import tickets
from storage.database import Tx
from storage.desk import desk_messages
from storage.outbox import Mail

LOG = logging.getLogger(__name__)
KIND = "joined"
ALONE = 5  # operations for safety within a minute that go each by itself
MOST = 20  # tickets in one message
COLLECT = 2.0  # seconds that the first one waits for others
LOOK = 0.5  # seconds until a waiting card looks again


@dataclass(slots=True, kw_only=True)
class Joined:
    """Collects what has to wait and sends it together; each call returns once its row was sent."""

    group: Group
    clock: Callable[[], datetime]
    context: Callable[[], TurnContext]
    _waiting: dict[int, Mail] = field(default_factory=dict)  # oldest first
    _told: set[int] = field(default_factory=set)
    _since: float = 0.0
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def needed(self, mail: Mail) -> bool:
        """Return whether this row is sent with others: it waits already, or the minute's room is used."""
        return mail.id in self._waiting or mail.id in self._told or self.group.pace.used("safety") >= ALONE

    async def tell(self, mail: Mail) -> None:
        """Have a row sent with others; return once it was. Raises Wait."""
        now = self.group.pace.now()
        if mail.id not in self._told:
            if not self._waiting:
                self._since = now
            self._waiting.setdefault(mail.id, mail)
            async with self._turn:
                if mail.id in self._waiting:
                    await self._send_when_due()
        self._told.discard(mail.id)

    async def _send_when_due(self) -> None:
        speed = self.group.pace.speed
        if self.group.pace.now() - self._since < COLLECT / speed and len(self._waiting) < MOST:
            raise Wait(LOOK / speed, "joined with others")
        chosen = list(self._waiting.values())[:MOST]
        numbers = list(dict.fromkeys(mail.payload["ticket"] for mail in chosen))
        people = list(dict.fromkeys(one for mail in chosen for one in mentions(mail.payload)))
        context = self.context()
        text, rows = await self.group.house.read(lambda tx: _draw(tx, chosen, context))
        more: Any = {"parse_mode": ParseMode.HTML, "reply_markup": keyboard(rows)}
        bot, shown, bare = self.group.bot, html(text, people), plain(text, people)
        try:
            sent = await self.group.post(lambda chat: bot.send_message(chat, shown, **more), who=KIND, rank=pace.SAFETY)
        except BadRequest as error:
            LOG.warning("safety cards joined in one message were refused: %s", error.message)
            sent = await self.group.post(lambda chat: bot.send_message(chat, bare), who=KIND, rank=pace.SAFETY)
        place, now = place_of(sent.chat.id, sent.message_id), self.clock()
        await self.group.house.write(
            lambda tx: desk_messages.keep(tx, NAME, place, kind=KIND, at=now, data={"tickets": numbers})
        )
        for mail in chosen:
            del self._waiting[mail.id]
            self._told.add(mail.id)
        self._since = self.group.pace.now()


def _draw(tx: Tx, mails: Sequence[Mail], context: TurnContext) -> tuple[str, list[list[tuple[str, str]]]]:
    """Return a line for each row, and a button for each ticket without an owner."""
    found = {mail.id: tickets.get(tx, mail.payload["ticket"]) for mail in mails}
    lines = [texts.say(context.policy.desk.language, "telegram.joined", count=len(mails))]
    open_: dict[str, None] = {}
    for mail in mails:
        ticket = found[mail.id]
        if ticket and (ticket.owner_id is None or mail.kind == "page"):
            lines.append(mail.payload.get("text") or cards.row(tx, ticket, context))
        if ticket and ticket.owner_id is None:
            open_[ticket.no] = None
    labels = [(f"{desk_outbox.say('act_pick')} {number}", f"pick:{number}") for number in open_]
    return "\n".join(lines), [labels[at : at + 2] for at in range(0, len(labels), 2)]
