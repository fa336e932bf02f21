"""The ledger of what tickets cost and bring back: rows are added, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, bindparam, func, select

from storage.database import Tx
from storage.prepared import Inserts, Prepared
from storage.tables import costs

RECOVERY = "recovery"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """One row, in 分: what was spent is above 0; what came back, or is taken back of a row before, below.

    `kind`: refund, freight, coupon, goods, labour, recovery; `party` house, supplier or carrier; `line` None for all.
    """

    ticket_no: str
    line: int | None
    kind: str
    amount: int
    party: str
    at: datetime
    actor: str
    name: str = ""
    note: str = ""
    reference: str = ""


FIELDS = tuple(Cost.__dataclass_fields__)
_TICKET = bindparam("ticket", type_=String)
_ADD = Inserts(costs)
_ROWS = Prepared(select(*(costs.c[name] for name in FIELDS)).where(costs.c.ticket_no == _TICKET).order_by(costs.c.id))
_SUMS = Prepared(
    select(costs.c.line, costs.c.kind, func.sum(costs.c.amount))
    .where(costs.c.ticket_no == _TICKET)
    .group_by(costs.c.line, costs.c.kind)
)


def add(tx: Tx, ticket_no: str, line: int | None, kind: str, amount: int, **values: Any) -> None:
    """Add a row: party, at and actor, and name, note, reference where there are."""
    _ADD.run(tx, ticket_no=ticket_no, line=line, kind=kind, amount=amount, **values)


def of_ticket(tx: Tx, ticket_no: str) -> list[Cost]:
    """Return a ticket's rows as they were added."""
    return [Cost(**dict(zip(FIELDS, row, strict=True))) for row in _ROWS.rows(tx, ticket=ticket_no)]


def sums(tx: Tx, ticket_no: str) -> dict[tuple[int | None, str], int]:
    """Return what a ticket's rows come to in 分, by line and kind."""
    return {(line, kind): int(amount) for line, kind, amount in _SUMS.rows(tx, ticket=ticket_no)}


def recovered(tx: Tx, reference: str) -> list[Cost]:
    """Return the recoveries that were booked with a reference, on any tickets."""
    query = select(*(costs.c[name] for name in FIELDS)).where(costs.c.kind == RECOVERY, costs.c.reference == reference)
    return [Cost(**row) for row in tx.execute(query.order_by(costs.c.id)).mappings()]
