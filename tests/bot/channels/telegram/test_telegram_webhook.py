from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiohttp.test_utils import TestClient, TestServer
from doubles.botapi import BotApi
from doubles.telegram_doors import NotingHouse, Shelf, now

from bot.channels.telegram.channel import PATH, TelegramChannel
from bot.channels.telegram.webhook import MAX_BODY, SECRET
from bot.runtime.web import make_app

KNOWN = {SECRET: "s3cret"}


@pytest.fixture
def api():
    with BotApi() as running:
        yield running


@pytest.fixture
def shop(api):
    return api.bot("shop_bot")


@pytest.fixture
def noting():
    noting = NotingHouse()
    yield noting
    noting.close()


@pytest.fixture
def served(api, shop, noting):
    @asynccontextmanager
    async def serve():
        app = make_app(health=lambda: {"ok": True})
        server = TestServer(app)
        channel = TelegramChannel(
            house=noting.house, token=shop.token, store=Shelf(), context=lambda: None, clock=now, api_base=api.url,
            webhook=("http://127.0.0.1", "s3cret"),
        )  # fmt: skip
        channel.hook.door(app)
        async with TestClient(server) as client:
            channel.webhook = (str(server.make_url("")), "s3cret")
            yield channel, client
        await channel.close()

    return serve


@asynccontextmanager
async def running(channel):
    task = asyncio.create_task(channel.run())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_updates_come_by_the_webhook_and_are_acknowledged_after_the_commit(api, shop, noting, served):
    async with served() as (channel, _), running(channel):
        await api.until(lambda: shop.webhook)
        assert shop.webhook.secret == "s3cret"
        let = asyncio.Event()
        noting.before = lambda inbound: let.wait()
        api.user(1001, "李婷").text(shop, "草莓坏了")
        await asyncio.sleep(0.1)
        assert shop.inbox.pending
        let.set()
        await api.until(lambda: not shop.inbox.pending)
    assert [inbound.text for inbound in noting.heard] == ["草莓坏了"]
    assert api.called("getUpdates") == []


async def test_a_failed_turn_is_sent_again(api, shop, noting, served):
    noting.broken = 2
    async with served() as (channel, _), running(channel):
        await api.until(lambda: shop.webhook)
        api.user(1001, "李婷").text(shop, "草莓坏了")
        await api.until(lambda: noting.heard)
        await api.until(lambda: not shop.inbox.pending)
    assert len(noting.heard) == 1


async def test_a_turn_that_fails_for_any_other_reason_is_sent_again_too(api, shop, noting, served):
    li = api.user(1001, "李婷")
    li.text(shop, "草莓坏了")
    (update,) = shop.updates

    async def fails(_inbound):
        raise LookupError("a fault in the code")

    noting.before = fails
    async with served() as (_, client):
        assert (await client.post(PATH, json=update.body, headers=KNOWN)).status == 500
        noting.before = None
        assert (await client.post(PATH, json=update.body, headers=KNOWN)).status == 200
    assert len(noting.heard) == 1


@pytest.mark.parametrize("headers", [{}, {SECRET: "s3cres"}, {SECRET: ""}, {SECRET: "s3cret" * 99}])
async def test_without_the_secret_nothing_is_heard(shop, noting, served, headers):
    async with served() as (_, client):
        answer = await client.post(PATH, json={"update_id": 1}, headers=headers)
        assert answer.status == 403
    assert noting.heard == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b'{"update_id": "x"}', b"\xff\xfe", b"[" * 5000])
async def test_what_is_no_update_is_answered_so_that_it_is_not_sent_for_ever(noting, served, body):
    async with served() as (_, client):
        assert (await client.post(PATH, data=body, headers=KNOWN)).status == 200
    assert noting.heard == []


async def test_a_body_too_large_is_refused(noting, served):
    async def endless():
        for _ in range(MAX_BODY // 1024 + 2):
            yield b" " * 1024

    async with served() as (_, client):
        assert (await client.post(PATH, data=b" " * (MAX_BODY + 1), headers=KNOWN)).status == 413
        assert (await client.post(PATH, data=endless(), headers=KNOWN)).status == 413


async def test_an_unknown_kind_is_accepted_and_left(noting, served):
    async with served() as (_, client):
        answer = await client.post(PATH, json={"update_id": 1, "hologram": {"depth": 3}}, headers=KNOWN)
        assert answer.status == 200
    assert noting.heard == []


async def test_one_chat_keeps_its_order(api, shop, noting, served):
    li = api.user(1001, "李婷")
    for text in ("一", "二", "三"):
        li.text(shop, text)
    bodies = [update.body for update in shop.updates]
    pauses = iter((0.1, 0.0, 0.0))

    async def slow(_inbound):
        await asyncio.sleep(next(pauses))

    noting.before = slow
    async with served() as (_, client):
        await asyncio.gather(*(client.post(PATH, json=body, headers=KNOWN) for body in bodies))
    assert [inbound.text for inbound in noting.heard] == ["一", "二", "三"]
