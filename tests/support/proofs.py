"""An order that its number and the phone's last four digits prove."""

from __future__ import annotations

from storage import orders
from storage.database import Tx
from storage.orders import Order


def proved(tx: Tx, number: str, tail: str) -> Order | None:
    """Return the order of this number if the tail is its buyer's."""
    order = orders.by_number(tx, number, sample=False)
    return order if order and orders.proves(order, tail) else None
