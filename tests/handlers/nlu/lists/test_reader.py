from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_orders import ORDERS, listed
from sample_lists import TWENTY


def of(reading, pickup):
    return [one for one in reading.claims if one.pickup_no == pickup]


def test_twenty_lines_give_twenty_two_problems():
    reading = listed(TWENTY)
    assert len(reading.claims) == 22  # 8号 speaks of two items, 21-23号 are three people
    assert [one.line for one in reading.ignored] == [1, 21]
    assert reading.severity == "safety"
    unsure = [one.pickup_no for one in reading.claims if not one.certain]
    assert unsure == ["12", "32", "35"]


def test_two_items_of_one_person():
    eggs, yogurt = of(listed(TWENTY), "8")
    assert (eggs.quantity, eggs.problems) == (7, ("damaged_package",))
    assert (yogurt.quantity, yogurt.problems) == (None, ("not_received",))


def test_a_number_in_two_activities_is_told_apart_by_item_and_day_or_asked_about():
    reading = listed(TWENTY)
    assert of(reading, "26")[0].order_no == "KT260612-0026"  # only that one holds a melon
    assert of(reading, "25")[0].order_no == "KT260611-0025"  # 昨天
    (peaches,) = of(reading, "12")
    assert (peaches.order_no, peaches.certain) == (None, False)
    assert {order for order, _ in peaches.candidates} == {"KT260612-0012", "KT260611-0012"}


def test_what_came_instead_is_not_the_item():
    (fish,) = of(listed(TWENTY), "17")
    assert (fish.line_no, fish.problems, fish.received) == (1, ("wrong_item",), "鳕鱼")


def test_questions_and_bare_wishes_are_asked_about():
    reading = listed(TWENTY)
    assert of(reading, "35")[0].question
    assert of(reading, "32")[0].remedy == "refund"


def test_answers_to_questions():
    reading = listed("12是今天的张阿姨 32不要了 35不用")
    assert [(one.pickup_no, one.withdrawn) for one in reading.claims] == [("32", True), ("35", True)]
    assert [(one.pickup_no, one.order_no) for one in reading.named] == [("12", "KT260612-0012")]


def test_line_numbers_that_only_count_are_no_pickup_numbers():
    assert [one.pickup_no for one in listed("1、3号 草莓坏\n2、5号 车厘子软").claims] == ["3", "5"]
    assert [one.pickup_no for one in listed("①5号 车厘子软\n②3号 草莓烂").claims] == ["5", "3"]
    assert [one.pickup_no for one in listed("27、西瓜裂\n30、牛奶漏").claims] == ["27", "30"]


def test_chat_headers_and_pictures_are_ignored_by_name():
    reading = listed("王姐 18:32\n3号 草莓坏2盒\n[图片]\n2026-06-12\n\n🙏")
    assert [one.line for one in reading.claims] == [2]
    assert [one.line for one in reading.ignored] == [1, 3, 4, 6]
    assert all(one.why for one in reading.ignored)


def test_headings_lend_their_problem_or_item():
    assert [(one.pickup_no, one.problems) for one in listed("没收到香菜的：\n21号\n22号").claims] == [
        ("21", ("not_received",)),
        ("22", ("not_received",)),
    ]
    assert [(one.line_no, one.problems) for one in listed("缺货：3号 鸡蛋 30号 牛奶").claims] == [
        (2, ("shortage_missing",)),
        (1, ("shortage_missing",)),
    ]


def test_lines_under_a_person():
    claims = listed("3号：\n草莓坏2盒\n鸡蛋碎了5个\n5号：\n车厘子软了").claims
    assert [(one.pickup_no, one.line_no, one.line) for one in claims] == [("3", 1, 2), ("3", 2, 3), ("5", 1, 5)]


def test_one_line_without_breaks():
    claims = listed("3号草莓坏2盒8号少鸡蛋1板30号牛奶漏2瓶").claims
    assert [(one.pickup_no, one.quantity, one.unit) for one in claims] == [
        ("3", 2, "盒"),
        ("8", 1, "板"),
        ("30", 2, "瓶"),
    ]


@pytest.mark.parametrize("line", ["99号 虾死了", "3号 牛奶漏了", "小明那单 草莓坏了", "草莓坏了2盒"])
def test_who_or_what_is_not_known_is_asked_about(line):
    (claim,) = listed(line).claims
    assert not claim.certain
    assert claim.line_no is None


def test_a_buyer_by_name():
    (claim,) = listed("李婷那单草莓坏了").claims
    assert (claim.customer, claim.order_no, claim.line_no, claim.certain) == ("李婷", "KT260612-0003", 1, True)


def test_a_very_long_line_is_not_dropped_in_silence():
    reading = listed("3号草莓坏2盒 " * 200)
    assert reading.claims
    assert any("send it in parts" in one.why for one in reading.ignored)


LINES = st.one_of(
    st.text(max_size=40),
    st.lists(
        st.sampled_from(
            ["3号", "5", "草莓", "坏", "2盒", "同上", "、", "-", "昨天", "退", "：", "①", "李婷", "都", "也是", " "]
        ),
        max_size=12,
    ).map("".join),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(LINES, max_size=6).map("\n".join))
def test_every_line_is_claimed_named_or_ignored(text):
    reading = listed(text)
    seen = {one.line for one in (*reading.claims, *reading.named, *reading.ignored)}
    spoken = {at for at, line in enumerate(text.splitlines(), start=1) if line.strip()}
    assert spoken <= seen
    known = {order.order_no for order in ORDERS}
    assert all(one.order_no in known for one in reading.claims if one.line_no is not None)
