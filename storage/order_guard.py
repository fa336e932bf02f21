"""Orders that are being guessed at: failed tries over all accounts, and which orders are closed to phone tails."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from storage.database import Tx, insert
from storage.orders import pickup_key
from storage.tables import order_guards, orders

ALL = ""  # the row in which the tries on all orders are counted: no order has an empty number


def failed(tx: Tx, order_nos: Collection[str], *, at: datetime, most: int, within: timedelta) -> list[str]:
    """Count a failed try on each order; return those that it closes: `most` tries within that time."""
    numbers = sorted(set(order_nos))
    if not numbers:
        return []
    fresh = [{"order_no": number, "tries": 0, "began_at": at} for number in numbers]
    tx.execute(insert(tx)(order_guards).values(fresh).on_conflict_do_nothing(index_elements=["order_no"]))
    held = select(order_guards).where(order_guards.c.order_no.in_(numbers)).order_by(order_guards.c.order_no)
    guards = [guard for guard in tx.execute(held.with_for_update()) if guard.closed_at is None]
    closing = []
    for guard in guards:
        begins = at - guard.began_at > within
        tries = 1 if begins else guard.tries + 1
        closing += [guard.order_no] if tries >= most else []
        values = {"tries": tries, "began_at": at if begins else guard.began_at}
        values["closed_at"] = at if tries >= most else None
        tx.execute(update(order_guards).where(order_guards.c.order_no == guard.order_no).values(**values))
    return closing


def surges(tx: Tx, *, at: datetime, most: int, within: timedelta) -> bool:
    """Count a failed proof of any account on any order; True when `most` fell within that time, then anew."""
    told = tx.execute(select(order_guards.c.closed_at).where(order_guards.c.order_no == ALL)).scalar()
    if told is not None and at - told > within:
        reopen(tx, ALL)
    return bool(failed(tx, [ALL], at=at, most=most, within=within))


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


REACH = 50  # orders of one pickup number that a phone tail is compared with


def compared(tx: Tx, participate_no: str, *, site: str, sample: bool) -> list[str]:
    """Return the orders that a pickup number means to whom nothing is proved yet: the newest, those of `site` first."""
    where = [orders.c.participate_no == pickup_key(participate_no), orders.c.sample == sample]
    newest = func.coalesce(orders.c.placed_at, orders.c.delivered_at).desc()
    order = [orders.c.site_no != site] if site else []
    query = select(orders.c.order_no).where(*where).order_by(*order, newest, orders.c.order_no)
    return list(tx.execute(query.limit(REACH)).scalars())
