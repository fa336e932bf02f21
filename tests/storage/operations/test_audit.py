"""What somebody who can write to the database, but has not the key, may try; each attempt is found."""

from __future__ import annotations

from datetime import timedelta

import pytest
from doubles.ticket_house import House
from sqlalchemy import delete, select, update

from handlers.cases import filing
from handlers.tickets import lifecycle
from handlers.tickets.decisions import Ruling, grant
from storage import events, ticket_lines
from storage import tables as t
from storage.operations import audit
from storage.operations.audit_verify import verify
from storage.seals import chain
from storage.tickets import get

KEY, OTHER = b"k" * 32, b"o" * 32
DAY, NEXT = "2026-06-12", "2026-06-13"


@pytest.fixture
def house(engine):
    made = House(engine=engine.execution_options(**{chain.KEY: KEY}))
    made.noted = audit.keep(made.tx, made.now, DAY, noted="")
    yield made
    made.close()


def approved(house, order="KT260612-0003"):
    """Return the number of a ticket on whose line money was granted."""
    no = filing.file(house.tx, house.draft(order), house.context).no
    grant(house.tx, get(house.tx, no), ticket_lines.of_ticket(house.tx, no)[0], Ruling(remedy="refund", amount=1990),
          lifecycle.agent("telegram", "77", "小周"), house.context)  # fmt: skip
    return no


@pytest.fixture
def two(house):
    return approved(house), filing.file(
        house.tx, house.draft("KT260612-0005", lines=House.lines(item="车厘子JJ")), house.context
    ).no


def broken(house, key=KEY):
    return [(one.kind, one.ticket_no) for one in verify(house.tx, key, noted=house.noted)]


def ids(house, no):
    return [event.id for event in events.of_ticket(house.tx, no)]


def wipe(house, no):
    """Delete a ticket with all that belongs to it."""
    for table in (t.events, t.ticket_lines, t.complainants, t.clocks):
        house.tx.execute(delete(table).where(table.c.ticket_no == no))
    house.tx.execute(update(t.evidence).where(t.evidence.c.ticket_no == no).values(ticket_no=None))
    house.tx.execute(delete(t.tickets).where(t.tickets.c.no == no))


def test_an_untouched_log_is_whole(house, two):
    house.now += timedelta(days=1)
    new = audit.anchor(house.tx, house.now, NEXT)
    assert (new.tickets, new.events) == (2, len(ids(house, two[0])) + len(ids(house, two[1])))
    assert audit.anchor(house.tx, house.now, NEXT) is None  # one a day
    events.add(house.tx, two[1], "noted", {}, actor="bot", at=house.now)
    assert broken(house) == []


def test_a_cut_off_end_is_found_though_the_version_was_put_right(house, two):
    last = ids(house, two[0])[-1]
    house.tx.execute(delete(t.events).where(t.events.c.id == last))
    version = get(house.tx, two[0]).version - 1
    shown = house.tx.scalar(select(t.events.c.chain).where(t.events.c.id == last - 1))
    house.tx.execute(update(t.tickets).where(t.tickets.c.no == two[0]).values(version=version, head=shown))
    assert ("end", two[0]) in broken(house)


def test_a_ticket_deleted_without_a_trace_is_found(house, two):
    wipe(house, two[1])
    assert broken(house) == [("register", "")]


def test_after_the_anchor_of_a_later_day_it_is_found_by_that_too(house, two):
    audit.anchor(house.tx, house.now + timedelta(days=1), NEXT)
    wipe(house, two[1])
    assert broken(house) == [("anchor", ""), ("register", "")]


def test_emptied_tables_are_found(house, two):
    for no in two:
        wipe(house, no)
    assert broken(house) == [("register", "")]
    for table in (t.ticket_register, t.audit_keys, t.anchors):
        house.tx.execute(delete(table))
    assert broken(house) == [("gone", "")]
    with pytest.raises(audit.Gone):
        audit.keep(house.tx, house.now, DAY, noted=house.noted)


def test_an_emptied_event_log_is_found(house, two):
    house.tx.execute(delete(t.events))
    assert {("end", no) for no in two} <= set(broken(house))


def test_a_log_rewritten_under_another_name_is_found(house, two):
    """All links are computed anew, as anybody can who has no key."""
    last = ""
    for event in events.of_ticket(house.tx, two[0]):
        actor = event.actor.replace("agent:telegram:77", "agent:telegram:99")
        last = chain.plain_link(last, two[0], event.at, actor, event.kind, event.data)
        house.tx.execute(update(t.events).where(t.events.c.id == event.id).values(actor=actor, chain=last))
    house.tx.execute(update(t.tickets).where(t.tickets.c.no == two[0]).values(head=last))
    assert broken(house) == [("chain", two[0])]


