"""The installation's number, by which a database is known again."""

from __future__ import annotations

from sqlalchemy import select

from storage.database import Tx
from storage.tables import meta

NUMBER = "installation"


def number(tx: Tx) -> str:
    """Return the number; "" for a database that has none yet."""
    return str(tx.execute(select(meta.c.value).where(meta.c.key == NUMBER)).scalar() or "")


def give(tx: Tx, value: str) -> None:
    """Write the number down, once."""
    tx.execute(meta.insert().values(key=NUMBER, value=value))
