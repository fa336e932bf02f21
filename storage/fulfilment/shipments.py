"""Goods on their way, line by line: out to the customer, or back to the business."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, bindparam, select

from storage.database import Tx, insert
from storage.prepared import Prepared
from storage.tables import complainants, shipments, ticket_lines

OUT, BACK = "out", "back"
NOTHING_YET: Mapping[str, Any] = {
    "promised_at": None, "arranged_at": None, "carrier": "", "tracking": "", "sent_at": None, "asked_at": None,
    "received_at": None,
}  # fmt: skip
"""What a new decision makes of a shipment: what was sent before stays in the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """What is known of one line's goods in one direction; times are aware, texts "" when unknown."""

    ticket_no: str
    line: int
    direction: str
    address: str = ""
    promised_at: datetime | None = None
    arranged_at: datetime | None = None
    carrier: str = ""
    tracking: str = ""
    sent_at: datetime | None = None
    asked_at: datetime | None = None
    received_at: datetime | None = None


FIELDS = tuple(Shipment.__dataclass_fields__)
_OF_TICKET = Prepared(
    select(*(shipments.c[name] for name in FIELDS))
    .where(shipments.c.ticket_no == bindparam("ticket", type_=String))
    .order_by(shipments.c.line, shipments.c.direction)
)
KEY = ["ticket_no", "line", "direction"]


def of_ticket(tx: Tx, ticket_no: str) -> dict[tuple[int, str], Shipment]:
    """Return a ticket's shipments by line and direction."""
    rows = (Shipment(**dict(zip(FIELDS, row, strict=True))) for row in _OF_TICKET.rows(tx, ticket=ticket_no))
    return {(one.line, one.direction): one for one in rows}


def put(tx: Tx, ticket_no: str, line: int, direction: str, **values: Any) -> None:
    """Set columns of a line's shipment; it is made if there is none."""
    row = insert(tx)(shipments).values(ticket_no=ticket_no, line=line, direction=direction, **values)
    tx.execute(row.on_conflict_do_update(index_elements=KEY, set_=values))


def awaited_by(tx: Tx, conversation_id: int) -> list[str]:
    """Return the tickets of a conversation that await goods back: those without a number first, then the newest."""
    query = (
        select(ticket_lines.c.ticket_no, shipments.c.tracking)
        .join(complainants, complainants.c.ticket_no == ticket_lines.c.ticket_no)
        .outerjoin(
            shipments,
            (shipments.c.ticket_no == ticket_lines.c.ticket_no)
            & (shipments.c.line == ticket_lines.c.line)
            & (shipments.c.direction == BACK),
        )
        .where(complainants.c.conversation_id == conversation_id, ticket_lines.c.state == "goods_awaited")
        .order_by(ticket_lines.c.decided_at.desc(), ticket_lines.c.ticket_no)
    )
    rows = tx.execute(query).all()
    return list(dict.fromkeys(row.ticket_no for row in sorted(rows, key=lambda row: bool(row.tracking))))
