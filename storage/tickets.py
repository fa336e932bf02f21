"""Tickets: stored claims on one order, who owns them, and who hears of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, String, bindparam, func, literal_column, or_, select, update

from storage.database import Tx, locks
from storage.orders import Order, by_number, sampled
from storage.prepared import Inserts, Prepared, Updates
from storage.tables import complainants, conversations, orders, ticket_lines, tickets

OPEN = ("queued", "assigned", "waiting_customer", "appealed")
UNDECIDED = ("queued", "assigned", "waiting_customer")
UNPICKED = ("queued", "waiting_customer", "appealed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A ticket as stored; times are aware, `rank` 0 safety, 1 major, 2 special group, 3 the rest."""

    no: str
    claim_id: str
    state: str
    severity: str
    rank: int
    desk: str
    raised: bool
    why: str
    order_no: str | None
    customer_id: int | None
    conversation_id: int
    leader_id: int | None
    site_no: str
    language: str
    policy_hash: str
    signals: Sequence[str]
    special: Sequence[str]
    priority: int  # the highest of its special groups; 0 without
    said: Sequence[Sequence[str]]  # [ISO time, text]
    warnings: Sequence[str]  # "code" or "code:value"
    owner_id: str | None
    owner_name: str | None
    owned_at: datetime | None
    answered_at: datetime | None
    reported_at: datetime
    filed_at: datetime | None
    decided_at: datetime | None
    closed_at: datetime | None
    due_at: datetime | None
    late: bool
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A conversation that hears of a ticket."""

    conversation_id: int
    channel: str
    account: str
    name: str
    role: str  # buyer or leader


def add(tx: Tx, **values: Any) -> bool:
    """Store a new ticket; False when its number is taken."""
    return _ADD.run(tx, version=0, **values) == 1


_ADD = Inserts(tickets, ignore=["no"])
_CHANGE = Updates(tickets, "no")
_JOIN = Inserts(complainants, ignore=["ticket_no", "conversation_id"])
FIELDS = tuple(Ticket.__dataclass_fields__)
_WHOLE = select(*(tickets.c[name] for name in FIELDS))
_BY_NO = Prepared(_WHOLE.where(tickets.c.no == bindparam("number", type_=String)))
_BY_CLAIM = Prepared(_WHOLE.where(tickets.c.claim_id == bindparam("claim", type_=String)))
_HOLD_NO, _HOLD_CLAIM = (
    Prepared(_WHOLE.where(column == bindparam(name, type_=String)).with_for_update(key_share=True))
    for column, name in ((tickets.c.no, "number"), (tickets.c.claim_id, "claim"))
)
_TALK_OF = select(tickets.c.conversation_id).where(tickets.c.no == bindparam("number", type_=String)).scalar_subquery()
_HOLD_TALK = Prepared(select(conversations.c.id).where(conversations.c.id == _TALK_OF).with_for_update(key_share=True))
_DUE = Prepared(
    update(tickets)
    .where(tickets.c.no == bindparam("number", type_=String))
    .values(due_at=bindparam("due", type_=tickets.c.due_at.type), late=bindparam("is_late", type_=tickets.c.late.type))
)


def hold(tx: Tx, no: str) -> None:
    """Hold the conversation of a ticket before the ticket itself, in the order of its customer's turns."""
    if locks(tx):
        _HOLD_TALK.first(tx, number=no)


def get(tx: Tx, no: str) -> Ticket | None:
    """Return a ticket by its number; one that is read to be changed is this transaction's until its end."""
    return _ticket((_HOLD_NO if locks(tx) else _BY_NO).first(tx, number=no))


def order_of(tx: Tx, ticket: Ticket) -> Order | None:
    """Return a ticket's order, of the rows that its desk sees."""
    return by_number(tx, ticket.order_no, sample=sampled(ticket.desk)) if ticket.order_no else None


def by_claim(tx: Tx, claim_id: str) -> Ticket | None:
    """Return the ticket that a draft became, for this transaction alone if it writes."""
    return _ticket((_HOLD_CLAIM if locks(tx) else _BY_CLAIM).first(tx, claim=claim_id))


def _ticket(row: Sequence[Any] | None) -> Ticket | None:
    return Ticket(**dict(zip(FIELDS, row, strict=True))) if row else None


def set_due(tx: Tx, no: str, due: datetime | None, *, late: bool) -> None:
    """Set when a human has to keep the next promise, and whether one is broken."""
    _DUE.run(tx, number=no, due=due, is_late=late)


def some(tx: Tx, query: Any) -> list[Ticket]:
    """Return the tickets of a query over their table."""
    return [Ticket(**{name: row._mapping[name] for name in FIELDS}) for row in tx.execute(query)]


def change(tx: Tx, no: str, **values: Any) -> None:
    """Set columns of a ticket."""
    _CHANGE.run(tx, no, **values)


def pick_up(tx: Tx, no: str, *, user: str, name: str, now: datetime) -> bool:
    """Make this agent the owner if nobody is: one conditional UPDATE, so one winner."""
    done = tx.execute(
        update(tickets)
        .where(tickets.c.no == no, tickets.c.owner_id.is_(None), tickets.c.state.in_(UNPICKED))
        .values(owner_id=user, owner_name=name, owned_at=now)
    )
    return done.rowcount == 1


