"""Which message at a desk is about which ticket: cards, relayed words, questions, and the board."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from storage.database import Tx, insert
from storage.tables import desk_messages


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskMessage:
    """One message that a desk's door sent; `kind` card, relay, question or board."""

    message_id: str
    ticket_no: str | None
    kind: str
    data: Mapping[str, Any]
    at: datetime


COLUMNS = [desk_messages.c[name] for name in DeskMessage.__dataclass_fields__]


def keep(
    tx: Tx, desk: str, message_id: str, *, kind: str, at: datetime, ticket_no: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Remember what a message is about."""
    values = {"ticket_no": ticket_no, "kind": kind, "data": dict(data or {}), "at": at}
    row = insert(tx)(desk_messages).values(desk=desk, message_id=message_id, **values)
    tx.execute(row.on_conflict_do_update(index_elements=["desk", "message_id"], set_=values))


def find(tx: Tx, desk: str, message_id: str) -> DeskMessage | None:
    """Return what a message is about; None when the bot did not send it."""
    row = tx.execute(
        select(*COLUMNS).where(desk_messages.c.desk == desk, desk_messages.c.message_id == message_id)
    ).one_or_none()
    return DeskMessage(**row._mapping) if row else None


def newest(tx: Tx, desk: str, kind: str, ticket_no: str | None = None) -> DeskMessage | None:
    """Return the newest message of a kind (about a ticket): its card, or the board."""
    query = select(*COLUMNS).where(desk_messages.c.desk == desk, desk_messages.c.kind == kind)
    if ticket_no is not None:
        query = query.where(desk_messages.c.ticket_no == ticket_no)
    row = tx.execute(query.order_by(desk_messages.c.at.desc(), desk_messages.c.message_id.desc()).limit(1)).first()
    return DeskMessage(**row._mapping) if row else None
