"""What a leader may see: tickets on orders of the leader's own pickup sites, held to them by every query."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select

from storage.database import Tx
from storage.orders import SANDBOX
from storage.tables import (
    clocks,
    complainants,
    conversations,
    leader_sites,
    leaders,
    mailboxes,
    order_lines,
    orders,
    ticket_lines,
    tickets,
)
from storage.ticket_lines import OWING, Line
from storage.tickets import FIELDS, OPEN, Ticket

PRIVATE = ("service_attitude",)  # a complaint about people is not shown to the leader, who may be the one meant
UNDECIDED = ("open", "offered", "withdrawn")
MOST = 500  # tickets of one answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A leader's account that was used last."""

    leader_id: int
    name: str
    conversation_id: int
    talk: Any  # what the talk remembers, as JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Sited:
    """A ticket with where its order is picked up; `site_no` is "" for a ticket without an order."""

    ticket: Ticket
    site_no: str
    participate_no: str
    buyer_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decided line as a settlement shows it: the order's head, what was bought, and the line."""

    site_no: str
    activity_no: str
    participate_no: str
    order_no: str
    buyer_name: str
    buyer_phone: str
    bought: str  # the order line's item with its spec, "" when the claim names none
    line: Line


def _mine(leader_id: int) -> Any:
    """Hold a query over tickets and orders to the sites of one leader; samples stay among samples."""
    sites = select(leader_sites.c.site_no).join(leaders, leaders.c.id == leader_sites.c.leader_id)
    sites = sites.where(leaders.c.id == leader_id, leaders.c.removed_at.is_(None), leaders.c.sample == orders.c.sample)
    sites = sites.correlate(orders)
    about_people = select(ticket_lines.c.ticket_no).where(
        ticket_lines.c.ticket_no == tickets.c.no, ticket_lines.c.problem.in_(PRIVATE)
    )
    seen = or_(tickets.c.leader_id == leader_id, ~about_people.correlate(tickets).exists())
    return and_(orders.c.site_no.in_(sites), seen)


def _sited(*where: Any) -> Any:
    columns = (
        *(tickets.c[name] for name in FIELDS),
        orders.c.site_no.label("at_site"),
        orders.c.participate_no,
        orders.c.buyer_name,
    )
    return select(*columns).outerjoin(orders, orders.c.order_no == tickets.c.order_no).where(*where)


def _some(tx: Tx, query: Any) -> list[Sited]:
    found = []
    for row in tx.execute(query):
        values = dict(row._mapping)
        extra = {name: values.pop(name) or "" for name in ("participate_no", "buyer_name")}
        site = values.pop("at_site") or ""
        found.append(Sited(ticket=Ticket(**values), site_no=site, **extra))
    return found


def leads(tx: Tx, leader_id: int, ticket_no: str) -> Sited | None:
    """Return a ticket if it is on an order of this leader's sites."""
    return next(iter(_some(tx, _sited(tickets.c.no == ticket_no, _mine(leader_id)))), None)


def seats_of(tx: Tx, ticket_no: str) -> list[Seat]:
    """Return the bound leaders of the site that a ticket's order is picked up at, one account each."""
    site = select(orders.c.site_no).join(tickets, tickets.c.order_no == orders.c.order_no)
    here = site.where(tickets.c.no == ticket_no, orders.c.site_no != "").scalar_subquery()
    query = select(leader_sites.c.leader_id).where(leader_sites.c.site_no == here)
    seats = _seats(tx, leaders.c.id.in_(query))
    return [seat for seat in seats if leads(tx, seat.leader_id, ticket_no)]


def seat(tx: Tx, leader_id: int) -> Seat | None:
    """Return the account that a leader used last; None once removed, or while no account is bound."""
    return next(iter(_seats(tx, leaders.c.id == leader_id)), None)


def _seats(tx: Tx, *where: Any) -> list[Seat]:
    query = (
        select(leaders.c.id, leaders.c.name, conversations.c.id.label("talk_id"), conversations.c.talk)
        .join(conversations, conversations.c.leader_id == leaders.c.id)
        .where(leaders.c.removed_at.is_(None), leaders.c.sample == (conversations.c.channel == SANDBOX), *where)
        .order_by(leaders.c.id, conversations.c.updated_at, conversations.c.id)
    )
    last = {
        row.id: Seat(leader_id=row.id, name=row.name, conversation_id=row.talk_id, talk=row.talk)
        for row in tx.execute(query)
    }
    return list(last.values())


