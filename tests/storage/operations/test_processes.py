"""Processes that share a database: heard of, given up, and what is freed with them."""

from __future__ import annotations

from datetime import UTC, datetime

import postgres
import pytest
from sqlalchemy import select, update

from storage import outbox
from storage import tables as t
from storage.database import open_writer
from storage.operations import processes

pytestmark = pytest.mark.postgres
NOW = datetime(2026, 6, 12, 11, 0, tzinfo=UTC)


@pytest.fixture
def tx():
    engine = open_writer(postgres.server().emptied(), process="a")
    with engine.connect() as connection, connection.begin() as begun:
        yield connection
        begun.rollback()
    engine.dispose()


def silence(tx, name):
    """Let a process have been silent for longer than is borne."""
    here = t.processes.c.name == name
    heard = tx.execute(select(t.processes.c.beat_at).where(here)).scalar_one()
    tx.execute(update(t.processes).where(here).values(beat_at=heard - processes.LAPSE - t.MILLISECOND))


def leased(tx):
    rows = tx.execute(select(t.mailboxes.c.name, t.mailboxes.c.lease).where(t.mailboxes.c.lease.is_not(None)))
    return {row.name: row.lease for row in rows}


def test_who_beats_is_there(tx):
    processes.join(tx, "a")
    processes.join(tx, "b")
    assert processes.living(tx) == ["a", "b"]
    silence(tx, "a")
    assert processes.living(tx) == ["b"]
    assert processes.beat(tx, "a")
    assert processes.living(tx) == ["a", "b"]


def test_the_silent_lose_duties_and_leases(tx):
    processes.join(tx, "a")
    processes.join(tx, "b")
    assert processes.take(tx, "a", ["poll", "desk"]) == {"poll", "desk"}
    assert processes.take(tx, "b", ["poll", "desk", "more"]) == {"more"}
    for box, lease in (("chat:1", "a#1"), ("chat:2", "b#7")):
        outbox.put(tx, box, "reply", {}, due=NOW, now=NOW)
        outbox.pick(tx, now=NOW, lease=lease, until=NOW, limit=1)
    assert processes.give_up(tx) == []
    silence(tx, "a")
    assert processes.give_up(tx) == ["a"]
    assert leased(tx) == {"chat:2": "b#7"}
    assert processes.take(tx, "b", ["poll", "desk"]) == {"poll", "desk"}
    assert not processes.beat(tx, "a")
    processes.join(tx, "a")
    assert processes.take(tx, "a", ["poll"]) == frozenset()


def test_a_lease_of_nobody_is_freed(tx):
    """One given up may have leased once more before it noticed."""
    processes.join(tx, "b")
    outbox.put(tx, "chat:1", "reply", {}, due=NOW, now=NOW)
    outbox.pick(tx, now=NOW, lease="a#2", until=NOW, limit=1)
    processes.give_up(tx)
    assert leased(tx) == {}


def test_who_leaves_leaves_all_at_once(tx):
    processes.join(tx, "a")
    processes.join(tx, "ab")
    processes.take(tx, "a", ["poll"])
    for box, lease in (("chat:1", "a#1"), ("chat:2", "ab#1")):
        outbox.put(tx, box, "reply", {}, due=NOW, now=NOW)
        outbox.pick(tx, now=NOW, lease=lease, until=NOW, limit=1)
    processes.leave(tx, "a")
    assert leased(tx) == {"chat:2": "ab#1"}
    assert processes.take(tx, "ab", ["poll"]) == {"poll"}
    processes.free(tx, ["ab#1"])
    assert leased(tx) == {}


def test_what_was_left_is_carried_at_once(tx):
    processes.join(tx, "a")
    outbox.put(tx, "chat:1", "reply", {"text": "a"}, due=NOW, now=NOW)
    outbox.pick(tx, now=NOW, lease="a#1", until=NOW, limit=1)
    processes.leave(tx, "a")
    assert tx.execute(select(t.mailboxes.c.keeper)).scalar_one() is None
