"""What the order system itself cancelled or gave back, as far as claims are concerned."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

from storage.orders import Order


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


def given_back(order: Order) -> dict[int, Fraction]:
    """Return which share of each line of an order nobody can claim any more: it went back, or was never paid."""
    found = {}
    for line in order.lines:
        if order.void or (line.refund_status == "refunded" and not line.refunded):
            found[line.line_no] = Fraction(1)
        elif line.back:
            found[line.line_no] = Fraction(line.back, line.paid)
    return found
