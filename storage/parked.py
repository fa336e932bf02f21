"""Messages whose turn failed twice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from storage.database import Tx, insert
from storage.tables import parked


def keep(tx: Tx, *, key: str, door: str, raw: Mapping[str, Any], error: str, at: datetime) -> bool:
    """Keep a message; False when it is kept already and only its error was renewed."""
    row = insert(tx)(parked).values(key=key, door=door, raw=dict(raw), error=error, at=at)
    if tx.execute(row.on_conflict_do_nothing(index_elements=["key"])).rowcount:
        return True
    tx.execute(update(parked).where(parked.c.key == key).values(error=error, retried_at=None))
    return False


def waiting(tx: Tx) -> list[Mapping[str, Any]]:
    """Return what was not carried out yet, the oldest first."""
    rows = tx.execute(select(parked).where(parked.c.retried_at.is_(None)).order_by(parked.c.id))
    return [dict(row._mapping) for row in rows]


def done(tx: Tx, key: str, *, at: datetime) -> None:
    """Record that a kept message was carried out."""
    tx.execute(update(parked).where(parked.c.key == key).values(retried_at=at))
