from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

import pytest
from doubles.ticket_house import preset
from hypothesis import given, settings
from hypothesis import strategies as some

from handlers.cases.ticket_lines import lines_of
from handlers.claims.claim import Claim, Problem
from handlers.claims.summary import offer, sums, total
from handlers.claims.voice import Voice
from storage.orders import Order, OrderLine

CODES = ("quality_spoiled", "damaged_package", "shortage_missing", "late", "service_attitude", "not_received")
WISHES = ("", "refund", "partial_refund", "resend")
VOICE = Voice(language="zh", policy=preset(), now=datetime(2026, 6, 12, tzinfo=UTC))
AMOUNTS = some.sampled_from(("", "1", "2", "5", "1/3", "1/2", "all", "half"))
PROBLEMS = some.builds(
    lambda line, code, amount, wish: Problem(
        line_no=line, problem=code, quantity=amount, share="/" in amount, unit="" if "/" in amount else "盒", wish=wish
    ),
    some.sampled_from((None, 1, 2, 3)),
    some.sampled_from(CODES),
    AMOUNTS,
    some.sampled_from(WISHES),
)
LINES = some.builds(
    lambda paid, count, back: (paid, count, min(paid, back)),
    some.integers(min_value=0, max_value=9999),
    some.integers(min_value=1, max_value=4),
    some.sampled_from((0, 0, 0, 130)),
)


def order_of(rows: list[tuple[int, int, int]], shared: int = 0) -> Order:
    lines = tuple(
        OrderLine(line_no=no, item=f"货{no}", quantity=count, unit="盒", paid=paid * (not shared), refunded=back)
        for no, (paid, count, back) in enumerate(rows, 1)
    )
    return Order(order_no="KT1", lines=lines, shared_paid=shared)


@settings(max_examples=300, deadline=None)
@given(
    some.lists(LINES, min_size=1, max_size=3),
    some.lists(PROBLEMS, max_size=6),
    some.dictionaries(some.sampled_from((1, 2, 3)), some.sampled_from((Fraction(1, 2), Fraction(1, 3), Fraction(1)))),
    some.sampled_from((0, 0, 5050)),
)
def test_no_mix_of_problems_comes_to_more_than_was_paid(rows, problems, claimed, shared):
    order = order_of(rows, shared)
    claim = Claim(id="c", order_no="KT1", problems=tuple(problems))
    shown = sums(claim, order, claimed)
    filed = [line.amount for line in lines_of(claim, order, claimed, VOICE)]
    for parts in (shown, filed):
        assert sum(part or 0 for part in parts) <= order.left()
    for line in order.lines:
        own = [part or 0 for item, part in zip(problems, shown, strict=True) if item.line_no == line.line_no]
        assert all(part >= 0 for part in own)
        assert sum(own) <= order.left(line.line_no)
        assert sum(own) <= max(0, line.paid - line.paid * claimed.get(line.line_no, 0) + 1)


def mixed(*codes: tuple[int | None, str, str]) -> Claim:
    problems = (Problem(line_no=no, problem=code, quantity=count, wish="refund") for no, code, count in codes)
    return Claim(id="c", order_no="KT1", problems=tuple(problems))


def test_a_whole_order_takes_what_its_items_leave():
    order = order_of([(990, 1, 0), (1700, 1, 0)])
    claim = mixed((None, "not_received", "all"), (1, "quality_spoiled", "all"))
    assert sums(claim, order, {}) == [1700, 990]
    assert total(claim, order, {}) == 2690
    assert sums(claim, order, {2: Fraction(1)}) == [0, 990]


def test_goods_that_are_still_to_be_told_are_not_the_whole_order():
    order = order_of([(990, 1, 0), (1700, 1, 0)])
    for item in (Problem(problem="late", quantity="all", absent="年糕"), Problem(quantity="all", among=(1, 2))):
        assert sums(Claim(id="c", problems=(item,)), order, {}) == [None]


@pytest.mark.parametrize("code", ["late", "service_attitude"])
def test_an_hour_or_a_word_is_not_worth_the_goods(code):
    order = order_of([(990, 1, 0), (1700, 1, 0)])
    claim = mixed((1, "quality_spoiled", "all"), (None, code, "all"))
    assert "9.90" in offer(claim, order, {}, VOICE)  # of the goods alone
    assert [line.amount for line in lines_of(claim, order, {}, VOICE)] == [990, None]
    alone = mixed((None, code, "all"))
    assert offer(alone, order, {}, VOICE) in ("", VOICE.say("talk.sum_by_agent"))


def test_goods_that_are_sent_again_are_not_offered_as_money():
    order = order_of([(990, 1, 0), (1700, 1, 0)])
    first, second = mixed((1, "damaged_package", "all"), (2, "damaged_package", "all")).problems
    claim = Claim(id="c", problems=(Problem(**{**_fields(first), "wish": "resend"}), second))
    assert "17.00" in offer(claim, order, {}, VOICE)


def _fields(problem: Problem) -> dict[str, object]:
    return {name: getattr(problem, name) for name in ("line_no", "problem", "quantity")}
