"""The outbox: order per mailbox, leases, back-off, take-back, dead letters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from storage import outbox
from storage.outbox import Outcome
from storage.tables import dead_letters, mailboxes

NOW = datetime(2026, 6, 12, 11, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def put(tx, box, text, *, wait=0, kind="reply", priority=outbox.TALK):
    return outbox.put(tx, box, kind, {"text": text}, due=NOW + wait * SECOND, now=NOW, priority=priority)


def pick(tx, *, at=0, limit=10):
    return outbox.pick(tx, now=NOW + at * SECOND, lease="me", until=NOW + outbox.LEASE, limit=limit)


def texts(bundle):
    return [mail.payload["text"] for mail in bundle.mails]


def test_a_box_is_carried_in_order_and_by_one_at_a_time(tx):
    for text in "abc":
        put(tx, "chat:1", text)
    (bundle,) = pick(tx)
    assert texts(bundle) == ["a", "b", "c"]
    assert pick(tx) == []
    put(tx, "chat:1", "d")
    outbox.settle(tx, Outcome(mailbox="chat:1", lease="me", sent=bundle.mails[1].id), now=NOW)
    assert texts(pick(tx)[0]) == ["c", "d"]


def test_nothing_overtakes_a_head_that_waits(tx):
    put(tx, "chat:1", "later", wait=5)
    put(tx, "chat:1", "now")
    assert pick(tx) == []
    assert texts(pick(tx, at=5)[0]) == ["later", "now"]


def test_the_most_urgent_box_goes_first(tx):
    put(tx, "chat:1", "talk")
    put(tx, "board:x", "board", priority=outbox.BOARD)
    put(tx, "desk:x:1", "safety", priority=outbox.SAFETY)
    assert [bundle.mailbox for bundle in pick(tx, limit=2)] == ["desk:x:1", "chat:1"]


def test_a_box_is_as_urgent_as_the_most_urgent_row_since_it_was_empty(tx):
    put(tx, "chat:1", "talk")
    put(tx, "chat:1", "safety", priority=outbox.SAFETY)
    put(tx, "chat:1", "talk")
    assert tx.execute(select(mailboxes.c.priority)).scalar_one() == outbox.SAFETY
    (bundle,) = pick(tx)
    outbox.settle(tx, Outcome(mailbox="chat:1", lease="me", sent=bundle.mails[-1].id), now=NOW)
    put(tx, "chat:1", "talk")
    assert tx.execute(select(mailboxes.c.priority)).scalar_one() == outbox.TALK


def test_a_failure_backs_off_and_stops_that_box_alone(tx):
    put(tx, "chat:1", "a")
    put(tx, "chat:2", "b")
    first, _second = pick(tx)
    again = NOW + 30 * SECOND
    outbox.settle(tx, Outcome(mailbox=first.mailbox, lease="me", again=again, error="429", failed=True), now=NOW)
    put(tx, "chat:1", "c")
    assert pick(tx, at=29) == []
    (bundle,) = pick(tx, at=30)
    assert texts(bundle) == ["a", "c"]
    assert bundle.attempts == 1


def test_the_customers_next_message_lifts_a_block(tx):
    put(tx, "chat:1", "a")
    pick(tx)
    outbox.settle(tx, Outcome(mailbox="chat:1", lease="me", again=NOW + timedelta(days=9)), now=NOW)
    assert pick(tx, at=60) == []
    outbox.unblock(tx, "chat:1")
    assert texts(pick(tx)[0]) == ["a"]


def test_only_echoes_that_nobody_carries_are_taken_back(tx):
    put(tx, "chat:1", "old", kind="echo")
    pick(tx)
    put(tx, "chat:1", "new", kind="echo", wait=2)
    put(tx, "chat:1", "reply", wait=2)
    assert outbox.take_back(tx, "chat:1", "echo") == 1
    outbox.settle(tx, Outcome(mailbox="chat:1", lease="me"), now=NOW)
    assert texts(pick(tx, at=2)[0]) == ["old", "reply"]


def test_what_is_held_can_be_hastened(tx):
    put(tx, "chat:1", "echo", kind="echo", wait=2)
    outbox.hasten(tx, "chat:1", now=NOW)
    put(tx, "chat:1", "urgent")
    assert texts(pick(tx)[0]) == ["echo", "urgent"]


def test_sent_is_sent_even_when_the_lease_was_lost(tx):
    put(tx, "chat:1", "a")
    (bundle,) = pick(tx)
    outbox.free_leases(tx)
    (again,) = outbox.pick(tx, now=NOW, lease="other", until=NOW, limit=1)
    outbox.settle(tx, Outcome(mailbox="chat:1", lease="me", sent=bundle.mails[0].id), now=NOW)
    row = tx.execute(select(mailboxes.c.lease, mailboxes.c.next_due)).one()
    assert (row.lease, row.next_due) == ("other", None)
    assert texts(again) == ["a"]


def test_a_dead_letter_is_kept_and_the_next_row_goes(tx):
    put(tx, "chat:1", "bad")
    put(tx, "chat:1", "good")
    (bundle,) = pick(tx)
    outcome = Outcome(mailbox="chat:1", lease="me", dead=bundle.mails[0].id, error="blocked")
    outbox.settle(tx, outcome, now=NOW)
    dead = tx.execute(select(dead_letters)).one()
    assert (dead.mailbox, dead.error, dead.payload) == ("chat:1", "blocked", {"text": "bad"})
    assert texts(pick(tx)[0]) == ["good"]


def test_a_struck_row_never_lends_its_number_to_a_new_one(tx):
    first = put(tx, "chat:1", "a")
    pick(tx)
    outbox.settle(tx, Outcome(mailbox="chat:1", lease="me", sent=first), now=NOW)
    assert put(tx, "chat:1", "b") > first


def test_next_due_looks_at_the_earliest_free_box(tx):
    put(tx, "chat:1", "a", wait=9)
    put(tx, "wake:x", "b", wait=4)
    assert outbox.next_due(tx) == NOW + 4 * SECOND
    (bundle,) = pick(tx, at=4)
    outbox.settle(tx, Outcome(mailbox="wake:x", lease="me", sent=bundle.mails[-1].id), now=NOW)
    assert outbox.next_due(tx) == NOW + 9 * SECOND
