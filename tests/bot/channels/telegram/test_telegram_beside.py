"""While one chat waits others are heard by polling too; what is not taken is never confirmed."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress

import pytest
from doubles.botapi import BotApi
from doubles.telegram_doors import NotingHouse, Shelf, now

from bot.channels.telegram import polling
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.concurrent_polling import Beside
from storage.platforms import telegram


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
    noting.waits = 0.05
    yield noting
    noting.close()


@asynccontextmanager
async def listening(api, shop, noting):
    channel = TelegramChannel(
        house=noting.house, token=shop.token, store=Shelf(), context=lambda: None, clock=now, api_base=api.url
    )
    task = asyncio.create_task(channel.run())
    try:
        yield channel
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await channel.close()


async def test_others_are_heard_while_one_waits(api, shop, noting):
    gate, li, chen = asyncio.Event(), api.user(1001, "李婷"), api.user(1005, "老陈")

    async def before(inbound):
        if inbound.text == "慢":
            await gate.wait()

    noting.before = before
    li.text(shop, "慢")
    async with listening(api, shop, noting):
        await asyncio.sleep(0.1)
        for number in range(150):  # more than one answer of the platform holds
            chen.text(shop, f"快{number}")
        li.text(shop, "后")
        await api.until(lambda: sum(one.text.startswith("快") for one in noting.heard) >= 90)
        assert {one.account for one in noting.heard} == {"1005"}
        assert shop.inbox.pending[0].id == shop.updates[0].id  # the slow one is not confirmed
        gate.set()
        await api.until(lambda: not shop.inbox.pending)
    heard = [one.text for one in noting.heard]
    assert sorted(heard) == sorted({"慢", "后", *(f"快{number}" for number in range(150))})
    assert heard.index("慢") < heard.index("后")
    assert [text for text in heard if text.startswith("快")] == [f"快{number}" for number in range(150)]
    assert api.violations == []


async def test_the_offset_of_what_is_done_is_kept_while_somebody_waits_all_the_time(api, shop, noting):
    """Two chats whose turns overlap without end: the round never ends, and a restart asks for little again."""
    ended = asyncio.Event()

    async def before(inbound):
        if not ended.is_set():
            await asyncio.sleep(0.15)

    noting.before = before
    li, chen = api.user(1001, "李婷"), api.user(1005, "老陈")
    async with listening(api, shop, noting):
        for number in range(12):
            (li if number % 2 else chen).text(shop, f"第{number}")
            await asyncio.sleep(0.08)
        first = shop.updates[0].id
        kept = await noting.house.read(lambda tx: telegram.kept(tx, f"telegram:{shop.id}:offset"))
        assert kept and int(kept.partition(" ")[0]) > first + 3
        ended.set()
        await api.until(lambda: not shop.inbox.pending)
    assert [one.text for one in noting.heard] == [f"第{number}" for number in range(12)]


async def test_what_fails_meanwhile_is_asked_for_again(api, shop, noting, monkeypatch):
    monkeypatch.setattr(polling, "PAUSES", (0.02,))
    failures = 2

    async def before(inbound):
        nonlocal failures
        if inbound.text == "慢":
            await asyncio.sleep(0.12)
            if failures:
                failures -= 1
                raise ConnectionError("the database is away")

    noting.before = before
    li, chen = api.user(1001, "李婷"), api.user(1005, "老陈")
    for text in ("一", "慢", "二"):
        li.text(shop, text)
        chen.text(shop, f"陈{text}")
    async with listening(api, shop, noting):
        await api.until(lambda: not shop.inbox.pending)
    once = list(dict.fromkeys(one.text for one in noting.heard if one.account == "1001"))
    assert once == ["一", "慢", "二"]
    assert {one.text for one in noting.heard if one.account == "1005"} == {"陈一", "陈慢", "陈二"}


def update(number, chat):
    return {"update_id": number, "chat": chat}


async def run(first, ask, handle, kept=None):
    done = [] if kept is None else kept
    beside = Beside(ask=ask, handle=handle, lane=lambda one: one["chat"], every=0.01, done=done.append)
    return await beside.finish(first)


async def test_while_there_is_always_one_that_waits_memory_is_bounded_and_the_offset_goes_on():
    pending, kept, most = {}, [], 0
    number = 0

    async def ask(offset):
        nonlocal number
        for old in [one for one in pending if one < offset]:
            del pending[old]
        if number < 4000:
            for _ in range(20):
                pending[number] = update(number, str(number))
                number += 1
        return [pending[one] for one in sorted(pending)[:100]]

    async def handle(one):
        nonlocal most
        most = max(most, len(beside._seen), len(beside._tasks))
        await asyncio.sleep(0.003)

    beside = Beside(ask=ask, handle=handle, lane=lambda one: one["chat"], every=0.001, done=kept.append)
    assert await beside.finish(await ask(0)) == 3999
    assert most <= 200
    assert len(kept) > 10 and kept == sorted(set(kept)) and kept[-1] <= 4000


async def test_only_what_is_done_is_confirmed_and_nothing_is_handled_twice():
    gate, asked, done = asyncio.Event(), [], []
    news = [update(4, "b"), update(2, "a")]  # numbers may come in any order

    async def ask(offset):
        asked.append(offset)
        if len(asked) == 3:
            gate.set()
        return [one for one in (update(1, "c"), update(3, "a"), *news) if one["update_id"] >= offset]

    async def handle(one):
        if one["update_id"] == 3:
            await gate.wait()
        done.append(one["update_id"])

    newest = await run([update(1, "c"), update(3, "a"), update(2, "a")], ask, handle)
    assert newest == 4
    assert sorted(done) == [1, 2, 3, 4]
    assert done.index(3) < done.index(2)  # of one chat: as they came
    assert set(asked) == {2}  # 1 is done, 2 waits behind 3


async def test_after_a_failure_nothing_more_is_confirmed_and_the_others_end():
    asked, done = [], []

    async def ask(offset):
        asked.append(offset)
        return []

    async def handle(one):
        if one["chat"] == "a":
            raise ConnectionError("away")
        await asyncio.sleep(0.05)
        done.append(one["update_id"])

    with pytest.raises(ConnectionError):
        await run([update(1, "a"), update(2, "a"), update(3, "b")], ask, handle)
    assert (asked, done) == ([], [3])


async def test_a_question_that_fails_lets_what_is_under_way_end():
    done = []

    async def ask(offset):
        raise TimeoutError

    async def handle(one):
        await asyncio.sleep(0.05)
        done.append(one["update_id"])

    with pytest.raises(TimeoutError):
        await run([update(1, "a"), update(2, "b")], ask, handle)
    assert done == [1, 2]


async def test_a_cancelled_one_leaves_nothing_running():
    done = []

    async def handle(one):
        await asyncio.sleep(0.2)
        done.append(one)

    async def ask(offset):
        return []

    task = asyncio.create_task(run([update(1, "a"), update(2, "a")], ask, handle))
    await asyncio.sleep(0.03)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0.3)
    assert done == []
