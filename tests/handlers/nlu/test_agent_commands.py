from __future__ import annotations

from fractions import Fraction

import pytest

from handlers.nlu import agent_commands
from handlers.nlu.agent_commands import Meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("退69 加5元券", Meant(remedy="refund", amount=6900, coupon=500)),
        ("退款39.8", Meant(remedy="refund", amount=3980)),
        ("退 39.80 元", Meant(remedy="refund", amount=3980)),
        ("退¥69.00+¥5券", Meant(remedy="refund", amount=6900, coupon=500)),
        ("退一半", Meant(remedy="refund", share=Fraction(1, 2))),
        ("退 1/2 16.45", Meant(remedy="refund", amount=1645)),
        ("退三分之一", Meant(remedy="refund", share=Fraction(1, 3))),
        ("退80%", Meant(remedy="refund", share=Fraction(4, 5))),
        ("全退", Meant(remedy="refund", share=Fraction(1))),
        ("全额退款", Meant(remedy="refund", share=Fraction(1))),
        ("退款", Meant(remedy="refund")),
        ("补发", Meant(remedy="resend")),
        ("补发 加5元券", Meant(remedy="resend", coupon=500)),
        ("换货", Meant(remedy="exchange")),
        ("退货退款", Meant(remedy="return_refund")),
        ("退货退款 69元", Meant(remedy="return_refund", amount=6900)),
        ("5元券", Meant(remedy="compensation", coupon=500)),
        ("券10元", Meant(remedy="compensation", coupon=1000)),
        ("道歉", Meant(remedy="apology")),
        ("refund 69 + 5 coupon", Meant(remedy="refund", amount=6900, coupon=500)),
        ("resend", Meant(remedy="resend")),
        ("通过, 退99.80, 原因:团长漏报", Meant(remedy="refund", amount=9980, reason="团长漏报")),
        ("通过", Meant(as_wished=True)),
        ("三文鱼卖完了，退69加5元券", Meant(remedy="refund", amount=6900, coupon=500, words="三文鱼卖完了")),
        ("sold out -> refund ¥69.00 + ¥5 coupon", Meant(remedy="refund", amount=6900, coupon=500, words="sold out")),
    ],
)
def test_a_remedy_in_plain_words(text, meant):
    assert agent_commands.remedy(text) == meant


@pytest.mark.parametrize("text", ["", "好的", "等一下我问问", "69"])
def test_no_remedy_is_made_up(text):
    assert agent_commands.remedy(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "W24 超时限，平台收到时间6月14日18:00，可选5元券",
        "规则：W24；事实：平台收到时间 6月14日18:00；可选：5元券",
        "依据W24。6月14日才报。给5元券",
        "规则：W24 事实：6月14日18:00才收到 可选：5元券",
    ],
)
def test_a_refusal_that_names_all_three(text):
    parts = agent_commands.refusal(text, ["W24", "M1"])
    assert parts.missing == ()
    assert parts.rule.startswith("W24")
    assert "6月14日" in parts.fact
    assert "5元券" in parts.alternative


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("W24 超时限", ("fact", "alternative")),
        ("不行", ("rule", "alternative")),
        ("W24，6月14日18:00才收到", ("alternative",)),
        ("照片上是好的，可以给5元券", ("rule",)),
        ("", ("rule", "fact", "alternative")),
    ],
)
def test_what_is_missing_is_named(text, missing):
    assert agent_commands.refusal(text, ["W24"]).missing == missing
