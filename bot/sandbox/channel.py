"""The sandbox's chats: a channel whose platform is the page and its table."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.channels.base import Delivery
from bot.sandbox.room import Room, media_row, media_rows
from handlers.messages.models import Inbound, Media
from storage.database import Tx
from storage.outbox import Mail
from storage.platforms import sandbox
from storage.platforms.sandbox import Shown, chat_place

NAME = "sandbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody did in a chat of the page. `id` is made by the page: a retried request is the same message."""

    id: str
    account: str
    name: str
    kind: str = "text"  # text, media, tap, sticker, start
    text: str = ""
    tap: str = ""
    message: str = ""  # the message whose button was tapped
    media: tuple[Media, ...] = ()
    album: str = ""
    language: str = ""


@dataclass(slots=True, kw_only=True)
class SandboxChannel:
    """The sandbox as a channel: customers and leaders are played by the person who opened the page."""

    room: Room
    name: str = NAME
    alone: str = ""
    polls: bool = False

    async def run(self) -> None:
        """Wait until cancelled: messages come in by the page's own requests."""
        await asyncio.Event().wait()

    async def say(self, said: Said) -> None:
        """Show what the customer did and pass it on; return after the COMMIT."""
        key = f"{NAME}:{said.id}"
        row = await self.room.write(lambda tx, now: _show(tx, said, key, now))
        await self.room.house.receive(
            Inbound(
                key=key,
                channel=NAME,
                account=said.account,
                at=self.room.clock(),
                kind=said.kind,
                text="" if said.kind == "tap" else said.text,
                tap=said.tap,
                media=said.media,
                album=said.album,
                message=said.message or str(row),
                name=said.name,
                language=said.language,
            )
        )

    async def send(self, account: str, mails: Sequence[Mail]) -> Delivery:
        """Show the replies in the account's chat, each once however often it is sent."""
        await self.room.show(lambda tx, now: _deliver(tx, account, mails, now))
        return Delivery(sent=mails[-1].id if mails else 0)

    async def fetch(self, ref: str, limit: int) -> bytes:
        """Return an upload from the media store. Raises Gone, TooBig."""
        return await self.room.file(ref, limit)

    async def close(self) -> None:
        """Close the open pages."""
        self.room.close()


def _show(tx: Tx, said: Said, key: str, now: datetime) -> int:
    files = [
        media_row(item.kind, item.ref, name=item.name, seconds=item.seconds, album=said.album) for item in said.media
    ]
    shown = Shown(
        place=chat_place(said.account),
        sender="customer",
        kind=said.kind,
        key=key,
        text=said.text,
        media=files,
        data={"message": said.message} if said.message else {},
    )
    if said.tap:
        press(tx, int(said.message), said.tap, "", now)
    return sandbox.post(tx, shown, now=now)


def press(tx: Tx, message_id: int, tap: str, by: str, now: datetime) -> None:
    """Show a message's button as pressed, and by whom where that matters."""
    message = sandbox.get(tx, message_id)
    if message is not None:
        pressed: dict[str, Any] = {**message.data.get("pressed", {}), tap: by}
        sandbox.edit(tx, message_id, {"data": {**message.data, "pressed": pressed}}, now=now)


def _deliver(tx: Tx, account: str, mails: Sequence[Mail], now: datetime) -> None:
    for mail in mails:
        payload = mail.payload
        shown = Shown(
            place=chat_place(account),
            sender="bot",
            kind="reply",
            key=f"mail:{mail.id}",
            text=payload["text"],
            buttons=payload.get("buttons", ()),
            media=media_rows(payload.get("media", ())),
        )
        sandbox.post(tx, shown, now=now)
