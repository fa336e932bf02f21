from __future__ import annotations

from datetime import timedelta

import pytest
from doubles.ticket_house import House

from handlers.cases import filing
from handlers.desk import dispatch
from handlers.fulfilment import payments
from handlers.fulfilment.payments import Booking, Confirmation
from handlers.tickets import lifecycle
from handlers.tickets.lifecycle import By
from storage import clocks, ticket_lines


@pytest.fixture
def house():
    made = House()
    yield made
    made.close()


@pytest.fixture
def no(house):
    both = House.lines() + House.lines(line=2, item="鸡蛋", problem="damaged_package", quantity="7", amount=625)
    number = filing.file(house.tx, house.draft(lines=both), house.context).no
    for tap in ("pick", "approve"):
        dispatch.act(house.tx, house.staff(kind="tap", tap=f"{tap}:{number}"), house.context)
    return number


def pay(house: House, no: str, amount: int, reference: str = "r1", **more):
    more = {"paid_at": house.now, **more}
    one = Confirmation(ticket_no=no, amount=amount, reference=reference, **more)
    return payments.paid(house.tx, one, By(actor="payouts"), house.context)


def states(house, no):
    return [line.state for line in ticket_lines.of_ticket(house.tx, no)]


def test_the_whole_sum_ends_the_ticket(house, no):
    assert pay(house, no, 4605) == Booking(result="paid", lines=(1, 2))
    assert states(house, no) == ["done", "done"]
    assert lifecycle.must(house.tx, no).state == "resolved"
    assert clocks.running(house.tx, no, ["refund_due"]) == []
    told = house.heard(1)[-1]
    assert (told.count("46.05"), "满意吗？" in told) == (1, True)
    assert house.taps(1)[0] == f"rate:{no}:5"


def test_satisfaction_is_asked_with_the_last_payment_only(house, no):
    assert "满意吗" not in house.heard(1)[-1]
    assert pay(house, no, 625, "r1").lines == (2,)
    assert (lifecycle.must(house.tx, no).state, "满意吗" in house.heard(1)[-1]) == ("decided", False)
    assert clocks.running(house.tx, no, ["refund_due"])
    assert pay(house, no, 3980, "r2", line=1).lines == (1,)
    assert (lifecycle.must(house.tx, no).state, "满意吗" in house.heard(1)[-1]) == ("resolved", True)


@pytest.mark.parametrize("line", [None, 2])
def test_the_same_confirmation_twice_books_once(house, no, line):
    pay(house, no, 625, line=line)
    heard = len(house.heard(1))
    assert pay(house, no, 625, line=line) == Booking(result="known", lines=(2,))
    assert len(house.heard(1)) == heard


def test_without_a_reference_the_time_tells_that_it_is_the_same(house, no):
    at = house.now
    assert pay(house, no, 4605, "", paid_at=at).result == "paid"
    assert pay(house, no, 4605, "", paid_at=at).result == "known"
    assert pay(house, no, 4605, "", paid_at=at + timedelta(minutes=1)).result == "paid_already"


def test_what_does_not_fit_is_named(house, no):
    assert pay(house, no, 100) == Booking(result="differs", due=4605)
    assert pay(house, no, 625, line=1) == Booking(result="differs", due=3980)
    assert pay(house, no, 3980, line=3).result == "unknown"
    assert pay(house, "CD-000000", 100).result == "unknown"
    assert pay(house, no, 4605, paid_at=house.now + timedelta(hours=1)).result == "future"
    assert pay(house, no, 4605, paid_at=house.now - timedelta(hours=1)).result == "too_early"
    assert states(house, no) == ["owed", "owed"]
    pay(house, no, 4605)
    assert pay(house, no, 4605, "r9").result == "paid_already"


def test_a_day_is_enough_when_it_is_not_before_that_of_the_decision(house, no):
    midnight = house.now.replace(hour=0, minute=0)
    assert pay(house, no, 4605, paid_at=midnight - timedelta(days=1), whole_day=True).result == "too_early"
    assert pay(house, no, 4605, paid_at=midnight, whole_day=True).result == "paid"


def test_one_reference_counts_for_one_ticket(house, no):
    other = filing.file(house.tx, house.draft("KT260612-0005", lines=House.lines(item="车厘子JJ")), house.context).no
    for tap in ("pick", "approve"):
        dispatch.act(house.tx, house.staff(kind="tap", tap=f"{tap}:{other}"), house.context)
    pay(house, no, 4605)
    assert pay(house, other, 3980) == Booking(result="reference_used", other=no)
    assert pay(house, other, 3980, "r2").result == "paid"


def test_nothing_is_due_before_the_decision(house):
    number = filing.file(house.tx, house.draft(), house.context).no
    assert pay(house, number, 3980).result == "nothing_due"


def test_money_with_a_coupon_waits_for_the_coupon(house):
    number = filing.file(house.tx, house.draft(), house.context).no
    dispatch.act(house.tx, house.staff(kind="tap", tap=f"pick:{number}"), house.context)
    ticket_lines.change(house.tx, number, 1, state="owed", remedy="refund", amount=3980, coupon=500)
    lifecycle.move(house.tx, number, "decided")
    assert pay(house, number, 3980).result == "paid"
    (line,) = ticket_lines.of_ticket(house.tx, number)
    assert (line.state, line.money_owed, line.money_paid, line.coupon_owed) == ("owed", 0, 3980, 500)
    assert lifecycle.must(house.tx, number).state == "decided"
    assert "满意吗" not in house.heard(1)[-1]


def test_the_clock_shows_the_first_promise_among_the_lines(house, no):
    first, second = house.now + timedelta(days=12), house.now + timedelta(days=14)
    ticket_lines.change(house.tx, no, 2, refund_due_at=first)
    ticket_lines.change(house.tx, no, 1, refund_due_at=second)
    pay(house, no, 625, line=2)
    (clock,) = clocks.running(house.tx, no, ["refund_due"])
    assert (clock.due_at, clock.first_due_at < clock.due_at) == (second, True)
