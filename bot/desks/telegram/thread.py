"""Lines in a ticket's thread: the customer's words and media, notes, questions, pages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from telegram import InputMediaPhoto, Message, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.channels.telegram.photo_limits import takes
from bot.channels.telegram.text import CAPTION, cut
from bot.desks.telegram import rate_limit as pace
from bot.desks.telegram.card_diff import KIND as CARD
from bot.desks.telegram.cards import Sheet
from bot.desks.telegram.files import named, stored
from bot.desks.telegram.forms import meaning_of
from bot.desks.telegram.group import Group, Wait
from bot.desks.telegram.html import PLAIN, html, keyboard, plain
from bot.desks.telegram.inbound import NAME, place_of
from bot.desks.telegram.pieces import PHOTOS, SHEET, WORDS, Line, Piece, line_of, pieces_of
from bot.desks.telegram.topics import KIND as TOPIC
from bot.desks.telegram.topics import Topics
from media.store import Keeper
from media.values import SheetPhoto
from storage import tickets
from storage.database import Tx
from storage.desk import desk_messages
from storage.desk.desk_messages import DeskMessage
from storage.outbox import Mail
from storage.tickets import Ticket

LOG = logging.getLogger(__name__)
RANKS = {"relay": pace.RELAY, "page": pace.SAFETY, "note": pace.RELAY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a line goes: into a topic, or under the card."""

    thread: int | None = None
    under: int | None = None

    @property
    def where(self) -> dict[str, Any]:
        """Return the place as parameters of a call."""
        reply = ReplyParameters(self.under, allow_sending_without_reply=True) if self.under else None
        return {"message_thread_id": self.thread, "reply_parameters": reply}


