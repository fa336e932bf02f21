"""Which order, proved how: number and tail in any words and order, two orders in one talk, what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from one_chat import Chat, text
from playing import DATA, World, orders_of, preset
from random_talks import START

from storage.orders import Order


def twice() -> tuple[Order, ...]:
    """Let 李婷 have bought a second order the same day."""
    known = orders_of(DATA / "g0612.csv")
    other = next(order for order in known if order.participate_no == "21")
    return (*known, replace(other, order_no="KT260612-0404", participate_no="44", buyer_phone="13800002231"))


@pytest.fixture
def world() -> Iterator[World]:
    world = World("sqlite://", START)
    world.begin(preset(), twice())
    yield world
    world.close()


@pytest.mark.parametrize(
    "tail",
    [
        "手机后面是0408",
        "我手机尾数0408",
        "末尾0408",
        "后四位 0408",
        "零四零八",
        "尾号零四零八",
        "0408",
        "0408 就这个号",
        "电话最后四位是0408",
        "last four digits are 0408",
        "it ends in 0408",
        "0408 at the end",
        "oh four oh eight",
    ],
)
@pytest.mark.parametrize("number", ["8号", "我8号的", "取货号8", "number 8"])
def test_number_then_tail(world: World, number: str, tail: str) -> None:
    chat = Chat(world, "新客", "")
    chat.say("鸡蛋碎了7个")
    asked = text(chat.say(number))
    assert "后4位" in asked or "last 4 digits" in asked
    chat.say(tail)
    [claim] = chat.talk().claims
    assert (claim.order_no, claim.problems[0].quantity) == ("KT260612-0008", "7")


def test_it_says_what_is_missing(world: World) -> None:
    chat = Chat(world, "新客", "")
    assert "只差下单手机号的后4位" in text(chat.say("8号 鸡蛋碎了"))
    other = Chat(world, "另一位", "")
    assert "还差订单号或接龙号" in text(other.say("尾号0408 鸡蛋碎了"))


def test_a_story_before_the_order_is_no_miss_and_is_read_with_it(world: World) -> None:
    chat = Chat(world, "新客", "")
    for words in ("你们今天那个蛋啊", "我拎到家一看", "碎了7个", "蛋黄流得满袋子", "酸奶倒是好的", "气得我饭都没吃"):
        chat.say(words)
    assert chat.tickets() == []
    chat.say("8号 0408")
    [claim] = chat.talk().claims
    assert [(item.line_no, item.problem, item.quantity) for item in claim.problems] == [(1, "damaged_package", "7")]


def test_a_correction_before_the_order_counts(world: World) -> None:
    chat = Chat(world, "新客", "")
    for words in ("草莓坏了3盒", "不对不对 我又数了一遍 是2盒", "3号 尾号2231"):
        chat.say(words)
    [problem] = chat.talk().claims[0].problems
    assert problem.quantity == "2"


@pytest.mark.parametrize("order", [0, 1])
def test_two_orders_become_two_drafts_each_with_its_own(world: World, order: int) -> None:
    chat = Chat(world, "新客", "")
    told = ["3号草莓坏了2盒 要退款", "44号香菜少了1把 给我补发"]
    chat.say("我有两单 3号和44号")
    for words in (told[order], told[1 - order], "尾号2231"):
        chat.say(words)
    found = {
        claim.order_no: [(item.problem, item.quantity, item.wish) for item in claim.problems]
        for claim in chat.talk().claims
    }
    assert found == {
        "KT260612-0003": [("quality_spoiled", "2", "refund")],
        "KT260612-0404": [("shortage_missing", "1", "resend")],
    }


def test_submitting_two_drafts_ends(world: World) -> None:
    chat = Chat(world, "新客", "")
    chat.say("3号草莓坏了2盒 退款。44号香菜少了1把 补发。尾号2231")
    chat.photo()
    for words in ("提交", "继续", "提交", "提交"):
        chat.say(words)
    tickets = chat.tickets()
    assert sorted(ticket.order_no for ticket in tickets) == ["KT260612-0003", "KT260612-0404"]
    assert all(ticket.filed_at for ticket in tickets)


def test_an_order_that_is_fine_gets_no_draft(world: World) -> None:
    chat = Chat(world, "新客", "")
    for words in ("我两个单 3号和44号", "44号的香菜很新鲜 没问题", "3号的草莓烂了两盒", "尾号2231"):
        chat.say(words)
    assert [claim.order_no for claim in chat.talk().claims] == ["KT260612-0003"]


def test_the_same_number_again_is_no_further_guess(world: World) -> None:
    chat = Chat(world, "新客", "")
    for words in ("8号", "8号啊", "就是8号", "8号 我说了", "8号!!", "8号"):
        chat.say(words)
    assert chat.talk().locked_until == ""
    assert len(chat.talk().tried) == 1


def test_each_of_two_drafts_has_its_own_words_and_photos(world: World) -> None:
    chat = Chat(world, "新客", "")
    for words in ("我有两单 3号和44号", "3号草莓坏了2盒"):
        chat.say(words)
    chat.photo(many=2)
    chat.say("44号香菜黄了1把")
    chat.photo()
    chat.say("尾号2231")
    chat.say("3退款 44补发")
    found = {claim.order_no: claim for claim in chat.talk().claims}
    assert [len(found[number].photos) for number in ("KT260612-0003", "KT260612-0404")] == [2, 1]
    assert [found[number].problems[0].wish for number in ("KT260612-0003", "KT260612-0404")] == ["refund", "resend"]
    chat.say("香菜是2把")
    found = {claim.order_no: claim for claim in chat.talk().claims}
    assert [found[number].problems[0].quantity for number in ("KT260612-0003", "KT260612-0404")] == ["2", "2"]