@pytest.mark.parametrize(
    "change", [{"amount": 7960}, {"state": "done"}, {"decided_by": "bot"}, {"remedy": "compensation"}]
)
def test_a_changed_line_is_found(house, two, change):
    house.tx.execute(update(t.ticket_lines).where(t.ticket_lines.c.ticket_no == two[0]).values(**change))
    assert broken(house) == [("line", two[0])]


def test_a_line_that_gives_what_nobody_decided_is_found_though_it_is_sealed(house, two):
    ticket_lines.change(house.tx, two[0], 1, amount=7960)
    assert broken(house) == [("decision", two[0])]


def test_a_decided_line_that_is_gone_is_found(house, two):
    house.tx.execute(delete(t.ticket_lines).where(t.ticket_lines.c.ticket_no == two[0]))
    assert broken(house) == [("no_line", two[0])]


def test_a_ticket_put_in_by_another_hand_is_found(house, two):
    row = dict(house.tx.execute(select(t.tickets).where(t.tickets.c.no == two[1])).mappings().one())
    house.tx.execute(t.tickets.insert().values({**row, "no": "CD-ZZZZZZ", "claim_id": "x", "version": 0, "head": ""}))
    assert broken(house) == [("register", "")]


def test_an_anchor_that_was_changed_or_taken_out_is_found(house, two):
    for number in (1, 2):
        audit.anchor(house.tx, house.now + timedelta(days=number), f"2026-06-1{2 + number}")
    first, second, _third = house.tx.execute(select(t.anchors.c.id).order_by(t.anchors.c.id)).scalars()
    with house.tx.begin_nested() as tried:
        house.tx.execute(update(t.anchors).where(t.anchors.c.id == first).values(total="0" * 64))
        assert broken(house) == []  # what it says is reckoned anew, its seal is what counts
        house.tx.execute(update(t.anchors).where(t.anchors.c.id == first).values(seal="0" * 64))
        assert ("anchor", "") in broken(house)
        tried.rollback()
    house.tx.execute(delete(t.anchors).where(t.anchors.c.id == second))
    assert broken(house) == [("anchor", "")]


def test_another_key_checks_nothing_and_is_not_taken(house, two):
    assert broken(house, OTHER) == [("other_key", "")]
    stranger = house.tx.execution_options(**{chain.KEY: OTHER})
    for noted in ("", "another"):
        with pytest.raises(audit.Foreign):
            audit.keep(stranger, house.now, DAY, noted=noted)


def test_the_log_goes_over_to_a_new_key(house, two):
    changed = house.tx.execution_options(**{chain.KEY: OTHER})
    house.noted = audit.keep(changed, house.now + timedelta(days=1), NEXT, noted=house.noted)
    assert broken(house, OTHER) == []
    events.add(changed, two[0], "noted", {}, actor="bot", at=house.now)
    assert broken(house, OTHER) == []
    house.tx.execute(update(t.events).where(t.events.c.id == ids(house, two[0])[-1]).values(actor="x"))
    assert broken(house, OTHER) == [("chain", two[0])]


def test_chains_from_before_the_key_stay_checked(engine):
    house = House(engine=engine)
    no = approved(house)
    assert verify(house.tx) == []
    keyed = house.tx.execution_options(**{chain.KEY: KEY})
    house.noted = audit.keep(keyed, house.now, DAY, noted="")
    events.add(keyed, no, "noted", {}, actor="bot", at=house.now)
    assert broken(house) == []
    first = ids(house, no)[0]
    row = house.tx.execute(select(t.events).where(t.events.c.id == first)).one()
    house.tx.execute(update(t.events).where(t.events.c.id == first).values(actor="agent:telegram:99"))
    assert broken(house) == [("chain", no)]
    last = ""  # and all links of that time anew: its anchor and the head know better
    for event in events.of_ticket(house.tx, no)[:-1]:
        last = chain.plain_link(last, no, event.at, event.actor, event.kind, event.data)
        house.tx.execute(update(t.events).where(t.events.c.id == event.id).values(chain=last))
    assert row.actor != "agent:telegram:99"
    assert broken(house) == [("anchor", ""), ("chain", no)]
    house.close()
