"""The log of every step of every ticket: only ever added to, each row chained to the one before it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, String, bindparam, func, select, update

from storage.database import Tx, to_json
from storage.prepared import Prepared
from storage.tables import EPOCH, MILLISECOND, events, tickets


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One step: who (customer:CHANNEL:ACCOUNT, agent:DESK:USER, bot, clock) did what, and when."""

    id: int
    ticket_no: str
    at: datetime
    actor: str
    kind: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Where a ticket's chain does not hold: the first event that differs, or 0 when events are missing at the end."""

    ticket_no: str
    event_id: int

    def __str__(self) -> str:
        """Return it as one line for an operator."""
        where = f"event {self.event_id} does not follow" if self.event_id else "events are missing at the end"
        return f"{self.ticket_no}: {where}"


def _link(previous: str, ticket_no: str, at: datetime, actor: str, kind: str, data: Mapping[str, Any]) -> str:
    row = to_json([previous, ticket_no, (at - EPOCH) // MILLISECOND, actor, kind, data])
    return hashlib.sha256(row.encode()).hexdigest()


_TICKET = bindparam("ticket", type_=String)
_AT = bindparam("moment", type_=events.c.at.type)
_LAST = Prepared(select(events.c.chain).where(events.c.ticket_no == _TICKET).order_by(events.c.id.desc()).limit(1))
_ADD = Prepared(
    events.insert().values(
        ticket_no=_TICKET,
        at=_AT,
        actor=bindparam("actor", type_=String),
        kind=bindparam("kind", type_=String),
        data=bindparam("data", type_=events.c.data.type),
        chain=bindparam("chain", type_=String),
    )
)
_COUNT = Prepared(
    update(tickets)
    .where(tickets.c.no == _TICKET)
    .values(version=tickets.c.version + bindparam("steps", type_=Integer), updated_at=_AT)
)
_ROWS = Prepared(
    select(events.c.id, events.c.ticket_no, events.c.at, events.c.actor, events.c.kind, events.c.data)
    .where(events.c.ticket_no == _TICKET)
    .order_by(events.c.id)
)
FIELDS = ("id", "ticket_no", "at", "actor", "kind", "data")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An event that is to be written down."""

    kind: str
    actor: str
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


def add(tx: Tx, ticket_no: str, kind: str, data: Mapping[str, Any] | None = None, *, actor: str, at: datetime) -> None:
    """Write a step down. The ticket's version counts its events, so that a cut-off end is seen as well."""
    add_all(tx, ticket_no, [Step(kind=kind, actor=actor, at=at, data=dict(data or {}))])


def add_all(tx: Tx, ticket_no: str, steps: Sequence[Step], *, first: bool = False) -> None:
    """Write several steps down in this order; `first`: nothing was written down of the ticket before."""
    # at first: it locks the ticket, so that the chain has one end
    _COUNT.run(tx, ticket=ticket_no, steps=len(steps), moment=steps[-1].at)
    last = None if first else _LAST.first(tx, ticket=ticket_no)
    chain, rows = last[0] if last else "", []
    for step in steps:
        chain = _link(chain, ticket_no, step.at, step.actor, step.kind, step.data)
        row = {"actor": step.actor, "kind": step.kind, "data": step.data, "moment": step.at}
        rows.append({"ticket": ticket_no, "chain": chain, **row})
    _ADD.many(tx, rows)


def of_ticket(tx: Tx, ticket_no: str) -> list[Event]:
    """Return a ticket's steps in the order they happened."""
    return [Event(**dict(zip(FIELDS, row, strict=True))) for row in _ROWS.rows(tx, ticket=ticket_no)]


def happened(tx: Tx, ticket_no: str, kind: str, *, actor: str | None = None) -> bool:
    """Return whether a ticket has a step of this kind (by this actor)."""
    query = select(events.c.id).where(events.c.ticket_no == ticket_no, events.c.kind == kind)
    if actor is not None:
        query = query.where(events.c.actor == actor)
    return tx.execute(query.limit(1)).first() is not None


def verify(tx: Tx) -> list[Break]:
    """Check every chain of events; return the tickets whose log was changed, thinned or cut."""
    return list(_breaks(tx))


def _breaks(tx: Tx) -> Iterator[Break]:
    counted = select(events.c.ticket_no, func.count().label("rows")).group_by(events.c.ticket_no).subquery()
    rows = tx.execute(
        select(tickets.c.no, tickets.c.version, func.coalesce(counted.c.rows, 0).label("rows"))
        .outerjoin(counted, counted.c.ticket_no == tickets.c.no)
        .order_by(tickets.c.no)
    )
    for no, version, count in rows.all():
        broken = _first_break(tx, no)
        if broken is not None:
            yield Break(ticket_no=no, event_id=broken)
        elif version != count:
            yield Break(ticket_no=no, event_id=0)


def _first_break(tx: Tx, ticket_no: str) -> int | None:
    previous = ""
    for row in tx.execute(select(events).where(events.c.ticket_no == ticket_no).order_by(events.c.id)):
        if row.chain != _link(previous, row.ticket_no, row.at, row.actor, row.kind, row.data):
            return int(row.id)
        previous = row.chain
    return None
