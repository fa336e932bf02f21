"""Upkeep: what a clock that was a day ahead has dated leaves when it should, and nothing else moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from handlers.cases import filing
from handlers.messages import mailboxes as names
from handlers.tickets import clocks as promises
from storage import clocks, outbox, tickets
from storage.operations import upkeep
from storage.outbox import Outcome
from storage.tables import clocks as clock_rows
from storage.tables import mailboxes, meta

NOW = datetime(2026, 6, 12, 11, 0, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
AHEAD = NOW + DAY


def put(tx, box, at, *, wait=timedelta(), kind="reply"):
    outbox.put(tx, box, kind, {"text": box}, due=at + wait, now=at)


def due(tx, at=NOW):
    bundles = outbox.pick(tx, now=at, lease="me", until=at + outbox.LEASE, limit=50)
    for bundle in bundles:
        outbox.settle(tx, Outcome(mailbox=bundle.mailbox, lease="me", sent=bundle.mails[-1].id), now=at)
    return [bundle.mailbox for bundle in bundles]


def block(tx, box, at, until, why="no answer"):
    """Let a send fail at a time."""
    (bundle,) = outbox.pick(tx, now=at, lease="me", until=at + outbox.LEASE, limit=1)
    assert bundle.mailbox == box
    outbox.settle(tx, Outcome(mailbox=box, lease="me", error=why, again=until, failed=True), now=at)


def test_mail_that_was_written_ahead_leaves_now(tx):
    put(tx, "chat:1", AHEAD)
    put(tx, "desk:x:1", AHEAD, kind="card")
    put(tx, "fetch:1", AHEAD, kind="fetch")
    assert due(tx) == []
    assert upkeep.set_right(tx, NOW) == DAY
    assert due(tx) == ["chat:1", "desk:x:1", "fetch:1"]


def test_mail_that_was_hastened_or_held_while_the_clock_was_ahead_leaves_now(tx):
    put(tx, "chat:1", NOW - MINUTE, wait=2 * MINUTE, kind="echo")
    outbox.hasten(tx, "chat:1", now=NOW + MINUTE)  # not ahead: as ever
    put(tx, "chat:2", NOW - MINUTE, wait=DAY, kind="echo")
    put(tx, "wake:held:3", NOW - MINUTE, wait=DAY, kind="wake")
    put(tx, "wake:clock:CD-1:x", NOW - MINUTE, wait=DAY, kind="wake")
    assert upkeep.set_right(tx, NOW) == timedelta()
    assert sorted(due(tx)) == ["chat:2", "wake:held:3"]
    assert due(tx, NOW + MINUTE) == ["chat:1"]
    assert due(tx, NOW + DAY) == ["wake:clock:CD-1:x"]


def test_order_stays(tx):
    put(tx, "chat:1", NOW - MINUTE)
    put(tx, "chat:1", AHEAD)
    put(tx, "chat:1", NOW)
    upkeep.set_right(tx, NOW)
    (bundle,) = outbox.pick(tx, now=NOW, lease="me", until=NOW + DAY, limit=1)
    assert [mail.id for mail in bundle.mails] == [1, 2, 3]


def test_a_timer_waits_as_long_as_it_was_meant_to(tx):
    put(tx, "wake:nudge:c1", AHEAD - MINUTE, wait=10 * MINUTE, kind="wake")
    put(tx, "wake:page:CD-1", AHEAD, wait=MINUTE, kind="wake")
    upkeep.set_right(tx, NOW)
    assert due(tx, NOW + MINUTE) == ["wake:page:CD-1"]
    assert due(tx, NOW + 9 * MINUTE) == ["wake:nudge:c1"]


def test_a_digest_keeps_to_the_end_of_a_day(tx):
    put(tx, "wake:digest:1", AHEAD, wait=timedelta(hours=1), kind="wake")
    upkeep.set_right(tx, NOW)
    assert due(tx, NOW + timedelta(hours=24)) == []
    assert due(tx, NOW + timedelta(hours=25)) == ["wake:digest:1"]


def test_a_pause_after_a_failure_that_lasts_too_long_is_over(tx):
    put(tx, "chat:1", NOW)
    block(tx, "chat:1", NOW, AHEAD + MINUTE)
    upkeep.set_right(tx, NOW)
    assert due(tx) == ["chat:1"]


def test_a_usual_pause_and_one_until_the_customer_writes_stay(tx):
    put(tx, "chat:1", NOW)
    block(tx, "chat:1", NOW, NOW + 5 * MINUTE)
    put(tx, "chat:2", NOW)
    block(tx, "chat:2", NOW, AHEAD + timedelta(days=3650), "window shut")
    upkeep.set_right(tx, NOW)
    assert due(tx) == []
    assert due(tx, NOW + 5 * MINUTE) == ["chat:1"]
    assert tx.execute(select(mailboxes.c.blocked_why).where(mailboxes.c.name == "chat:2")).scalar_one() == "window shut"


def test_a_clock_that_goes_right_changes_nothing(tx):
    put(tx, "chat:1", NOW, wait=MINUTE)
    put(tx, "wake:nudge:c1", NOW, wait=DAY, kind="wake")
    before = tx.execute(select(mailboxes)).all()
    assert upkeep.set_right(tx, NOW + timedelta(seconds=1)) == timedelta()
    assert tx.execute(select(mailboxes)).all() == before


def test_promises_of_a_ticket_filed_ahead_are_kept_with_their_timers(house):
    right = house.now
    house.now = right + DAY
    ahead = filing.file(house.tx, house.draft(), house.context).no
    promised = {clock.name: clock.due_at for clock in clocks.running(house.tx, ahead)}
    first = tickets.get(house.tx, ahead).due_at
    house.now = right
    earlier = filing.file(house.tx, house.draft("KT260612-0005"), house.context).no
    kept = {clock.name: clock.due_at for clock in clocks.running(house.tx, earlier)}
    assert promised and kept
    upkeep.set_right(house.tx, right)
    assert {c.name: c.due_at + DAY for c in clocks.running(house.tx, ahead)} == promised
    assert {c.name: c.due_at for c in clocks.running(house.tx, earlier)} == kept
    assert tickets.get(house.tx, ahead).due_at == first - DAY
    # every timer is due with its clock, so that none fires too early and is struck off for nothing
    for no in (ahead, earlier):
        for clock in clocks.running(house.tx, no):
            box = f"wake:clock:{no}:{clock.name}"
            next_due = house.tx.execute(select(mailboxes.c.next_due).where(mailboxes.c.name == box)).scalar()
            assert next_due in (None, clock.due_at), clock.name


def test_a_clock_that_began_before_stays_with_its_timer(house):
    no = filing.file(house.tx, house.draft(), house.context).no
    right, began = house.now, house.now - MINUTE
    house.now = right + DAY
    promises.start(house.tx, no, "refund_due", house.policy, house.context, since=began)
    promised = clocks.get(house.tx, no, "refund_due").due_at
    house.now = right
    upkeep.set_right(house.tx, right)
    assert clocks.get(house.tx, no, "refund_due").due_at == promised
    box = f"wake:clock:{no}:refund_due"
    assert house.tx.execute(select(mailboxes.c.next_due).where(mailboxes.c.name == box)).scalar_one() == promised


def test_a_safety_ticket_raised_ahead_is_paged_at_once(house):
    house.now += DAY
    no = filing.file(house.tx, house.draft(), house.context).no
    for name in promises.PAGES:
        clocks.start(house.tx, no, name, started=house.now, due=house.now + 5 * MINUTE)
    names.wake(house.tx, f"page:{no}", {"ticket": no, "clock": "page"}, due=house.now + MINUTE, now=house.now)
    house.now -= DAY
    upkeep.set_right(house.tx, house.now)
    pages = clocks.running(house.tx, no, promises.PAGES)
    assert {clock.due_at for clock in pages} == {house.now + 5 * MINUTE}
    assert f"wake:page:{no}" in due(house.tx, house.now + MINUTE)


def test_a_stopped_clock_is_history(house):
    no = filing.file(house.tx, house.draft(), house.context).no
    later = house.now + DAY
    house.tx.execute(update(clock_rows).values(started_at=later, due_at=later, stopped_at=later))
    upkeep.set_right(house.tx, house.now)
    assert {clock.due_at for clock in clocks.of_ticket(house.tx, no)} == {later}


def test_the_heartbeat_is_one_row(tx):
    upkeep.beat(tx, NOW)
    upkeep.beat(tx, AHEAD)
    assert tx.execute(select(meta.c.value).where(meta.c.key == upkeep.HEARTBEAT)).scalars().all() == [AHEAD.isoformat()]
