"""The board: one pinned message, correct within seconds, at a pace that leaves room for everything else."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from telegram import Message
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.channels.telegram.text import TEXT
from bot.desks.telegram import rate_limit as pace
from bot.desks.telegram.forms import Form, meaning_of
from bot.desks.telegram.group import Group, Wait
from bot.desks.telegram.html import html, keyboard, pairs, plain
from bot.desks.telegram.inbound import NAME, place_of
from handlers.context import TurnContext
from handlers.desk import cards
from handlers.desk.cards import Board as Drawn
from handlers.messages import mailboxes
from storage.desk import desk_messages
from storage.desk.desk_messages import DeskMessage
from storage.outbox import Mail
from storage.platforms import telegram

LOG = logging.getLogger(__name__)
KIND = "board"
WHO = "board"
QUICK = 4.0  # seconds between two edits while few were made within the minute
FEW = 2
SLOW = 20.0  # seconds between two edits while one change follows the other
CALM = 4.0  # seconds without a change after which the last one is shown
BURIED = 15  # messages under an unpinned board from which on it comes anew
SOON = 1.0  # seconds until a board that is not due looks again


def _words(drawn: Drawn, form: Form) -> dict[str, Any]:
    """Return the board's words as parameters of a call."""
    limit = form.limit or TEXT
    if form.html:
        return {"text": html(drawn.text, limit=limit), "parse_mode": ParseMode.HTML}
    return {"text": plain(drawn.text, limit=limit)}


