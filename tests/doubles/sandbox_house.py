"""A small house behind the sandbox page: a database on disk, a media folder, and a note of all that came in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.base import Answer, House
from bot.channels.sandbox import SandboxChannel
from bot.desks.sandbox import SandboxDesk
from bot.guard import Guard
from bot.room import Room
from bot.sandbox import Page
from bot.sandbox_input import Input
from bot.web import make_app
from handlers.messages import DeskInbound, Inbound
from handlers.samples import load
from handlers.samples import samples as sample_people
from media import samples
from media.store import Store
from storage.database import open_readers, open_writer, read, transaction
from storage.tables import METADATA

NOW = datetime(2026, 6, 12, 11, 10, tzinfo=UTC)


class SandboxHouse:
    """What the page's doors are handed; `heard` and `acted` keep what they hand on."""

    def __init__(self, folder: Path, *, password: str = "", wide: bool = False) -> None:
        url = f"sqlite:///{folder}/sandbox.db"
        self.writer = open_writer(url)
        METADATA.create_all(self.writer)
        with transaction(self.writer) as tx:
            load(tx, NOW)
        self.readers = open_readers(url)
        self.now = NOW
        self.heard: list[Inbound] = []
        self.acted: list[DeskInbound] = []
        self.answer = Answer()
        self.broken = False
        house = House(receive=self._receive, act=self._act, write=self.write, read=self.read)
        self.room = Room(house=house, store=Store(folder / "media"), clock=lambda: self.now)
        self.channel = SandboxChannel(room=self.room)
        self.desk = SandboxDesk(room=self.room, tools=self.tools)
        self.guard = Guard(wide=wide, password=password, secret=b"s" * 32)
        self.page = Page(room=self.room, guard=self.guard, people=sample_people(), draw=samples.draw)
        self.input = Input(page=self.page, channel=self.channel, desk=self.desk)

    def tools(self) -> Any:
        """Stand in for what cards are drawn with; a test that draws cards sets its own."""
        raise AssertionError("no card was meant to be drawn")

    async def _receive(self, inbound: Inbound) -> None:
        if self.broken:
            raise ConnectionError("the database is away")
        self.heard.append(inbound)

    async def _act(self, inbound: DeskInbound) -> Answer:
        self.acted.append(inbound)
        return self.answer

    async def write(self, change: Callable[..., Any]) -> Any:
        """Run a function in one transaction."""
        with transaction(self.writer) as tx:
            return change(tx)

    async def read(self, look: Callable[..., Any]) -> Any:
        """Run a function on a reader's connection."""
        return await read(self.readers, look)

    def app(self) -> web.Application:
        """Make the server's application with the page in it."""
        return make_app(health=lambda: {"ok": True}, doors=[self.page.door, self.input.door])

    async def close(self) -> None:
        """Let the database go."""
        self.room.close()
        await self.readers.dispose()
        self.writer.dispose()


@asynccontextmanager
async def sandbox_house(folder: Path, **settings: Any) -> AsyncIterator[tuple[SandboxHouse, TestClient]]:
    """Give a house and a client of its page."""
    house = SandboxHouse(folder, **settings)
    async with TestClient(TestServer(house.app())) as client:
        yield house, client
    await house.close()
    await asyncio.sleep(0)
