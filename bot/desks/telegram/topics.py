"""One topic of a forum group for each picked-up ticket: opened at pick-up, closed at its end."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from telegram.error import BadRequest

from bot.channels.telegram.text import TOPIC, cut
from bot.desks.telegram.group import NO_RIGHTS, Group, says
from bot.desks.telegram.inbound import NAME, topic_place
from bot.desks.telegram.rate_limit import PICKED
from storage import ticket_lines
from storage.database import Tx
from storage.desk import desk_messages
from storage.desk.desk_messages import DeskMessage
from storage.tickets import Ticket

LOG = logging.getLogger(__name__)
ENDED = ("closed", "withdrawn")
KIND = "topic"


@dataclass(slots=True, kw_only=True)
class Topics:
    """Finds, opens, closes and drops topics; in a group without topics no ticket has one."""

    group: Group
    clock: Callable[[], datetime]

    async def thread(self, ticket: Ticket, known: DeskMessage | None) -> int | None:
        """Return the topic of a ticket that has an owner; opened if there is none. Raises Wait."""
        if not self.group.forum:
            return None
        if self._stands(known):
            assert known
            return int(known.data["thread"])
        if ticket.owner_id is None or ticket.state in ENDED:
            return None
        return await self._open(ticket)

    def _stands(self, known: DeskMessage | None) -> bool:
        return bool(known and not known.data.get("gone") and known.data["chat"] == self.group.chat_id)

    async def _open(self, ticket: Ticket) -> int | None:
        name = await self.group.house.read(lambda tx: _name(tx, ticket.no))
        try:
            made = await self.group.operate(
                lambda chat: self.group.bot.create_forum_topic(chat, name), who=f"topic:{ticket.no}", rank=PICKED
            )
        except BadRequest as error:
            # without a topic the ticket goes on among the others
            self.group.once("topics", "the desk's bot cannot open topics; let it manage topics (%s)", error.message)
            return None
        await self._keep(ticket.no, made.message_thread_id, closed=False)
        return made.message_thread_id

    async def follow(self, ticket: Ticket, known: DeskMessage | None) -> None:
        """Close the topic of a ticket that has ended, open it again when the ticket is open again."""
        ended = ticket.state in ENDED
        if not self.group.forum or not self._stands(known) or known is None or bool(known.data.get("closed")) == ended:
            return
        thread, bot = int(known.data["thread"]), self.group.bot
        change = bot.close_forum_topic if ended else bot.reopen_forum_topic
        try:
            await self.group.call(lambda chat: change(chat, thread))
        except BadRequest as error:
            if not says(error, "topic_not_modified", "thread not found", *NO_RIGHTS):
                LOG.warning("a topic could not be %s: %s", "closed" if ended else "opened", error.message)
        await self._keep(ticket.no, thread, closed=ended)

    async def gone(self, ticket_no: str, thread: int) -> None:
        """Open a topic again that somebody closed; give one up that was deleted, or that cannot be opened.

        The ticket then gets a new one, or goes on among the others.
        """
        try:
            await self.group.call(lambda chat: self.group.bot.reopen_forum_topic(chat, thread))
        except BadRequest:
            await self._keep(ticket_no, thread, gone=True)
        else:
            await self._keep(ticket_no, thread, closed=False)

    async def _keep(self, ticket_no: str, thread: int, **data: bool) -> None:
        chat, now = self.group.chat_id, self.clock()
        place = topic_place(chat, thread)
        known = {"chat": chat, "thread": thread, **data}
        await self.group.house.write(
            lambda tx: desk_messages.keep(tx, NAME, place, kind=KIND, at=now, ticket_no=ticket_no, data=known)
        )


def _name(tx: Tx, ticket_no: str) -> str:
    items = dict.fromkeys(line.item for line in ticket_lines.of_ticket(tx, ticket_no) if line.item)
    return cut(" ".join([ticket_no, *items]), TOPIC)
