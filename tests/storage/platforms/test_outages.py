"""Outages of other systems, kept between two starts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from storage import outbox
from storage import tables as t
from storage.outbox import Outcome
from storage.platforms import outages
from storage.platforms.outages import Outage

NOW = datetime(2026, 6, 12, 11, 0, tzinfo=UTC)


def test_an_outage_is_kept_changed_and_forgotten(tx):
    assert outages.get(tx, "order") is None
    outages.keep(tx, "order", Outage(since=NOW))
    assert outages.get(tx, "order") == Outage(since=NOW, told=False)
    assert outages.get(tx, "alert") is None
    outages.keep(tx, "order", replace(Outage(since=NOW), told=True))
    assert outages.get(tx, "order") == Outage(since=NOW, told=True)
    outages.end(tx, "order")
    outages.end(tx, "order")
    assert outages.get(tx, "order") is None


def test_what_waits_for_another_try_is_due_at_once_and_nothing_else(tx):
    later = NOW + timedelta(hours=1)
    for box, due in (
        ("decision:a", NOW),
        ("decision:b", NOW),
        ("decision:c", later),
        ("decisions", NOW),
        ("chat:1", NOW),
    ):
        outbox.put(tx, box, "decision", {}, due=due, now=NOW)
    picked = outbox.pick(tx, now=NOW, lease="me", until=later, limit=10)
    for one in picked:
        if one.mailbox != "decision:b":
            outbox.settle(tx, Outcome(mailbox=one.mailbox, lease="me", again=later, failed=True), now=NOW)
    moment = NOW + timedelta(minutes=1)
    outages.hasten(tx, "decision", now=moment)
    query = select(t.mailboxes.c.name, t.mailboxes.c.next_due, t.mailboxes.c.attempts)
    found = {name: (due, tries) for name, due, tries in tx.execute(query)}
    assert found == {
        "decision:a": (moment, 1), "decision:b": (NOW, 0), "decision:c": (later, 0), "decisions": (later, 1),
        "chat:1": (later, 1),
    }  # fmt: skip
    again = outbox.pick(tx, now=moment, lease="me", until=later, limit=10)
    assert [(one.mailbox, one.attempts) for one in again] == [("decision:a", 1)]
