"""Sums that the bot names of orders of which the order system gives something back."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from handlers.claims import summary
from handlers.claims.claim import Claim, Problem
from storage.orders import Order, OrderLine

LINE = OrderLine(line_no=1, item="草莓", quantity=2, unit="盒", paid=3980)
CLAIM = Claim(id="c", problems=(Problem(line_no=1, problem="quality_spoiled", quantity="2", unit="盒"),))
WHOLE = Claim(id="w", problems=(Problem(problem="not_received", quantity="all"),))


@pytest.mark.parametrize(
    ("status", "refunded", "claimed", "named"),
    [
        ("", None, {}, 3980),
        ("none", None, {}, 3980),
        ("part_refunded", None, {}, None),
        ("refunding", None, {}, None),
        ("part_refunded", 1990, {1: Fraction(1, 2)}, 1990),
    ],
)
def test_no_sum_is_named_while_an_untold_part_goes_back(status, refunded, claimed, named):
    order = Order(order_no="A1", lines=(replace(LINE, refund_status=status, refunded=refunded),))
    assert summary.total(CLAIM, order, claimed) == named
    assert summary.total(WHOLE, order, claimed) == named
