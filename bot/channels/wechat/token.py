"""The account's access token: one for all processes, stored in the database, fetched by one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from storage.database import Tx
from storage.platforms import wechat
from storage.platforms.wechat import Token

EARLY = timedelta(minutes=5)  # before its end a token is renewed
WORD = timedelta(seconds=15)  # how long one process has the word to fetch
PATIENCE = 20  # looks at the table, a quarter of a second apart, while another process fetches
FORCE_AFTER = timedelta(seconds=60)  # a token refused although it is the platform's newest is replaced this seldom

Fetch = Callable[[bool], Awaitable[Token]]
Write = Callable[[Callable[[Tx], Any]], Awaitable[Any]]


class RefusedAgain(Exception):
    """The platform refuses its own newest token."""


@dataclass(slots=True)
class Tokens:
    """Holds the token. `fetch` asks the platform, by force or not; raises Unreachable."""

    app_id: str
    write: Write
    read: Write
    fetch: Fetch
    clock: Callable[[], datetime]
    _known: Token | None = None
    _forced_at: datetime | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def get(self) -> str:
        """Return a token that should be valid."""
        if self._known and self._good(self._known):
            return self._known.token
        async with self._lock:
            return await self._settled(refused="")

    async def renew(self, refused: str) -> str:
        """Return another token in place of one that the platform refused. Raises RefusedAgain."""
        async with self._lock:
            if self._known and self._known.token == refused:
                self._known = None
            return await self._settled(refused=refused)

    def _good(self, token: Token) -> bool:
        return token.expires_at - EARLY > self.clock()

    async def _settled(self, *, refused: str) -> str:
        for _ in range(PATIENCE):
            stored: Token | None = await self.read(lambda tx: wechat.token(tx, self.app_id))
            if stored and stored.token != refused and self._good(stored):
                self._known = stored
                return stored.token
            now = self.clock()
            if await self.write(lambda tx: wechat.claim_refresh(tx, self.app_id, now=now, until=now + WORD)):  # noqa: B023 - awaited here
                return await self._fetched(refused)
            await asyncio.sleep(0.25)
        return await self._fetched(refused)

    async def _fetched(self, refused: str) -> str:
        fresh: Token | None = None
        try:
            fresh = await self.fetch(False)
            if fresh.token == refused:
                fresh = await self._by_force()
        finally:
            await self.write(lambda tx: wechat.keep_token(tx, self.app_id, fresh))
        self._known = fresh
        return fresh.token

    async def _by_force(self) -> Token:
        now = self.clock()
        if self._forced_at and now - self._forced_at < FORCE_AFTER:
            raise RefusedAgain
        self._forced_at = now
        return await self.fetch(True)
