"""Mail that was given up, as the desk may send it again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from storage import outbox
from storage.database import Tx
from storage.outbox import Mail
from storage.tables import dead_letters


def get(tx: Tx, number: int) -> Mail | None:
    """Return a dead letter by the id that it had in the outbox."""
    columns = (dead_letters.c.id, dead_letters.c.kind, dead_letters.c.payload)
    row = tx.execute(select(*columns).where(dead_letters.c.id == number)).first()
    return Mail(id=row.id, kind=row.kind, payload=row.payload) if row else None


def revive(tx: Tx, number: int, *, now: datetime) -> bool:
    """Put a dead letter back at the end of its mailbox, due now; False when it is gone."""
    gone = tx.execute(
        delete(dead_letters)
        .where(dead_letters.c.id == number)
        .returning(dead_letters.c.mailbox, dead_letters.c.kind, dead_letters.c.payload)
    ).first()
    if gone is None:
        return False
    outbox.put(tx, gone.mailbox, gone.kind, gone.payload, due=now, now=now, priority=outbox.WORK)
    return True
