from __future__ import annotations

from datetime import timedelta

import pytest
from doubles.ticket_house import START, House

from handlers.cases import filing
from storage import events
from storage import tickets as rows
from storage.operations import audit_verify
from storage.tables import events as table


@pytest.fixture
def no(house):
    filing.file(house.tx, house.draft("KT260612-0005", lines=House.lines(item="车厘子JJ")), house.context)
    return filing.file(house.tx, house.draft(), house.context).no


def broken(house):
    return [(one.ticket_no, one.event_id) for one in audit_verify.verify(house.tx)]


def test_an_untouched_log_is_whole(house, no):
    assert broken(house) == []


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "agent:telegram:99"},
        {"kind": "approved"},
        {"data": {"sum": 1}},
        {"at": START + timedelta(milliseconds=1)},
    ],
)
def test_a_changed_event_is_found(house, no, change):
    second = events.of_ticket(house.tx, no)[1].id
    house.tx.execute(table.update().where(table.c.id == second).values(**change))
    assert broken(house) == [(no, second)]


def test_a_missing_event_is_found(house, no):
    _, second, third = (event.id for event in events.of_ticket(house.tx, no))
    house.tx.execute(table.delete().where(table.c.id == second))
    assert broken(house) == [(no, third)]


def test_a_cut_off_end_is_found(house, no):
    last = events.of_ticket(house.tx, no)[-1].id
    house.tx.execute(table.delete().where(table.c.id == last))
    assert broken(house) == [(no, 0)]
    assert str(audit_verify.verify(house.tx)[0]) == f"{no}: events are missing at the end"


def test_a_log_wiped_out_is_found(house, no):
    house.tx.execute(table.delete().where(table.c.ticket_no == no))
    assert broken(house) == [(no, 0)]


def test_the_version_counts_the_steps(house, no):
    before = rows.get(house.tx, no).version
    events.add(house.tx, no, "noted", {"text": "x"}, actor="bot", at=house.now)
    assert rows.get(house.tx, no).version == before + 1
    assert events.happened(house.tx, no, "noted", actor="bot")
    assert not events.happened(house.tx, no, "noted", actor="clock")
