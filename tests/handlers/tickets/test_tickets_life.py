from __future__ import annotations

import pytest
from doubles.ticket_house import House

from handlers.cases import filing
from handlers.tickets import lifecycle
from storage import ticket_lines
from storage.tables import tickets as table

STATES = {"queued", "assigned", "waiting_customer", "decided", "resolved", "closed", "appealed", "withdrawn"}
LINES = {"open", "offered", "approved", "refused", "goods_awaited", "owed", "done", "withdrawn"}


def test_the_tables_know_the_contracts_states_and_no_others():
    assert set(lifecycle.NEXT) == STATES
    assert set(lifecycle.LINE_NEXT) == LINES
    assert set().union(*lifecycle.NEXT.values()) <= STATES
    assert set().union(*lifecycle.LINE_NEXT.values()) <= LINES


def test_every_state_can_be_reached_and_left():
    reached = set().union(*lifecycle.NEXT.values())
    assert STATES - reached == set()
    assert [state for state, after in lifecycle.NEXT.items() if not after] == ["withdrawn"]


def test_appeals_come_from_what_is_over():
    assert {state for state, after in lifecycle.NEXT.items() if "appealed" in after} == {
        "decided",
        "resolved",
        "closed",
    }
    assert "decided" in lifecycle.NEXT["appealed"]


@pytest.mark.parametrize(
    ("states", "reached"),
    [
        ([], ""),
        (["open"], ""),
        (["approved", "offered"], ""),
        (["approved"], "decided"),
        (["owed", "refused"], "decided"),
        (["goods_awaited"], "decided"),
        (["refused"], "resolved"),
        (["done", "withdrawn", "refused"], "resolved"),
    ],
)
def test_where_lines_bring_a_ticket(states, reached):
    house = House()
    no = filing.file(house.tx, house.draft(lines=House.lines() * max(1, len(states))), house.context).no
    lines = ticket_lines.of_ticket(house.tx, no)
    changed = []
    for line, state in zip(lines, states, strict=False):
        ticket_lines.change(house.tx, no, line.line, state=state)
    changed = ticket_lines.of_ticket(house.tx, no)[: len(states)]
    assert lifecycle.outcome(changed) == reached
    house.close()


def test_a_step_that_life_does_not_have_is_refused():
    house = House()
    no = filing.file(house.tx, house.draft(), house.context).no
    with pytest.raises(lifecycle.WrongState):
        lifecycle.move(house.tx, no, "appealed")
    (line,) = ticket_lines.of_ticket(house.tx, no)
    lifecycle.move_line(house.tx, line, "refused")
    (line,) = ticket_lines.of_ticket(house.tx, no)
    with pytest.raises(lifecycle.WrongState):
        lifecycle.move_line(house.tx, line, "owed")
    assert house.tx.execute(table.select()).one().state == "queued"
    house.close()
