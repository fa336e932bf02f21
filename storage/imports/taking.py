"""Imported orders taken in without pulling lines out from under their tickets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple, Protocol, TypeVar

from sqlalchemy import delete, select, tuple_, update

from storage.database import Tx
from storage.imports.numbers import learn
from storage.imports.states import caveats
from storage.imports.stored import AT_ONCE, HEAD, KEY, LINE, Held, heads_by_key, held, lines_by_order, whole
from storage.orders import ORDER_FIELDS, Order, OrderLine, order_key, tail_of
from storage.prepared import Upserts
from storage.tables import order_lines, orders, tickets

PAID_LOWERED = "paid_lowered"  # a ticket's warning: the order system now says that less was paid

Row = tuple[Any, ...]
Value = TypeVar("Value", Order, OrderLine)


@dataclass(slots=True, kw_only=True)
class Stored:
    """What became of orders: so many of their lines; those left out because their number is stored otherwise."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    misspelt: dict[str, str] = field(default_factory=dict)  # KT1 -> KT-1
    warned: set[str] = field(default_factory=set)  # tickets


class Incoming(Protocol):
    """An order to be taken in: its key, its values in the order of ORDER_FIELDS, and its lines."""

    @property
    def key(self) -> str: ...
    @property
    def head(self) -> Row: ...
    @property
    def lines(self) -> Sequence[OrderLine]: ...


class _Given(NamedTuple):
    key: str
    head: Row
    lines: Sequence[OrderLine]


@dataclass(slots=True, kw_only=True)
class _Batch:
    """What is to be written: rows of `HEAD` and `LINE` as the driver takes them; warnings by ticket."""

    heads: list[Sequence[Any]] = field(default_factory=list)
    lines: list[Sequence[Any]] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)  # orders that were not there before
    warnings: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def upsert(tx: Tx, incoming: Iterable[Order], *, now: datetime) -> Stored:
    """Take whole orders in, see `take`."""
    made = [_Given(order_key(order.order_no), _head_of(order), order.lines) for order in incoming]
    return take(tx, made, now=now)


def take(tx: Tx, incoming: Sequence[Incoming], *, now: datetime) -> Stored:
    """Add or update orders by number and their lines by (order, line); each order may occur once.

    What a new order leaves empty stays as it was stored. Lines that are not in it stay too. A line with a ticket keeps
    its number even when the others move up; a ticket whose line's `paid` sinks is warned with PAID_LOWERED, one whose
    line the order system cancelled or refunded as `caveats` has it.
    """
    stored = Stored()
    for place in range(0, len(incoming), AT_ONCE):
        some = incoming[place : place + AT_ONCE]
        heads = _KEEP_HEADS.bound(tx, GIVEN, [_row_of_head(one.key, one.head, now) for one in some])
        known = heads_by_key(tx, [head[KEY] for head in heads])
        fresh = [(one, head) for one, head in zip(some, heads, strict=True) if head[KEY] not in known]
        batch = _Batch(
            heads=[head for _, head in fresh],
            lines=list(_rows_of_lines(fresh)),
            numbers=[head[0] for _, head in fresh],
        )
        stored.added += len(batch.lines)
        if known:
            changed = list(_changed(tx, zip(some, heads, strict=True), known, stored))
            _change(tx, changed, batch, stored, now=now)
        _write(tx, batch)
        stored.warned |= _warn(tx, batch.warnings)
    return stored


def _changed(
    tx: Tx, orders_: Iterable[tuple[Incoming, Row]], known: Mapping[str, Row], stored: Stored
) -> Iterator[Incoming]:
    """Yield the orders that differ from what is stored of them; those that do not, or are misspelt, are counted."""
    lines = lines_by_order(tx, [row[0] for row in known.values()])
    for one, head in orders_:
        old = known.get(head[KEY])
        if old is None:
            continue
        if old[0] != head[0]:
            stored.misspelt[head[0]] = old[0]
        elif old == head[:-1] and all(
            lines[old[0]].get(line.line_no) == _row_of_line(old[0], line) for line in one.lines
        ):
            stored.unchanged += len(one.lines)
        else:
            yield one


