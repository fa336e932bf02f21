"""The log of every step of every ticket: only ever added to, each row chained to the one before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, String, bindparam, select, update

from storage.database import Tx
from storage.prepared import Prepared
from storage.seals import chain
from storage.tables import events, ticket_register, tickets


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One step: who (customer:CHANNEL:ACCOUNT, agent:DESK:USER, bot, clock) did what, and when."""

    id: int
    ticket_no: str
    at: datetime
    actor: str
    kind: str
    data: Mapping[str, Any]


_TICKET = bindparam("ticket", type_=String)
_AT = bindparam("moment", type_=events.c.at.type)
_HEAD = Prepared(select(tickets.c.head).where(tickets.c.no == _TICKET).with_for_update(key_share=True))
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
    .values(
        version=tickets.c.version + bindparam("steps", type_=Integer),
        head=bindparam("head_after", type_=String),
        updated_at=_AT,
    )
)
_ROWS = Prepared(
    select(events.c.id, events.c.ticket_no, events.c.at, events.c.actor, events.c.kind, events.c.data)
    .where(events.c.ticket_no == _TICKET)
    .order_by(events.c.id)
)
_SLOTS = select(ticket_register.c.slot, ticket_register.c.total).order_by(ticket_register.c.slot).limit(1)
_FREE = Prepared(_SLOTS.with_for_update(skip_locked=True))
_ANY = Prepared(_SLOTS.with_for_update())
_SUM = Prepared(
    update(ticket_register)
    .where(ticket_register.c.slot == bindparam("number", type_=Integer))
    .values(total=bindparam("sum", type_=String))
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
    key = chain.key_of(tx)
    # the ticket is locked from here on, so that its chain has one end
    found = None if first else _HEAD.first(tx, ticket=ticket_no)
    head, rows = found[0] if found else "", []
    for step in steps:
        content = (ticket_no, step.at, step.actor, step.kind, step.data)
        head = chain.after(key, head, chain.digest(key, *content)) if key else chain.plain_link(head, *content)
        row = {"actor": step.actor, "kind": step.kind, "data": step.data, "moment": step.at}
        rows.append({"ticket": ticket_no, "chain": chain.shown(head) if key else head, **row})
    _COUNT.run(tx, ticket=ticket_no, steps=len(steps), head_after=head, moment=steps[-1].at)
    _ADD.many(tx, rows)
    if first and key:
        _register(tx, key, ticket_no)


def _register(tx: Tx, key: bytes, ticket_no: str) -> None:
    """Add a new ticket to the register, in a slot that nobody else holds if there is one."""
    slot = _FREE.first(tx) or _ANY.first(tx)
    if slot:
        total = (int(slot[1], 16) + chain.ticket_term(key, ticket_no)) % chain.ROUND
        _SUM.run(tx, number=slot[0], sum=f"{total:064x}")


def of_ticket(tx: Tx, ticket_no: str) -> list[Event]:
    """Return a ticket's steps in the order they happened."""
    return [Event(**dict(zip(FIELDS, row, strict=True))) for row in _ROWS.rows(tx, ticket=ticket_no)]


def happened(tx: Tx, ticket_no: str, kind: str, *, actor: str | None = None) -> bool:
    """Return whether a ticket has a step of this kind (by this actor)."""
    query = select(events.c.id).where(events.c.ticket_no == ticket_no, events.c.kind == kind)
    if actor is not None:
        query = query.where(events.c.actor == actor)
    return tx.execute(query.limit(1)).first() is not None
