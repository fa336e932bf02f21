"""A house that only notes what the customers' door hands in, for tests of the door alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from databases import lay_out
from sqlalchemy import create_engine

from bot.channels.base import House
from handlers.messages.models import Inbound
from media.store import Missing

WITHIN = 30.0  # seconds that anything may take on a busy machine


class NotingHouse:
    """Notes what comes in; `broken` makes it fail as a database that is away. The tables are real, in memory."""

    def __init__(self) -> None:
        self.engine = create_engine("sqlite://")
        lay_out(self.engine)
        self.heard: list[Inbound] = []
        self.broken = 0
        self.before: Any = None  # awaited before a message counts as taken
        self.waits = 0.0

    async def receive(self, inbound: Inbound) -> None:
        if self.before:
            await self.before(inbound)
        if self.broken:
            self.broken -= 1
            raise ConnectionError("the database is away")
        self.heard.append(inbound)

    async def run(self, work: Any) -> Any:
        with self.engine.begin() as tx:
            return work(tx)

    async def act(self, inbound: Any) -> None:
        raise AssertionError("customers do not act at the desk")

    @property
    def house(self) -> House:
        return House(receive=self.receive, act=self.act, write=self.run, read=self.run, waits=self.waits)

    def close(self) -> None:
        self.engine.dispose()


class Shelf:
    """A media store in memory."""

    def __init__(self, **files: bytes) -> None:
        self.files = {key.replace("_", "."): data for key, data in files.items()}

    def get(self, key: str) -> bytes:
        try:
            return self.files[key]
        except KeyError:
            raise Missing(key) from None

    def put(self, data: bytes, suffix: str) -> str:
        raise NotImplementedError

    def has(self, key: str) -> bool:
        return key in self.files

    def delete(self, key: str) -> None:
        raise NotImplementedError


def now() -> datetime:
    """Return the platform's time."""
    return datetime.now(UTC)


async def eventually(look: Callable[[], Awaitable[Any]], *, within: float = WITHIN) -> Any:
    """Wait for what a coroutine function finds in the tables."""
    async with asyncio.timeout(within):
        while not (found := await look()):  # noqa: ASYNC110 # tables ring no bell
            await asyncio.sleep(0.02)
    return found
