"""Several problems in one message: each with its own goods, count and type, none taken from a neighbour."""

from __future__ import annotations

from fractions import Fraction

import pytest
from reading_orders import TODAY, lexicon

from handlers.nlu.reading import read
from storage.orders import Order, OrderLine

EGGS, YOGHURT, BERRIES, HERB, ALL = 1, 2, 3, 4, None
LATE, RUDE = "late", "service_attitude"
BROKEN, SHORT, SPOILED, POOR = "damaged_package", "shortage_missing", "quality_spoiled", "quality_other"
HALF = Fraction(1, 2)


def order(*names):
    lines = [
        OrderLine(line_no=place, item=name, spec=spec, unit=unit, quantity=count, paid=1000, unit_price=1000)
        for place, (name, spec, unit, count) in enumerate(names, start=1)
    ]
    return Order(order_no="KT260612-0408", participate_no="8", buyer_name="小周", lines=tuple(lines))


CHINESE = order(("鸡蛋", "30枚", "份", 1), ("酸奶", "6杯", "份", 2), ("草莓", "300g", "盒", 2), ("香菜", "", "把", 1))
ENGLISH = order(
    ("鸡蛋 eggs", "30 pcs", "tray", 1), ("酸奶 yoghurt", "6 cups", "pack", 2),
    ("草莓 strawberries", "300g", "box", 2), ("milk", "1L", "bottle", 2),
)  # fmt: skip


def told(text, bought=CHINESE):
    claims = read(text, (bought,), lexicon(), today=TODAY).claims
    return {(one.line_no, code): one.quantity for one in claims for code in one.problems}


FOUR = {(EGGS, BROKEN): 3, (YOGHURT, SHORT): 1, (BERRIES, SPOILED): HALF, (ALL, LATE): None}


@pytest.mark.parametrize(
    "text",
    [
        "鸡蛋碎了3个 酸奶少了1盒 草莓发霉半盒 整单还晚到了两小时",
        "鸡蛋碎了3个，酸奶少了1盒，草莓发霉半盒，整单还晚到了两小时",
        "鸡蛋碎了3个\n酸奶少了1盒\n草莓发霉半盒\n整单还晚到了两小时",
        "整单晚到了两小时 鸡蛋碎了3个 酸奶少了1盒 草莓发霉半盒",
        "晚到两小时不说 草莓还发霉了半盒 酸奶少一盒 鸡蛋碎仨",
        "3个鸡蛋碎了 1盒酸奶没给 草莓半盒霉了 还迟到2个小时",
        "鸡蛋碎三个酸奶少一盒草莓霉半盒晚到俩小时",
        "那个鸡蛋嘛碎了三个然后酸奶呢少给了一盒草莓的话有半盒长毛了而且你们还晚送了两个钟头",
        "酸奶少了一盒还晚了两小时 鸡蛋碎3个 草莓有半盒霉了",
        "碎了3个鸡蛋 少了1盒酸奶 半盒草莓发霉 晚了一个小时",
    ],
)
def test_four_problems_in_one_message(text):
    assert told(text) == FOUR


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("香菜烂了一把 鸡蛋破了俩 酸奶漏了一杯 草莓压坏了",
         {(HERB, SPOILED): 1, (EGGS, BROKEN): 2, (YOGHURT, BROKEN): 1, (BERRIES, BROKEN): None}),
        ("草莓烂了5颗 香菜没收到 酸奶胀包2杯 鸡蛋碎了一半",
         {(BERRIES, SPOILED): 5, (HERB, "not_received"): None, (YOGHURT, SPOILED): 2, (EGGS, BROKEN): "half"}),
        ("没收到香菜 鸡蛋碎了4个 草莓烂了",
         {(HERB, "not_received"): None, (EGGS, BROKEN): 4, (BERRIES, SPOILED): None}),
        ("少1盒草莓 1把香菜 碎2个鸡蛋", {(BERRIES, SHORT): 1, (HERB, SHORT): 1, (EGGS, BROKEN): 2}),
        ("鸡蛋 草莓 酸奶 都没收到", dict.fromkeys([(EGGS, "not_received"), (BERRIES, "not_received"),
                                                    (YOGHURT, "not_received")])),
        ("草莓一盒发霉一盒压烂 鸡蛋碎5", {(BERRIES, SPOILED): 1, (BERRIES, BROKEN): 1, (EGGS, BROKEN): 5}),
        ("草莓少一盒 另一盒发霉", {(BERRIES, SHORT): 1, (BERRIES, SPOILED): 1}),
        ("草莓2盒烂1盒少1盒", {(BERRIES, SPOILED): 1, (BERRIES, SHORT): 1}),
        ("司机态度恶劣还迟到 草莓全压烂了 鸡蛋碎了6个",
         {(ALL, RUDE): None, (ALL, LATE): None, (BERRIES, BROKEN): None, (EGGS, BROKEN): 6}),
        ("草莓烂了 香菜蔫了 鸡蛋臭了2个", {(BERRIES, SPOILED): None, (HERB, POOR): None, (EGGS, SPOILED): 2}),
        ("鸡蛋 碎了3个 草莓 烂了1盒", {(EGGS, BROKEN): 3, (BERRIES, SPOILED): 1}),
    ],
)  # fmt: skip
def test_each_problem_keeps_what_is_its_own(text, expected):
    assert told(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "3 eggs broken, one yoghurt missing, half the strawberries are mouldy and the whole order came two hours late",
        "3 eggs broken one yoghurt missing half the strawberries mouldy and it was two hours late",
        "it was two hours late and 3 eggs broken and 1 yoghurt missing and half the strawberries mouldy",
        "eggs: 3 broken. yoghurt: 1 missing. strawberries half mouldy. whole order two hours late",
    ],
)
def test_four_problems_in_english(text):
    found = told(text, ENGLISH)
    half = found.pop((BERRIES, SPOILED))
    assert half in ("half", HALF)
    assert found == {(EGGS, BROKEN): 3, (YOGHURT, SHORT): 1, (ALL, LATE): None}


def test_a_count_after_instead_of_is_not_the_next_items():
    assert told("I got 1 milk instead of 2 and 4 broken eggs", ENGLISH) == {(4, SHORT): 1, (EGGS, BROKEN): 4}
    two = told("two eggs broken and two boxes of strawberries rotten", ENGLISH)
    assert two == {(EGGS, BROKEN): 2, (BERRIES, SPOILED): 2}


def test_an_item_whose_fault_is_not_understood_takes_none_from_its_neighbour():
    assert (YOGHURT, SPOILED) not in told("鸡蛋碎3个酸奶漏1杯草莓烂2盒香菜蔫了")


@pytest.mark.parametrize("text", ["鸡蛋碎了3个 还晚到一天 这个就算了", "3 eggs broken. It was late but never mind"])
def test_lateness_that_is_let_pass_is_no_claim(text):
    assert set(told(text, ENGLISH)) == {(EGGS, BROKEN)}


def test_lateness_alone_is_said_of_the_item_named():
    assert told("我的草莓呢 都九点了还没到") == {(BERRIES, LATE): None}
