"""The processes that share a database: who is there, what only one of them does, and what the silent leave behind."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, cast, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from storage.database import Tx
from storage.tables import MILLISECOND, duties, mailboxes, processes

LAPSE = timedelta(seconds=10)  # who has not beaten for so long is given up
# the database's clock, so that machines need not agree on the time
_NOW: Any = cast(func.extract("epoch", func.clock_timestamp()) * 1000, BigInteger)
_AGO = LAPSE // MILLISECOND
_BEAT = cast(processes.c.beat_at, BigInteger)


def join(tx: Tx, name: str) -> None:
    """Register a process, or renew its heartbeat."""
    row = insert(processes).values(name=name, started_at=_NOW, beat_at=_NOW)
    tx.execute(row.on_conflict_do_update(index_elements=["name"], set_={"beat_at": _NOW}))


def beat(tx: Tx, name: str) -> bool:
    """Record a process's heartbeat; return False when the others have given it up."""
    return bool(tx.execute(update(processes).where(processes.c.name == name).values(beat_at=_NOW)).rowcount)


def living(tx: Tx) -> list[str]:
    """Return the names of the processes that sent a heartbeat lately."""
    heard = select(processes.c.name).where(_BEAT > _NOW - _AGO)
    return list(tx.execute(heard.order_by(processes.c.started_at, processes.c.name)).scalars())


def give_up(tx: Tx) -> list[str]:
    """Give up the processes that are silent: their duties and their leases are free; return their names."""
    silent = delete(processes).where(_BEAT <= _NOW - _AGO).returning(processes.c.name)
    gone = sorted(tx.execute(silent).scalars())
    known = select(processes.c.name)
    _free(tx, func.split_part(mailboxes.c.lease, "#", 1).not_in(known))
    return gone


def leave(tx: Tx, name: str) -> None:
    """Remove a process that ends: others go on with what it had."""
    tx.execute(delete(processes).where(processes.c.name == name))
    _free(tx, func.split_part(mailboxes.c.lease, "#", 1) == name)


def free(tx: Tx, leases: Collection[str]) -> list[str]:
    """Give up leases that may or may not have been taken; return those whose boxes others hold just now."""
    here = mailboxes.c.lease.in_(list(leases))
    _free(tx, here)
    return list(tx.execute(select(mailboxes.c.lease).where(here).distinct()).scalars())


def _free(tx: Tx, whose: Any) -> None:
    """Give up leases, but for boxes that are held just now: those come at the next look."""
    here = select(mailboxes.c.name).where(mailboxes.c.lease.is_not(None), whose)
    names = here.with_for_update(skip_locked=True, key_share=True).scalar_subquery()
    tx.execute(
        update(mailboxes).where(mailboxes.c.name.in_(names)).values(lease=None, lease_until=None, upto=0, keeper=None)
    )


def take(tx: Tx, process: str, wanted: Collection[str]) -> frozenset[str]:
    """Take those duties that nobody has; return all that this process has of the wanted ones."""
    for name in sorted(wanted):
        tx.execute(insert(duties).values(name=name, process=process).on_conflict_do_nothing())
    mine = select(duties.c.name).where(duties.c.process == process, duties.c.name.in_(list(wanted)))
    return frozenset(tx.execute(mine).scalars())
