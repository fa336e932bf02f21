"""Orders and their lines as they were imported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One item of an order; money in 分, `paid` is the line's total, quantity in `unit`."""

    line_no: int
    item: str
    quantity: float
    paid: int
    sku: str = ""
    spec: str = ""
    unit: str = ""
    unit_price: int | None = None
    lot_no: str = ""
    supplier: str = ""
    carrier: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order with all its lines; times are aware, `phone` is the buyer's whole number."""

    order_no: str
    lines: tuple[OrderLine, ...]
    activity_no: str = ""
    participate_no: str = ""
    site_no: str = ""
    leader_name: str = ""
    buyer_name: str = ""
    buyer_phone: str = ""
    placed_at: datetime | None = None
    promised_at: datetime | None = None
    delivered_at: datetime | None = None
    sample: bool = False
