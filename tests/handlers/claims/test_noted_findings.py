from __future__ import annotations

import pytest
from doubles.ticket_house import preset

from handlers.claims.claim import Claim, Problem
from handlers.claims.noted_findings import kept
from storage.orders import Order, OrderLine

ORDER = Order(
    order_no="KT1",
    lines=(
        OrderLine(line_no=1, item="鸭蛋", spec="20枚", quantity=1, unit="板", paid=3000),
        OrderLine(line_no=2, item="冬枣", quantity=2, unit="盒", paid=2000),
    ),
)
SPOILED = Problem(problem="quality_spoiled", quantity="6", unit="枚")


def after(noted: Problem, *read: Problem, fine: tuple[int, ...] = ()) -> tuple[Problem, ...]:
    claim = Claim(id="c", order_no="KT1", problems=read)
    return kept(Claim(id="c", problems=(noted,)), claim, ORDER, preset(), fine=fine).problems


def test_a_number_that_was_told_stays():
    [item] = after(SPOILED, Problem(line_no=1, problem="quality_spoiled"))
    assert (item.line_no, item.quantity, item.unit) == (1, "6", "枚")


def test_a_number_that_fits_no_line_is_asked_for():
    [item] = after(
        Problem(problem="quality_spoiled", quantity="9", unit="盒"), Problem(line_no=2, problem="quality_spoiled")
    )
    assert item.quantity == ""


def test_a_number_that_was_read_anew_is_not_changed():
    read = Problem(line_no=1, problem="quality_spoiled", quantity="4", unit="枚")
    assert after(SPOILED, read) == (read,)


@pytest.mark.parametrize("beside", [(), (Problem(problem="service_attitude", quantity="all"),)])
def test_a_fault_that_the_new_reading_lost_is_still_there(beside):
    *rest, item = after(SPOILED, *beside)
    assert (tuple(rest), item.problem, item.line_no, item.quantity) == (beside, "quality_spoiled", None, "6")


def test_it_goes_to_the_goods_that_wait_for_one():
    [item] = after(SPOILED, Problem(line_no=1))
    assert (item.line_no, item.problem, item.quantity) == (1, "quality_spoiled", "6")


def test_what_was_missing_may_have_turned_up():
    assert after(Problem(problem="shortage_missing", quantity="1", unit="盒")) == ()


def test_nothing_comes_back_where_all_goods_are_fine():
    assert after(SPOILED, fine=(1, 2)) == ()