def _change(tx: Tx, incoming: Sequence[Incoming], batch: _Batch, stored: Stored, *, now: datetime) -> None:
    """Lay orders beside what is stored of them: what differs is to be written."""
    if not incoming:
        return
    numbers = [one.head[0] for one in incoming]
    known, tickets_of = whole(tx, numbers), held(tx, numbers)
    heads = []
    for one in incoming:
        order = Order(**dict(zip(ORDER_FIELDS, one.head, strict=True)), lines=tuple(one.lines))
        old, tied = known[order.order_no], tickets_of.get(order.order_no, {})
        if old.sample and not order.sample:  # a real order takes the place of an invented one
            _clear(tx, old, tied)
            old = Order(order_no=order.order_no, lines=())
        before = {line.line_no: line for line in old.lines}
        after = [_kept(line, before.get(line.line_no)) for line in _numbered(order.lines, before, tied)]
        head = _kept(_unmasked(order, old), old)
        same = _head_of(head) == _head_of(old)
        fresh = [line for line in after if line != before.get(line.line_no)]
        added = sum(line.line_no not in before for line in after)
        stored.added += added
        stored.updated += (len(fresh) if same else len(after)) - added
        stored.unchanged += len(after) - len(fresh) if same else 0
        batch.lines += [_row_of_line(order.order_no, line) for line in fresh]
        if fresh or not same:
            heads.append(_row_of_head(one.key, _head_of(head), now))
            if tied:
                lines = {**before, **{line.line_no: line for line in after}}
                _note(old, replace(head, lines=tuple(lines.values())), tied, batch.warnings)
    batch.heads += _KEEP_HEADS.bound(tx, GIVEN, heads)


def _note(before: Order, after: Order, tied: Held, warnings: Mapping[str, set[str]]) -> None:
    """Note what tickets on an order should be warned of."""
    old = {line.line_no: line for line in before.lines}
    less = {line.line_no for line in after.lines if line.line_no in old and line.paid < old[line.line_no].paid}
    if after.shared_paid:
        less = set(old) if after.shared_paid < before.shared_paid else set()
    for line_no, numbers in tied.items():
        codes = set(caveats(after, [line_no])) - set(caveats(before, [line_no]))
        if line_no in less or (line_no is None and less):
            codes.add(PAID_LOWERED)
        for number in numbers if codes else ():
            warnings[number] |= codes


GIVEN = (*ORDER_FIELDS, "order_key", "phone_tail", "imported_at")
PHONE = GIVEN.index("buyer_phone")
_head_of: Any = attrgetter(*ORDER_FIELDS)
TAGS = LINE.index("tags") - 1  # among what is told of a line
_line_of: Any = attrgetter(*LINE[1:])
_KEEP_HEADS = Upserts(orders, "order_no")
_KEEP_LINES = Upserts(order_lines, "order_no", "line_no")


def _row_of_head(key: str, head: tuple[Any, ...], now: datetime) -> tuple[Any, ...]:
    return (*head, key, tail_of(head[PHONE]), now)


def _row_of_line(order_no: str, line: OrderLine) -> tuple[Any, ...]:
    return (order_no, *_told_of(line))


def _told_of(line: OrderLine) -> Row:
    values: Row = _line_of(line)
    return (*values[:TAGS], " ".join(line.tags), *values[TAGS + 1 :])


def _rows_of_lines(fresh: Iterable[tuple[Incoming, Row]]) -> Iterator[Row]:
    """Yield the rows of lines of orders; many orders share one line, for they are of the same goods."""
    known: dict[int, Row] = {}
    for one, head in fresh:
        for line in one.lines:
            told = known.get(id(line))
            if told is None:
                told = known[id(line)] = _told_of(line)
            yield (head[0], *told)


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


def _kept(new: Value, old: Value | None) -> Value:
    """Fill what the new value leaves empty from the old one."""
    if old is None:
        return new
    empty = [name for name in new.__dataclass_fields__ if getattr(new, name) in ("", None, ())]
    more = {name: value for name in empty if (value := getattr(old, name)) not in ("", None, ())}
    return replace(new, **more) if more else new


def _unmasked(new: Order, old: Order) -> Order:
    """Keep a whole phone where the new one is the same behind its mask."""
    start, mask, tail = new.buyer_phone.partition("****")
    known = mask and "*" not in old.buyer_phone and old.buyer_phone.startswith(start) and old.phone_tail == tail
    return replace(new, buyer_phone=old.buyer_phone) if known else new


def _write(tx: Tx, batch: _Batch) -> None:
    if batch.heads:
        _KEEP_HEADS.many(tx, HEAD, batch.heads)
        learn(tx, batch.numbers)
    if batch.lines:
        _KEEP_LINES.many(tx, LINE, batch.lines)


def _clear(tx: Tx, order: Order, tied: Collection[int | None]) -> None:
    gone = [(order.order_no, line.line_no) for line in order.lines if line.line_no not in tied]
    if gone:
        tx.execute(delete(order_lines).where(tuple_(order_lines.c.order_no, order_lines.c.line_no).in_(gone)))


def _warn(tx: Tx, codes: Mapping[str, set[str]]) -> set[str]:
    """Put warnings to tickets that have them not yet; return which were changed."""
    if not codes:
        return set()
    changed = set()
    query = select(tickets.c.no, tickets.c.warnings).where(tickets.c.no.in_(list(codes)))
    for number, warnings in tx.execute(query).all():
        if fresh := sorted(codes[number] - set(warnings)):
            tx.execute(update(tickets).where(tickets.c.no == number).values(warnings=[*warnings, *fresh]))
            changed.add(number)
    return changed
