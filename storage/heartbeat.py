"""A row that is written to see whether the database takes writes."""

from __future__ import annotations

from datetime import datetime

from storage.database import Tx, insert
from storage.tables import meta

KEY = "heartbeat"


def beat(tx: Tx, now: datetime) -> None:
    """Write down that the service wrote at this time."""
    new = insert(tx)(meta).values(key=KEY, value=now.isoformat())
    tx.execute(new.on_conflict_do_update(index_elements=["key"], set_={"value": new.excluded.value}))
