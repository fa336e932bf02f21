"""What a Telegram bot has to remember between two starts: how far it has read, where its group went."""

from __future__ import annotations

from sqlalchemy import select

from storage.database import Tx, insert
from storage.tables import meta


def keep(tx: Tx, name: str, value: str) -> None:
    """Remember a value under a name of at most 64 characters."""
    row = insert(tx)(meta).values(key=name, value=value)
    tx.execute(row.on_conflict_do_update(index_elements=["key"], set_={"value": value}))


def kept(tx: Tx, name: str) -> str | None:
    """Return what was remembered."""
    value: str | None = tx.execute(select(meta.c.value).where(meta.c.key == name)).scalar_one_or_none()
    return value
