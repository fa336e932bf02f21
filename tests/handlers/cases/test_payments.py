from __future__ import annotations

import pytest
from doubles.ticket_house import House

from handlers.cases import filing, payments
from handlers.desk import dispatch
from handlers.tickets import lifecycle
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


def pay(house: House, no: str, amount: int, reference: str = "r1") -> str:
    return payments.paid(house.tx, no, amount=amount, at=house.now, reference=reference, context=house.context)


def test_the_whole_sum_ends_the_ticket(house, no):
    assert pay(house, no, 4605) == ""
    assert [line.state for line in ticket_lines.of_ticket(house.tx, no)] == ["done", "done"]
    assert lifecycle.must(house.tx, no).state == "resolved"
    assert clocks.running(house.tx, no, ["refund_due"]) == []
    assert "46.05" in house.heard(1)[-1]


def test_line_by_line(house, no):
    assert pay(house, no, 625, "r1") == ""
    assert lifecycle.must(house.tx, no).state == "decided"
    assert clocks.running(house.tx, no, ["refund_due"])
    assert pay(house, no, 3980, "r2") == ""
    assert lifecycle.must(house.tx, no).state == "resolved"


def test_the_same_confirmation_twice_books_once(house, no):
    pay(house, no, 625)
    heard = len(house.heard(1))
    assert pay(house, no, 625) == ""
    assert len(house.heard(1)) == heard


def test_what_does_not_fit_is_named(house, no):
    assert pay(house, no, 100) == "differs"
    assert pay(house, "CD-000000", 100) == "unknown"
    pay(house, no, 4605)
    assert pay(house, no, 1, "r9") == "nothing_due"
