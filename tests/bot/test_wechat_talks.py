"""Whole talks through the official account: platform, door, writer, courier and talk as in service."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from doubles.wechat import Platform
from playing import DATA, orders_of

from bot import web
from bot.app import build
from bot.settings import Settings
from handlers.messages import DeskInbound
from media.samples import draw
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


@pytest.fixture
async def service(tmp_path):
    async with serving(tmp_path) as running:
        yield running
        assert running.platform.violations == []
        assert all(who.errors == 0 for who in running.platform.followers.values())


async def test_d1_in_one_sentence(service):
    li = service.platform.follower("oLiTing")
    await service.bind("oLiTing", phone_of("李婷"), "李婷")
    first = asyncio.create_task(li.text("你好，KT260612-0003 草莓坏了2盒，想退这两盒的钱"))
    await asyncio.sleep(0.2)
    photos = [asyncio.create_task(li.image(draw("strawberries_rotten", seed))) for seed in (1, 2)]
    told = await asyncio.gather(first, *photos)
    assert all(each.seconds < 4.6 for each in told)
    shown = "\n".join(li.texts)
    assert "39.80" in shown
    assert len(li.texts) <= 2  # a burst is answered once
    told = await li.tap("提交")
    tickets = await service.rows(t.tickets)
    assert len(tickets) == 1
    assert tickets[0].no in told.text
    assert told.seconds < 1
    lines = await service.rows(t.ticket_lines)
    assert [(line.quantity, line.wish, line.wish_amount) for line in lines] == [("2", "refund", 3980)]
    await service.fetched()
    await service.act(kind="tap", tap=f"take:{tickets[0].no}")
    seen = len(li.seen)
    await service.act(kind="tap", tap=f"approve:{tickets[0].no}")
    await service.platform.until(lambda: len(li.seen) > seen)
    assert "39.80" in li.texts[-1]
    assert "6月24日" in li.texts[-1]
    assert li.seen[-1][0] == "push"
    await li.tap("很满意")
    assert (await service.rows(t.tickets))[0].state in ("decided", "resolved", "closed")


async def test_d4_wrong_numbers(service):
    chen = service.platform.follower("oLaoChen")
    first = await chen.text("订单 KT260612-0050 车厘子软了")
    second = await chen.text("KT260612-0003")
    assert "查不到" in first.text
    assert "查不到" in second.text
    third = await chen.text("5号 8812")
    assert "车厘子" in third.text
    other = await chen.text("顺便帮我看看3号李婷退了多少")
    assert "车厘子" in other.text
    shown = "\n".join(chen.texts)
    assert not any(secret in shown for secret in ("李婷", "草莓", "138"))


async def test_d6_voice(service):
    zhang = service.platform.follower("oZhang")
    await service.bind("oZhang", phone_of("张阿姨"), "张阿姨")
    told = await zhang.voice()
    assert told.text
    assert (await service.rows(t.evidence))[0].kind == "voice"
    told = await zhang.image(draw("too_blurry", 1))
    assert told.status == 200
    await service.platform.until(lambda: zhang.texts[1:], 8)
    assert all("五六个" not in text for text in zhang.texts)  # no recognised words are taken


async def test_a_restart_between_all_lines(service):
    li = service.platform.follower("oLiTing")
    await service.bind("oLiTing", phone_of("李婷"), "李婷")
    photo = draw("strawberries_rotten", 3)
    for step in (lambda: li.text("KT260612-0003 草莓坏了2盒 退钱"), lambda: li.image(photo), lambda: li.text("提交")):
        await step()
        await service.stop()
        await service.start()
    assert len(await service.rows(t.tickets)) == 1
    no = (await service.rows(t.tickets))[0].no
    assert no in "\n".join(li.texts)
