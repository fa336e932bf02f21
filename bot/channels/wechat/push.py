"""Sending one part to a customer: into an open callback, else as a customer-service message within the quota."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from aiohttp import ClientConnectorError

from bot.channels.base import House, Unreachable
from bot.channels.wechat.client import Client, Line
from bot.channels.wechat.errors import NoPush, PlatformRefused, meaning
from bot.channels.wechat.open_callbacks import Slots
from bot.channels.wechat.rendering import Brief, Part
from handlers.policy.policy import Template
from handlers.tickets.undelivered import BRIEFLY
from storage.platforms import wechat
from storage.platforms.wechat import Answer

LOG = logging.getLogger(__name__)
MEDIA_LIVES = timedelta(hours=60)  # the platform keeps an upload for three days
NO_PERMISSION_FOR = timedelta(hours=1)  # after 48001 pushes are tried again this seldom
KINDS = {"photo": "image", "voice": "voice", "video": "video"}
# what the platform takes, by the first bytes; the file's name tells it the kind
SHAPES = {
    "image": ((b"\xff\xd8\xff", "photo.jpg", "image/jpeg"), (b"\x89PNG", "photo.png", "image/png")),
    "voice": (
        (b"#!AMR", "voice.amr", "audio/amr"),
        (b"ID3", "voice.mp3", "audio/mp3"),
        (b"\xff\xfb", "voice.mp3", "audio/mp3"),
    ),
    "video": ((b"ftyp", "video.mp4", "video/mp4"),),
}
FIELD_HOLDS = {"thing": 20, "character_string": 32, "const": 20, "phrase": 5, "letter": 32, "name": 10}  # characters
FIELD_MOST = 100
MOST = {"image": 10 << 20, "voice": 2 << 20, "video": 10 << 20}  # bytes

Load = Callable[[str], Awaitable[bytes]]  # media key -> bytes; raises LookupError, ValueError


class Unfit(Exception):
    """WeChat cannot take this; the message says why."""


@dataclass(slots=True, kw_only=True)
class Pusher:
    """Sends parts. `allowed` is WECHAT_PUSH."""

    house: House
    line: Line
    slots: Slots
    clock: Callable[[], datetime]
    load: Load
    allowed: bool = True
    template: Callable[[], Template | None] = lambda: None
    _client: Client | None = None
    _denied_until: datetime | None = None
    _booking: set[asyncio.Future[Any]] = field(default_factory=set)

    @property
    def client(self) -> Client:
        """Return wechatpy's client, made at first use."""
        self._client = self._client or Client(self.line)
        return self._client

    @property
    def may_push(self) -> bool:
        """Return whether the account may send customer-service messages, as far as is known."""
        return self.allowed and (self._denied_until is None or self._denied_until <= self.clock())

    async def carry(self, account: str, part: Part) -> None:
        """Send one part. Raises NoPush, Unfit, PlatformRefused, Unreachable."""
        number = await self._media_id(part) if part.kind != "text" else ""
        kind = KINDS.get(part.kind, "text")
        passive = kind in ("text", "image")
        while True:
            while passive and (slot := await self.slots.find(account)):
                answer = Answer(kind=kind, content=number or part.content)
                if await self.slots.fill(slot, answer):
                    await self._book(account, part, slot.key, answer)
                    return
            try:
                await self._push(account, part, kind, number)
            except NoPush:
                # who wrote meanwhile must not be waited for: their word was heard before this wait is booked
                if passive and self.slots.any_to(account):
                    continue
                raise
            await self._book(account, part)
            return

    async def _book(self, account: str, part: Part, key: str = "", answer: Answer | None = None) -> None:
        """Record what the customer saw, no later than its outbox row is deleted."""
        now = self.clock()
        unfinished = 0 if part.upto == part.mail else part.mail

        def book(tx: Any) -> None:
            done = part.done if unfinished else 0
            wechat.carried(tx, account, choices=part.choices, partial=unfinished, partial_done=done)
            if answer:
                wechat.answered(tx, key, answer, now=now)

        # not awaited: it is part of the transaction that deletes the row, or of one before it
        task = asyncio.ensure_future(self.house.write(book))
        self._booking.add(task)
        task.add_done_callback(self._booked)
        await asyncio.sleep(0)

    def _booked(self, task: asyncio.Future[Any]) -> None:
        self._booking.discard(task)
        if not task.cancelled() and (error := task.exception()):
            LOG.warning("what a customer was shown could not be stored, the answer may be repeated: %r", error)

    async def _push(self, account: str, part: Part, kind: str, number: str) -> None:
        if not self.may_push:
            raise NoPush("passive only")
        self.line.availability.check()
        now = self.clock()
        credit: str = await self.house.write(lambda tx: wechat.spend(tx, account, decision=part.decision, now=now))
        if not credit:
            raise NoPush("window")
        try:
            await self._send(account, part, kind, number)
        except PlatformRefused as error:
            await self._refused(account, credit, error)
        except Unreachable:
            # it goes again; should the platform have counted it all the same, it says so then
            await self.house.write(lambda tx: wechat.refund(tx, account, credit))
            raise

    async def _send(self, account: str, part: Part, kind: str, number: str) -> None:
        if kind == "text":
            await self.client.message.send_text(account, part.content)
            return
        send = getattr(self.client.message, f"send_{kind}")
        try:
            await send(account, number)
        except PlatformRefused as error:
            if meaning(error.code).does != "media":
                raise
            await self.house.write(lambda tx: wechat.forget_media(tx, _media_key(part)))
            await send(account, await self._media_id(part))

    async def _refused(self, account: str, credit: str, error: PlatformRefused) -> None:
        known = meaning(error.code)
        await self.house.write(lambda tx: wechat.refund(tx, account, credit))
        if known.does != "wait":
            raise error
        if known.why == "permission":
            self._denied_until = self.clock() + NO_PERMISSION_FOR
            self.line.availability.log(f"{error}: the account may not push, set WECHAT_PUSH=off or get it verified")
        else:
            await self.house.write(lambda tx: wechat.close(tx, account))
        raise NoPush(known.why)

    async def tell_briefly(self, account: str, waiting: Sequence[Part], at: datetime) -> str:
        """Announce decisions that have to wait by a template message, each tried once; return what came of it, or "".

        Raises Unreachable where the message surely did not leave: it may be tried again.
        """
        template, came = self.template() if self.may_push else None, ""
        for brief in dict.fromkeys(brief for part in waiting for brief in part.told):
            if template and await self.house.write(partial(_claim, account, brief.mail)):
                came = await self._by_template(account, template, brief, at)
        return came

    async def _by_template(self, account: str, template: Template, brief: Brief, at: datetime) -> str:
        try:
            await self.client.message.send_template(account, template.template_id, filled(template, brief, at))
        except PlatformRefused as error:
            self.line.availability.log(f"{error}: the template message was refused")
            return f"template {error.code}"
        except Unreachable as error:
            cause = error.__cause__
            if cause is not None and not isinstance(cause, ClientConnectorError):
                return "template uncertain"  # it may have arrived: better not announced than announced twice
            await self.house.write(lambda tx: wechat.release_template(tx, account, brief.mail))
            raise
        return BRIEFLY

    async def _media_id(self, part: Part) -> str:
        """Return the platform's id of a stored picture, voice or video; upload it if need be."""
        kind, key, now = KINDS.get(part.kind, ""), _media_key(part), self.clock()
        if not kind:
            raise Unfit(f"WeChat carries no {part.kind}")
        known: str = await self.house.read(lambda tx: wechat.media_id(tx, key, now=now))
        if known:
            return known
        try:
            data = await self.load(part.content)
        except (LookupError, ValueError):
            raise Unfit(f"the {part.kind} is no longer kept") from None
        name, mime = _shape(kind, data)
        answer = await self.client.media.upload(kind, (name, data, mime))
        number = str(answer["media_id"])
        await self.house.write(lambda tx: wechat.keep_media(tx, key, number, until=now + MEDIA_LIVES, now=now))
        return number


def _claim(account: str, mail: int, tx: Any) -> bool:
    return wechat.claim_template(tx, account, mail)


def filled(template: Template, brief: Brief, at: datetime) -> dict[str, dict[str, str]]:
    """Return a template's fields, filled and cut to what each kind may hold: thing1 to 20 characters, phrase2 to 5."""
    values = {"at": at.strftime("%Y-%m-%d %H:%M"), "no": brief.no, "decision": brief.decision}
    return {
        name: {"value": text.format(**values)[: FIELD_HOLDS.get(name.rstrip("0123456789"), FIELD_MOST)]}
        for name, text in template.fields.items()
    }


def _media_key(part: Part) -> str:
    return f"{part.kind}:{part.content}"


def _shape(kind: str, data: bytes) -> tuple[str, str]:
    """Return a file's name and MIME type by its first bytes. Raises Unfit."""
    head = data[:12]
    for start, name, mime in SHAPES[kind]:
        if head.startswith(start) or (kind == "video" and start in head):
            if len(data) > MOST[kind]:
                raise Unfit(f"WeChat carries a {kind} of at most {MOST[kind] >> 20} MB")
            return name, mime
    raise Unfit(f"WeChat carries no {kind} in this format")
