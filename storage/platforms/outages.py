"""Since when another system takes nothing, and whether the desk knows: kept so that a new start does not tell twice."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, bindparam, delete, select

from storage.database import Tx
from storage.prepared import Prepared, Upserts
from storage.tables import meta

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
