from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playing import preset

from handlers.claims.claim import Asked, Claim, Talk
from handlers.claims.given_numbers import as_reference, without_references
from handlers.claims.story import CORRECTS
from handlers.messages.models import Inbound
from handlers.policy.lexicons import lexicon_of
from storage.orders import Order

NOTHING = Talk()
ASKED = Talk(claims=(Claim(id="a", asked=Asked(slot="order")),), current="a")
NUMBERED = Talk(claims=(Claim(id="a", pickup="7", asked=Asked(slot="order")),), current="a")
CHOOSING = Talk(claims=(Claim(id="a", asked=Asked(slot="order", choices=("order:A", "order:B"))),), current="a")
KNOWN = Talk(claims=(Claim(id="a", order_no="A", asked=Asked(slot="quantity")),), current="a")


def told(text: str, talk: Talk, *, known: bool = False) -> str:
    inbound = Inbound(key="k", channel="telegram", account="c", at=datetime(2026, 6, 12, tzinfo=UTC), text=text)
    return as_reference(inbound, talk, lexicon_of(preset()), known=known)


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("我是27", "我是27号"),
        ("27 林小满", "27号 林小满"),
        ("it's 127 I think", "it's 127号 I think"),
        ("0408 就这个", "尾号0408 就这个"),
        ("纸上写的是八十六", "纸上写的是86号"),
        ("one hundred and seven", "107号"),
        ("27和28", "27号和28号"),
        ("坏了3", "坏了3"),
        ("退我20", "退我20"),
        ("2盒", "2盒"),
        ("2 boxes", "2 boxes"),
        ("6月12日", "6月12日"),
        ("at 6 o'clock", "at 6 o'clock"),
    ],
)
def test_the_answer_to_which_order(text: str, heard: str) -> None:
    assert told(text, ASKED) == heard


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("27", "27号"),
        ("我27号", "我27号"),
        ("我有两单 一个27 一个28", "我有两单 一个27号 一个28号"),
        ("草莓3", "草莓3"),
    ],
)
def test_a_number_nobody_asked_for(text: str, heard: str) -> None:
    assert told(text, NOTHING) == heard


@pytest.mark.parametrize("talk", [CHOOSING, KNOWN])
def test_a_bare_number_that_answers_something_else(talk: Talk) -> None:
    assert told("2", talk) == "2"


def test_once_the_number_is_known_only_the_tail_is_one() -> None:
    assert told("就这3个 2231", NUMBERED) == "就这3个 尾号2231"
    assert told("后面 2231", NUMBERED) == "后面 尾号2231"
    assert told("一箱赔我20就行", NUMBERED) == "一箱赔我20就行"


def test_a_bound_buyer_is_not_asked() -> None:
    assert told("27", NOTHING, known=True) == "27"


@pytest.mark.parametrize("text", ["316 春卷只来了一袋", "275 河虾少了两份呢"])
def test_hundreds_before_goods_name_the_order(text):
    assert told(text, NOTHING) == text[:3] + "号" + text[3:]
    assert told(text, KNOWN) == text


def test_two_orders_joined_in_cantonese_are_both_marked():
    assert told("我有两张单 127同128", NOTHING) == "我有两张单 127号同128号"


def test_a_cantonese_slip_corrects():
    assert CORRECTS.search("哎吔睇错咗 系另一包")


def test_a_count_that_is_also_the_pickup_number_stays():
    order = Order(order_no="A", lines=(), participate_no="3", buyer_phone="13800002231")
    assert without_references("草莓少发了3盒 2231", order, lexicon_of(preset())) == "草莓少发了3盒  "
    assert without_references("3 草莓坏了", order, lexicon_of(preset())) == "  草莓坏了"
