from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
from doubles.botapi import BotApi
from doubles.telegram_doors import NotingHouse, Shelf, eventually, now

from bot.channels.telegram import polling
from bot.channels.telegram.channel import TelegramChannel
from handlers.messages.models import Button, Reply, to_payload
from storage.outbox import Mail
from storage.platforms import telegram
from storage.tables import parked

OFFSET = "telegram:{}:offset"


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
def quick(monkeypatch):
    monkeypatch.setattr(polling, "PAUSES", (0.02,))


@pytest.fixture
def listening(api, shop, noting):
    """Runs the door for the length of a block."""

    @asynccontextmanager
    async def listen(**settings):
        channel = TelegramChannel(
            house=noting.house,
            token=shop.token,
            store=Shelf(),
            context=lambda: None,
            clock=now,
            api_base=api.url,
            **settings,
        )
        task = asyncio.create_task(channel.run())
        try:
            yield channel
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await channel.close()

    return listen


def texts(noting):
    return [inbound.text for inbound in noting.heard]


async def test_the_offset_moves_only_past_what_is_taken(api, shop, noting, listening):
    let = asyncio.Event()
    noting.before = lambda inbound: let.wait()
    api.user(1001, "李婷").text(shop, "草莓坏了")
    async with listening():
        await api.until(lambda: api.called("getMyCommands") or shop.commands)
        assert (len(shop.inbox.pending), shop.inbox.last_offset) == (1, 0)
        let.set()
        await api.until(lambda: not shop.inbox.pending)
    assert texts(noting) == ["草莓坏了"]
    assert api.violations == []


async def test_what_the_house_did_not_take_is_asked_for_again(api, shop, noting, listening, quick):
    noting.broken = 3
    li, chen = api.user(1001, "李婷"), api.user(1005, "老陈")
    for number in range(4):
        li.text(shop, f"李{number}")
        chen.text(shop, f"陈{number}")
    async with listening():
        await api.until(lambda: not shop.inbox.pending)
    once = list(dict.fromkeys(text for text in texts(noting)))
    assert [text for text in once if text[0] == "李"] == [f"李{number}" for number in range(4)]
    assert [text for text in once if text[0] == "陈"] == [f"陈{number}" for number in range(4)]
    assert {inbound.key for inbound in noting.heard} == {
        f"telegram:{shop.id}:m:{i.account}:{i.message}" for i in noting.heard
    }


async def test_chats_go_in_parallel_and_each_in_order(api, shop, noting, listening):
    order = []

    async def slow(inbound):
        order.append(("begins", inbound.account, inbound.text))
        await asyncio.sleep(0.05)
        order.append(("ends", inbound.account, inbound.text))

    noting.before = slow
    people = [api.user(1000 + number, f"客{number}") for number in range(3)]
    for text in ("一", "二"):
        for person in people:
            person.text(shop, text)
    async with listening():
        await api.until(lambda: len(noting.heard) == 6)
    assert [each[0] for each in order[:3]] == ["begins"] * 3
    for person in people:
        mine = [(what, text) for what, account, text in order if account == str(person.id)]
        assert mine == [("begins", "一"), ("ends", "一"), ("begins", "二"), ("ends", "二")]


async def test_a_restart_asks_for_no_more_than_needed(api, shop, noting, listening):
    li = api.user(1001, "李婷")
    li.text(shop, "一")
    async with listening():
        await api.until(lambda: noting.heard)
        kept = await eventually(lambda: noting.run(lambda tx: telegram.kept(tx, OFFSET.format(shop.id))))
    assert kept.partition(" ")[0] == str(shop.updates[-1].id + 1)
    shop.inbox.pending = list(shop.updates)  # the platform did not hear the acknowledgement
    li.text(shop, "二")
    async with listening():
        await api.until(lambda: len(noting.heard) == 2)
    assert texts(noting) == ["一", "二"]


