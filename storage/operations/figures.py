"""What a service tells of its work: counts and ages read from the rows, without a word of anybody's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import case, func, select

from storage.database import Tx
from storage.tables import clocks, corrections, dead_letters, mailboxes, outbox, parked, tickets
from storage.tickets import OPEN


class Figure(NamedTuple):
    """One number: its name, what it is of, and the value."""

    name: str
    label: str
    value: float


def read(tx: Tx, now: datetime) -> Iterator[Figure]:
    """Yield all figures. Ages are in seconds, of the oldest row that should have left by now."""
    late = case((outbox.c.due_at <= now, outbox.c.due_at))
    waiting = select(outbox.c.kind, func.count(), func.min(late, type_=outbox.c.due_at.type))
    for kind, count, oldest in tx.execute(waiting.group_by(outbox.c.kind)).all():
        yield Figure("outbox_rows", kind, count)
        yield Figure("outbox_age", kind, max(0.0, (now - oldest).total_seconds()) if oldest else 0.0)
    blocked = select(func.count()).where(mailboxes.c.blocked > now)
    yield Figure("blocked", "until written", tx.scalar(blocked.where(mailboxes.c.blocked > now + LONG)) or 0)
    yield Figure("blocked", "after a failure", tx.scalar(blocked.where(mailboxes.c.blocked <= now + LONG)) or 0)
    yield Figure("dead", "", tx.scalar(select(func.count()).select_from(dead_letters)) or 0)
    yield Figure("parked", "", tx.scalar(select(func.count()).where(parked.c.retried_at.is_(None))) or 0)
    for severity, count in _open(tx, tickets.c.severity):
        yield Figure("open", severity, count)
    for why, count in _open(tx, tickets.c.why, tickets.c.raised):
        yield Figure("raised", why, count)
    yield Figure("late", "", sum(count for _, count in _open(tx, tickets.c.late, tickets.c.late)))
    broken = select(clocks.c.name, func.count()).where(clocks.c.breached_at > now - DAY)
    for name, count in tx.execute(broken.group_by(clocks.c.name)).all():
        yield Figure("breaches", name, count)
    put_right = select(corrections.c.field, func.count()).where(corrections.c.at > now - DAY)
    for field, count in tx.execute(put_right.group_by(corrections.c.field)).all():
        yield Figure("corrected", field, count)


DAY = timedelta(days=1)
LONG = timedelta(days=1000)  # a block beyond that only the customer's next message lifts


def _open(tx: Tx, column: object, *where: object) -> list[tuple[str, int]]:
    query = select(column, func.count()).where(tickets.c.state.in_(OPEN), *where)  # type: ignore[call-overload]
    return [(str(value), int(count)) for value, count in tx.execute(query.group_by(column)).all()]