def leaders_at(tx: Tx, site_no: str, *, sample: bool) -> list[str]:
    """Return the leaders of a pickup site."""
    query = select(leaders.c.name).join(leader_sites, leader_sites.c.leader_id == leaders.c.id)
    here = (leader_sites.c.site_no == site_no, leaders.c.removed_at.is_(None), leaders.c.sample.is_(sample))
    return list(tx.execute(query.where(*here).order_by(leaders.c.id)).scalars())


def without_timer(tx: Tx, timer: str) -> list[int]:
    """Return the bound leaders whose timer ("wake:digest:" and their id) is not set."""
    waiting = select(mailboxes.c.name).where(mailboxes.c.name.like(f"{timer}%"), mailboxes.c.next_due.is_not(None))
    names = set(tx.execute(waiting).scalars())
    return [seat.leader_id for seat in _seats(tx) if f"{timer}{seat.leader_id}" not in names]


def in_review(tx: Tx, leader_id: int) -> list[str]:
    """Return the tickets on which this leader's word is awaited, the most pressing first."""
    query = (
        select(tickets.c.no)
        .join(orders, orders.c.order_no == tickets.c.order_no)
        .join(clocks, clocks.c.ticket_no == tickets.c.no)
        .where(clocks.c.name == "leader_review", clocks.c.stopped_at.is_(None), _mine(leader_id))
        .order_by(clocks.c.due_at, tickets.c.no)
    )
    return list(tx.execute(query).scalars())


def news(tx: Tx, leader_id: int, since: datetime) -> list[Sited]:
    """Return the tickets of a leader's sites that are open, owe something, or were decided since; the newest first."""
    owing = select(ticket_lines.c.ticket_no).where(ticket_lines.c.state.in_(OWING))
    wanted = or_(tickets.c.state.in_(OPEN), tickets.c.decided_at >= since, tickets.c.no.in_(owing))
    query = _sited(_mine(leader_id), wanted, tickets.c.state != "withdrawn")
    return _some(tx, query.order_by(tickets.c.created_at.desc(), tickets.c.no).limit(MOST))


def filed_by(tx: Tx, leader_id: int, since: datetime) -> list[Sited]:
    """Return the tickets that a leader filed or joined, open or touched since; the newest first.

    One on an order of a site that the leader no longer has is left out.
    """
    joined = (
        select(complainants.c.ticket_no)
        .join(conversations, conversations.c.id == complainants.c.conversation_id)
        .where(conversations.c.leader_id == leader_id)
    )
    own = or_(tickets.c.leader_id == leader_id, tickets.c.no.in_(joined))
    here = or_(orders.c.order_no.is_(None), _mine(leader_id))
    query = _sited(own, here, or_(tickets.c.state.in_(OPEN), tickets.c.updated_at >= since))
    return _some(tx, query.order_by(tickets.c.created_at.desc(), tickets.c.no).limit(MOST))


def others_open(tx: Tx, leader_id: int, but: Collection[str]) -> dict[str, int]:
    """Count by site the open tickets that buyers filed themselves, leaving out those of these numbers."""
    query = (
        select(orders.c.site_no, func.count())
        .join(tickets, tickets.c.order_no == orders.c.order_no)
        .where(_mine(leader_id), tickets.c.state.in_(OPEN), tickets.c.no.not_in(list(but)))
        .group_by(orders.c.site_no)
    )
    return {site: int(count) for site, count in tx.execute(query)}


def decided(tx: Tx, leader_id: int, first: datetime, end: datetime) -> list[Decided]:
    """Return every line of a leader's sites decided from `first` until before `end`, as they were decided."""
    line = ticket_lines.c
    bought = (order_lines.c.order_no == orders.c.order_no) & (order_lines.c.line_no == line.order_line_no)
    heads = ("site_no", "activity_no", "participate_no", "order_no", "buyer_name", "buyer_phone")
    query = (
        select(*(orders.c[name].label(f"head_{name}") for name in heads), order_lines.c.item.label("bought"),
               order_lines.c.spec, *line)
        .select_from(ticket_lines)
        .join(tickets, tickets.c.no == line.ticket_no)
        .join(orders, orders.c.order_no == tickets.c.order_no)
        .outerjoin(order_lines, bought)
        .where(_mine(leader_id), line.decided_at >= first, line.decided_at < end, line.state.not_in(UNDECIDED))
        .order_by(line.decided_at, line.ticket_no, line.line)
    )  # fmt: skip
    return [_decided(row._mapping, heads) for row in tx.execute(query)]


def _decided(values: Any, heads: Collection[str]) -> Decided:
    item, spec = values["bought"] or "", values["spec"] or ""
    name = item if not spec or spec in item else f"{item} {spec}"
    line = Line(**{field: values[field] for field in Line.__dataclass_fields__})
    return Decided(**{head: values[f"head_{head}"] for head in heads}, bought=name, line=line)
