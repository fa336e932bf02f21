"""One signed POST to another system: no proxy, no redirect, a limit of time, and of the answer a limit of size."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientError, ClientPayloadError, ClientResponse, ClientSession, DummyCookieJar, TCPConnector
from aiohttp import ServerDisconnectedError as Disconnected

from bot.webhooks.signing import SIGNATURE, signature
from storage.database import to_json

LOG = logging.getLogger(__name__)
TIMEOUT = 10.0  # seconds for one try
MOST = 64 * 1024  # bytes of an answer that are read; the rest is nobody's
REDIRECTS = range(300, 400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What became of a try: `why` as webhook_outages.told_why takes it, "" when it was taken; `answer` then."""

    why: str = ""
    answer: bytes = b""


@dataclass(slots=True, kw_only=True)
class Poster:
    """Posts JSON to one address; signed where there is a secret. Used in one event loop."""

    url: str = field(repr=False)
    secret: str = field(repr=False)
    timeout: float = TIMEOUT
    _session: ClientSession | None = None

    async def post(self, key: str, body: Mapping[str, Any]) -> Posted:
        """Send a body once; the same body and key are the same bytes in every try."""
        data = to_json(body).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": key, "Accept-Encoding": "identity"}
        if self.secret:
            headers[SIGNATURE] = signature(self.secret, data)
        try:
            async with asyncio.timeout(self.timeout):
                return await self._post(data, headers)
        except TimeoutError:
            return Posted(why="timeout")
        except (ClientPayloadError, Disconnected, ConnectionResetError):
            return Posted(why="cut")
        except (ClientError, OSError, ValueError):
            return Posted(why="connection")

    async def _post(self, data: bytes, headers: Mapping[str, str]) -> Posted:
        if self._session is None:
            # a connection for each try: one that was kept may be shut just when it is used again
            connector, jar = TCPConnector(force_close=True), DummyCookieJar()
            self._session = ClientSession(connector=connector, cookie_jar=jar, auto_decompress=False, trust_env=False)
        async with self._session.post(self.url, data=data, headers=headers, allow_redirects=False) as response:
            if response.status in REDIRECTS:
                return Posted(why=f"redirect:{response.status}")
            if response.status // 100 != 2:
                return Posted(why=f"status:{response.status}")
            return Posted(answer=await _answer(response))

    async def close(self) -> None:
        """Close all connections."""
        if self._session:
            await self._session.close()


async def _answer(response: ClientResponse) -> bytes:
    """Return the body of an answer; nothing of one that is too long, which ends its connection."""
    data = bytearray()
    async for chunk in response.content.iter_chunked(16 * 1024):
        data += chunk
        if len(data) > MOST:
            LOG.warning("an answer of %s is longer than %d bytes and was not read", response.url.host, MOST)
            response.close()
            return b""
    return bytes(data)
