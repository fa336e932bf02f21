"""Lines in a ticket's thread: the customer's words and media, notes, questions, pages."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from telegram import InputMediaPhoto, Message, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.channels.telegram.photo_limits import takes
from bot.channels.telegram.text import CAPTION, TEXT, cut, split, units
from bot.desks.telegram import rate_limit as pace
from bot.desks.telegram.card_diff import KIND as CARD
from bot.desks.telegram.cards import Sheet
from bot.desks.telegram.files import named, stored
from bot.desks.telegram.group import NO_THREAD, Group, Wait, says
from bot.desks.telegram.html import PLAIN, html, keyboard, mentions
from bot.desks.telegram.inbound import NAME, place_of
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

ALBUM = 3  # photos that go one by one; more go on one sheet, as each would count
RANKS = {"relay": pace.RELAY, "page": pace.SAFETY, "note": pace.RELAY}
Send = Callable[[int], Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Mails of one kind that go together: several only of what the customer sent."""

    kind: str
    ids: tuple[int, ...]
    text: str
    media: tuple[tuple[str, str], ...] = ()
    payload: Mapping[str, Any] = field(default_factory=dict)


def line_of(mails: Sequence[Mail]) -> Line:
    """Join mails into one line."""
    return Line(
        kind=mails[-1].kind,
        ids=tuple(mail.id for mail in mails),
        text="\n".join(text for mail in mails if (text := mail.payload.get("text", ""))),
        media=tuple((kind, key) for mail in mails for kind, key in mail.payload.get("media", ())),
        payload=mails[-1].payload,
    )


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a line; `cost` in operations."""

    send: Send
    cost: int = 1


@dataclass(slots=True, kw_only=True)
class Lines:
    """Brings lines; remembers how far a line of several calls got."""

    group: Group
    topics: Topics
    store: Keeper
    sheet: Sheet
    clock: Callable[[], datetime]
    _done: dict[int, int] = field(default_factory=dict)

    async def bring(self, line: Line, ticket_no: str, who: str) -> None:
        """Bring a line to its ticket. Raises Wait."""
        spot = await self._spot(ticket_no)
        first = line.ids[0]
        files = [(kind, key, await stored(self.store, key)) for kind, key in line.media]
        found = [(kind, key, data) for kind, key, data in files if data is not None]
        line = replace(line, media=tuple((kind, key) for kind, key, _ in found))
        try:
            calls = [*await self._media(line, found, spot), *self._words(line, spot)]
            for place, call in enumerate(calls):
                if place >= self._done.get(first, 0):
                    sent = await self.group.operate(call.send, who=who, rank=RANKS[line.kind], cost=call.cost)
                    self._done[first] = place + 1
                    await self._keep(line, ticket_no, sent if isinstance(sent, tuple | list) else [sent])
        except BadRequest as error:
            if spot.thread is None or not says(error, *NO_THREAD):
                raise
            await self.topics.gone(ticket_no, spot.thread)
            raise Wait(pace.SHORTEST, "the topic is gone") from None
        self._done.pop(first, None)

    async def _spot(self, ticket_no: str) -> Spot:
        if not ticket_no:
            return Spot()
        ticket, card, topic = await self.group.house.read(lambda tx: _around(tx, ticket_no))
        thread = await self.topics.thread(ticket, topic) if ticket else None
        if thread is not None or card is None or card.data["chat"] != self.group.chat_id:
            return Spot(thread=thread)
        return Spot(under=int(card.message_id.partition("/")[2]))

    def _words(self, line: Line, spot: Spot) -> list[Call]:
        """Return the calls for the words, unless they went as a caption."""
        if _captioned(line):
            return []
        bot, keys = self.group.bot, keyboard(line.payload.get("buttons", ()))
        called = mentions(line.payload)
        parts = split(line.text, TEXT - 400) or ([" "] if called else [])
        calls = []
        for place, part in enumerate(parts, 1):
            last = place == len(parts)
            text = html(part, called if last else ())
            more: Any = {**spot.where, "parse_mode": ParseMode.HTML, "reply_markup": keys if last else None}
            calls.append(Call(send=_bound(bot.send_message, text=text, link_preview_options=PLAIN, **more)))
        return calls

    async def _media(self, line: Line, found: Sequence[tuple[str, str, bytes]], spot: Spot) -> list[Call]:
        found = [("document" if kind == "photo" and not takes(data) else kind, key, data) for kind, key, data in found]
        photos = [(key, data) for kind, key, data in found if kind == "photo"]
        caption = cut(line.text, CAPTION) if _captioned(line) else None
        calls = [await self._photos(photos, caption, spot)] if photos else []
        for kind, key, data in found:
            if kind != "photo":
                calls.append(self._one(kind, key, data, None if calls else caption, spot))
        return calls

    async def _photos(self, photos: Sequence[tuple[str, bytes]], caption: str | None, spot: Spot) -> Call:
        bot = self.group.bot
        if 1 < len(photos) <= ALBUM:
            album = [
                InputMediaPhoto(data, caption=caption if place == 0 else None, filename=named("photo", key))
                for place, (key, data) in enumerate(photos)
            ]
            return Call(send=_bound(bot.send_media_group, media=album, **spot.where), cost=len(album))
        key, data = photos[0]
        if len(photos) > 1:
            shown = [SheetPhoto(image=each) for _, each in photos]
            drawn = await asyncio.to_thread(self.sheet, shown, caption or "")
            data = drawn or data
        return Call(
            send=_bound(bot.send_photo, photo=data, caption=caption, filename=named("photo", key), **spot.where)
        )

    def _one(self, kind: str, key: str, data: bytes, caption: str | None, spot: Spot) -> Call:
        bot, name = self.group.bot, named(kind, key)
        more: Any = {"caption": caption, "filename": name, **spot.where}
        if kind == "voice" and data.startswith(b"OggS"):
            return Call(send=_bound(bot.send_voice, voice=data, **more))
        if kind == "video":
            return Call(send=_bound(bot.send_video, video=data, **more))
        return Call(send=_bound(bot.send_document, document=data, **more))

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

        await self.group.house.write(keep)


def _captioned(line: Line) -> bool:
    """Return whether the words go under the first of the media."""
    plain = not line.payload.get("buttons") and not line.payload.get("mentions")
    return bool(line.media) and plain and units(line.text) <= CAPTION


def _bound(method: Callable[..., Awaitable[Any]], **values: Any) -> Send:
    return lambda chat: method(chat_id=chat, **values)


def _around(tx: Tx, ticket_no: str) -> tuple[Ticket | None, DeskMessage | None, DeskMessage | None]:
    return (
        tickets.get(tx, ticket_no),
        desk_messages.newest(tx, NAME, CARD, ticket_no),
        desk_messages.newest(tx, NAME, TOPIC, ticket_no),
    )
