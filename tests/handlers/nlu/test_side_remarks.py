"""What is said beside a claim: of the customer, of other goods, of orders and of the price."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from playing import preset

from handlers.nlu.reading import Reading, read
from handlers.policy.lexicons import lexicon_of
from storage.orders import Order, OrderLine

GOODS = ("鲈鱼", "菠菜", "紫薯包", "米酒")
ORDER = Order(
    order_no="KT260612-0418",
    participate_no="418",
    lines=tuple(OrderLine(line_no=no, item=item, quantity=3, unit="份", paid=900) for no, item in enumerate(GOODS, 1)),
)
ENGLISH = Order(
    order_no="KT260612-0419",
    participate_no="419",
    lines=(
        OrderLine(line_no=1, item="plums", quantity=2, unit="盒", paid=900),
        OrderLine(line_no=2, item="flour", quantity=2, unit="袋", paid=900),
    ),
)


def said(text: str, order: Order | None = ORDER) -> Reading:
    return read(text, (order,) if order else (), lexicon_of(preset()), today=date(2026, 6, 12))


def codes(reading: Reading) -> set[str]:
    return {code for claim in reading.claims for code in claim.problems}


@pytest.mark.parametrize(
    "text",
    [
        "电梯里网卡 回得慢 多包涵",
        "我打字慢 您等等",
        "客人来了 补发也来不及",
        "我今天下班晚",
        "sorry my reply is slow, i'm late for work",
    ],
)
def test_the_customers_own_hour_is_no_late_delivery(text):
    assert "late" not in codes(said(text))
    assert "late" not in codes(said(text, None))


@pytest.mark.parametrize("text", ["你们送得太慢了", "配送慢 等了半天才到", "the delivery was two hours late"])
def test_a_late_delivery_stays_one(text):
    assert "late" in codes(said(text))


@pytest.mark.parametrize(
    "text", ["我一个老太太搬不动", "家里两个小孩等着呢", "我一个孕妇跑不了那么远", "一位老人家来拿的"]
)
def test_a_person_is_no_count_of_goods(text):
    assert all(claim.quantity is None for claim in said(text).claims)


def test_orders_are_no_count_of_goods():
    assert all(claim.quantity is None for claim in said("我今日有三张单").claims)


@pytest.mark.parametrize(("text", "line"), [("菠菜是齐的", 2), ("紫薯包一样不少", 3), ("米酒喺度 冇事", 4)])
def test_goods_that_are_there_are_not_claimed(text, line):
    reading = said(text)
    assert set(reading.denied) == {line}
    assert not reading.claims


def test_goods_that_are_there_leave_the_number_to_the_others():
    [claim] = said("少了2份\n菠菜是齐的").claims
    assert (claim.line_no, claim.quantity, claim.problems) == (None, Fraction(2), ("shortage_missing",))


@pytest.mark.parametrize(
    "text", ["half of the price back would do", "give me half my money back", "half the price is fair"]
)
def test_half_of_the_price_is_a_wish_and_no_count(text):
    reading = said(text, ENGLISH)
    assert "partial_refund" in reading.remedies
    assert all(claim.quantity is None for claim in reading.claims)


def test_not_good_at_all_is_not_all_of_it():
    assert all(claim.quantity != "all" for claim in said("plums not tasty at all", ENGLISH).claims)


def test_a_refund_for_both_counts_nothing():
    assert all(claim.quantity is None for claim in said("refund for both when you can", ENGLISH).claims)


def test_each_item_has_its_own_wish_though_one_told_no_problem():
    [claim] = said("flour bag torn. please replace the flour and for the plums refund me", ENGLISH).claims
    assert (claim.line_no, claim.remedy) == (2, "exchange")


@pytest.mark.parametrize(("text", "code"), [("sour", "quality_spoiled"), ("the plums have turned", "quality_spoiled")])
def test_words_for_what_has_gone_bad(text, code):
    assert codes(said(text, ENGLISH)) == {code}


@pytest.mark.parametrize(
    ("text", "number"), [("418这单不对", "418"), ("morning, 418 here", "418"), ("五零二号", "502")]
)
def test_a_number_beside_the_order_is_its_pickup_number(text, number):
    assert said(text, None).pickup_numbers == (number,)


def test_goods_that_are_here_are_no_order():
    assert said("the 12 here are rotten", None).pickup_numbers == ()
