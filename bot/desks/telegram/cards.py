"""A ticket's card in the group: one message per ticket, its photos on one sheet, edited in place."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telegram import InputMediaPhoto, Message, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.channels.telegram.text import CAPTION, TEXT
from bot.desks.telegram import rate_limit as pace
from bot.desks.telegram.card_diff import KIND, Seen
from bot.desks.telegram.files import named, stored
from bot.desks.telegram.forms import Form, meaning_of
from bot.desks.telegram.group import Group, Wait
from bot.desks.telegram.html import PLAIN, html, keyboard, pairs, plain
from bot.desks.telegram.inbound import NAME, place_of
from bot.desks.telegram.topics import ENDED, Topics
from media.store import Keeper
from media.values import SheetPhoto
from storage.desk import desk_messages
from storage.desk.desk_messages import DeskMessage
from storage.outbox import Mail
from storage.tickets import Ticket

LOG = logging.getLogger(__name__)
Sheet = Callable[[Sequence[SheetPhoto], str], bytes | None]
MOST_VOICES = 3  # that come with a card


@dataclass(slots=True, kw_only=True)
class Cards:
    """Posts cards, edits them, and posts them anew where they cannot be edited."""

    group: Group
    topics: Topics
    store: Keeper
    sheet: Sheet
    clock: Callable[[], datetime]

    async def show(self, seen: Seen, mail: Mail, who: str) -> None:
        """Bring a card up to date; of kind card it comes anew unless only its owner changed. Raises Wait."""
        anew, card = mail.kind == KIND, seen.card
        if card and card.data.get("mail") == mail.id:
            await self._voices(seen, card, who)  # it went out before; what was left is brought now
            return
        if card is None and not anew and not _due(seen.ticket):
            return  # it waits on the board, or was sent with others
        thread = await self.topics.thread(seen.ticket, seen.topic)
        stands = card is not None and card.data["chat"] == self.group.chat_id and card.data.get("thread") == thread
        taken = bool(seen.ticket.owner_id) and card is not None and card.data.get("owner") != seen.ticket.owner_id
        if card is None or not stands or (anew and not taken) or not await self._edit(seen, card, mail, who):
            await self._post(seen, thread, mail, who)
        await self.topics.follow(seen.ticket, seen.topic)

    async def _post(self, seen: Seen, thread: int | None, mail: Mail, who: str) -> None:
        """Post the card in the first form that the platform takes; it never fails for a form's sake."""
        picture = await self._picture(seen)
        form: Form | None = Form() if picture else Form(picture="none")
        while form:
            try:
                sent, sheet = await self._send(seen, thread, picture, form, who)
                break
            except BadRequest as error:
                if thread is not None and meaning_of(error).does == "topic":
                    await self.topics.gone(seen.ticket.no, thread)
                    raise Wait(pace.SHORTEST, "the topic is gone") from None
                LOG.warning("the card of %s was refused as %s: %s", seen.ticket.no, form, error.message)
                form = form.after(error)
                if form is None:
                    raise
        assert form
        under = form.picture == "photo" and seen.fits
        data = {"mode": "photo" if under else "text", "sheet": sheet, "mail": mail.id}
        data["picture"] = form.picture if picture else "photo"  # in which form the platform takes one
        card = await self._keep(seen, sent.message_id, {**data, "thread": thread})
        if seen.card:
            await self._remove(seen.card)
        await self._voices(seen, card, who)

    async def _send(
        self, seen: Seen, thread: int | None, picture: bytes | None, form: Form, who: str
    ) -> tuple[Message, int | None]:
        """Send the picture with the words under it, or the words after it; return the card and the sheet apart."""
        bot, drawn = self.group.bot, seen.drawn
        under = form.picture == "photo" and seen.fits
        apart = form.picture != "none" and not under
        words = _words(seen, CAPTION if under else TEXT, form)
        words |= {"reply_markup": keyboard(pairs(drawn.buttons)) if form.keys else None, "message_thread_id": thread}
        text, name = words.pop("text"), f"{seen.ticket.no}.jpg"

        async def send(chat: int) -> tuple[Message, int | None]:
            if under and picture:
                return await bot.send_photo(chat, picture, caption=text, filename=name, **words), None
            if not apart or picture is None:
                return await bot.send_message(chat, text, link_preview_options=PLAIN, **words), None
            more: Any = {"caption": seen.ticket.no, "filename": name, "message_thread_id": thread}
            sheet = await (bot.send_photo if form.picture == "photo" else bot.send_document)(chat, picture, **more)
            return await bot.send_message(chat, text, link_preview_options=PLAIN, **words), sheet.message_id

        return await self.group.post(send, who=who, rank=seen.rank, cost=2 if apart else 1)

    async def _edit(self, seen: Seen, card: DeskMessage, mail: Mail, who: str) -> bool:
        """Edit the card; return False when it has to be posted anew."""
        if card.data.get("mark") == seen.mark:
            return True
        as_photo = card.data.get("picture", "photo") == "photo"
        mode = "photo" if seen.fits and as_photo else "text"
        if card.data["mode"] == "photo" and mode == "text":
            return False
        fresh = list(seen.drawn.photos) != card.data.get("photos")
        sheet_apart = mode == "text" and bool(seen.drawn.photos)
        if sheet_apart and not card.data.get("sheet") and (as_photo or fresh):
            return False
        if fresh and not as_photo:
            return False  # another sheet may be taken as a photo
        picture = await self._picture(seen) if fresh and seen.drawn.photos else None
        if fresh and seen.drawn.photos and picture is None:
            return False
        try:
            await self._change(seen, card, picture, who, mode=mode)
        except BadRequest as error:
            if meaning_of(error).does != "same":
                LOG.info("the card of %s is posted anew: %s", seen.ticket.no, error.message)
                return False
        number = int(card.message_id.partition("/")[2])
        kept = {name: card.data.get(name) for name in ("sheet", "thread", "picture")}
        await self._keep(seen, number, {**kept, "mode": mode, "mail": mail.id}, voices=card.data.get("voices", []))
        return True

    async def _change(self, seen: Seen, card: DeskMessage, picture: bytes | None, who: str, *, mode: str) -> None:
        bot, number = self.group.bot, int(card.message_id.partition("/")[2])
        keys, sheet, under = keyboard(pairs(seen.drawn.buttons)), card.data.get("sheet"), mode == "photo"
        text, name = html(seen.drawn.text, seen.called, limit=CAPTION if under else TEXT), f"{seen.ticket.no}.jpg"
        as_html: Any = {"parse_mode": ParseMode.HTML}

        async def change(chat: int) -> None:
            if under and picture:
                shown = InputMediaPhoto(picture, caption=text, filename=name, **as_html)
                await bot.edit_message_media(shown, chat, number, reply_markup=keys)
            elif under:
                await bot.edit_message_caption(chat, number, caption=text, reply_markup=keys, **as_html)
            else:
                if picture and sheet:
                    shown = InputMediaPhoto(picture, caption=seen.ticket.no, filename=name)
                    await bot.edit_message_media(shown, chat, sheet)
                await bot.edit_message_text(
                    text, chat, number, reply_markup=keys, link_preview_options=PLAIN, **as_html
                )

        rank = pace.PICKED if seen.rank == pace.SAFETY else seen.rank
        await self.group.post(change, who=who, rank=rank, cost=2 if picture and not under else 1)

    async def _picture(self, seen: Seen) -> bytes | None:
        """Return the photos on one picture; a single photo unchanged."""
        found = [await stored(self.store, key) for key in seen.drawn.photos]
        photos = [
            SheetPhoto(image=data, caption=caption)
            for data, caption in zip(found, seen.drawn.captions, strict=True)
            if data is not None
        ]
        return await asyncio.to_thread(self.sheet, photos, seen.ticket.no) if photos else None

    async def _voices(self, seen: Seen, card: DeskMessage, who: str) -> None:
        """Send the customer's voice messages under a card that nobody has taken yet."""
        told = list(card.data.get("voices", []))
        for key in seen.drawn.voice[:MOST_VOICES]:
            data = await stored(self.store, key) if key not in told and not seen.ticket.owner_id else None
            if data is not None:
                number, thread = int(card.message_id.partition("/")[2]), card.data.get("thread")
                await self._voice(key, data, number, thread, who)
                told.append(key)
                await self._keep(seen, number, {**card.data, "thread": thread}, voices=told)

    async def _voice(self, key: str, data: bytes, number: int, thread: int | None, who: str) -> None:
        bot, name = self.group.bot, named("voice", key)
        under = ReplyParameters(number, allow_sending_without_reply=True)
        more: Any = {"reply_parameters": under, "message_thread_id": thread}
        spoken = data.startswith(b"OggS")

        async def send(chat: int) -> Message:
            if spoken:
                return await bot.send_voice(chat, data, filename=name, **more)
            return await bot.send_document(chat, data, filename=name, **more)

        try:
            await self.group.post(send, who=f"{who}:voice", rank=pace.RELAY)
        except BadRequest as error:  # the card stays; the rest is kept though it cannot be sent here
            LOG.warning("a voice message of a card was refused: %s", error.message)
            self.group.once("voice", "the group takes no voice messages from the desk's bot (%s)", error.message)

    async def _keep(self, seen: Seen, number: int, data: Mapping[str, Any], voices: Sequence[str] = ()) -> DeskMessage:
        """Record the card's message and what it shows."""
        chat, now = self.group.chat_id, self.clock()
        shown = {"mark": seen.mark, "photos": list(seen.drawn.photos), "owner": seen.ticket.owner_id}
        card = DeskMessage(
            message_id=place_of(chat, number),
            ticket_no=seen.ticket.no,
            kind=KIND,
            data={**data, **shown, "chat": chat, "voices": list(voices)},
            at=now,
        )
        await self.group.house.write(
            lambda tx: desk_messages.keep(
                tx, NAME, card.message_id, kind=KIND, at=now, ticket_no=card.ticket_no, data=card.data
            )
        )
        return card

    async def _remove(self, card: DeskMessage) -> None:
        """Delete an old card if possible: its buttons would work, but one ticket has one card."""
        chat, _, number = card.message_id.partition("/")
        if int(chat) != self.group.chat_id:
            return
        for each in (int(number), card.data.get("sheet")):
            if each:
                await self._take_away(each)

    async def _take_away(self, number: int) -> None:
        try:
            await self.group.call(lambda chat: self.group.bot.delete_message(chat, number))
        except (BadRequest, Wait) as error:
            self.group.once("remove", "an old card could not be taken away (%s)", error)


def _words(seen: Seen, limit: int, form: Form) -> dict[str, Any]:
    """Return the card's words as parameters of a call."""
    limit = min(limit, form.limit or limit)
    if form.html:
        return {"text": html(seen.drawn.text, seen.called, limit=limit), "parse_mode": ParseMode.HTML}
    return {"text": plain(seen.drawn.text, seen.called, limit=limit)}


def _due(ticket: Ticket) -> bool:
    """Return whether a ticket has to have a card: somebody works on it."""
    return ticket.owner_id is not None and ticket.state not in ENDED