def take_over(tx: Tx, no: str, *, from_user: str | None, user: str, name: str, now: datetime) -> bool:
    """Pass a ticket on, if it is still with the one it is taken from."""
    done = tx.execute(
        update(tickets)
        .where(tickets.c.no == no, tickets.c.owner_id.is_not_distinct_from(from_user))
        .values(owner_id=user, owner_name=name, owned_at=now)
    )
    return done.rowcount == 1


def recent(tx: Tx, *, limit: int, state: str = "", order_no: str = "") -> list[Ticket]:
    """Return the newest tickets (in this state, on this order)."""
    query = select(tickets).order_by(tickets.c.created_at.desc(), tickets.c.no).limit(limit)
    if state:
        query = query.where(tickets.c.state == state)
    if order_no:
        query = query.where(tickets.c.order_no == order_no)
    return some(tx, query)


def of_conversation(tx: Tx, conversation_id: int, *, limit: int = 10) -> list[Ticket]:
    """Return the tickets that a conversation filed or joined, open ones first, then the newest."""
    joined = select(complainants.c.ticket_no).where(complainants.c.conversation_id == conversation_id)
    shut = tickets.c.state.in_(("closed", "withdrawn"))
    query = select(tickets).where(tickets.c.no.in_(joined))
    return some(tx, query.order_by(shut, tickets.c.created_at.desc(), tickets.c.no).limit(limit))


def undecided_on(
    tx: Tx,
    order_no: str,
    wanted: Collection[tuple[int | None, str]],
    also: Callable[[Ticket], bool] = lambda ticket: False,
) -> Ticket | None:
    """Return the oldest undecided ticket on an order that already claims one of these (order line, problem).

    Where none does, the oldest for which `also` holds.
    """
    claimed = _UNDECIDED_ON.rows(tx, order=order_no)
    same = dict.fromkeys(no for no, line, problem in claimed if (line, problem) in wanted)
    others = dict.fromkeys(no for no, _, _ in claimed if no not in same)
    found = [ticket for no in (*same, *others) if (ticket := get(tx, no)) and ticket.state in UNDECIDED]
    return next((ticket for ticket in found if ticket.no in same or also(ticket)), None)


_UNDECIDED_ON = Prepared(
    select(tickets.c.no, ticket_lines.c.order_line_no, ticket_lines.c.problem)
    .join(ticket_lines, ticket_lines.c.ticket_no == tickets.c.no)
    .where(
        tickets.c.order_no == bindparam("order", type_=String),
        tickets.c.state.in_([literal_column(f"'{state}'") for state in UNDECIDED]),
        ticket_lines.c.state.in_([literal_column("'open'"), literal_column("'offered'")]),
    )
    .order_by(tickets.c.created_at, tickets.c.no)
)
_LOCK = Prepared(
    select(orders.c.order_no)
    .where(orders.c.order_no == bindparam("order", type_=String))
    .with_for_update(key_share=True)
)


def lock_order(tx: Tx, order_no: str) -> None:
    """Hold an order until the end of the transaction, so that what tickets claim of it adds up."""
    if locks(tx):
        _LOCK.first(tx, order=order_no)


def earlier_of(tx: Tx, ticket: Ticket) -> int:
    """Count the buyer's other tickets that were filed before this one."""
    row = _EARLIER.first(
        tx, number=ticket.no, customer=ticket.customer_id, order=ticket.order_no, filed_by=ticket.created_at
    )
    return int(row[0]) if row else 0


_PHONE = select(orders.c.buyer_phone).where(orders.c.order_no == bindparam("order", type_=String)).scalar_subquery()
_THEIRS = select(orders.c.order_no).where(  # many share the digits that a mask leaves
    orders.c.buyer_phone == _PHONE, orders.c.buyer_phone != "", orders.c.buyer_phone.not_like("%*%")
)
_EARLIER = Prepared(
    select(func.count())
    .select_from(tickets)
    .where(
        or_(tickets.c.customer_id == bindparam("customer", type_=Integer), tickets.c.order_no.in_(_THEIRS)),
        tickets.c.no != bindparam("number", type_=String),
        tickets.c.created_at <= bindparam("filed_by", type_=tickets.c.created_at.type),
        tickets.c.filed_at.is_not(None),
    )
)


def join(tx: Tx, no: str, conversation_id: int, *, role: str, at: datetime) -> bool:
    """Let a conversation hear of a ticket; return False when it does already."""
    return _JOIN.run(tx, ticket_no=no, conversation_id=conversation_id, role=role, at=at) == 1


def parties(tx: Tx, no: str) -> list[Party]:
    """Return the conversations that hear of a ticket, the first to complain first."""
    rows = tx.execute(
        select(
            complainants.c.conversation_id,
            conversations.c.channel,
            conversations.c.account,
            conversations.c.name,
            complainants.c.role,
        )
        .join(conversations, conversations.c.id == complainants.c.conversation_id)
        .where(complainants.c.ticket_no == no)
        .order_by(complainants.c.at, complainants.c.conversation_id)
    )
    return [Party(**row._mapping) for row in rows]
