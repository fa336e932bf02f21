from __future__ import annotations

from datetime import timedelta

from doubles.ticket_house import House

from handlers.cases import filing
from storage import tickets as rows
from storage.desk import queue


def filed(house: House, **values) -> str:
    no = filing.file(house.tx, house.draft(lines=House.lines(problem=f"p{house.claims}")), house.context).no
    rows.change(house.tx, no, **{"updated_at": house.now, **values})
    return no


def test_severity_then_late_then_due_then_age(house):
    soon, later = house.now + timedelta(minutes=5), house.now + timedelta(hours=1)
    order = [
        filed(house, rank=0, due_at=later),
        filed(house, rank=1, late=True, due_at=later),
        filed(house, rank=1, due_at=soon),
        filed(house, rank=2, late=True, due_at=later),
        filed(house, rank=2, priority=50, due_at=later),
        filed(house, rank=2, priority=30, due_at=soon),
        filed(house, rank=2, due_at=soon),
        filed(house, rank=3, late=True, due_at=later),
        filed(house, rank=3, due_at=soon, reported_at=house.now - timedelta(hours=2)),
        filed(house, rank=3, due_at=soon, reported_at=house.now - timedelta(hours=1)),
        filed(house, rank=3, due_at=None),
    ]
    assert [ticket.no for ticket in queue.waiting(house.tx, "telegram", limit=20)] == order


def test_only_what_waits_for_a_human_is_in_it(house):
    waits = filed(house)
    appealed = filed(house, state="appealed")
    for state in ("assigned", "waiting_customer", "decided", "resolved", "closed", "withdrawn"):
        filed(house, state=state)
    filed(house, owner_id="77")
    filed(house, desk="sandbox")
    assert {ticket.no for ticket in queue.waiting(house.tx, "telegram")} == {waits, appealed}


def test_counts(house):
    filed(house, rank=0, late=True)
    filed(house)
    filed(house, state="assigned", owner_id="77")
    filed(house, state="waiting_customer")
    filed(house, state="closed", closed_at=house.now)
    counts = queue.counts(house.tx, "telegram")
    assert counts == {"waiting": 2, "late": 1, "safety": 1, "assigned": 1, "waiting_customer": 1}
    assert queue.since(house.tx, "telegram", house.now) == {"filed": 5, "decided": 0, "closed": 1}
    assert [ticket.owner_id for ticket in queue.owned_by(house.tx, "telegram", "77")] == ["77"]


def test_one_winner(house):
    no = filed(house)
    first = rows.pick_up(house.tx, no, user="77", name="小林", now=house.now)
    second = rows.pick_up(house.tx, no, user="78", name="阿杰", now=house.now)
    assert (first, second) == (True, False)
    assert not rows.take_over(house.tx, no, from_user=None, user="78", name="阿杰", now=house.now)
    assert rows.take_over(house.tx, no, from_user="77", user="78", name="阿杰", now=house.now)


def test_a_taken_number_is_refused(house):
    no = filed(house)
    ticket = rows.get(house.tx, no)
    values = {
        name: getattr(ticket, name) for name in ticket.__dataclass_fields__ if name not in ("version", "claim_id")
    }
    assert not rows.add(house.tx, claim_id="another", **values)
    assert rows.add(house.tx, claim_id="another", **{**values, "no": "CD-000000"})
