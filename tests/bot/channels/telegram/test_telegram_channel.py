from __future__ import annotations

import asyncio

import pytest
from doubles.botapi import BotApi
from doubles.botapi.files import one_pixel
from doubles.telegram_doors import eventually
from doubles.telegram_house import telegram_house

from bot.channels.telegram.channel import TelegramChannel
from storage.tables import evidence, inbox

PNG = one_pixel()


@pytest.fixture
def api():
    with BotApi() as running:
        yield running


@pytest.fixture
def shop(api):
    return api.bot("shop_bot")


@pytest.fixture
def li(api, shop):
    return api.user(1001, "李婷", "zh-hans")


@pytest.fixture
def make(api, shop):
    return lambda app: TelegramChannel(
        house=app.house, token=shop.token, store=app.store, context=app.context, clock=app.clock, api_base=api.url
    )


@pytest.fixture
def heard(api, shop, li):
    return lambda: [message for message in api.chat(shop, li).messages if message.sender is shop]


def offered(messages):
    """The summaries that can be submitted."""
    return [message for message in messages if any("提交" in label for label in message.labels)]


async def test_a_claim_from_the_first_word_to_the_number(tmp_path, api, shop, li, make, heard):
    async with telegram_house(tmp_path, make) as house:
        li.start(shop)
        await api.until(lambda: len(heard()) == 1)
        li.text(shop, "KT260612-0003 草莓坏了2盒，想退款，尾号2231")
        first = li.album(shop, [PNG, PNG])[0]
        li.album(shop, [PNG], late_for=first)
        (summary,) = await api.until(lambda: offered(heard()))
        assert "39.80" in summary.text
        tap = li.tap(heard()[-1], "提交")
        await api.until(lambda: tap.answered)
        (ticket,) = await eventually(house.tickets)
        await api.until(lambda: any(ticket["no"] in message.text for message in heard()))
        pieces = await house.rows(evidence)
        assert [piece["ticket_no"] for piece in pieces] == [ticket["no"]] * 3
        assert {piece["album"] for piece in pieces} == {first.album}
        assert len(heard()) <= 4  # welcome, one answer for words and album, the number
    assert api.violations == []
    assert api.pace.worst("chat_second", int(li.id)) <= 3


async def test_a_burst_of_one_chat_ends_as_one_draft_with_all_facts(tmp_path, api, shop, li, make, heard):
    lines = ["3号单 尾号2231", "草莓", "坏了", "2盒", "想退款"]
    async with telegram_house(tmp_path, make) as house:
        for line in lines:
            li.text(shop, line)
        li.album(shop, [PNG] * 8)
        await api.until(lambda: any("39.80" in message.text for message in heard()))
        assert len(await house.inbox()) == len(lines) + 8
        assert len(heard()) <= 4
    assert api.violations == []


async def test_nothing_is_lost_or_doubled_over_a_restart(tmp_path, api, shop, li, make):
    people = [api.user(3000 + number, f"客{number}") for number in range(10)]
    for person in people:
        person.text(shop, "草莓坏了2盒")
        person.text(shop, "想退款")
    async with telegram_house(tmp_path, make) as house:
        await eventually(lambda: house.rows(inbox))
    shop.inbox.pending = list(shop.updates)  # as if nothing had been acknowledged
    async with telegram_house(tmp_path, make) as house:
        await api.until(lambda: not shop.inbox.pending)
        keys = [row["key"] for row in await house.inbox()]
        assert len(keys) == len(set(keys)) == 20
        await api.until(lambda: all(api.chat(shop, person).messages[2:] for person in people))


async def test_a_button_of_yesterday_explains_itself(tmp_path, api, shop, li, make, heard):
    async with telegram_house(tmp_path, make):
        li.text(shop, "KT260612-0003 草莓坏了2盒，想退款，尾号2231")
        await api.until(lambda: any(message.labels for message in heard()))
        old = next(message for message in heard() if message.labels)
        count = len(heard())
        li.text(shop, "改成3盒")
        await api.until(lambda: len(heard()) > count)
        count = len(heard())
        tap = li.tap(old, old.labels[0])
        await api.until(lambda: tap.answered)
        await api.until(lambda: len(heard()) > count)


async def test_a_refused_file_is_told_and_the_talk_goes_on(tmp_path, api, shop, li, make, heard):
    async with telegram_house(tmp_path, make) as house:
        li.text(shop, "KT260612-0003 草莓坏了2盒，想退款，尾号2231")
        li.photo(shop, PNG, body="gone")
        (piece,) = await eventually(lambda: house.rows(evidence, evidence.c.state != "pending"))
        assert piece["state"] == "gone"
        await asyncio.sleep(0)
    assert api.violations == []


async def test_a_picture_exchanged_by_an_edit_is_fetched_in_place_of_the_old_one(tmp_path, api, shop, li, make, heard):
    async with telegram_house(tmp_path, make) as house:
        li.start(shop)
        await api.until(lambda: len(heard()) == 1)
        sent = li.photo(shop, PNG, "KT260612-0003 草莓坏了2盒 尾号2231")
        await api.until(lambda: any("草莓" in message.text for message in heard()))
        li.edit(sent, "KT260612-0003 草莓坏了3盒 尾号2231")  # the picture stays
        await api.until(lambda: any("3盒" in message.text for message in heard()))
        li.edit(sent, "KT260612-0003 草莓坏了3盒 尾号2231", photo=PNG)

        async def fetched():
            rows = await house.rows(evidence)
            return rows if len(rows) == 2 and all(row["state"] != "pending" for row in rows) else None

        old, new = await eventually(fetched)
        assert (old["verdict"], new["verdict"] == "replaced") == ("replaced", False)
    assert api.violations == []