async def test_an_old_offset_is_forgotten_for_numbers_begin_anew_after_a_week(api, shop, noting, listening):
    at = (datetime.now(UTC) - timedelta(days=6)).isoformat()
    await noting.run(lambda tx: telegram.keep(tx, OFFSET.format(shop.id), f"999999999 {at}"))
    api.user(1001, "李婷").text(shop, "一")
    async with listening():
        await api.until(lambda: noting.heard)


async def test_the_same_update_twice_has_the_same_key(api, shop, noting, listening):
    api.user(1001, "李婷").text(shop, "一")
    async with listening():
        await api.until(lambda: noting.heard)
        api.repeat(shop)
        await api.until(lambda: len(noting.heard) == 2)
    assert len({inbound.key for inbound in noting.heard}) == 1


@pytest.mark.parametrize("fault", ["500", "502", "reset", "drop"])
async def test_polling_outlives_faults(api, shop, noting, listening, quick, fault):
    api.fail(fault, method="getUpdates", times=2)
    api.user(1001, "李婷").text(shop, "一")
    async with listening():
        await api.until(lambda: noting.heard)


async def test_429_is_waited_out_as_told(api, shop, noting, listening, monkeypatch):
    waited = []
    sleep = asyncio.sleep

    async def doze(seconds):
        waited.append(seconds)
        await sleep(0)

    monkeypatch.setattr(polling.asyncio, "sleep", doze)
    api.fail("429", method="getUpdates", retry_after=37)
    api.user(1001, "李婷").text(shop, "一")
    async with listening():
        await api.until(lambda: noting.heard)
    assert 37.0 in waited


async def test_a_revoked_token_is_named_without_being_told(api, shop, noting, listening, caplog):
    api.revoke(shop)
    with caplog.at_level(logging.ERROR):
        async with listening():
            await api.until(lambda: caplog.records)
    assert "TELEGRAM_BOT_TOKEN is refused" in caplog.text
    assert "again in 60 s" in caplog.text
    assert shop.token not in caplog.text


async def test_one_malformed_update_hides_no_other(api, shop, noting, listening):
    li = api.user(1001, "李婷")
    li.text(shop, "一")
    api.push(shop, "message", {"message_id": "soon", "chat": "nowhere"})
    api.push(shop, "hologram", {"depth": 3})
    li.text(shop, "二")
    async with listening():
        await api.until(lambda: not shop.inbox.pending)
        rows = await noting.run(lambda tx: tx.execute(parked.select()).all())
    assert texts(noting) == ["一", "二"]
    assert [(row.door, row.error) for row in rows] == [("telegram", "unreadable: ValidationError")]


async def test_a_webhook_of_before_is_taken_down_and_the_menus_are_shown(api, shop, noting, listening):
    async with listening():
        await api.until(lambda: ("default", "en") in shop.commands or len(shop.commands) >= 2)
    (call,) = api.called("deleteWebhook")
    assert not call.params.get("drop_pending_updates")
    menus = {code: [each["command"] for each in menu] for (_, code), menu in shop.commands.items()}
    assert menus == {code: ["status", "agent", "rules", "cancel", "appeal", "help"] for code in ("", "en")}


async def test_a_tap_is_answered_after_it_is_taken(api, shop, noting, listening):
    li = api.user(1001, "李婷")
    li.start(shop)
    async with listening() as channel:
        reply = to_payload(Reply(text="对吗？", buttons=((Button(label="提交", tap="submit:1"),),)))
        await channel.send("1001", [Mail(id=1, kind="reply", payload=reply)])
        let = asyncio.Event()
        noting.before = lambda inbound: let.wait()
        tap = li.tap(api.chat(shop, li).messages[-1], "提交")
        await asyncio.sleep(0.1)
        assert not tap.answered
        let.set()
        await api.until(lambda: tap.answered)
    heard = noting.heard[-1]
    assert (heard.kind, heard.tap, heard.text) == ("tap", "submit:1", "提交")
    assert heard.message == str(api.chat(shop, li).messages[-1].id)
    assert api.violations == []
