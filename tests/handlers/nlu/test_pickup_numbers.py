from __future__ import annotations

import pytest
from reading_orders import TODAY, lexicon, listed

from handlers.nlu.pickup_numbers import Finder

KNOWN = ("3", "5", "8", "11", "20", "21", "22", "23", "30")


def found(text: str, *, leader: bool = True) -> list[str]:
    finder = Finder(text, KNOWN, lexicon(), TODAY)
    spans = list(finder.signed()) or (finder.leading() if leader else [])
    return [value for span in spans for value in span.values]


@pytest.mark.parametrize(
    "text",
    [
        "3号 虾臭",
        "#3 虾臭",
        "3# 虾臭",
        "no.3 虾臭",
        "no 3 虾臭",
        "接龙3 虾臭",
        "编号3 虾臭",
        "第三号 虾臭",
        "第3位 虾臭",
        "3hao 虾臭",
        "(3) 虾臭",
        "【3】虾臭",
        "3) 虾臭",
        "3、虾臭",
        "3.虾臭",
        "3:虾臭",
        "3 虾臭",
        "3虾臭",
        "03 虾臭",
        "虾臭 3号",
        "虾臭(3号)",
    ],
)
def test_spellings_of_one_number(text):
    assert found(text) == ["3"]


@pytest.mark.parametrize(
    "text",
    [
        "21-23号 没到",
        "21号-23号 没到",
        "21#~23# 没到",
        "21-23# 没到",
        "21到23号没到",
        "21至23 没到",
        "21号到23没到",
        "二十一到二十三号没到",
    ],
)
def test_spellings_of_a_range(text):
    assert found(text) == ["21", "22", "23"]


@pytest.mark.parametrize(
    "text",
    [
        "3、5、8号 虾臭",
        "3.5.8号 虾臭",
        "3,5,8号 虾臭",
        "3 5 8号 虾臭",
        "3 5 8 虾臭",
        "3/5/8号虾臭",
        "3、5、8虾都臭",
        "3+5+8号",
        "#3、5、8 虾臭",
        "3号和5号、8号 虾臭",
        "虾臭的:3、5、8",
        "虾没到 3 5 8",
    ],
)
def test_spellings_of_a_series(text):
    assert found(text) == ["3", "5", "8"]


@pytest.mark.parametrize(
    "text",
    [
        "3个虾臭",
        "3户没到",
        "3:30到货",
        "3点到货",
        "11.20 汇总",
        "5-30 汇总",
        "下次开团20号",
        "一共30单 都好",
        "第3个虾臭",
        "虾臭3",
        "3斤虾臭",
    ],
)
def test_numbers_that_are_no_pickup_numbers(text):
    assert found(text) == []


def test_a_count_before_a_series_stays_a_count():
    assert found("虾坏2、5号虾臭") == ["5"]
    assert found("3 2 虾臭") == ["3"]


def test_a_customer_s_bare_number_is_none():
    assert found("3 虾臭", leader=False) == []


def test_one_of_a_series_that_no_order_has_is_asked_about():
    claims = listed("99、5号 各少一份").claims
    assert [(one.pickup_no, one.certain) for one in claims] == [("99", False), ("5", True)]


@pytest.mark.parametrize(
    "text", ["老陈5 车厘子软", "5-老陈 车厘子软", "老陈(5)车厘子软", "5老陈车厘子软", "车厘子软 老陈5"]
)
def test_a_number_beside_its_buyer_s_name(text):
    (claim,) = listed(text).claims
    assert (claim.pickup_no, claim.customer, claim.order_no) == ("5", "老陈", "KT260612-0005")


def test_circled_numbers_lead_or_count():
    assert [one.pickup_no for one in listed("③草莓烂了\n⑤车厘子软了").claims] == ["3", "5"]
    assert [one.pickup_no for one in listed("⑤号车厘子软了").claims] == ["5"]
    assert [one.pickup_no for one in listed("①草莓烂了 3号\n②车厘子软了 5号").claims] == ["3", "5"]
    assert [one.pickup_no for one in listed("1. 李婷 草莓烂了\n2. 老陈 车厘子软了").claims] == [None, None]


@pytest.mark.parametrize("text", ["5 两份车厘子软了", "5号两份车厘子软了", "5号 车厘子没到两份"])
def test_two_of_something_behind_a_bare_number(text):
    (claim,) = listed(text).claims
    assert (claim.pickup_no, claim.quantity, claim.unit, bool(claim.problems)) == ("5", 2, "份", True)