@dataclass(slots=True, kw_only=True)
class Lines:
    """Brings lines; remembers what is left of a line of several calls."""

    group: Group
    topics: Topics
    store: Keeper
    sheet: Sheet
    clock: Callable[[], datetime]
    # first mail of a line that is begun -> its last one, and the pieces still to be brought
    _left: dict[int, tuple[int, list[Piece]]] = field(default_factory=dict)

    async def bring(self, mails: Sequence[Mail], ticket_no: str, who: str) -> None:
        """Bring mails of one kind to their ticket. Raises Wait; BadRequest when the platform takes no form of them."""
        spot = await self._spot(ticket_no)
        first, line = mails[0].id, line_of(mails)
        left = self._rest(mails)
        while left:
            left = [*await self._fitting(left[0]), *left[1:]]
            try:
                sent = await self._send(left[0], spot, who, RANKS[line.kind])
            except BadRequest as error:
                if spot.thread is not None and meaning_of(error).does == "topic":
                    await self.topics.gone(ticket_no, spot.thread)
                    raise Wait(pace.SHORTEST, "the topic is gone") from None
                left = self._put_instead(left, error)
            else:
                left = left[1:]
                await self._keep(line, ticket_no, sent)
            self._left[first] = (mails[-1].id, left)
        self._left.pop(first, None)

    def _rest(self, mails: Sequence[Mail]) -> list[Piece]:
        """Return what is still to be brought of mails; those that joined a line already begun come behind it."""
        last, left = self._left.get(mails[0].id, (0, []))
        more = [mail for mail in mails if mail.id > last]
        return [*left, *(pieces_of(line_of(more)) if more else [])]

    async def _fitting(self, piece: Piece) -> list[Piece]:
        """Return a piece with the photos that the platform would refuse as such taken out of it, as documents."""
        photos = [] if piece.document else [one for one in piece.media if one[0] == "photo"]
        read = [(one, await stored(self.store, one[1])) for one in photos]
        refused = {one for one, data in read if data is not None and not takes(data)}
        return piece.apart(refused) if refused else [piece]

    def _put_instead(self, left: list[Piece], error: BadRequest) -> list[Piece]:
        """Return what is left with other pieces in place of the refused one. Raises the refusal when there are none."""
        other = left[0].instead(error)
        LOG.warning("a %s was refused: %s", left[0].what, error.message)
        if other is None:
            raise error
        return [*other, *left[1:]]

    async def _spot(self, ticket_no: str) -> Spot:
        if not ticket_no:
            return Spot()
        ticket, card, topic = await self.group.house.read(lambda tx: _around(tx, ticket_no))
        thread = await self.topics.thread(ticket, topic) if ticket else None
        if thread is not None or card is None or card.data["chat"] != self.group.chat_id:
            return Spot(thread=thread)
        return Spot(under=int(card.message_id.partition("/")[2]))

    async def _send(self, piece: Piece, spot: Spot, who: str, rank: int) -> Sequence[Message]:
        """Make the call of a piece; a stored file that is gone is left out, its words are not."""
        call = await self._words(piece, spot) if piece.what == WORDS else await self._media(piece, spot)
        if call is None:
            return ()
        sent: Any = await self.group.post(call, who=who, rank=rank, cost=piece.cost)
        return sent if isinstance(sent, tuple | list) else [sent]

    async def _words(self, piece: Piece, spot: Spot) -> Callable[[int], Any]:
        keys = keyboard(piece.buttons) if piece.keys else None
        more: Any = {**spot.where, "reply_markup": keys, "link_preview_options": PLAIN}
        if piece.html:
            more |= {"text": html(piece.text, piece.called), "parse_mode": ParseMode.HTML}
        else:
            more |= {"text": plain(piece.text, piece.called)}
        return lambda chat: self.group.bot.send_message(chat_id=chat, **more)

    async def _media(self, piece: Piece, spot: Spot) -> Callable[[int], Any] | None:
        files = [(kind, key, await stored(self.store, key)) for kind, key in piece.media]
        found = [(kind, key, data) for kind, key, data in files if data is not None]
        if not found:
            return await self._words(piece, spot) if piece.text else None
        caption: Any = {"caption": html(cut(piece.text, CAPTION), limit=CAPTION) or None, "parse_mode": ParseMode.HTML}
        if piece.what == PHOTOS and len(found) > 1:
            return self._album(found, caption, spot)
        kind, key, data = found[0]
        if piece.what == SHEET and len(found) > 1:
            captions = dict(zip((key for _, key in piece.media), piece.captions, strict=False))
            shown = [SheetPhoto(image=each, caption=captions.get(key, "")) for _, key, each in found]
            sheet = await asyncio.to_thread(self.sheet, shown, " | ".join(piece.captions))
            data = sheet or data
        return self._file("document" if piece.document else kind, (key, data, named(kind, key)), caption, spot)

    def _album(
        self, found: Sequence[tuple[str, str, bytes]], caption: dict[str, Any], spot: Spot
    ) -> Callable[[int], Any]:
        album = [
            InputMediaPhoto(data, filename=named("photo", key), **(caption if place == 0 else {}))
            for place, (_, key, data) in enumerate(found)
        ]
        return lambda chat: self.group.bot.send_media_group(chat_id=chat, media=album, **spot.where)

    def _file(
        self, kind: str, file: tuple[str, bytes, str], caption: dict[str, Any], spot: Spot
    ) -> Callable[[int], Any]:
        bot, (_, data, name) = self.group.bot, file
        more: Any = {**caption, "filename": name, **spot.where}
        if kind == "photo":
            return lambda chat: bot.send_photo(chat_id=chat, photo=data, **more)
        if kind == "voice" and data.startswith(b"OggS"):
            return lambda chat: bot.send_voice(chat_id=chat, voice=data, **more)
        if kind == "video":
            return lambda chat: bot.send_video(chat_id=chat, video=data, **more)
        return lambda chat: bot.send_document(chat_id=chat, document=data, **more)

    async def _keep(self, line: Line, ticket_no: str, sent: Sequence[Message]) -> None:
        """Record which messages are about the ticket, so that replies find it."""
        now, question = self.clock(), line.payload.get("question")
        kind = "question" if question else line.kind
        places = [place_of(message.chat.id, message.message_id) for message in sent]

        def keep(tx: Tx) -> None:
            for place in places:
                desk_messages.keep(
                    tx, NAME, place, kind=kind, at=now, ticket_no=ticket_no or None, data=question or {"ids": line.ids}
                )

        if places:
            await self.group.house.write(keep)


def _around(tx: Tx, ticket_no: str) -> tuple[Ticket | None, DeskMessage | None, DeskMessage | None]:
    return (
        tickets.get(tx, ticket_no),
        desk_messages.newest(tx, NAME, CARD, ticket_no),
        desk_messages.newest(tx, NAME, TOPIC, ticket_no),
    )
