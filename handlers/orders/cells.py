"""What the cells of an imported order row mean: numbers, money, times, phones, tags."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from storage.orders import order_key, phone_digits, pickup_key

ZONE = ZoneInfo("Asia/Shanghai")
MOST_MONEY = 10**9  # 分
MOST_PIECES = 1_000_000
MOST_LINES = 200  # of one order: what one write transaction may hold
YEARS = range(2000, 2101)

MONEY = re.compile(r"¥?\s*(?P<yuan>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.(?P<cents>[0-9]{1,2}))?\s*元?")
PIECES = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,12})(?:\.[0-9]{1,6})?")
ROUNDED = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+[0-9]+")
LOOSE_TIME = re.compile(
    r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?"
    r"(?:[T ]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?)?"
)
ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#SPILL!", "#CALC!"})

TAGS = frozenset({"fresh", "chilled", "frozen", "live", "fragile", "dry", "infant", "senior", "disabled", "key_item"})
TAG_ALIASES = {"elderly": "senior"}


class Unclear(Exception):
    """A cell cannot be read; the message goes on after the column's name."""


def label(text: str, most: int) -> str:
    """Read free text: one line, without invisible marks."""
    clean = []
    for char in text:
        kind = unicodedata.category(char)
        if kind == "Cc" and char not in "\t\r\n":
            raise Unclear("holds a control character")
        if kind != "Cf" or char == "\u200d":  # emoji are joined by it
            clean.append(char)
    line = " ".join("".join(clean).split())
    if len(line) > most:
        raise Unclear(f"is longer than {most} characters")
    return line


def code(text: str, most: int = 64) -> str:
    """Read a number or code that people will type again: half width."""
    clean = label(unicodedata.normalize("NFKC", text), most)
    if ROUNDED.fullmatch(clean):
        raise Unclear("was rounded by a spreadsheet; format the column as text and export again")
    return clean


def order_number(text: str) -> str:
    """Read an order number; something must be left of it once separators are dropped."""
    clean = code(text)
    if not clean:
        raise Unclear("is empty")
    if not 0 < len(order_key(clean)) <= 64:
        raise Unclear("has no letter or digit")
    return clean


def pickup_number(text: str) -> str:
    """Read a pickup number, as "3" for "０３号"."""
    clean = code(text, 32)
    return pickup_key(clean) if clean else ""


def phone(text: str) -> str:
    """Read a phone number into its digits; a masked one proves nothing and is refused."""
    clean = code(text, 32)
    if not clean:
        return ""
    if "*" in clean:
        raise Unclear("is masked; export it in full, or leave it empty and a person will check who asks")
    digits = phone_digits(clean)
    if not re.fullmatch(r"[+(]?[0-9][0-9 ()-]*", clean) or not 5 <= len(digits) <= 20:
        raise Unclear("is not a phone number")
    return digits


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


def price(text: str) -> int | None:
    """Read a sum that may be missing."""
    return money(text) if text.strip() else None


def pieces(text: str) -> float:
    """Read a quantity above zero."""
    clean = code(text)
    if clean.startswith(("-", "−")):
        raise Unclear("is negative")
    if not PIECES.fullmatch(clean):
        raise Unclear("is not a number" if clean else "is empty")
    amount = Decimal(clean.replace(",", ""))
    if not 0 < amount <= MOST_PIECES:
        raise Unclear("is too large" if amount else "is zero")
    return float(amount)


def place(text: str) -> int:
    """Read a line number."""
    clean = code(text)
    if not re.fullmatch(r"[0-9]{1,6}", clean) or int(clean) == 0:
        raise Unclear("is not a whole number from 1")
    return int(clean)


@lru_cache(maxsize=4096)
def moment(text: str) -> datetime | None:
    """Read an ISO 8601 time, in Asia/Shanghai where it names no offset; a bare date is its midnight."""
    clean = code(text)
    if not clean:
        return None
    try:
        at = datetime.fromisoformat(clean)
    except ValueError:
        at = _loose(clean)
    if at.year not in YEARS:
        raise Unclear("is not a time between 2000 and 2100")
    return at if at.tzinfo else at.replace(tzinfo=ZONE)


def _loose(text: str) -> datetime:
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
    "activity_no": code,
    "participate_no": pickup_number,
    "site_no": code,
    "leader_name": _text,
    "buyer_name": _text,
    "buyer_phone": phone,
    "placed_at": moment,
    "promised_at": moment,
    "delivered_at": moment,
}
LINE_CELLS: Mapping[str, Callable[[str], Any]] = {
    "line_no": place,
    "sku": code,
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
}


def read(cells: Mapping[str, str], readers: Mapping[str, Callable[[str], Any]]) -> dict[str, Any]:
    """Read each cell by its column's reader. Raises Unclear with a message that names the column."""
    values = {}
    for name, reader in readers.items():
        text = cells.get(name, "")
        try:
            if text in ERRORS:
                raise Unclear("holds the formula error " + text)
            values[name] = reader(text)
        except Unclear as unclear:
            raise Unclear(f"{name} {unclear}") from None
    return values
