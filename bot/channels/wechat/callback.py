"""The callback of WeChat: commits what came in, then answers in time with what the outbox has for the customer."""

from __future__ import annotations

import asyncio
import logging
import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from aiohttp import ClientError, web

from bot.channels.base import House
from bot.channels.wechat.inbound import News, read
from bot.channels.wechat.open_callbacks import Slot, Slots
from bot.channels.wechat.rendering import render
from bot.channels.wechat.verification import Gate, Letter, Refused
from handlers.messages.models import Inbound
from storage.platforms import wechat
from storage.platforms.wechat import Answer, Standing

LOG = logging.getLogger(__name__)
PATH = "/wechat"
MOST_BODY = 64 * 1024  # bytes
BODY_WITHIN = 2.0  # seconds
STOPPING = 2.0  # seconds that open callbacks get when the service stops
NOTHING = "success"
SAID_EVERY = 10.0  # seconds


class NotCommitted(Exception):
    """What came in is not stored: it must not be acknowledged, so that it comes again."""


@dataclass(slots=True, kw_only=True)
class Callback:
    """Answers `/wechat`. A request's time must be near one of `times`; `open_for` in seconds."""

    house: House
    gate: Gate
    slots: Slots
    clock: Callable[[], datetime]
    times: Callable[[], tuple[datetime, ...]]
    open_for: float
    _said: dict[str, float] = field(default_factory=dict, init=False)

    def attach(self, app: web.Application) -> None:
        """Add the routes; open callbacks end soon after the server begins to stop."""
        app.router.add_get(PATH, self._verify)
        app.router.add_post(PATH, self._deliver)

        async def hurry(_app: web.Application) -> None:
            self.slots.hurry(STOPPING)

        app.on_shutdown.append(hurry)

    async def _verify(self, request: web.Request) -> web.Response:
        try:
            return web.Response(text=self.gate.verify(request.query, *self.times()))
        except Refused as refused:
            return _refusal(refused)

    async def _deliver(self, request: web.Request) -> web.StreamResponse:
        ends = asyncio.get_running_loop().time() + self.open_for
        try:
            letter = self.gate.open(request.query, await _body(request), *self.times())
            news = read(letter.message, at=self.clock())
        except Refused as refused:
            return _refusal(refused)
        try:
            return await self._received(request, letter, news, ends)
        except NotCommitted as error:
            self._warn("late", logging.ERROR, f"{error}; WeChat delivers it again")
            return web.Response(status=503)

    async def _received(self, request: web.Request, letter: Letter, news: News, ends: float) -> web.StreamResponse:
        if news.left:
            await _safe(self.house.write(lambda tx: wechat.leave(tx, news.account, now=self.clock())), news, ends)
        if news.inbound is None:
            return web.Response(text=NOTHING)
        if letter.json:
            advice = "WeChat delivers JSON: set the message format to XML in the platform's console"
            self._warn("json", logging.WARNING, advice)
            await _safe(self._take_in(news, news.inbound), news, ends)
            return web.Response(text=NOTHING)
        known = self.slots.given(news.inbound.key)
        if known:
            return self._answer(letter, news, known)
        slot = self.slots.expect(news.inbound.key, news.account, ends=ends)
        try:
            return await self._answered(request, letter, news, slot)
        finally:
            self.slots.close(slot)

    async def _answered(self, request: web.Request, letter: Letter, news: News, slot: Slot) -> web.StreamResponse:
        assert news.inbound
        known: Answer | None = await _safe(self._take_in(news, news.inbound), news, slot.ends)
        known = known or self.slots.given(slot.key)
        if known:
            return self._answer(letter, news, known)
        slot.commit()
        answer = await slot.answer
        if answer is None:
            return web.Response(text=NOTHING)
        response = self._answer(letter, news, answer)
        try:
            await response.prepare(request)
            await response.write_eof()
        except (ClientError, OSError):
            return response  # the platform hung up: the text goes another way
        slot.wrote()
        return response

    async def _take_in(self, news: News, inbound: Inbound) -> Answer | None:
        """Commit the message and what it allows; return the answer that it got before, if any."""
        if number := _bare_number(inbound):
            standing: Standing = await self.house.read(lambda tx: wechat.standing(tx, news.account))
            if number <= len(standing.choices):
                inbound = replace(inbound, kind="tap", tap=standing.choices[number - 1], text="")
        key, now = inbound.key, self.clock()
        known, _ = await asyncio.gather(
            self.house.write(lambda tx: wechat.arrive(tx, news.account, key, click=news.click, now=now)),
            self.house.receive(inbound),
        )
        answer: Answer | None = known
        return answer

    def _answer(self, letter: Letter, news: News, answer: Answer) -> web.Response:
        xml = render(
            answer,
            account=news.account,
            service=news.service,
            at=self.times()[-1],
            nonce=letter.nonce,
            crypto=letter.crypto,
        )
        return web.Response(text=xml, content_type="application/xml")

    def _warn(self, what: str, level: int, sentence: str) -> None:
        """Log what may come with every delivery, but not every time."""
        now = asyncio.get_running_loop().time()
        if now - self._said.get(what, -SAID_EVERY) >= SAID_EVERY:
            self._said[what] = now
            LOG.log(level, "%s", sentence)


async def _safe(work: Awaitable[Any], news: News, ends: float) -> Any:
    """Wait until work is committed. Raises NotCommitted when it fails or takes too long; the work then goes on."""
    task = asyncio.ensure_future(work)
    await asyncio.wait([task], timeout=max(0.0, ends - asyncio.get_running_loop().time()))
    key = news.inbound.key if news.inbound else news.account
    if not task.done():
        task.add_done_callback(lambda late: late.cancelled() or late.exception())
        raise NotCommitted(f"{key} is not committed in time")
    if error := task.exception():
        raise NotCommitted(f"{key} was not committed: {type(error).__name__}") from error
    return task.result()


def _bare_number(inbound: Inbound) -> int:
    """Return the number when a text is nothing else, or 0."""
    if inbound.kind != "text" or len(inbound.text) > 8:
        return 0
    word = unicodedata.normalize("NFKC", inbound.text).strip(" .、。,，()\n\t")
    return int(word) if word.isascii() and word.isdecimal() and len(word) <= 2 else 0


async def _body(request: web.Request) -> bytes:
    """Return the body, read up to its cap. Raises Refused."""
    if (request.content_length or 0) > MOST_BODY:
        raise Refused(413, "too large")
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise Refused(400, "packed, which WeChat never does")
    data = bytearray()
    try:
        async with asyncio.timeout(BODY_WITHIN):
            async for chunk in request.content.iter_chunked(16 * 1024):
                data += chunk
                if len(data) > MOST_BODY:
                    raise Refused(413, "too large")
    except TimeoutError:
        raise Refused(408, "the body did not come") from None
    except (web.RequestPayloadError, ClientError, OSError):
        raise Refused(400, "the body broke off") from None
    return bytes(data)


def _refusal(refused: Refused) -> web.Response:
    LOG.info("a request to %s was refused: %s", PATH, refused.why)
    return web.Response(status=refused.status)
