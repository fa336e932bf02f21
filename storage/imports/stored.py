"""What is stored of orders that come in again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import String, bindparam, select

from storage.database import Tx
from storage.orders import ORDER_FIELDS, Order, OrderLine
from storage.prepared import Prepared
from storage.tables import order_lines, orders, ticket_lines, tickets

AT_ONCE = 200  # orders of one look-up
HEAD = tuple(column.name for column in orders.c)
LINE = tuple(column.name for column in order_lines.c)
KEY = HEAD.index("order_key")

Rows = Mapping[str, Mapping[int, tuple[Any, ...]]]  # by order and line, as the driver has them
Held = Mapping[int | None, set[str]]  # line of an order (None: the whole order) -> tickets

_NAMES = tuple(f"n{place}" for place in range(AT_ONCE))
_SOME = [bindparam(name, type_=String) for name in _NAMES]
_ORDERS = Prepared(select(*(orders.c[name] for name in HEAD[:-1])).where(orders.c.order_key.in_(_SOME)))
_HEADS = Prepared(select(*(orders.c[name] for name in ORDER_FIELDS)).where(orders.c.order_no.in_(_SOME)))
_LINES = Prepared(
    select(*(order_lines.c[name] for name in LINE))
    .where(order_lines.c.order_no.in_(_SOME))
    .order_by(order_lines.c.line_no)
)
_TICKETS = Prepared(
    select(tickets.c.order_no, ticket_lines.c.order_line_no, tickets.c.no)
    .outerjoin(ticket_lines, ticket_lines.c.ticket_no == tickets.c.no)
    .where(tickets.c.order_no.in_(_SOME))
)


def _named(values: Sequence[str]) -> dict[str, str]:
    return dict(zip(_NAMES, [*values, *[values[-1]] * (AT_ONCE - len(values))], strict=True))


def heads_by_key(tx: Tx, keys: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """Return the orders with these keys as the driver has them, in the order of HEAD without its last."""
    return {row[KEY]: row for row in _ORDERS.raw(tx, **_named(keys))}


def lines_by_order(tx: Tx, numbers: Sequence[str]) -> Rows:
    """Return the lines of these orders as the driver has them, in the order of LINE."""
    if not numbers:
        return {}
    found: dict[str, dict[int, tuple[Any, ...]]] = {number: {} for number in numbers}
    for row in _LINES.raw(tx, **_named(numbers)):
        found[row[0]][row[1]] = row
    return found


def whole(tx: Tx, numbers: Sequence[str]) -> dict[str, Order]:
    """Return these orders with their lines, by number."""
    lines = _lines_of(tx, numbers)
    found = {}
    for row in _HEADS.rows(tx, **_named(numbers)):
        head = dict(zip(ORDER_FIELDS, row, strict=True))
        head["sample"] = bool(head["sample"])
        found[head["order_no"]] = Order(**head, lines=lines.get(head["order_no"], ()))
    return found


def held(tx: Tx, numbers: Sequence[str]) -> dict[str, Held]:
    """Return for each of these orders that has tickets which of its lines they hold."""
    found: dict[str, dict[int | None, set[str]]] = {}
    for order_no, line_no, ticket_no in _TICKETS.rows(tx, **_named(numbers)):
        found.setdefault(order_no, {}).setdefault(line_no, set()).add(ticket_no)
    return {**found}


def _lines_of(tx: Tx, numbers: Sequence[str]) -> dict[str, tuple[OrderLine, ...]]:
    query = select(order_lines).where(order_lines.c.order_no.in_(numbers)).order_by(order_lines.c.line_no)
    found: defaultdict[str, list[OrderLine]] = defaultdict(list)
    for row in tx.execute(query):
        values = row._asdict()
        values["tags"] = tuple(values["tags"].split())
        found[values.pop("order_no")].append(OrderLine(**values))
    return {number: tuple(lines) for number, lines in found.items()}
