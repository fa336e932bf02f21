"""The service as `claimdesk serve` runs it, with the official account open."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from doubles.wechat import Platform
from playing import DATA, orders_of

from bot.app import build
from bot.runtime import web
from bot.settings import Settings
from handlers.messages.models import DeskInbound
from storage import conversations, imports, people
from storage import tables as t

BRISK = 'extends = "community-group-buy"\n[talk]\nquiet = "0.4s"\n'


EVENING = "2026-06-12T19:10:00+08:00"


class Service:
    """The service as `claimdesk serve` runs it, with the official account opened."""

    def __init__(self, folder, platform):
        self.platform, self.keys = platform, 0
        self.settings = Settings(
            data_dir=str(folder),
            sandbox="off",
            policy=str(folder / "brisk.toml"),
            claimdesk_now=EVENING,
            wechat_app_id=platform.app_id,
            wechat_app_secret=platform.secret,
            wechat_token=platform.token,
            wechat_aes_key=platform.key,
            wechat_api_base=platform.url,
        )

    async def start(self):
        self.app = build(self.settings)
        self.http = await web.start(web.make_app(health=self.app.health, doors=self.app.doors), "127.0.0.1", 0)
        self.platform.callback = f"http://127.0.0.1:{self.http.addresses[0][1]}/wechat"
        await self.app.start()

    async def stop(self):
        await self.http.cleanup()
        await self.app.stop()

    async def do(self, work):
        return await self.app.runner.do(work)

    async def rows(self, table):
        return await self.app.read(lambda tx: tx.execute(table.select()).all())

    async def bind(self, openid, phone, name):
        def bind(tx):
            now = self.app.clock()
            talk = conversations.open_(tx, "wechat", openid, name=name, now=now)
            people.bind(tx, talk.id, people.customer(tx, phone, name, sample=False, now=now).id)

        await self.do(bind)

    async def fetched(self):
        """Wait until every piece of evidence has come in."""
        for _ in range(200):
            if {piece.state for piece in await self.rows(t.evidence)} == {"stored"}:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(await self.rows(t.evidence))

    async def act(self, **what):
        self.keys += 1
        deed = {"desk": "telegram", "user": "77", "name": "小林", "at": self.app.clock(), "supervisor": True, **what}
        return await self.app.act(DeskInbound(key=f"desk:{self.keys}", **deed))


@asynccontextmanager
async def serving(folder):
    async with Platform() as platform:
        (folder / "brisk.toml").write_text(BRISK, encoding="utf-8")
        service = Service(folder, platform)
        await service.start()
        await service.do(lambda tx: imports.upsert(tx, orders_of(DATA / "g0612.csv"), now=datetime.now(UTC)))
        await service.act(kind="joined")
        try:
            yield service
        finally:
            await service.stop()


def phone_of(name):
    return next(order.buyer_phone for order in orders_of(DATA / "g0612.csv") if order.buyer_name == name)
