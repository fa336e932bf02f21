"""The named deadlines of tickets: when they began, when they are due, and how they ended."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert  # SQLite compiles the same ON CONFLICT clause

from storage.database import Tx
from storage.prepared import Prepared
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
    first_due_at: datetime  # what was promised at first; moving the clock leaves it


_TICKET = bindparam("ticket", type_=String)
_NAME = bindparam("clock", type_=String)
_AT = bindparam("moment", type_=clocks.c.stopped_at.type)
_FRESH = {
    "started_at": bindparam("started", type_=clocks.c.started_at.type),
    "due_at": bindparam("due", type_=clocks.c.due_at.type),
    "stopped_at": bindparam("stopped", value=None, type_=clocks.c.stopped_at.type, required=False),
    "breached_at": None,
}
_START = Prepared(
    insert(clocks)
    .values(ticket_no=_TICKET, name=_NAME, first_due_at=_FRESH["due_at"], **_FRESH)
    .on_conflict_do_update(index_elements=["ticket_no", "name"], set_=_FRESH)
)
_STOP = Prepared(
    update(clocks)
    .where(clocks.c.ticket_no == _TICKET, clocks.c.name == _NAME, clocks.c.stopped_at.is_(None))
    .values(stopped_at=_AT)
)
_ROWS = Prepared(select(clocks).where(clocks.c.ticket_no == _TICKET).order_by(clocks.c.due_at, clocks.c.name))
FIELDS = ("ticket_no", "name", "started_at", "due_at", "stopped_at", "breached_at", "first_due_at")


def start(tx: Tx, ticket_no: str, name: str, *, started: datetime, due: datetime) -> None:
    """Start a clock, or start it anew in place of its earlier run; its first due time stays."""
    _START.run(tx, ticket=ticket_no, clock=name, started=started, due=due)


def start_all(tx: Tx, ticket_no: str, *, started: datetime, dues: Mapping[str, datetime]) -> None:
    """Start several clocks, given by name with their due times."""
    _START.many(tx, [{"ticket": ticket_no, "clock": name, "started": started, "due": dues[name]} for name in dues])


def keep_met(tx: Tx, ticket_no: str, name: str, *, started: datetime, due: datetime, at: datetime) -> None:
    """Write down a promise that is kept already."""
    _START.run(tx, ticket=ticket_no, clock=name, started=started, due=due, stopped=at)


def stop(tx: Tx, ticket_no: str, name: str, *, at: datetime) -> bool:
    """Stop a clock; False when none of this name was running."""
    return _STOP.run(tx, ticket=ticket_no, clock=name, moment=at) == 1


def breach(tx: Tx, ticket_no: str, name: str, *, at: datetime) -> bool:
    """Record that a running clock passed its due time; return False when it was stopped, moved or booked before."""
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


def resume(tx: Tx, ticket_no: str, name: str, *, due: datetime) -> None:
    """Let a stopped clock run again; what was breached stays on record."""
    here = (clocks.c.ticket_no == ticket_no) & (clocks.c.name == name)
    tx.execute(update(clocks).where(here).values(stopped_at=None, due_at=due))


def get(tx: Tx, ticket_no: str, name: str) -> Clock | None:
    """Return one clock of a ticket."""
    row = tx.execute(select(clocks).where(clocks.c.ticket_no == ticket_no, clocks.c.name == name)).one_or_none()
    return Clock(**row._mapping) if row else None


def of_ticket(tx: Tx, ticket_no: str) -> list[Clock]:
    """Return a ticket's clocks, the earliest due first."""
    return [Clock(**dict(zip(FIELDS, row, strict=True))) for row in _ROWS.rows(tx, ticket=ticket_no)]


def running(tx: Tx, ticket_no: str, names: Collection[str] | None = None) -> list[Clock]:
    """Return the clocks that still run (of these names), the earliest due first."""
    return [c for c in of_ticket(tx, ticket_no) if c.stopped_at is None and (names is None or c.name in names)]
