"""A message that stays one: drawn anew where it stands, sent where it cannot be."""

from __future__ import annotations

import time

import pytest
from doubles.botapi import BotApi
from doubles.telegram_doors import NotingHouse, Shelf, now

from bot.channels.base import Delivery
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.rate_limit import Pace
from handlers.messages.models import Button, Reply, to_payload
from storage.outbox import Mail

CARD = {"card": "list:1:1"}


def mail(number, text, **more):
    rows = ((Button(label="提交2条", tap="list:submit:1"),),)
    return Mail(id=number, kind="reply", payload=to_payload(Reply(text=text, buttons=rows, **more)))


@pytest.fixture
def api():
    with BotApi() as running:
        yield running


@pytest.fixture
def house():
    noting = NotingHouse()
    yield noting
    noting.close()


@pytest.fixture
async def opened(api, house):
    """Open the customers' bot, each time as a new process would."""
    shop, wang = api.bot("shop_bot"), api.user(3001, "王姐")
    wang.start(shop)
    doors = []

    def begin():
        door = TelegramChannel(house=house.house, token=shop.token, store=Shelf(), context=lambda: None, clock=now,
                               api_base=api.url, timeout=20)  # fmt: skip
        door._sender.pace = Pace(now=time.monotonic, per_chat=0.01)
        doors.append(door)
        return door

    yield begin, lambda: [one for one in api.chat(shop, wang).messages if one.sender is shop]
    for door in doors:
        await door.close()
    assert api.violations == []


async def test_a_card_is_drawn_anew_where_it_stands(opened):
    begin, chat = opened
    door = begin()
    assert await door.send("3001", [mail(1, "读到 2 个问题", **CARD), mail(2, "好")]) == Delivery(sent=2)
    assert await door.send("3001", [mail(3, "读到 3 个问题", refresh=True, **CARD)]) == Delivery(sent=3)
    assert [(one.text, one.labels) for one in chat()] == [("读到 3 个问题", ["提交2条"]), ("好", ["提交2条"])]
    assert await begin().send("3001", [mail(4, "读到 4 个问题", refresh=True, **CARD)]) == Delivery(sent=4)
    assert chat()[0].text == "读到 4 个问题"  # another process knows it too
    assert len(chat()) == 2


async def test_what_only_draws_anew_is_not_sent(opened):
    begin, chat = opened
    door = begin()
    assert await door.send("3001", [mail(1, "读到 2 个问题", refresh=True, **CARD)]) == Delivery(sent=1)
    assert chat() == []
    await door.send("3001", [mail(2, "读到 2 个问题", **CARD)])
    assert await door.send("3001", [mail(3, "读到 9 个问题", card="list:1:2", refresh=True)]) == Delivery(sent=3)
    assert [one.text for one in chat()] == ["读到 2 个问题"]  # that of another list stays


async def test_a_card_that_cannot_be_drawn_anew(api, opened):
    begin, chat = opened
    door = begin()
    await door.send("3001", [mail(1, "读到 2 个问题", **CARD)])
    api.fail("400", description="Bad Request: message can't be edited", method="editMessageText", times=2)
    assert await door.send("3001", [mail(2, "读到 3 个问题", refresh=True, **CARD)]) == Delivery(sent=2)
    assert len(chat()) == 1
    assert await door.send("3001", [mail(3, "读到 3 个问题", **CARD)]) == Delivery(sent=3)
    assert [one.text for one in chat()] == ["读到 2 个问题", "读到 3 个问题"]
    same = await door.send("3001", [mail(4, "读到 3 个问题", refresh=True, **CARD)])  # not modified
    assert same == Delivery(sent=4)
    api.fail("429", method="editMessageText", retry_after=7)
    later = await door.send("3001", [mail(5, "读到 4 个问题", refresh=True, **CARD)])
    assert (later.sent, later.later) == (0, 7.0)
