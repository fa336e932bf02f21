from __future__ import annotations

import pytest
from aiogram import Bot
from doubles.botapi import BotApi

from bot.channels.base import Gone, TooBig, Unreachable
from bot.channels.telegram import files
from bot.channels.telegram.files import fetch
from bot.channels.telegram.session import open_session

DATA = b"\xff\xd8\xff" + bytes(200_000)


@pytest.fixture
def api():
    with BotApi() as running:
        yield running


@pytest.fixture
def shop(api):
    return api.bot("shop_bot")


@pytest.fixture
def li(api):
    return api.user(1001, "李婷")


@pytest.fixture
async def bot(api, shop):
    bot = Bot(shop.token, session=open_session(api.url, None, 5))
    yield bot
    await bot.session.close()


def ref(shop):
    message = shop.updates[-1].body["message"]
    return message["photo"][-1]["file_id"] if "photo" in message else message["document"]["file_id"]


async def test_the_bytes_come_whole(shop, li, bot):
    li.document(shop, DATA, "a.jpg")
    assert await fetch(bot, ref(shop), len(DATA)) == DATA


async def test_a_file_above_the_limit_is_not_even_begun(api, shop, li, bot):
    li.document(shop, DATA, "a.jpg")
    with pytest.raises(TooBig):
        await fetch(bot, ref(shop), len(DATA) - 1)


async def test_a_file_that_never_ends_is_left_at_the_limit(shop, li, bot):
    li.photo(shop, DATA, body="endless")
    with pytest.raises(TooBig):
        await fetch(bot, ref(shop), 300_000)


async def test_what_telegram_hands_no_bot_is_too_big(shop, li, bot):
    li.document(shop, DATA, "a.jpg", size=30_000_000)
    with pytest.raises(TooBig):
        await fetch(bot, ref(shop), 50_000_000)


async def test_a_file_that_is_gone(shop, li, bot):
    li.photo(shop, DATA, body="gone")
    with pytest.raises(Gone):
        await fetch(bot, ref(shop), 300_000)
    with pytest.raises(Gone):
        await fetch(bot, "AgACnonsense", 300_000)


async def test_a_file_cut_short_is_asked_for_later(shop, li, bot):
    li.photo(shop, DATA, body="cut")
    with pytest.raises(Unreachable):
        await fetch(bot, ref(shop), 300_000)


async def test_a_slow_file_is_not_waited_for_for_ever(shop, li, bot, monkeypatch):
    monkeypatch.setattr(files, "PATIENCE", 0.3)
    li.photo(shop, DATA, body="slow")
    with pytest.raises(Unreachable):
        await fetch(bot, ref(shop), 300_000)


async def test_a_path_that_lapsed_is_asked_for_anew(api, shop, li, bot):
    sent = li.photo(shop, DATA)
    expired = []

    async def expire(path, *rest):
        if not expired:
            sent.file.expire()
            expired.append(path)
        return await download(bot, path, *rest[1:] if len(rest) > 1 else rest)

    download = files._download
    monkey = pytest.MonkeyPatch()
    monkey.setattr(files, "_download", lambda bot, path, limit: expire(path, limit))
    assert await fetch(bot, ref(shop), 300_000) == DATA
    monkey.undo()
    assert len(api.called("getFile")) == 2


@pytest.mark.parametrize(("fault", "seconds"), [("500", 0), ("reset", 0), ("429", 9)])
async def test_trouble_is_no_verdict_on_the_file(api, shop, li, bot, fault, seconds):
    li.photo(shop, DATA)
    api.fail(fault, method="getFile", retry_after=9)
    with pytest.raises(Unreachable) as caught:
        await fetch(bot, ref(shop), 300_000)
    assert caught.value.seconds == seconds
    assert shop.token not in str(caught.value)
