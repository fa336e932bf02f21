"""What the order system cancelled, refunded or masked, as it is stored and as it acts on claims."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest

from storage import imports, orders
from storage.imports.numbers import MOST, latest, learn, shape_of, shapes
from storage.imports.states import caveats, given_back
from storage.orders import Order, OrderLine

NOW = datetime(2026, 6, 12, 10, 0, tzinfo=UTC)
TWO = (
    OrderLine(line_no=1, item="草莓", quantity=2, paid=3980),
    OrderLine(line_no=2, item="鸡蛋", quantity=1, paid=2680),
)
ORDER = Order(order_no="A-1", buyer_phone="13800002231", lines=TWO, order_status="live")


def take(tx, *incoming):
    done = imports.upsert(tx, incoming, now=NOW)
    return done.added, done.updated, done.unchanged


def stored(tx):
    return orders.by_number(tx, "A-1", sample=False)


def refunded(order, **what):
    return replace(order, lines=(replace(TWO[0], **what), TWO[1]))


def test_a_state_that_changed_is_an_update_and_the_same_once_more_is_none(tx):
    assert take(tx, ORDER) == (2, 0, 0)
    assert take(tx, ORDER) == (0, 0, 2)
    assert take(tx, replace(ORDER, order_status="cancelled")) == (0, 2, 0)
    assert stored(tx).order_status == "cancelled" and stored(tx).left() == 0
    assert take(tx, replace(ORDER, order_status="cancelled")) == (0, 0, 2)


@pytest.mark.parametrize(
    ("order", "told", "back"),
    [
        (ORDER, [], {}),
        (replace(ORDER, order_status="cancelled"), ["order_cancelled"], {1: 1, 2: 1}),
        (replace(ORDER, order_status="unpaid"), ["order_unpaid"], {1: 1, 2: 1}),
        (refunded(ORDER, refund_status="refunded", refunded=3980), ["refunded:39.80"], {1: 1}),
        (refunded(ORDER, refund_status="refunded"), ["refunded:39.80"], {1: 1}),
        (refunded(ORDER, refund_status="part_refunded", refunded=995), ["refunded:9.95"], {1: Fraction(1, 4)}),
        (refunded(ORDER, refund_status="part_refunded"), ["part_refunded"], {}),
        (refunded(ORDER, refund_status="refunding"), ["refunding"], {}),
    ],
)
def test_what_nobody_can_claim_any_more_and_what_an_agent_is_told(tx, order, told, back):
    take(tx, order)
    assert given_back(stored(tx)) == back
    assert caveats(stored(tx), [1]) == told
    assert caveats(stored(tx), [2]) == [code for code in told if code.startswith("order_")]


def test_a_sum_for_all_lines_loses_what_went_back_of_any(tx):
    lines = (replace(TWO[0], paid=0, refunded=1000), replace(TWO[1], paid=0))
    take(tx, replace(ORDER, lines=lines, shared_paid=5000))
    assert (stored(tx).left(1), stored(tx).left()) == (4000, 4000)


def test_a_mask_does_not_cover_a_phone_that_was_known(tx):
    take(tx, ORDER)
    assert take(tx, replace(ORDER, buyer_phone="138****2231")) == (0, 0, 2)
    assert stored(tx).buyer_phone == "13800002231"
    take(tx, replace(ORDER, buyer_phone="139****2231"))
    assert (stored(tx).buyer_phone, stored(tx).buyer_key) == ("139****2231", "")


def test_an_extension_is_no_part_of_the_tail(tx):
    take(tx, replace(ORDER, buyer_phone="13911118812-1234"))
    assert orders.proves(stored(tx), "8812") and not orders.proves(stored(tx), "1234")
    assert [order.order_no for order in orders.of_buyer(tx, "13911118812-1234", sample=False)] == ["A-1"]
    assert orders.of_buyer(tx, "13911118812", sample=False) == []  # many buyers share it


def test_shapes_of_numbers_are_learned_once(tx):
    assert [shape_of(no) for no in ("231129-598877665544332", "KT1", "订单1")] == ["999999-999999999999999", "AA9", ""]
    take(tx, ORDER)
    assert shapes(tx) == ("A-9",) and latest(tx) == ["A-1"]
    learn(tx, ["A-1", "B-2", "12345678"])
    assert shapes(tx) == ("A-9", "99999999")


def test_of_many_shapes_only_lengths_are_kept(tx):
    learn(tx, ["9" * length + "-1" for length in range(1, MOST + 1)])
    learn(tx, ["ABC-123-X", "AB-1234-X"])
    assert len(shapes(tx)) == MOST + 1 and shapes(tx)[-1] == "*7"
