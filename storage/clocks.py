"""The named deadlines of tickets: when they began, when they are due, and how they ended."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from storage.database import Tx, insert
from storage.tables import clocks


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One deadline; it runs until `stopped_at`, also after it was breached."""

    ticket_no: str
    name: str
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    breached_at: datetime | None


def start(tx: Tx, ticket_no: str, name: str, *, started: datetime, due: datetime) -> None:
    """Start a clock, or start it anew in place of its earlier run."""
    fresh = {"started_at": started, "due_at": due, "stopped_at": None, "breached_at": None}
    row = insert(tx)(clocks).values(ticket_no=ticket_no, name=name, **fresh)
    tx.execute(row.on_conflict_do_update(index_elements=["ticket_no", "name"], set_=fresh))


def stop(tx: Tx, ticket_no: str, name: str, *, at: datetime) -> bool:
    """Stop a clock; False when none of this name was running."""
    done = tx.execute(
        update(clocks)
        .where(clocks.c.ticket_no == ticket_no, clocks.c.name == name, clocks.c.stopped_at.is_(None))
        .values(stopped_at=at)
    )
    return done.rowcount == 1


def breach(tx: Tx, ticket_no: str, name: str, *, at: datetime) -> bool:
    """Book that a running clock passed its due time; False when it was stopped, moved or booked before."""
    done = tx.execute(
        update(clocks)
        .where(
            clocks.c.ticket_no == ticket_no,
            clocks.c.name == name,
            clocks.c.stopped_at.is_(None),
            clocks.c.breached_at.is_(None),
            clocks.c.due_at <= at,
        )
        .values(breached_at=at)
    )
    return done.rowcount == 1


def move(tx: Tx, ticket_no: str, name: str, *, due: datetime) -> None:
    """Give a running clock another due time; what was breached stays on record."""
    running = (clocks.c.ticket_no == ticket_no) & (clocks.c.name == name) & clocks.c.stopped_at.is_(None)
    tx.execute(update(clocks).where(running).values(due_at=due))


def get(tx: Tx, ticket_no: str, name: str) -> Clock | None:
    """Give one clock of a ticket."""
    row = tx.execute(select(clocks).where(clocks.c.ticket_no == ticket_no, clocks.c.name == name)).one_or_none()
    return Clock(**row._mapping) if row else None


def of_ticket(tx: Tx, ticket_no: str) -> list[Clock]:
    """Give a ticket's clocks, the earliest due first."""
    rows = tx.execute(select(clocks).where(clocks.c.ticket_no == ticket_no).order_by(clocks.c.due_at, clocks.c.name))
    return [Clock(**row._mapping) for row in rows]


def running(tx: Tx, ticket_no: str, names: Collection[str] | None = None) -> list[Clock]:
    """Give the clocks that still run (of these names), the earliest due first."""
    return [c for c in of_ticket(tx, ticket_no) if c.stopped_at is None and (names is None or c.name in names)]
