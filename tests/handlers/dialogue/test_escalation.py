"""How a talk becomes serious: advice once at every rise, in whatever order the facts are told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from one_chat import Chat, played, text
from playing import World

ADVICE = "请马上停止食用"


@pytest.fixture
def world() -> Iterator[World]:
    with played() as world:
        yield world


@pytest.fixture
def chat(world: World) -> Chat:
    return Chat(world, "刘爸爸", "15800009021")


def kind(chat: Chat) -> list[tuple[str, str]]:
    return [(ticket.severity, ticket.why) for ticket in chat.tickets()]


@pytest.mark.parametrize(
    "words",
    [
        ("奶粉结块了", "宝宝已经喝了三天"),
        ("宝宝喝了你家奶粉", "奶粉结块了"),
        ("罐子里结块发霉", "已经喝了三天"),
        ("奶粉结块 宝宝已经喝了三天",),
    ],
)
def test_an_infant_that_drank_of_spoiled_formula_is_advised_about_once(chat: Chat, words: tuple[str, ...]) -> None:
    seen = [one for each in words for one in chat.say(each)]
    assert text(seen).count(ADVICE) == 1
    assert [ticket.severity for ticket in chat.tickets()] == ["safety"]
    assert "vulnerable" in chat.tickets()[0].signals
    assert ADVICE not in text(chat.say("还有两天的量"))


def test_a_ticket_that_was_major_rises_with_the_advice(chat: Chat) -> None:
    assert ADVICE not in text(chat.say("奶粉罐子里结块了"))
    assert kind(chat) == [("major", "major")]
    assert ADVICE in text(chat.say("宝宝喝了"))
    assert [ticket.severity for ticket in chat.tickets()] == ["safety"]


def test_a_filed_ticket_rises_too(world: World) -> None:
    chat = Chat(world, "张阿姨", "13700006610")
    chat.say("桃子发霉了3个 退款")
    chat.photo()
    chat.say("提交")
    assert kind(chat) == [("normal", "")]
    seen = text(chat.say("孩子吃了一个"))
    assert ADVICE in seen and "12" in seen
    assert [ticket.severity for ticket in chat.tickets()] == ["safety"]


def test_an_order_chosen_by_button_makes_it_serious(world: World) -> None:
    chat = Chat(world, "高洁", "13500001026")
    chat.say("罐子瘪了")
    chat.say("奶粉 罐子都瘪了")
    chat.tap(chat.button("奶粉"))
    assert [ticket.severity for ticket in chat.tickets()] == ["major"]


def test_who_threatens_to_take_the_own_life_gets_a_person_and_no_questions(world: World) -> None:
    chat = Chat(world, "唐丽", "")
    seen = text(chat.say("虾死了 你们再不退我就去跳楼"))
    assert "12356" in seen and "CD-" in seen
    assert "订单号" not in seen and ADVICE not in seen
    assert kind(chat) == [("major", "despair")]
    assert "订单号" not in text(chat.say("我说真的"))


def test_from_whom_it_was_kept_had_nothing_of_it(world: World) -> None:
    chat = Chat(world, "许妈妈", "13500001034")
    seen = [*chat.say("蓝莓发霉了 没敢给孩子吃"), *chat.say("吃了两颗才发现的")]
    assert ADVICE not in text(seen)
    assert ADVICE in text(chat.say("孩子也吃了一颗"))
