"""What the order system itself cancelled or gave back, as far as claims are concerned."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

from sqlalchemy import String, bindparam, select

from storage.database import Tx
from storage.orders import VOID, Order, OrderLine
from storage.prepared import Prepared
from storage.tables import order_lines, orders

_STATES = Prepared(
    select(
        orders.c.order_status,
        order_lines.c.line_no,
        order_lines.c.paid,
        order_lines.c.refund_status,
        order_lines.c.refunded,
    )
    .join(orders, orders.c.order_no == order_lines.c.order_no)
    .where(order_lines.c.order_no == bindparam("number", type_=String))
)


def caveats(order: Order, line_nos: Collection[int | None]) -> list[str]:
    """Return what an agent should know of these lines (None: all) before giving money, as warnings of a ticket.

    order_cancelled, order_unpaid, refunded:39.80 (in yuan), part_refunded, refunding.
    """
    found = [f"order_{order.order_status}"] if order.void else []
    meant = [line for line in order.lines if None in line_nos or line.line_no in line_nos]
    if back := sum((line.refunded or 0) if order.shared_paid else line.back for line in meant):
        found.append(f"refunded:{back // 100}.{back % 100:02d}")
    states = {line.refund_status for line in meant if not line.back}
    return found + [state for state in ("part_refunded", "refunding") if state in states]


def given_back(tx: Tx, order_no: str) -> dict[int, Fraction]:
    """Return which share of each line of an order nobody can claim any more: it went back, or was never paid."""
    found = {}
    for status, line_no, paid, refund_status, refunded in _STATES.rows(tx, number=order_no):
        line = OrderLine(
            line_no=line_no, item="", quantity=1, paid=paid, refund_status=refund_status, refunded=refunded
        )
        if status in VOID or (refund_status == "refunded" and not refunded):
            found[line_no] = Fraction(1)
        elif line.back:
            found[line_no] = Fraction(line.back, paid)
    return found
