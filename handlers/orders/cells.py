"""What the cells of an imported order row mean: numbers, money, times, phones, tags."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from handlers.orders.phones import WHOLE, phone
from handlers.orders.statuses import order_status, refund_status
from handlers.orders.texts import PLAIN, Unclear, code, label, name_of
from media.values import UNSAVED_CELL
from storage.orders import order_key, pickup_key

ZONE = ZoneInfo("Asia/Shanghai")
OFFSET, SECONDS = "+08:00", len("2026-06-12T17:30:00")  # a time to the second without an offset is read at once
MOST_MONEY = 10**9  # 分
MOST_PIECES = 1_000_000
KEPT = 1_000  # texts of a column that are remembered
MOST_LINES = 200  # of one order: what one write transaction may hold
YEARS = range(2000, 2101)
FIRST, LAST = "2000", "2100"  # texts between them begin with one of YEARS

MONEY = re.compile(r"¥?\s*(?P<yuan>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.(?P<cents>[0-9]{1,2}))?\s*元?")
PIECES = re.compile(
    r"[x×*]?\s*(?P<number>(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,12})(?:\.[0-9]{1,6})?)\s*(?P<unit>[^\W\d_]{0,4})"
)
LOOSE_TIME = re.compile(
    r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?"
    r"(?:[T ]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?)?"
)
ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#SPILL!", "#CALC!"})

TAGS = frozenset({"fresh", "chilled", "frozen", "live", "fragile", "dry", "infant", "senior", "disabled", "key_item"})
TAG_ALIASES = {"elderly": "senior"}


def order_number(text: str) -> str:
    """Read an order number; something must be left of it once separators are dropped."""
    if PLAIN.fullmatch(text):
        return text
    clean = name_of(text)
    if not clean:
        raise Unclear("is empty")
    if not 0 < len(order_key(clean)) <= 64:
        raise Unclear("has no letter or digit")
    return clean


def pickup_number(text: str) -> str:
    """Read a pickup number, as "3" for "０３号"."""
    clean = name_of(text)
    if len(clean) > 32:
        raise Unclear("is longer than 32 characters")
    return pickup_key(clean) if clean else ""


def money(text: str) -> int:
    """Read yuan with up to two decimals into 分."""
    clean = code(text)
    if clean.startswith(("-", "−", "¥-", "(")):
        raise Unclear("is negative")
    found = MONEY.fullmatch(clean)
    if not found:
        raise Unclear("is not a sum in yuan with up to two decimals" if clean else "is empty")
    cents = int(found["yuan"].replace(",", "")[:20]) * 100 + int((found["cents"] or "").ljust(2, "0"))
    if cents > MOST_MONEY:
        raise Unclear("is too large")
    return cents


def refund(text: str) -> int | None:
    """Read a sum that went back; exports write it with and without a minus."""
    return price(text.strip().lstrip("-−"))


def price(text: str) -> int | None:
    """Read a sum that may be missing."""
    return money(text) if text.strip() else None


def carriage(text: str) -> int:
    """Read what was paid for carriage; nothing told is nothing paid."""
    return price(text) or 0


def pieces(text: str) -> float:
    """Read a quantity above zero; a unit may stand behind it."""
    return counted(text)[0]


def counted(text: str) -> tuple[float, str]:
    """Read a quantity above zero and its unit: 1件."""
    clean = code(text)
    if clean.startswith(("-", "−")):
        raise Unclear("is negative")
    found = PIECES.fullmatch(clean)
    if not found:
        raise Unclear("is not a number" if clean else "is empty")
    amount = Decimal(found["number"].replace(",", ""))
    if not 0 < amount <= MOST_PIECES:
        raise Unclear("is too large" if amount else "is zero")
    return float(amount), found["unit"]


def place(text: str) -> int:
    """Read a line number."""
    clean = name_of(text)
    if not re.fullmatch(r"[0-9]{1,6}", clean) or int(clean) == 0:
        raise Unclear("is not a whole number from 1")
    return int(clean)


def moment(text: str) -> datetime | None:
    """Read an ISO 8601 time, in Asia/Shanghai where it names no offset; a bare date is its midnight."""
    try:
        at = datetime.fromisoformat(text + OFFSET if len(text) == SECONDS else text)
    except ValueError:
        clean = code(text)
        if not clean:
            return None
        at = _loose(clean)
    if at.year not in YEARS:
        raise Unclear("is not a time between 2000 and 2100")
    return at if at.tzinfo else at.replace(tzinfo=ZONE)


def moments(texts: Sequence[str]) -> list[datetime | None]:
    """Read the times of several rows; ValueError where one is not plain."""
    at = datetime.fromisoformat
    if min(texts) < FIRST or max(texts) >= LAST:
        raise ValueError
    found = [at(text + OFFSET) if len(text) == SECONDS else None for text in texts]
    return [each or moment(text) for each, text in zip(found, texts, strict=True)]


def _loose(text: str) -> datetime:
    with suppress(ValueError):
        return datetime.fromisoformat(text)
    found = LOOSE_TIME.fullmatch(text)
    if not found:
        raise Unclear("is not an ISO 8601 time like 2026-06-12T17:30:00")
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=ZONE)
    except ValueError:
        raise Unclear("is not a day or time that exists") from None


def tags(text: str) -> tuple[str, ...]:
    """Read words between semicolons, commas or spaces; unknown ones are kept, for a policy may name them."""
    words = re.split(r"[;,、\s]+", code(text, 200).lower())
    return tuple(dict.fromkeys(TAG_ALIASES.get(word, word) for word in words if word))


def named(text: str) -> str:
    """Read what a line is called."""
    clean = label(text, 500)
    if not clean:
        raise Unclear("is empty")
    return clean


def _text(text: str) -> str:
    return label(text, 200)


ORDER_CELLS: Mapping[str, Callable[[str], Any]] = {
    "order_no": order_number,
    "activity_no": name_of,
    "participate_no": pickup_number,
    "site_no": name_of,
    "leader_name": _text,
    "buyer_name": _text,
    "buyer_phone": phone,
    "placed_at": moment,
    "promised_at": moment,
    "delivered_at": moment,
    "order_status": order_status,
    "freight": carriage,
    "discount": price,
    "order_paid": price,
}
LINE_CELLS: Mapping[str, Callable[[str], Any]] = {
    "line_no": place,
    "sku": name_of,
    "item": named,
    "spec": _text,
    "quantity": pieces,
    "unit": _text,
    "unit_price": price,
    "paid": money,
    "lot_no": code,
    "supplier": _text,
    "carrier": _text,
    "tags": tags,
    "refund_status": refund_status,
    "refunded": refund,
}


# what a cell that means just what it says looks like, where nearly every row has another one
AS_IT_IS: Mapping[str, re.Pattern[str]] = {
    "order_no": PLAIN,
    "participate_no": re.compile(r"[1-9][0-9]{0,15}"),
    "buyer_name": re.compile(r"\w{1,60}"),
    "buyer_phone": WHOLE,
}


class Column(dict[str, Any]):
    """What the texts of a column mean, each read once. Raises Unclear with a message that names the column."""

    def __init__(self, name: str, reader: Callable[[str], Any]) -> None:
        super().__init__()
        self.name, self._reader, self._misses = name, reader, 0
        plain = AS_IT_IS.get(name)
        self._as_it_is = plain.fullmatch if plain else None
        self._is_time = reader is moment

    def all(self, texts: Sequence[str]) -> Sequence[Any]:
        """Return what the texts of several rows mean."""
        if self._as_it_is and all(map(self._as_it_is, texts)):
            return texts
        if self._is_time and texts[0] != texts[-1]:
            with suppress(ValueError, Unclear):
                return moments(texts)
        return list(map(self.__getitem__, texts))

    def __missing__(self, text: str) -> Any:
        """Read a text that was not met lately."""
        try:
            if text[:1] == "#":
                _is_value(text)
            value = self._reader(text)
        except Unclear as unclear:
            raise Unclear(f"{self.name} {unclear}") from None
        self._misses += 1
        if self._misses > KEPT:
            self.clear()
            self._misses = 0
        self[text] = value
        return value


def _is_value(text: str) -> None:
    if text == UNSAVED_CELL:
        raise Unclear("is a formula whose result the file does not hold; open it in a spreadsheet, save it, try again")
    if text in ERRORS:
        raise Unclear(f"holds the formula error {text}")
