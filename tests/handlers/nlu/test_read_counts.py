from __future__ import annotations

import pytest
from reading_orders import goods, said


def claims(text, *items):
    return [(one.line_no, one.quantity, one.unit, one.problems) for one in said(text, goods(*items)).claims]


@pytest.mark.parametrize(
    ("text", "item", "quantity", "unit"),
    [
        ("螃蟹3死5活", "大闸蟹", 3, None),
        ("八只蟹三只死的", "大闸蟹", 3, "只"),
        ("草莓一盒好的一盒坏的", "草莓", 1, "盒"),
        ("火龙果有一个是坏的，要求补一个", "火龙果", 1, "个"),
        ("五斤土豆里挑出来两斤不能吃", "土豆", 2, "斤"),
        ("山药收到就断成5截", "山药", None, None),
        ("西瓜没8斤", "西瓜", None, None),
        ("湿巾少俩包", "湿厨巾", 2, "包"),
        ("五花肉说好一斤只有9两", "五花肉", 1, "两"),
    ],
)
def test_what_a_number_counts(text, item, quantity, unit):
    ((_, found, told, problems),) = claims(text, item)
    assert (found, told if found else None) == (quantity, unit)
    assert problems


def test_items_told_before_a_problem_of_all_have_it():
    assert claims("草莓2盒，鸡蛋5个，都坏了", "草莓", "鸡蛋") == [
        (1, 2, "盒", ("quality_spoiled",)),
        (2, 5, "个", ("quality_spoiled",)),
    ]


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("补个差价吧", "partial_refund"),
        ("求退1/4", "partial_refund"),
        ("退16.8", "partial_refund"),
        ("折价", "partial_refund"),
        ("你们得赔", "compensation"),
        ("下次补", "resend"),
        ("之前的退款收到了", None),
        ("给他换自提点", None),
    ],
)
def test_wishes_in_few_words(text, remedy):
    assert said(f"草莓坏了，{text}", goods("草莓")).person().remedy == remedy


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("土鸡蛋碎了", "韭菜鸡蛋水饺"),
        ("小番茄坏了", "普罗旺斯番茄"),
        ("小龙虾臭了", "基围虾"),
        ("苹果醋漏了", "苹果"),
        ("葡萄干霉了", "葡萄"),
    ],
)
def test_a_thing_inside_another_s_name_is_asked_about(text, item):
    (claim,) = said(text, goods(item, "酸奶")).claims
    assert (claim.line_no, claim.certain) == (None, False)


def test_another_name_of_a_kind():
    ((line, _, _, _),) = claims("晴王掉粒", "阳光玫瑰葡萄", "酸奶")
    assert line == 1


@pytest.mark.parametrize("text", ["水饺少一袋 白菜的", "白菜的水饺坏了", "水饺坏了，是白菜的"])
def test_a_word_for_two_lines_is_settled_by_the_word_for_one(text):
    ((line, _, _, _),) = claims(text, "猪肉白菜水饺", "韭菜鸡蛋水饺")
    assert line == 1


def test_what_is_fine_in_one_way_may_lack_in_another():
    order = goods("草莓", "酸奶")
    (claim,) = said("草莓倒是没烂，就是少了一盒", order).claims
    assert (claim.line_no, claim.problems, claim.quantity) == (1, ("shortage_missing",), 1)
    (other,) = said("草莓没烂，但是酸奶少了一盒", order).claims
    assert (other.line_no, other.problems) == (2, ("shortage_missing",))


def test_so_many_missing_of_what_is_asked():
    assert not said("少了一盒", goods("草莓", "酸奶")).claims[0].certain
    assert said("少了一盒", goods("草莓")).claims[0].certain
    assert said("都没收到", goods("草莓", "酸奶")).claims[0].certain


def test_what_is_set_against_the_one_that_is_meant_is_no_claim():
    order = goods("鲜牛奶", "纯牛奶", "草莓")
    (claim,) = said("漏的是鲜牛奶不是纯牛奶啊", order).claims
    assert (claim.line_no, claim.problems) == (1, ("damaged_package",))
    (claim,) = said("坏的是草莓，不是鲜牛奶", order).claims
    assert (claim.line_no, claim.problems) == (3, ("quality_spoiled",))
