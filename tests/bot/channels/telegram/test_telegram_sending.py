from __future__ import annotations

import asyncio
import time

import pytest
import shots
from doubles.botapi import BotApi
from doubles.botapi.files import one_pixel
from doubles.telegram_doors import NotingHouse, Shelf, now
from PIL import Image

from bot.channels.base import Delivery
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.rate_limit import Pace
from bot.channels.telegram.rendering import file
from handlers.messages.models import Button, Reply, to_payload
from storage.outbox import Mail

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


async def test_replies_come_in_order_with_their_buttons(api, channel, chat):
    channel._sender.pace = Pace(now=time.monotonic)
    rows = ((Button(label="提交", tap="submit:1"), Button(label="改数量", tap="edit:quantity")),)
    sent = await channel.send("1001", [mail(4, "一"), mail(7, "二", buttons=rows)])
    assert sent == Delivery(sent=7)
    assert [message.text for message in chat()] == ["一", "二"]
    assert chat()[-1].labels == ["提交", "改数量"]
    assert api.violations == []


async def test_what_must_wait_longer_is_given_back(channel, chat):
    channel._sender.pace = Pace(now=time.monotonic)
    channel._sender.pace.per_chat = 3.0  # of the seconds that a round waits only three messages at once fit in, and one
    sent = await channel.send("1001", [mail(number) for number in range(1, 7)])
    assert sent.sent == 4
    assert 0.5 <= sent.later <= 4
    assert len(chat()) == 4


@pytest.mark.parametrize(
    ("size", "kind"),
    [((2048, 1536), "photo"), ((720, 9000), "photo"), ((720, 10_000), "document"), ((100, 2001), "document")],
)
def test_long_screenshots_go_as_files(size, kind):
    assert file("photo", "ab/key.jpg", shots.jpeg(Image.new("RGB", size))).kind == kind


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
    people = [api.user(2000 + number, f"客{number}") for number in range(70)]
    for person in people:
        person.start(shop)
    ends = await asyncio.gather(*(channel.send(str(person.id), [mail(person.id)]) for person in people))
    assert all(end.sent for end in ends)
    assert api.pace.worst("all_second") <= 30


@pytest.mark.parametrize("said", ["CHAT_RESTRICTED", "PEER_FLOOD", "not enough rights to send text messages"])
async def test_what_can_be_cured_is_waited_for_and_the_desk_is_told_once(api, channel, chat, li, said):
    told = []
    channel._sender.told = told.append
    api.fail("400", description=said, method="sendMessage", chat=li, times=2)
    for _ in range(2):
        waits = await channel.send("1001", [mail(3)])
        assert (waits.refused, waits.later) == (0, 60.0)
    assert len(told) == 1
    assert await channel.send("1001", [mail(3)]) == Delivery(sent=3)
    assert [message.text for message in chat()] == ["好的"]


@pytest.mark.parametrize("said", ["PHOTO_INVALID_DIMENSIONS", "IMAGE_PROCESS_FAILED", "WHO_KNOWS"])
async def test_a_picture_that_is_no_photo_goes_as_a_document(api, channel, chat, li, said):
    api.fail("400", description=said, method="sendPhoto", chat=li, times=9)
    assert await channel.send("1001", [mail(3, "看图", media=(("photo", "photo.png"),))]) == Delivery(sent=3)
    (message,) = chat()
    assert (message.kind, message.text) == ("document", "看图")


async def test_an_album_that_is_refused_goes_one_by_one(api, channel, chat, li):
    api.fail("400", description="IMAGE_PROCESS_FAILED", method="sendMediaGroup", chat=li, times=9)
    assert (await channel.send("1001", [mail(3, "看图", media=(("photo", "photo.png"),) * 2)])).sent == 3
    assert [(message.kind, message.text) for message in chat()] == [("photo", "看图"), ("photo", "")]


async def test_refused_buttons_leave_the_words(api, channel, chat, li):
    api.fail("400", description="BUTTON_DATA_INVALID", method="sendMessage", chat=li)
    rows = ((Button(label="提交", tap="submit:1"),),)
    assert await channel.send("1001", [mail(3, "提交吗", buttons=rows)]) == Delivery(sent=3)
    assert [(message.text, message.labels) for message in chat()] == [("提交吗", [])]


async def test_a_flood_wait_in_words_is_kept(api, channel, li):
    api.fail("400", description="FLOOD_WAIT_33", method="sendMessage", chat=li)
    waits = await channel.send("1001", [mail(3)])
    assert (waits.refused, waits.later) == (0, 33.0)


async def test_a_file_that_goes_in_no_form_is_given_up_and_named(api, channel, li):
    for method in ("sendPhoto", "sendDocument"):
        api.fail("400", description="IMAGE_PROCESS_FAILED", method=method, chat=li, times=9)
    given_up = await channel.send("1001", [mail(3, "看图", media=(("photo", "photo.png"),))])
    assert given_up.refused == 3
    assert "IMAGE_PROCESS_FAILED" in given_up.error
