"""A small house behind the sandbox page: a database on disk, a media folder, and a note of all that came in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from databases import lay_out
from sqlalchemy import select

from bot.channels.base import House
from bot.runtime.access import Guard
from bot.runtime.web import make_app
from bot.sandbox.channel import SandboxChannel
from bot.sandbox.desk import SandboxDesk
from bot.sandbox.input import Input
from bot.sandbox.page import Page
from bot.sandbox.room import Room
from handlers.context import TurnContext
from handlers.desk import dispatch
from handlers.desk.request import Answer
from handlers.messages.models import DeskInbound, Inbound
from handlers.orders.samples import load
from handlers.orders.samples import samples as sample_people
from handlers.policy.loader import load as load_policy
from handlers.policy.policy import Policy
from media import samples
from media.store import Store
from media.values import SheetPhoto
from storage import policies
from storage.database import Tx, open_readers, open_writer, read, transaction
from storage.outbox import Mail
from storage.tables import outbox

NOW = datetime(2026, 6, 12, 11, 10, tzinfo=UTC)


@cache
def preset() -> Policy:
    """Load the shipped policy, once."""
    return load_policy("community-group-buy")


class SandboxHouse:
    """What the page's doors are handed; `heard` and `acted` keep what they hand on."""

    def __init__(self, folder: Path, *, password: str = "", wide: bool = False, exposed: bool = False) -> None:
        url = f"sqlite:///{folder}/sandbox.db"
        self.writer = open_writer(url)
        lay_out(self.writer)
        with transaction(self.writer) as tx:
            load(tx, NOW)
            policies.store(tx, preset().hash, name=preset().name, text=preset().text, now=NOW)
        self.readers = open_readers(url)
        self.now = NOW
        self.heard: list[Inbound] = []
        self.acted: list[DeskInbound] = []
        self.broken = False
        house = House(receive=self._receive, act=self._act, write=self.write, read=self.read)
        self.room = Room(house=house, store=Store(folder / "media"), clock=lambda: self.now)
        self.channel = SandboxChannel(room=self.room)
        self.sheets: list[list[str]] = []
        self.desk = SandboxDesk(room=self.room, context=self.context, sheet=self._sheet)
        self.guard = Guard(wide=wide, exposed=exposed, password=password, secret=b"s" * 32)
        self.page = Page(room=self.room, guard=self.guard, people=sample_people(), draw=samples.draw)
        self.input = Input(page=self.page, channel=self.channel, desk=self.desk)

    def context(self) -> TurnContext:
        """Return what cards are drawn with."""
        policy = preset()
        return TurnContext(
            now=self.now, random=Random(len(self.acted)), policy=policy, policy_of=lambda _tx, _hash: policy
        )

    def _sheet(self, photos: Sequence[SheetPhoto], header: str) -> bytes:
        self.sheets.append([header, *(photo.caption for photo in photos)])
        return b"\xff\xd8\xff sheet of " + b"+".join(photo.image for photo in photos)

    async def _receive(self, inbound: Inbound) -> None:
        if self.broken:
            raise ConnectionError("the database is away")
        self.heard.append(inbound)

    async def _act(self, inbound: DeskInbound) -> Answer:
        self.acted.append(inbound)
        return await self.write(lambda tx: dispatch.act(tx, inbound, self.context()))

    async def write(self, change: Callable[..., Any]) -> Any:
        """Run a function in one transaction."""
        with transaction(self.writer) as tx:
            return change(tx)

    async def read(self, look: Callable[..., Any]) -> Any:
        """Run a function on a reader's connection."""
        return await read(self.readers, look)

    async def carry(self) -> list[str]:
        """Carry what is in the outbox for the desk, as the courier would; return its kinds."""

        def take(tx: Tx) -> list[tuple[str, Mail]]:
            rows = tx.execute(select(outbox).order_by(outbox.c.id)).all()
            tx.execute(outbox.delete())
            return [(row.mailbox, Mail(id=row.id, kind=row.kind, payload=row.payload)) for row in rows]

        kinds = []
        for box, mail in await self.write(take):
            if box.startswith(("desk:", "board:")):
                assert (await self.desk.carry(box, [mail])).sent == mail.id
                kinds.append(mail.kind)
        return kinds

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
