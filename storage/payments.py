"""Payments as they were confirmed: one row for each line that was paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from storage.database import Tx
from storage.tables import payments


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
