"""The orders that a text could mean, indexed once for all the lines of a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage.orders import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderIndex:
    """Orders by what a text calls them; numbers and names in lower case beside their own spelling."""

    orders: tuple[Order, ...]
    numbers: tuple[tuple[str, str], ...]
    buyers: tuple[tuple[str, str], ...]  # the longest name first
    by_pickup: Mapping[str, tuple[Order, ...]]


def plain_number(pickup: str) -> str:
    """Return a pickup number without leading zeros: 003 and 3 are the same."""
    return pickup.lstrip("0") or pickup


def lay_open(orders: Sequence[Order]) -> OrderIndex:
    """Index orders by number, buyer and pickup number."""
    by_pickup: dict[str, tuple[Order, ...]] = {}
    for order in orders:
        if order.participate_no:
            key = plain_number(order.participate_no)
            by_pickup[key] = (*by_pickup.get(key, ()), order)
    buyers = {order.buyer_name for order in orders if len(order.buyer_name) > 1}
    return OrderIndex(
        orders=tuple(orders),
        numbers=tuple((order.order_no.lower(), order.order_no) for order in orders if len(order.order_no) > 4),
        buyers=tuple((buyer.lower(), buyer) for buyer in sorted(buyers, key=lambda name: (-len(name), name))),
        by_pickup=by_pickup,
    )
