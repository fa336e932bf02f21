"""Looking for tickets and orders by what people know of them: names, numbers, tails, leaders, items, lots."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, exists, func, literal, or_, select

from storage.database import Tx
from storage.orders import MOMENT, order_key, phone_digits, pickup_key
from storage.tables import (
    complainants,
    conversations,
    customers,
    leader_sites,
    leaders,
    order_lines,
    orders,
    shipments,
    ticket_lines,
    tickets,
)
from storage.tickets import OPEN, Ticket, some

SHORTEST = 6  # letters and digits from which on a part of an order number is looked for


def find(tx: Tx, desk: str, words: Sequence[str], *, limit: int) -> list[Ticket]:
    """Return the tickets of a desk that every one of the words fits, open ones first, then the newest."""
    if not words:
        return []
    shut = tickets.c.state.not_in(OPEN)
    query = (
        select(tickets)
        .outerjoin(orders, orders.c.order_no == tickets.c.order_no)
        .where(tickets.c.desk == desk, *(_fits(word) for word in words))
        .order_by(shut, tickets.c.created_at.desc(), tickets.c.no)
    )
    return some(tx, query.limit(limit))


def _fits(word: str) -> ColumnElement[bool]:
    """Return the condition under which a word means a ticket, its order or one of its lines."""
    parts: list[ColumnElement[bool]] = [
        _holds(orders.c.buyer_name, word),
        _holds(orders.c.leader_name, word),
        func.lower(orders.c.site_no) == word.lower(),
        func.lower(tickets.c.site_no) == word.lower(),
        orders.c.participate_no == pickup_key(word),
        tickets.c.no.in_(_of_item(word)),
        tickets.c.no.in_(_of_party(word)),
        tickets.c.site_no.in_(_led_by(word)),
        _told_of(word),
    ]
    if len(word) >= 4:
        parts.append(tickets.c.no.contains(word.upper(), autoescape=True))
    if len(word) >= SHORTEST:
        parts.append(tickets.c.no.in_(_of_parcel(word)))
    key = order_key(word)
    if len(key) >= SHORTEST:
        parts.append(orders.c.order_key.contains(key, autoescape=True))
    if word.isdecimal() and len(word) == 4:
        parts.append(orders.c.phone_tail == word)
    if word.isdecimal() and len(word) >= 7:
        parts.append(orders.c.buyer_phone == word)
    return or_(*parts)


def _holds(column: Any, word: str) -> ColumnElement[bool]:
    return and_(literal(bool(word)), func.lower(column).contains(word.lower(), autoescape=True))


def _of_item(word: str) -> Any:
    """Select the tickets with a claimed line of this item or lot."""
    same = and_(order_lines.c.order_no == tickets.c.order_no, order_lines.c.line_no == ticket_lines.c.order_line_no)
    return (
        select(ticket_lines.c.ticket_no)
        .join(tickets, tickets.c.no == ticket_lines.c.ticket_no)
        .outerjoin(order_lines, same)
        .where(
            or_(
                _holds(ticket_lines.c.item, word),
                _holds(order_lines.c.item, word),
                func.lower(order_lines.c.lot_no) == word.lower(),
                func.lower(order_lines.c.sku) == word.lower(),
            )
        )
        .scalar_subquery()
    )


def _of_parcel(word: str) -> Any:
    """Select the tickets of a parcel's number, of goods that went out or come back."""
    return select(shipments.c.ticket_no).where(shipments.c.tracking == word.upper()).scalar_subquery()


def _told_of(word: str) -> ColumnElement[bool]:
    """Return whether the customer's own words name it, where no line of the order is claimed that would."""
    tied = exists().where(ticket_lines.c.ticket_no == tickets.c.no, ticket_lines.c.order_line_no.is_not(None))
    named = len(word) > 1 and word.isalpha()  # the times beside the words hold figures
    return and_(literal(named), ~tied, _holds(cast(tickets.c.said, Text), word))


def _of_party(word: str) -> Any:
    """Select the tickets of someone who is called so on the channel."""
    return (
        select(complainants.c.ticket_no)
        .join(conversations, conversations.c.id == complainants.c.conversation_id)
        .where(_holds(conversations.c.name, word))
        .scalar_subquery()
    )


def _led_by(word: str) -> Any:
    """Select the sites of a leader."""
    return (
        select(leader_sites.c.site_no)
        .join(leaders, leaders.c.id == leader_sites.c.leader_id)
        .where(_holds(leaders.c.name, word))
        .scalar_subquery()
    )


def orders_by(tx: Tx, word: str, *, since: datetime, sample: bool | None, limit: int) -> list[str]:
    """Return the numbers of the newest orders with this pickup number, phone tail or buyer's name since a time."""
    meant = [orders.c.participate_no == pickup_key(word), orders.c.buyer_name == word]
    if word.isdecimal() and len(word) == 4:
        meant.append(orders.c.phone_tail == word)
    query = select(orders.c.order_no).where(or_(*meant), since <= MOMENT)
    if sample is not None:
        query = query.where(orders.c.sample == sample)
    return list(tx.execute(query.order_by(MOMENT.desc(), orders.c.order_no).limit(limit)).scalars())


def same_lot(tx: Tx, ticket: Ticket, lots: Collection[str], *, since: datetime, limit: int) -> list[str]:
    """Return the numbers of a desk's other tickets about goods of these lots since a time, the newest first."""
    if not lots:
        return []
    about = exists().where(
        ticket_lines.c.ticket_no == tickets.c.no,
        ticket_lines.c.state != "withdrawn",
        order_lines.c.order_no == tickets.c.order_no,
        order_lines.c.line_no == ticket_lines.c.order_line_no,
        order_lines.c.lot_no.in_(sorted(lots)),
    )
    query = select(tickets.c.no).where(
        tickets.c.desk == ticket.desk, tickets.c.no != ticket.no, tickets.c.created_at >= since, about
    )
    return list(tx.execute(query.order_by(tickets.c.created_at.desc(), tickets.c.no).limit(limit)).scalars())


def conversations_of(tx: Tx, phone: str, *, sample: bool) -> list[int]:
    """Return the conversations that are bound to the buyer with this phone, the last used first."""
    query = (
        select(conversations.c.id)
        .join(customers, customers.c.id == conversations.c.customer_id)
        .where(customers.c.phone == phone_digits(phone), customers.c.phone != "", customers.c.sample == sample)
    )
    return list(tx.execute(query.order_by(conversations.c.updated_at.desc(), conversations.c.id)).scalars())


def conversations_called(tx: Tx, name: str, *, limit: int) -> list[int]:
    """Return the conversations whose account, customer or leader is called so, the last used first."""
    query = (
        select(conversations.c.id)
        .outerjoin(customers, customers.c.id == conversations.c.customer_id)
        .outerjoin(leaders, leaders.c.id == conversations.c.leader_id)
        .where(or_(_holds(conversations.c.name, name), _holds(customers.c.name, name), _holds(leaders.c.name, name)))
    )
    return list(
        tx.execute(query.order_by(conversations.c.updated_at.desc(), conversations.c.id).limit(limit)).scalars()
    )
