"""The escalation queue of a desk: which tickets wait for a human, in what order, and how many there are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from storage.database import Tx
from storage.tables import clocks, tickets
from storage.tickets import OPEN, Ticket, some

# a customer's own claim that a leader is looking at first; called, serious or appealed it waits for a human at once
WITH_LEADER = (
    select(clocks.c.ticket_no)
    .where(clocks.c.ticket_no == tickets.c.no, clocks.c.name == "leader_review", clocks.c.stopped_at.is_(None))
    .exists()
)
WAITING = (tickets.c.state == "appealed") | (
    (tickets.c.state == "queued") & (tickets.c.raised | (tickets.c.rank < 3) | ~WITH_LEADER)
)


def _queue(desk: str) -> Any:
    first = (tickets.c.rank, tickets.c.late.desc(), tickets.c.priority.desc())
    order = (*first, tickets.c.due_at.is_(None), tickets.c.due_at, tickets.c.reported_at)
    return (
        select(tickets)
        .where(tickets.c.desk == desk, WAITING, tickets.c.owner_id.is_(None))
        .order_by(*order, tickets.c.no)
    )


def waiting(tx: Tx, desk: str, *, limit: int = 10, skip: int = 0) -> list[Ticket]:
    """Return the tickets that wait for a human: severity, late, special groups, due time, age; `skip` passes some."""
    return some(tx, _queue(desk).limit(limit).offset(skip))


def by_rank(tx: Tx, desk: str) -> dict[int, int]:
    """Count the tickets that wait for a human by rank: 0 safety, 1 major, 2 special group, 3 the rest."""
    query = select(tickets.c.rank, func.count()).where(tickets.c.desk == desk, WAITING, tickets.c.owner_id.is_(None))
    return {int(rank): int(count) for rank, count in tx.execute(query.group_by(tickets.c.rank))}


def counts(tx: Tx, desk: str) -> dict[str, int]:
    """Count a desk's open tickets: waiting, late (of those), safety (of those), assigned, waiting_customer."""
    waiting = WAITING & tickets.c.owner_id.is_(None)
    owned = tickets.c.state.in_(("assigned", "appealed")) & tickets.c.owner_id.is_not(None)
    parts = {
        "waiting": waiting,
        "late": waiting & tickets.c.late,
        "safety": waiting & (tickets.c.rank == 0),
        "assigned": owned,
        "waiting_customer": tickets.c.state == "waiting_customer",
    }
    columns = [func.count().filter(condition).label(name) for name, condition in parts.items()]
    row = tx.execute(select(*columns).where(tickets.c.desk == desk, tickets.c.state.in_(OPEN))).one()
    return {name: int(value) for name, value in row._mapping.items()}


def owned_by(tx: Tx, desk: str, user: str) -> list[Ticket]:
    """Return the open tickets of one agent."""
    mine = (tickets.c.desk == desk) & (tickets.c.owner_id == user) & tickets.c.state.in_(OPEN)
    return some(tx, select(tickets).where(mine).order_by(tickets.c.rank, tickets.c.due_at, tickets.c.no))


def since(tx: Tx, desk: str, start: datetime) -> dict[str, int]:
    """Count what happened at a desk since a time: filed, decided, closed."""
    parts = {"filed": tickets.c.filed_at, "decided": tickets.c.decided_at, "closed": tickets.c.closed_at}
    columns = [func.count().filter(column >= start).label(name) for name, column in parts.items()]
    row = tx.execute(select(*columns).where(tickets.c.desk == desk)).one()
    return {name: int(value) for name, value in row._mapping.items()}
