"""Several goods in one cell of an order file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from handlers.orders.cells import money
from storage.orders import OrderLine

SEPARATORS = re.compile(r"[\r\n;,、/+|]+")
# what makes a part of a cell one of several goods: it ends in how many there are
PART = re.compile(
    r"(?P<item>.*?\S)\s*(?:¥(?P<price>[0-9]+(?:\.[0-9]{1,2})?)|(?P<yuan>[0-9]+(?:\.[0-9]{1,2})?)元)?"
    r"\s*[*x×]\s*(?P<count>[0-9]{1,4}(?:\.[0-9]{1,3})?)\s*(?P<unit>[\u4e00-\u9fff]{0,2})",
    re.IGNORECASE,
)
MEASURE = re.compile(r"[0-9]\s*(?:ml|毫升|g|克|kg|千克|公斤|斤|两|l|升)$", re.IGNORECASE)
MOST = 2_000  # characters of a cell of goods
LONGEST = 200  # of one of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """One of several goods of a cell; `price` in 分 if the cell tells it."""

    item: str
    quantity: float
    unit: str
    price: int | None


@lru_cache(maxsize=1_000)
def several(text: str) -> tuple[Good, ...]:
    """Return the goods of a cell that names two or more, each with its count (草莓*2;鸡蛋*1); else none."""
    if len(text) > MOST:
        return ()
    parts = [part.strip() for part in SEPARATORS.split(unicodedata.normalize("NFKC", text)) if part.strip()]
    if len(parts) < 2 or max(map(len, parts)) > LONGEST:
        return ()
    found = [PART.fullmatch(part) for part in parts]
    goods = tuple(_good(part) for part in found if part)
    # 250ml*16盒 is how large one is, 300g*2 how many there are
    sized = any(good.unit and MEASURE.search(good.item) for good in goods)
    return goods if all(found) and not sized and all(good.quantity for good in goods) else ()


def _good(found: re.Match[str]) -> Good:
    price = found["price"] or found["yuan"]
    item = " ".join(found["item"].split())
    return Good(item=item, quantity=float(found["count"]), unit=found["unit"], price=money(price) if price else None)


def lines_of(line: OrderLine, goods: Sequence[Good]) -> tuple[OrderLine, ...]:
    """Make a line of each of the goods; what the row says of money is left to sums.shared_out."""
    return tuple(
        replace(
            line, line_no=place, item=good.item, spec="", sku="", quantity=good.quantity, unit=good.unit,
            unit_price=good.price, paid=0,
        )
        for place, good in enumerate(goods, line.line_no)
    )  # fmt: skip
