"""Payments as they were confirmed, one row for each line that was paid; and the money that is still owed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from storage.database import Tx
from storage.orders import SANDBOX
from storage.tables import conversations, orders, payments, ticket_lines, tickets
from storage.ticket_lines import OWED


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money that went out for a line, in 分; `undone_at` when the confirmation was taken back."""

    id: int
    ticket_no: str
    line: int
    amount: int
    paid_at: datetime
    reference: str
    actor: str
    booked_at: datetime
    undone_at: datetime | None


def add(
    tx: Tx, ticket_no: str, line: int, *, amount: int, paid_at: datetime, reference: str, actor: str, now: datetime
) -> None:
    """Write a payment down."""
    row = {"amount": amount, "paid_at": paid_at, "reference": reference, "actor": actor, "booked_at": now}
    tx.execute(payments.insert().values(ticket_no=ticket_no, line=line, **row))


def of_ticket(tx: Tx, ticket_no: str) -> list[Payment]:
    """Return the payments of a ticket that stand, in the order they were booked."""
    query = select(payments).where(payments.c.ticket_no == ticket_no, payments.c.undone_at.is_(None))
    return [Payment(**row._mapping) for row in tx.execute(query.order_by(payments.c.id))]


def ticket_with(tx: Tx, reference: str, *, but: str) -> str:
    """Return another ticket that this reference was booked for; "" for none."""
    query = select(payments.c.ticket_no).where(
        payments.c.reference == reference, payments.c.ticket_no != but, payments.c.undone_at.is_(None)
    )
    return tx.execute(query.limit(1)).scalar() or ""


def undo(tx: Tx, number: int, *, now: datetime) -> None:
    """Take a payment back."""
    tx.execute(update(payments).where(payments.c.id == number).values(undone_at=now))


def is_sample(tx: Tx, ticket_no: str) -> bool:
    """Return whether a ticket is of the sandbox, whose people are invented."""
    return tx.execute(select(tickets.c.desk).where(tickets.c.no == ticket_no)).scalar() == SANDBOX


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Money that is owed on a line, with what accounting needs to pay it; `amount` in 分."""

    ticket_no: str
    line: int
    order_no: str
    buyer_name: str
    buyer_phone: str
    item: str
    remedy: str
    amount: int
    decided_at: datetime | None
    refund_due_at: datetime | None
    channel: str


def due(tx: Tx, *, samples: bool) -> list[Due]:
    """Return every line whose money is owed, each once, the first due first; `samples`: the sandbox's as well."""
    line = ticket_lines.c
    own = ("ticket_no", "line", "item", "remedy", "amount", "decided_at", "refund_due_at")
    query = (
        select(
            *(line[name] for name in own),
            func.coalesce(orders.c.order_no, "").label("order_no"),
            func.coalesce(orders.c.buyer_name, "").label("buyer_name"),
            func.coalesce(orders.c.buyer_phone, "").label("buyer_phone"),
            conversations.c.channel,
        )
        .select_from(ticket_lines)
        .join(tickets, tickets.c.no == line.ticket_no)
        .join(conversations, conversations.c.id == tickets.c.conversation_id)
        .outerjoin(orders, orders.c.order_no == tickets.c.order_no)
        .where(line.state.in_(OWED), line.amount > 0, line.paid_at.is_(None))
        .order_by(line.refund_due_at.is_(None), line.refund_due_at, line.ticket_no, line.line)
    )
    if not samples:
        query = query.where(tickets.c.desk != SANDBOX)
    return [Due(**row._mapping) for row in tx.execute(query)]
