"""Since when another system takes nothing, and whether the desk knows: kept so that a new start does not tell twice."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, bindparam, delete, select, update

from storage.database import Tx
from storage.mail import expect
from storage.prepared import Prepared, Upserts
from storage.tables import mailboxes, meta

PREFIX = "outage:"
_NAME = bindparam("name", type_=String)
_KNOWN = Prepared(select(meta.c.value).where(meta.c.key == _NAME))
_KEEP = Upserts(meta, "key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """When the first try failed since one worked, and whether the desk was told."""

    since: datetime
    told: bool = False


def get(tx: Tx, name: str) -> Outage | None:
    """Return the outage of a system; None while it works."""
    row = _KNOWN.first(tx, name=f"{PREFIX}{name}")
    if row is None:
        return None
    since, told = json.loads(row[0])
    return Outage(since=datetime.fromisoformat(since), told=told)


def keep(tx: Tx, name: str, outage: Outage) -> None:
    """Remember an outage."""
    _KEEP.run(tx, key=f"{PREFIX}{name}", value=json.dumps([outage.since.isoformat(), outage.told]))


def end(tx: Tx, name: str) -> None:
    """Forget an outage: the system works again."""
    tx.execute(delete(meta).where(meta.c.key == f"{PREFIX}{name}"))


def hasten(tx: Tx, kind: str, *, now: datetime) -> None:
    """Make due now what waits for another try in the mailboxes of a kind, but for those that others hold."""
    waits = (mailboxes.c.name.startswith(f"{kind}:"), mailboxes.c.lease.is_(None), mailboxes.c.blocked > now)
    free = select(mailboxes.c.name).where(*waits).with_for_update(skip_locked=True, key_share=True)
    if tx.execute(update(mailboxes).where(mailboxes.c.name.in_(free)).values(blocked=None, next_due=now)).rowcount:
        expect(tx, now)
