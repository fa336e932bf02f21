"""Orders that are being guessed at: failed tries over all accounts, and which orders are closed to phone tails."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select, update

from storage.database import Tx, insert
from storage.tables import order_guards


def failed(tx: Tx, order_no: str, *, at: datetime, most: int, within: timedelta) -> bool:
    """Count a failed try on an order; True when it is the one that closes it: `most` tries within that time."""
    row = insert(tx)(order_guards).values(order_no=order_no, tries=0, began_at=at)
    tx.execute(row.on_conflict_do_nothing(index_elements=["order_no"]))
    guard = tx.execute(select(order_guards).where(order_guards.c.order_no == order_no).with_for_update()).one()
    if guard.closed_at is not None:
        return False
    fresh = at - guard.began_at > within
    tries = 1 if fresh else guard.tries + 1
    closing = tries >= most
    tx.execute(
        update(order_guards)
        .where(order_guards.c.order_no == order_no)
        .values(tries=tries, began_at=at if fresh else guard.began_at, closed_at=at if closing else None)
    )
    return closing


def closed(tx: Tx, order_nos: Collection[str]) -> frozenset[str]:
    """Return which of these orders no phone tail proves any more."""
    if not order_nos:
        return frozenset()
    closed_ = order_guards.c.closed_at.is_not(None)
    query = select(order_guards.c.order_no).where(order_guards.c.order_no.in_(sorted(order_nos)), closed_)
    return frozenset(number for (number,) in tx.execute(query))


def reopen(tx: Tx, order_no: str) -> None:
    """Let phone tails prove an order again, after a person has proved it."""
    tx.execute(order_guards.delete().where(order_guards.c.order_no == order_no))
