"""Order files read whole: what became of their rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from handlers.orders.importer import OrderFile, opened
from handlers.orders.records import Gathered, Rejected
from storage.orders import Order

FAULTS = Path(__file__).parents[1] / "data" / "faults"


def parsed(path: Path) -> tuple[dict[str, Order], dict[int, str], OrderFile]:
    """Return the orders by number, the reasons of refused rows by their number, and the file."""
    with opened(path) as file:
        found = list(file.orders())
    orders = {each.order.order_no: each.order for each in found if isinstance(each, Gathered)}
    return orders, {each.row: each.reason for each in found if isinstance(each, Rejected)}, file


def written(folder: Path, *lines: str | Sequence[str]) -> Path:
    """Write a CSV file of these lines."""
    path = folder / "orders.csv"
    texts = [line if isinstance(line, str) else ",".join(line) for line in lines]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path
