"""The platform: delivers to the callback with five seconds and three tries, and serves the API."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import Any
from xml.etree import ElementTree

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from .api import Api
from .faults import Fault
from .followers import Follower, Told
from .seal import Seal

TEXT_LIMIT = 2048  # bytes


class Platform:
    """`async with Platform() as platform:` then set `callback`; point the program at `url`."""

    def __init__(self, *, plain: bool = False) -> None:
        self.app_id, self.secret, self.token = "wx5823bf96d3bd56c7", "shop-secret", "QDG6eK"
        self.key = "" if plain else "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
        self.name = "gh_shop"
        self.callback = ""
        self.clock: Callable[[], float] = time.time
        self.patience, self.tries = 5.0, 3  # seconds, tries
        self.again = asyncio.Event()  # cleared, it holds further tries back
        self.again.set()
        self.followers: dict[str, Follower] = {}
        self.violations: list[str] = []
        self.faults: list[Fault] = []
        self.api = Api(self)
        self._ids = itertools.count(23_000_000_000_000_001)
        self.url = ""

    @property
    def seal(self) -> Seal:
        return Seal(token=self.token, key=self.key, app_id=self.app_id)

    @property
    def calls(self) -> list[str]:
        """Return the paths of the API that were called, in order."""
        return self.api.calls

    async def __aenter__(self) -> Platform:
        self._http = ClientSession()
        self._runner = web.AppRunner(self.api.app(), access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.api.over.set()
        await self._http.close()
        await self._runner.cleanup()

    def follower(self, openid: str) -> Follower:
        return self.followers.setdefault(openid, Follower(platform=self, openid=openid))

    def next_id(self) -> int:
        return next(self._ids)

    def put_media(self, kind: str, data: bytes, **more: str) -> str:
        return self.api.put_media(kind, data, **more)

    def fail(self, path: str, **how: Any) -> Fault:
        """Script the next calls of an API path, as "message/custom/send"."""
        self.faults.append(Fault(path=path, **how))
        return self.faults[-1]

    def check_size(self, text: str) -> None:
        if len(text.encode()) > TEXT_LIMIT:
            self.violations.append(f"a text of {len(text.encode())} bytes")
        if any(ord(char) < 32 and char not in "\n\t" for char in text):
            self.violations.append("control characters in a text")

    async def deliver(self, who: Follower, xml: str) -> Told:
        """Push one message as the platform does; every try is sealed anew."""
        told = Told(status=0)
        for number in range(1, self.tries + 1):
            query, body = self.seal.wrap(xml, at=self.clock(), to=self.name)
            told = replace(await self.post(query, body), tries=number)
            if told.status:
                break
            await self.again.wait()
        if told.status != 200:
            who.errors += 1
            return told
        try:
            shown = who.show(self.seal.unwrap(told.raw), passive=True)
        except (ValueError, KeyError, AttributeError, ElementTree.ParseError) as error:
            who.errors += 1
            self.violations.append(f"bad answer: {error!r} {told.raw[:200]}")
            return told
        return replace(shown, tries=told.tries, seconds=told.seconds)

    async def post(self, query: dict[str, str], body: str | bytes, *, kind: str = "text/xml") -> Told:
        """Send one POST to the callback; return status 0 when nothing came within the platform's patience."""
        began = time.monotonic()
        with suppress(ClientError, TimeoutError, asyncio.TimeoutError):
            async with self._http.post(
                self.callback,
                params=query,
                data=body if isinstance(body, bytes) else body.encode(),
                headers={"Content-Type": kind, "User-Agent": "Mozilla/4.0"},
                timeout=ClientTimeout(total=self.patience),
            ) as response:
                raw = await response.text()
                return Told(status=response.status, raw=raw, seconds=time.monotonic() - began)
        return Told(status=0, seconds=time.monotonic() - began)

    async def get(self, query: dict[str, str]) -> Told:
        async with self._http.get(self.callback, params=query) as response:
            return Told(status=response.status, raw=await response.text())

    async def until(self, predicate: Callable[[], object], seconds: float = 5.0) -> None:
        """Wait until something holds."""
        ends = time.monotonic() + seconds
        while not predicate():
            if time.monotonic() > ends:
                raise AssertionError(f"did not come to pass; calls: {self.calls[-10:]}")
            await asyncio.sleep(0.01)
