"""What a customer says of somebody's health reaches the people, however long, late or often it is said."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from one_chat import Chat, played, text
from playing import World
from sqlalchemy import select

from storage import tables as t

ILL = "孩子吃了以后一直吐，现在在医院输液"


@pytest.fixture
def world() -> Iterator[World]:
    with played(staffed=True) as world:
        yield world


def told(length: int) -> str:
    story = "".join(f"第{number}条，我先把经过写清楚。" for number in range(length // 14 + 1))
    return story[:length] + ILL


@pytest.mark.parametrize("length", [900, 1900, 2500, 3900, 7900])
def test_an_illness_is_heard_wherever_it_is_told(world: World, length: int) -> None:
    chat = Chat(world)
    assert "立即就医" in text(chat.say(told(length)))
    (ticket,) = chat.tickets()
    assert ticket.severity == "safety"
    assert ticket.said[0][1].endswith(ILL)  # all of it is kept
    with world.write() as tx:
        assert tx.execute(select(t.inbox.c.text)).scalars().first().endswith(ILL)


def test_a_long_message_reaches_the_agent_whole(world: World) -> None:
    chat = Chat(world)
    chat.say("草莓坏了2盒 转人工")
    world.desk.taps("A1", "接手")
    chat.say("经过是这样的。" * 500 + "最后一句")
    assert any(posted.kind == "relay" and "最后一句" in posted.text for posted in world.desk.posted)


@pytest.mark.parametrize("words", ["又吐了 发烧39度", "救护车来了", "he is getting worse", "还在输液"])
def test_worse_health_calls_owner_and_supervisor_and_the_customer_hears_it(world: World, words: str) -> None:
    chat = Chat(world)
    chat.say("孩子吃了你们的草莓一直吐")
    world.desk.taps("A1", "接手")
    before = len(world.desk.posted)
    heard = text(chat.say(words))
    assert "主管" in heard or "supervisors" in heard
    (page,) = [posted for posted in world.desk.posted[before:] if posted.kind == "page"]
    assert words in page.text and set(page.mentions) == {"小林", "何姐"}
    assert any(posted.kind == "relay" and words in posted.text for posted in world.desk.posted)
    assert len(chat.tickets()) == 1


def test_worse_health_before_pick_up_calls_everybody(world: World) -> None:
    chat = Chat(world)
    chat.say("孩子吃了你们的草莓一直吐")
    chat.say("发烧39度了")
    pages = [posted for posted in world.desk.posted if posted.kind == "page" and "39度" in posted.text]
    assert [set(page.mentions) for page in pages] == [{"小林", "阿杰", "何姐"}]


def test_other_words_on_an_owned_safety_ticket_reach_the_owner_and_call_nobody(world: World) -> None:
    chat = Chat(world)
    chat.say("孩子吃了你们的草莓一直吐")
    world.desk.taps("A1", "接手")
    chat.wait(5)  # the customer hears who took it
    before = len(world.desk.posted)
    assert chat.say("现在好多了") == []
    assert [posted.text for posted in world.desk.posted if posted.kind == "relay"][-1].endswith("现在好多了")
    assert not any(posted.kind == "page" for posted in world.desk.posted[before:])
