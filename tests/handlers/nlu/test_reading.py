from __future__ import annotations

from fractions import Fraction

import pytest
from reading_orders import ORDERS, goods, order_of, said


def only(reading):
    assert len(reading.claims) == 1, reading.claims
    return reading.claims[0]


def test_all_in_one_sentence():
    reading = said("你好，KT260612-0003 草莓坏了2盒，想退这两盒的钱", order_of("3"))
    claim = only(reading)
    assert reading.order_numbers == ("KT260612-0003",)
    assert (claim.order_no, claim.line_no, claim.quantity, claim.unit) == ("KT260612-0003", 1, 2, "盒")
    assert claim.problems == ("quality_spoiled",)
    assert reading.remedies == ("refund",)
    assert claim.evidence["sku"] == "草莓"


def test_facts_before_the_order_is_known():
    claim = only(said("碎了好几个"))
    assert (claim.problems, claim.quantity, claim.line_no) == (("damaged_package",), None, None)
    assert only(said("7个")).quantity == 7
    assert only(said("坏了2盒")).unit == "盒"


def test_an_item_said_to_be_fine_is_not_claimed():
    reading = said("蛋黄流到酸奶上了 酸奶没事", order_of("8"))
    assert only(reading).line_no == 1
    assert reading.denied == (2,)


def test_pickup_number_and_tail():
    reading = said("8号 尾号0408", order_of("8"))
    assert (reading.pickup_numbers, reading.phone_tails, reading.claims) == (("8",), ("0408",), ())
    assert said("5号 8812").phone_tails == ("8812",)
    assert said("8812").phone_tails == ("8812",)
    assert said("草莓1234坏了").phone_tails == ()


def test_what_came_instead():
    reading = said("Hi, got cod instead of salmon. Order 17 from today, refund pls", order_of("17"))
    claim = only(reading)
    assert (claim.line_no, claim.problems, claim.received) == (1, ("wrong_item",), "cod")
    assert (reading.pickup_numbers, reading.day, reading.remedies) == (("17",), "today", ("refund",))


def test_a_wish_that_changes():
    reading = said("wait no, send the salmon instead", order_of("17"))
    assert (reading.remedies, reading.correction) == (("resend",), True)
    reading = said(
        "actually I only opened one bag, forget the whole thing. … sorry, no, go on with the salmon", order_of("17")
    )
    assert not reading.withdrawn
    assert only(reading).quantity is None
    assert said("forget it").withdrawn


def test_an_order_that_is_not_given_names_no_line():
    claim = only(said("订单 KT260612-0050 车厘子软了", order_of("5")))
    assert (claim.order_no, claim.line_no, claim.certain) == ("KT260612-0050", None, False)


def test_somebody_elses_number():
    reading = said("顺便帮我看看3号李婷退了多少", order_of("5"))
    assert reading.pickup_numbers == ("3",)
    assert reading.claims == ()
    assert reading.remedies == ()


def test_safety_without_an_order():
    reading = said("宝宝喝了你家奶粉一直吐还发烧")
    assert reading.severity == "safety"
    assert {"illness", "vulnerable"} <= set(reading.signals)
    assert reading.special == ("infant",)


def test_bare_answers():
    assert said("是的").claims == said("好").claims == ()
    reading = said("2")
    assert (only(reading).quantity, only(reading).unit, reading.choice) == (2, None, 2)
    assert said("② 那天晚上我就给团长说了").choice == 2


def test_the_same_item_in_two_orders_is_asked_about():
    claim = only(said("奶粉有结块", order_of("26"), order_of("26", "260611")))
    assert not claim.certain
    assert set(claim.candidates) == {("KT260612-0026", 2), ("KT260611-0026", 1)}


def test_the_day_tells_two_orders_apart():
    claim = only(said("昨天那个奶粉有结块", order_of("26"), order_of("26", "260611")))
    assert (claim.order_no, claim.certain) == ("KT260611-0026", True)


def test_an_item_that_is_not_in_the_order_is_asked_about():
    claim = only(said("牛奶漏了", order_of("3")))
    assert (claim.line_no, claim.certain) == (None, False)


@pytest.mark.parametrize(
    "item", ["佛手瓜", "紫薯燕麦脆 200g", "Zwieback 450g", "阿婆手作糍粑6个装", "速冻榴莲千层(6寸)"]
)
def test_goods_that_no_table_knows(item):
    order = goods(item, "不锈钢锅铲")
    name = {"阿婆手作糍粑6个装": "糍粑", "紫薯燕麦脆 200g": "燕麦脆", "速冻榴莲千层(6寸)": "千层"}.get(
        item, item.split()[0]
    )
    claim = only(said(f"{name}坏了2个", order))
    assert (claim.line_no, claim.quantity, claim.certain) == (1, 2, True)


def test_two_items_in_one_message():
    first, second = said("草莓坏了2盒 鸡蛋碎了3个", order_of("3")).claims
    assert (first.line_no, first.quantity, first.problems) == (1, 2, ("quality_spoiled",))
    assert (second.line_no, second.quantity, second.problems) == (2, 3, ("damaged_package",))


def test_items_joined_by_and_share_the_problem():
    claims = said("草莓和鸡蛋都没收到", order_of("3")).claims
    assert [(one.line_no, one.problems) for one in claims] == [(1, ("not_received",)), (2, ("not_received",))]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("昨天那团", "yesterday"),
        ("今天的", "today"),
        ("10号那天", "2026-06-10"),
        ("18号那天", "2026-05-18"),
        ("6月11日", "2026-06-11"),
        ("13月40号", None),
    ],
)
def test_days(text, day):
    assert said(text).day == day


def test_the_order_number_in_loose_spelling():
    assert said("单号20261120 0088").order_numbers == ("20261120-0088",)
    assert said("kt2606120003坏了").order_numbers == ("KT260612-0003",)


def test_a_given_orders_number_counts_whatever_its_shape():
    from dataclasses import replace

    odd = replace(order_of("5"), order_no="订单/A-77x")
    assert said("订单/a-77X 软了", odd).order_numbers == ("订单/A-77x",)


def test_long_messages_are_read_for_serious_words_to_the_end():
    reading = said("你好" * 900 + "孩子吃了上吐下泻")
    assert reading.cut
    assert reading.severity == "safety"


def test_a_share_of_the_line():
    claim = only(said("桃子烂了三分之一", order_of("12")))
    assert (claim.quantity, claim.fraction, claim.unit) == (Fraction(1, 3), True, None)


def test_many_orders_and_no_reference_asks():
    assert not only(said("草莓坏了", *ORDERS)).certain
