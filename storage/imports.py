"""Taking imported orders in without pulling lines out from under their tickets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import delete, select, tuple_, update

from storage.database import Tx, insert
from storage.orders import LINE_FIELDS, ORDER_FIELDS, Order, OrderLine, lines_of, order_key
from storage.tables import order_lines, orders, ticket_lines, tickets

PAID_LOWERED = "paid_lowered"  # a ticket's warning: the order system now says that less was paid

Value = TypeVar("Value", Order, OrderLine)
Held = dict[str, dict[int | None, set[str]]]  # order number -> line (None: the whole order) -> tickets


def taken(tx: Tx, order_nos: Collection[str]) -> dict[str, str]:
    """Return which of these numbers are stored in another spelling (KT-1 for KT1), and in which."""
    keys = {number: order_key(number) for number in order_nos}
    query = select(orders.c.order_key, orders.c.order_no).where(orders.c.order_key.in_(list(keys.values())))
    stored = {row.order_key: row.order_no for row in tx.execute(query)}
    return {number: stored[key] for number, key in keys.items() if stored.get(key, number) != number}


def upsert(tx: Tx, incoming: Sequence[Order], *, now: datetime) -> tuple[int, int]:
    """Add or update orders by number and their lines by (order, line); return how many lines of each.

    What a new order leaves empty stays as it was stored. Lines that are not in it stay too. A line with a ticket keeps
    its number even when the others move up; a ticket whose line's `paid` sinks is warned with PAID_LOWERED.
    Each order may occur once; `taken` must be empty for their numbers.
    """
    numbers = [order.order_no for order in incoming]
    stored, held = _stored(tx, numbers), _held(tx, numbers)
    heads: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    warned: set[str] = set()
    added = 0
    for order in incoming:
        known = stored.get(order.order_no, replace(order, lines=()))
        tied = held.get(order.order_no, {})
        if known.sample and not order.sample:  # a real order takes the place of an invented one
            _clear(tx, known, tied)
            known = replace(order, lines=())
        before = {line.line_no: line for line in known.lines}
        after = list(_numbered(order.lines, before, tied))
        heads.append(_head(_kept(order, known), now))
        for line in after:
            old = before.get(line.line_no)
            added += old is None
            lines.append(_row(order.order_no, _kept(line, old) if old else line))
            if old and line.paid < old.paid:
                warned |= tied.get(line.line_no, set()) | tied.get(None, set())
    _write(tx, heads, lines)
    _warn(tx, warned)
    return added, len(lines) - added


def _stored(tx: Tx, numbers: list[str]) -> dict[str, Order]:
    lines = lines_of(tx, numbers)
    rows = tx.execute(select(*(orders.c[name] for name in ORDER_FIELDS)).where(orders.c.order_no.in_(numbers)))
    return {row.order_no: Order(**row._asdict(), lines=lines.get(row.order_no, ())) for row in rows}


def _held(tx: Tx, numbers: list[str]) -> Held:
    query = (
        select(tickets.c.order_no, ticket_lines.c.order_line_no, tickets.c.no)
        .outerjoin(ticket_lines, ticket_lines.c.ticket_no == tickets.c.no)
        .where(tickets.c.order_no.in_(numbers))
    )
    held: Held = defaultdict(lambda: defaultdict(set))
    for order_no, line_no, ticket_no in tx.execute(query):
        held[order_no][line_no].add(ticket_no)
    return held


def _numbered(
    lines: Sequence[OrderLine], before: dict[int, OrderLine], tied: Collection[int | None]
) -> Iterator[OrderLine]:
    """Yield lines with the numbers they are to be stored under: their own, unless that would move a ticket's line."""
    if all(_same(line, before[line.line_no]) for line in lines if line.line_no in tied and line.line_no in before):
        yield from lines
        return
    free, rest = dict(before), []
    for line in lines:
        if line.line_no in free and _same(line, free[line.line_no]):
            del free[line.line_no]
            yield line
        else:
            rest.append(line)
    fresh = max([*before, *(line.line_no for line in lines)])
    for line in rest:
        number = _place(line, free, before, tied)
        if number is None:
            number = fresh = fresh + 1
        free.pop(number, None)
        yield replace(line, line_no=number)


def _place(
    line: OrderLine, free: dict[int, OrderLine], before: Collection[int], tied: Collection[int | None]
) -> int | None:
    for number, old in free.items():
        if _same(line, old):
            return number
    own = line.line_no
    if own not in before:
        return own
    if own not in free:
        return None
    # a ticket's line may be renamed in place, but not turned into another purchase
    renamed = (line.quantity, line.paid) == (free[own].quantity, free[own].paid)
    return own if own not in tied or renamed else None


def _same(one: OrderLine, other: OrderLine) -> bool:
    if one.sku and other.sku:
        return one.sku == other.sku
    return (one.item, one.spec) == (other.item, other.spec)


def _kept(new: Value, old: Value) -> Value:
    """Fill what the new value leaves empty from the old one."""
    empty = {name for name in new.__dataclass_fields__ if getattr(new, name) in ("", None, ())}
    return replace(new, **{name: getattr(old, name) for name in empty})


def _head(order: Order, now: datetime) -> dict[str, Any]:
    values = {name: getattr(order, name) for name in ORDER_FIELDS}
    tail = order.buyer_phone[-4:]
    return {**values, "order_key": order_key(order.order_no), "phone_tail": tail, "imported_at": now}


def _row(order_no: str, line: OrderLine) -> dict[str, Any]:
    values = {name: getattr(line, name) for name in LINE_FIELDS}
    return {**values, "order_no": order_no, "tags": " ".join(line.tags)}


def _write(tx: Tx, heads: list[dict[str, Any]], lines: list[dict[str, Any]]) -> None:
    if heads:
        new = insert(tx)(orders)
        names = [*(name for name in ORDER_FIELDS if name != "order_no"), "phone_tail", "imported_at"]
        tx.execute(
            new.on_conflict_do_update(index_elements=["order_no"], set_={n: new.excluded[n] for n in names}), heads
        )
    if lines:
        new = insert(tx)(order_lines)
        names = [name for name in LINE_FIELDS if name != "line_no"]
        key = ["order_no", "line_no"]
        tx.execute(new.on_conflict_do_update(index_elements=key, set_={n: new.excluded[n] for n in names}), lines)


def _clear(tx: Tx, order: Order, tied: Collection[int | None]) -> None:
    gone = [(order.order_no, line.line_no) for line in order.lines if line.line_no not in tied]
    if gone:
        tx.execute(delete(order_lines).where(tuple_(order_lines.c.order_no, order_lines.c.line_no).in_(gone)))


def _warn(tx: Tx, numbers: Collection[str]) -> None:
    if not numbers:
        return
    query = select(tickets.c.no, tickets.c.warnings).where(tickets.c.no.in_(list(numbers)))
    for number, warnings in tx.execute(query).all():
        if PAID_LOWERED not in warnings:
            tx.execute(update(tickets).where(tickets.c.no == number).values(warnings=[*warnings, PAID_LOWERED]))
