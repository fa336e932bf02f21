"""wechatpy's client over aiohttp: its methods return awaitables, the token comes from the database, nothing loops."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, FormData
from wechatpy.client import WeChatClient

from bot import measures
from bot.channels.base import Gone, TooBig, Unreachable
from bot.channels.wechat.availability import Availability
from bot.channels.wechat.errors import STALE_TOKEN, PlatformRefused, meaning
from bot.channels.wechat.token import RefusedAgain, Tokens, Write
from storage.platforms.wechat import Token

NAME = "wechat"  # as /healthz and /metrics name it
PUBLIC = "https://api.weixin.qq.com"
QR_PUBLIC = "https://mp.weixin.qq.com"
PATIENCE = ClientTimeout(total=15, connect=5)  # seconds
PATIENCE_FILE = ClientTimeout(total=45, connect=5, sock_read=15)
MOST_ANSWER = 1 << 20  # bytes of a JSON answer
TEXTUAL = ("application/json", "text/plain", "text/html")


@dataclass(slots=True, kw_only=True)
class Line:
    """The connection to the platform: one HTTP session, the token, and the availability that all calls share."""

    app_id: str
    secret: str
    base: str
    write: Write
    read: Write
    clock: Callable[[], datetime]
    availability: Availability
    tokens: Tokens = field(init=False)
    _http: ClientSession | None = None

    def __post_init__(self) -> None:
        """Have the token fetched over this line."""
        self.base = (self.base or PUBLIC).rstrip("/")
        self.tokens = Tokens(self.app_id, self.write, self.read, self.fetch_token, self.clock)

    @property
    def http(self) -> ClientSession:
        """Return the session, opened at first use inside the loop."""
        if self._http is None or self._http.closed:
            self._http = ClientSession(timeout=PATIENCE, auto_decompress=True)
        return self._http

    async def close(self) -> None:
        """Close all connections."""
        if self._http is not None:
            await self._http.close()

    @asynccontextmanager
    async def ask(self, method: str, url: str, **how: Any) -> AsyncIterator[ClientResponse]:
        """Make one request; every network failure becomes Unreachable."""
        with self.availability.call():
            try:
                async with self.http.request(method, url, **how) as response:
                    if response.status >= 500 or response.status == 429:
                        raise Unreachable(f"answers with status {response.status}")
                    yield response
            except (ClientError, TimeoutError, OSError) as error:
                raise Unreachable(f"cannot be reached: {type(error).__name__}") from error

    async def call(
        self, method: str, path: str, *, params: Mapping[str, Any] | None = None, **how: Any
    ) -> dict[str, Any]:
        """Call the API with the token; one that is refused is renewed once. Raises PlatformRefused, Unreachable."""
        self.availability.check()
        token = await self.tokens.get()
        for retry in (True, False):
            query = {**(params or {}), "access_token": token}
            async with self.ask(method, self.url(path), params=query, **_fresh_body(how)) as response:
                answer = await read_json(response)
            code = int(answer.get("errcode") or 0)
            if code in STALE_TOKEN and retry:
                token = await self._renewed(token)
                continue
            if code:
                raise self._refusal(code, _told(answer))
            self.availability.confirm()
            return answer
        raise AssertionError

    def url(self, path: str) -> str:
        """Return an endpoint's address."""
        return path if path.startswith(("http://", "https://")) else f"{self.base}/cgi-bin/{path}"

    def _refusal(self, code: int, message: str) -> Exception:
        """Return the exception for a code; what concerns the whole account pauses every call."""
        known = meaning(code)
        measures.TROUBLE.add(NAME, known.why or known.does)
        if known.does == "pause":
            return self._paused(f"{known.why}: {code} {message}", known.seconds)
        if known.does == "later":
            return Unreachable(f"{code} {message}", known.seconds)
        return PlatformRefused(code, message)

    def _paused(self, why: str, seconds: float) -> Unreachable:
        self.availability.interrupt(why, seconds)
        return Unreachable(why, seconds)

    async def _renewed(self, token: str) -> str:
        try:
            return await self.tokens.renew(token)
        except RefusedAgain:
            measures.DOORS.wrong(NAME, measures.TOKEN)
            raise self._paused("token: the newest one is refused (40001)", 30) from None

    async def fetch_token(self, force: bool) -> Token:
        """Return the stable token: the live one, or by force a new one. Raises Unreachable."""
        asked = {"grant_type": "client_credential", "appid": self.app_id, "secret": self.secret, "force_refresh": force}
        async with self.ask("post", self.url("stable_token"), json=asked) as response:
            answer = await read_json(response)
        if code := int(answer.get("errcode") or 0):
            # without a token nothing can be sent, whatever the code: no single message is the cause
            measures.DOORS.wrong(NAME, measures.TOKEN)
            raise self._paused(f"no token: {code} {_told(answer)}", meaning(code).seconds or 60)
        measures.DOORS.well(NAME)
        seconds = min(7200, max(60, int(answer.get("expires_in", 7200))))
        return Token(token=str(answer["access_token"]), expires_at=self.clock() + timedelta(seconds=seconds))

    async def download(self, media_id: str, limit: int) -> bytes:
        """Return a file's bytes, at most `limit` of them. Raises Gone, TooBig, Unreachable."""
        self.availability.check()
        token = await self.tokens.get()
        for retry in (True, False):
            query = {"media_id": media_id, "access_token": token}
            async with self.ask("get", self.url("media/get"), params=query, timeout=PATIENCE_FILE) as response:
                data = await read_bytes(response, limit)
            answer = _words(data, response.content_type)
            if answer is None:
                self.availability.confirm()
                return data
            code = int(answer.get("errcode") or 0)
            if code in STALE_TOKEN and retry:
                token = await self._renewed(token)
                continue
            return await self._elsewhere(answer, code, limit)
        raise AssertionError

    async def _elsewhere(self, answer: Mapping[str, Any], code: int, limit: int) -> bytes:
        """Return the address of a video; every other JSON answer is a refusal."""
        address = str(answer.get("video_url", ""))
        if not code and address.startswith(("http://", "https://")):
            async with self.ask("get", address, timeout=PATIENCE_FILE) as response:
                if response.status != 200:
                    raise Gone
                return await read_bytes(response, limit)
        refusal = self._refusal(code or 40007, _told(answer))
        if isinstance(refusal, PlatformRefused):
            raise Gone from refusal
        raise refusal

    async def picture(self, ticket: str) -> bytes:
        """Return the picture of a scene code."""
        base = QR_PUBLIC if self.base == PUBLIC else self.base
        async with self.ask("get", f"{base}/cgi-bin/showqrcode", params={"ticket": ticket}) as response:
            if response.status != 200:
                raise Gone
            return await read_bytes(response, MOST_ANSWER)