@dataclass(slots=True, kw_only=True)
class Board:
    """Posts, pins and edits the board. Edits wait for a calm moment, but never for long."""

    group: Group
    clock: Callable[[], datetime]
    _edited: float = -1e9
    _newest: int = 0
    _changed: float = 0.0
    _tried: set[str] = field(default_factory=set)  # places of boards that were pinned, or could not be
    _covered: bool = False  # somebody pinned another message over it

    async def show(self, mail: Mail, context: TurnContext) -> None:
        """Bring the board up to date. Raises Wait while it is too early."""
        self._note(mail)
        drawn, known = await self.group.house.read(
            lambda tx: (cards.board(tx, NAME, context), desk_messages.newest(tx, NAME, KIND))
        )
        here = known if known and known.data["chat"] == self.group.chat_id else None
        if here and here.data["text"] == drawn.text and not self._out_of_sight(here):
            await self._pin(here)
            return
        if here is None:
            await self._post(drawn)
            return
        wait = self._too_early()
        if wait:
            raise Wait(wait, "pace")
        if self._out_of_sight(here):
            await self._post(drawn)
            self._covered = False
            await self._take_away(here)
        elif not await self._edit(drawn, here):
            await self._post(drawn)

    def _out_of_sight(self, board: DeskMessage) -> bool:
        """Return whether nobody sees the board: it is not pinned and went up with the talk, or lies under another pin.

        While it is the pinned one, chats show its one button at the top.
        """
        number = int(board.message_id.partition("/")[2])
        pinned = bool(board.data.get("pinned"))
        return self._covered if pinned else self.group.newest - number > BURIED

    async def cover(self, number: int) -> None:
        """Notice that somebody pinned a message: another one than the board covers it, so the board comes anew."""
        known = await self.group.house.read(lambda tx: desk_messages.newest(tx, NAME, KIND))
        if known and known.data.get("pinned") and known.message_id != place_of(self.group.chat_id, number):
            self._covered, now = True, self.clock()
            await self.group.house.write(lambda tx: mailboxes.redraw_board(tx, NAME, now=now))

    async def _take_away(self, board: DeskMessage) -> None:
        number = int(board.message_id.partition("/")[2])
        try:
            await self.group.call(lambda chat: self.group.bot.delete_message(chat, number))
        except (BadRequest, Wait) as error:
            LOG.info("an old board could not be taken away: %s", error)

    def _note(self, mail: Mail) -> None:
        """Notice a change: each one brings an outbox row of its own."""
        if mail.id != self._newest:
            self._newest, self._changed = mail.id, self._now()

    def _now(self) -> float:
        return self.group.pace.now() * self.group.pace.speed

    def _too_early(self) -> float:
        """Return the seconds until an edit may be made; 0 when it is due."""
        since, calm = self._now() - self._edited, self._now() - self._changed
        few = self.group.pace.used("board") < FEW
        if since >= SLOW or (since >= QUICK and (few or calm >= CALM)):
            return 0.0
        return SOON / self.group.pace.speed

    async def _post(self, drawn: Drawn) -> None:
        form: Form | None = Form(picture="none")
        while form:
            try:
                sent = await self._send(drawn, form)
            except BadRequest as error:
                LOG.warning("the board was refused as %s: %s", form, error.message)
                form = form.after(error)
                if form is None:
                    raise
            else:
                await self._pin(await self._keep(sent.message_id, drawn))
                return

    async def _send(self, drawn: Drawn, form: Form) -> Message:
        bot, keys = self.group.bot, keyboard(pairs(drawn.buttons)) if form.keys else None
        more: Any = {**_words(drawn, form), "reply_markup": keys, "disable_notification": True}
        return await self.group.post(lambda chat: bot.send_message(chat, **more), who=WHO, rank=pace.DUE_BOARD)

    async def _edit(self, drawn: Drawn, known: DeskMessage) -> bool:
        """Edit the board; False when it has to come anew."""
        bot, keys, text = self.group.bot, keyboard(pairs(drawn.buttons)), html(drawn.text)
        number = int(known.message_id.partition("/")[2])
        more: Any = {"parse_mode": ParseMode.HTML, "reply_markup": keys}
        try:
            await self.group.post(
                lambda chat: bot.edit_message_text(text, chat, number, **more), who=WHO, rank=pace.DUE_BOARD
            )
        except BadRequest as error:
            if meaning_of(error).does != "same":
                return False
        await self._pin(await self._keep(number, drawn, pinned=bool(known.data.get("pinned"))))
        return True

    async def _keep(self, number: int, drawn: Drawn, *, pinned: bool = False) -> DeskMessage:
        self._edited = self._now()
        chat, now = self.group.chat_id, self.clock()
        place, data = place_of(chat, number), {"chat": chat, "text": drawn.text, "pinned": pinned}
        await self.group.house.write(lambda tx: desk_messages.keep(tx, NAME, place, kind=KIND, at=now, data=data))
        return DeskMessage(message_id=place, ticket_no=None, kind=KIND, data=data, at=now)

    async def _pin(self, board: DeskMessage) -> None:
        """Pin the board once; without the right, log it once and go on."""
        number = int(board.message_id.partition("/")[2])
        if board.data.get("pinned") or board.message_id in self._tried:
            return
        self._tried.add(board.message_id)
        try:
            await self.group.call(lambda chat: self.group.bot.pin_chat_message(chat, number, disable_notification=True))
        except BadRequest as error:
            self.group.once("pin", "the board cannot be pinned; make the desk's bot an administrator (%s)", error)
            await self._say_unpinned()
            return
        except Wait:
            self._tried.discard(board.message_id)
            return
        data, now = {**board.data, "pinned": True}, self.clock()
        await self.group.house.write(
            lambda tx: desk_messages.keep(tx, NAME, board.message_id, kind=KIND, at=now, data=data)
        )

    async def _say_unpinned(self) -> None:
        name = f"telegram:{self.group.configured}:unpinned"
        if await self.group.house.read(lambda tx: telegram.kept(tx, name)):
            return
        text = self.group.say("no_pin")
        try:
            await self.group.post(lambda chat: self.group.bot.send_message(chat, text), who="no pin", rank=pace.CARD)
        except (Wait, BadRequest):
            return
        await self.group.house.write(lambda tx: telegram.keep(tx, name, "said"))

    def try_pin_again(self) -> None:
        """Forget that pinning failed: the bot's rights changed."""
        self._tried.clear()
