"""The callback over real HTTP against a platform that signs and encrypts by another implementation."""

from __future__ import annotations

import asyncio
import time

import pytest
from wechat_house import choices, shop

from handlers.messages.models import Reply


@pytest.fixture
async def house(tmp_path):
    async with shop(tmp_path, open_for=60) as running:  # what is not answered at once runs out of the platform's 5 s
        yield running
        assert running.platform.violations == []


async def test_the_platform_verifies_the_address(house):
    query = house.platform.seal.sign(at=time.time()) | {"echostr": "8237498"}
    told = await house.platform.get(query)
    assert (told.status, told.raw) == (200, "8237498")
    assert (await house.platform.get(query | {"signature": "0" * 40})).status == 403
    assert (await house.platform.get({})).status == 400


async def test_an_answer_comes_in_the_callback(house):
    li = house.platform.follower("oLi")
    told = await li.text("草莓坏了2盒")
    assert (told.text, told.tries) == ("收到：草莓坏了2盒", 1)
    assert house.platform.calls == []
    assert (house.got[0].kind, house.got[0].account) == ("text", "oLi")


async def test_a_held_echo_still_comes_in_the_callback(house):
    house.quiet, house.say = 0.5, lambda inbound: [Reply(text="记下了", echo=True)]
    told = await house.platform.follower("oLi").text("草莓")
    assert (told.text, told.tries) == ("记下了", 1)
    assert told.seconds >= 0.4  # it was held


async def test_nothing_ready_is_answered_with_success_in_time(tmp_path):
    async with shop(tmp_path, open_for=0.3) as house:
        house.say = lambda inbound: []
        told = await house.platform.follower("oLi").text("草莓")
        assert (told.status, told.raw, told.tries) == (200, "success", 1)


async def test_repeated_deliveries_get_the_same_answer_and_one_effect(house):
    li = house.platform.follower("oLi")
    first = await li.text("草莓", msg_id=77)
    second = await li.text("草莓", msg_id=77)
    await house.restart()
    third = await li.text("草莓", msg_id=77)
    assert [first.text, second.text, third.text] == ["收到：草莓"] * 3
    assert len(house.got) == 1


async def test_repetitions_while_the_first_is_open_are_all_answered(house):
    house.quiet, house.say = 0.4, lambda inbound: [Reply(text="记下了", echo=True)]
    li = house.platform.follower("oLi")
    told = await asyncio.gather(*(li.text("草莓", msg_id=78) for _ in range(3)))
    assert [each.text for each in told] == ["记下了"] * 3
    assert len(house.got) == 1


async def test_a_dropped_connection_leaves_the_text_to_the_repetition(house):
    house.quiet, house.say = 0.6, lambda inbound: [Reply(text="记下了", echo=True)]
    li = house.platform.follower("oLi")
    house.platform.patience = 0.5
    told = await li.text("草莓")
    assert told.text == "记下了"
    assert told.tries == 2
    assert li.texts == ["记下了"]
    assert len(house.got) == 1


async def test_events_without_id_are_told_apart_by_sender_time_and_key(house):
    li, at = house.platform.follower("oLi"), int(time.time())
    for key in ("menu:status", "menu:status", "menu:human"):
        assert (await li.event("CLICK", EventKey=key, CreateTime=at)).kind == "text"
    assert [inbound.text for inbound in house.got] == ["进度", "人工"]


async def test_what_is_not_committed_is_not_acknowledged(tmp_path):
    async with shop(tmp_path, open_for=0.3) as house:
        stuck = asyncio.Event()
        house.receiving = lambda inbound: stuck.wait()
        house.platform.tries = 1
        told = await house.platform.follower("oLi").text("草莓", msg_id=5)
        assert told.status == 503
        stuck.set()
        told = await house.platform.follower("oLi").text("草莓", msg_id=5)
        assert (told.status, len(house.got)) == (200, 1)


async def test_two_open_callbacks_carry_two_texts_the_newest_first(house):
    house.say = lambda inbound: []
    li = house.platform.follower("oLi")
    first = asyncio.create_task(li.text("一"))
    await house.platform.until(lambda: len(house.got) == 1)
    second = asyncio.create_task(li.text("二"))
    await house.platform.until(lambda: len(house.got) == 2)
    await house.tell("oLi", "甲" * 500)
    assert (await second).text == "甲" * 500
    await house.tell("oLi", "乙")
    assert (await first).text == "乙"
    assert house.platform.calls == []


async def test_choices_are_links_numbers_and_words(house):
    house.say = lambda inbound: [choices(("提交", "submit:3@ab12"), ("改数量", "edit:quantity#1@ab12"))]
    li = house.platform.follower("oLi")
    told = await li.text("草莓")
    assert "1. <a href=" in told.text
    assert li.links() == [("提交", "submit:3@ab12"), ("改数量", "edit:quantity%231@ab12")]
    await li.tap("改数量")
    await li.text("２")
    await li.text("提交")
    tapped = [(inbound.kind, inbound.tap, inbound.text) for inbound in house.got[1:]]
    again = ("tap", "edit:quantity#1@ab12", "")
    assert tapped == [again, again, ("text", "", "提交")]


async def test_a_number_stands_for_itself_where_the_amount_is_asked(house):
    house.say = lambda inbound: [choices(("1份", "quantity:1份"), ("全部", "quantity:all"))]
    li = house.platform.follower("oLi")
    assert "1. " not in (await li.text("草莓")).text
    await li.text("2")
    assert house.got[-1].text == "2"


async def test_text_cannot_break_out_of_its_node(house):
    house.say = lambda inbound: [f"]]></Content><Evil/>\x00\x0b<a href='http://x'>{inbound.text}"]
    told = await house.platform.follower("oLi").text("hi")
    assert told.text == "]]></Content><Evil/>＜a href='http://x'>hi"


async def test_plain_mode_works_where_there_is_no_key(tmp_path):
    async with shop(tmp_path, plain=True) as house:
        li = house.platform.follower("oLi")
        assert (await li.text("草莓")).text == "收到：草莓"
        query, body = house.platform.seal.wrap(li.xml(MsgType="text", Content="一", MsgId=9), at=time.time())
        assert (await house.platform.post(query, body)).status == 200
        assert (await house.platform.post(query, body)).status == 200
        assert (await house.platform.post(query, body.replace("一", "二"))).status == 403
        assert [inbound.text for inbound in house.got] == ["草莓", "一"]


async def test_the_previous_key_opens_and_answers(tmp_path):
    async with shop(tmp_path) as house:
        old, house.platform.key = house.platform.key, "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
        house.settings |= {"aes_key": house.platform.key, "aes_key_previous": old}
        await house.restart()
        assert (await house.platform.follower("oLi").text("新")).text == "收到：新"
        house.platform.key = old
        assert (await house.platform.follower("oLi").text("旧")).text == "收到：旧"
        assert house.platform.violations == []


async def test_stopping_answers_what_is_open(house):
    house.say = lambda inbound: []
    told = asyncio.create_task(house.platform.follower("oLi").text("草莓"))
    await house.platform.until(lambda: house.got)
    house.platform.patience = 60
    async with asyncio.timeout(30):  # half of the time for which it would stay open
        await house.restart()
    assert (await told).status in (200, 0)