def _words(data: bytes, content_type: str) -> dict[str, Any] | None:
    """Return an answer in words, None for a file: its bytes tell, whatever the header calls it.

    Raises Unreachable for words that are no answer, as a page of the network's own.
    """
    if content_type in TEXTUAL and data.lstrip()[:1] == b"{":
        with suppress(ValueError):
            answer = json.loads(data)
            if isinstance(answer, dict):
                return answer
    page = data.lstrip()[:15].lower()
    if not data or (content_type in TEXTUAL and page.startswith((b"<!doctype", b"<html", b"<head", b"<?xml"))):
        raise Unreachable("answers with something else than a file")
    return None


def _told(answer: Mapping[str, Any]) -> str:
    """Return an error's text without the request's own number, so that equal errors read alike."""
    return re.split(r",? rid:", str(answer.get("errmsg", "")))[0][:100]


def _fresh_body(how: Mapping[str, Any]) -> dict[str, Any]:
    """Return a new body for each try: a form that was sent is empty afterwards."""
    if "form" not in how:
        return dict(how)
    form = FormData()
    for name, (filename, data, mime) in how["form"].items():
        form.add_field(name, data, filename=filename, content_type=mime)
    return {**{key: value for key, value in how.items() if key != "form"}, "data": form}


async def read_bytes(response: ClientResponse, limit: int) -> bytes:
    """Return a body as far as it comes. Raises TooBig as soon as it is."""
    if (response.content_length or 0) > limit:
        response.close()
        raise TooBig
    data = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        data += chunk
        if len(data) > limit:
            response.close()
            raise TooBig
    return bytes(data)


async def read_json(response: ClientResponse) -> dict[str, Any]:
    """Read an answer, whatever content type it has. Raises Unreachable for what is no JSON object."""
    try:
        return parsed(await read_bytes(response, MOST_ANSWER))
    except TooBig:
        return parsed(b"")


def parsed(data: bytes) -> dict[str, Any]:
    """Return an answer's JSON object. Raises Unreachable for anything else."""
    answer: Any = None
    with suppress(ValueError):
        answer = json.loads(data)
    if not isinstance(answer, dict):
        raise Unreachable("answers with something else than JSON")
    return answer


class Client(WeChatClient):  # type: ignore[misc]  # wechatpy ships no types
    """wechatpy's client with its one request made over a Line; methods that only return their request are awaitable."""

    def __init__(self, line: Line) -> None:
        super().__init__(line.app_id, line.secret, auto_retry=False)
        self.line = line

    async def _request(self, method: str, url_or_endpoint: str, **how: Any) -> dict[str, Any]:
        values = {"params": how.get("params")}
        if "files" in how:
            values["form"] = how["files"]
        elif "data" in how:
            values["data"] = json.dumps(how["data"], ensure_ascii=False).encode()
        return await self.line.call(method, url_or_endpoint, **values)
