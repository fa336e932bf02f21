from __future__ import annotations

import asyncio
import time
from itertools import pairwise

import pytest
from doubles.botapi import BotApi
from doubles.botapi.files import one_pixel
from doubles.telegram_doors import NotingHouse, Shelf, now

from bot.channels.base import Delivery
from bot.channels.telegram import sending
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.rate_limit import Pace
from handlers.messages.models import Button, Reply, to_payload
from storage.outbox import Mail

PNG = one_pixel()


class SetClock:
    """Seconds that go on only while somebody sleeps."""

    def __init__(self) -> None:
        self.at = 0.0

    async def sleep(self, seconds: float) -> None:
        self.at += seconds


class Noted(Pace):
    """Notes when messages leave."""

    def depart(self, messages: int = 1) -> float:
        seconds = super().depart(messages)
        self.__dict__.setdefault("left", []).extend([self.now()] * (messages if not seconds else 0))
        return seconds


@pytest.fixture
def clock(monkeypatch):
    made = SetClock()
    monkeypatch.setattr(sending, "asyncio", made)
    return made


@pytest.fixture
def api():
    with BotApi() as running:
        yield running


@pytest.fixture
def shop(api):
    return api.bot("shop_bot")


@pytest.fixture
def li(api, shop):
    person = api.user(1001, "李婷")
    person.start(shop)
    return person


@pytest.fixture
async def channel(api, shop):
    noting = NotingHouse()
    door = TelegramChannel(
        house=noting.house, token=shop.token, store=Shelf(photo_png=PNG, voice_audio=b"OggS.."), context=lambda: None,
        clock=now, api_base=api.url, timeout=0.6,
    )  # fmt: skip
    door._sender.pace = Pace(now=time.monotonic, per_chat=0.02)
    yield door
    await door.close()
    noting.close()


@pytest.fixture
def chat(api, shop, li):
    """What the customer sees of the bot."""
    return lambda: [message for message in api.chat(shop, li).messages if message.sender is shop]


def mail(number, text="好的", **more):
    return Mail(id=number, kind="reply", payload=to_payload(Reply(text=text, **more)))


async def test_replies_come_in_order_with_their_buttons_a_second_apart(api, channel, chat, clock):
    channel._sender.pace = Noted(now=lambda: clock.at)
    rows = ((Button(label="提交", tap="submit:1"), Button(label="改数量", tap="edit:quantity")),)
    sent = await channel.send("1001", [mail(4, "一"), mail(7, "二", buttons=rows)])
    assert sent == Delivery(sent=7)
    assert [message.text for message in chat()] == ["一", "二"]
    assert chat()[-1].labels == ["提交", "改数量"]
    assert [after - before > 1 for before, after in pairwise(channel._sender.pace.left)] == [True]
    assert api.violations == []


async def test_what_must_wait_longer_is_given_back(channel, chat, clock):
    channel._sender.pace = Noted(now=lambda: clock.at)
    sent = await channel.send("1001", [mail(number) for number in range(1, 7)])
    assert sent.sent == 4
    assert 0.5 <= sent.later <= 4
    assert len(chat()) == 4


async def test_a_photo_with_words_and_a_voice(api, channel, chat):
    media = (("photo", "photo.png"), ("voice", "voice.audio"))
    assert (await channel.send("1001", [mail(1, "看", media=media)])).sent == 1
    photo, voice, words = chat()
    assert (photo.kind, photo.data, voice.kind, words.text) == ("photo", PNG, "voice", "看")
    assert api.violations == []


async def test_a_lost_file_does_not_hold_the_words_back(channel, chat):
    assert (await channel.send("1001", [mail(1, "看", media=(("photo", "gone"),))])).sent == 1
    assert [message.text for message in chat()] == ["看"]
    assert await channel.send("1001", [mail(2, "", media=(("photo", "gone"),))]) == Delivery(
        refused=2, error="media_gone"
    )


async def test_429_waits_as_told_and_stops_only_that_chat(api, shop, channel, chat):
    chen = api.user(1005, "老陈")
    chen.start(shop)
    api.fail("429", method="sendMessage", retry_after=40)
    stopped = await channel.send("1001", [mail(1)])
    assert (stopped.sent, stopped.later, stopped.refused) == (0, 40.0, 0)
    assert (await channel.send("1005", [mail(2)])).sent == 2
    again = await channel.send("1001", [mail(1)])
    assert again.later > 30
    assert chat() == []


@pytest.mark.parametrize("fault", ["500", "502", "reset"])
async def test_trouble_of_the_platform_is_tried_again_with_growing_pauses(api, channel, chat, fault):
    api.fail(fault, method="sendMessage", times=2)
    pauses = [(await channel.send("1001", [mail(1)])).later]
    await asyncio.sleep(0.03)
    pauses.append((await channel.send("1001", [mail(1)])).later)
    assert pauses[0] < pauses[1]
    await asyncio.sleep(0.03)
    assert (await channel.send("1001", [mail(1)])).sent == 1
    assert len(chat()) == 1


@pytest.mark.parametrize("fault", ["drop", "hang"])
async def test_an_answer_that_never_came_is_a_retry(api, channel, fault):
    api.fail(fault, method="sendMessage")
    stopped = await channel.send("1001", [mail(1)])
    assert (stopped.refused, stopped.error) == (0, "no answer")
    assert stopped.later


async def test_of_a_long_reply_only_the_missing_part_goes_again(api, channel, chat):
    api.fail("500", method="sendMessage", skip=1)
    text = "\n".join(f"{number}号 草莓坏了" for number in range(700))
    assert (await channel.send("1001", [mail(1, text)])).later
    await asyncio.sleep(0.03)
    assert (await channel.send("1001", [mail(1, text)])).sent == 1
    assert "\n".join(message.text for message in chat()) == text


@pytest.mark.parametrize("fault", ["blocked", "deactivated"])
async def test_a_customer_who_is_gone_is_a_refusal(api, channel, fault):
    api.fail(fault, method="sendMessage")
    assert await channel.send("1001", [mail(3), mail(4)]) == Delivery(refused=3, error="blocked")


async def test_blocking_in_truth(li, shop, channel):
    li.block(shop)
    assert await channel.send("1001", [mail(3)]) == Delivery(refused=3, error="blocked")


async def test_a_chat_that_is_none(channel):
    refused = await channel.send("4711", [mail(3)])
    assert (refused.refused, refused.later) == (3, None)
    assert (await channel.send("nobody", [mail(4)])).refused == 4


async def test_a_revoked_token_loses_nothing(api, shop, channel):
    api.revoke(shop)
    waiting = await channel.send("1001", [mail(3)])
    assert (waiting.refused, waiting.later) == (0, 60.0)


async def test_many_chats_stay_below_thirty_a_second(api, shop, channel):
    channel._sender.pace = Noted(now=time.monotonic)
    people = [api.user(2000 + number, f"客{number}") for number in range(70)]
    for person in people:
        person.start(shop)
    ends = await asyncio.gather(*(channel.send(str(person.id), [mail(person.id)]) for person in people))
    assert all(end.sent for end in ends)
    left = channel._sender.pace.left
    assert len(left) == len(people)
    assert all(later - earlier > 1 for earlier, later in zip(left, left[30:], strict=False))
