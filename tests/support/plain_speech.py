"""What every sentence to a customer must be, whatever it says: plain, whole, and silent about other people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from storage.orders import Order

FAULTS = (
    (re.compile(r"尽快|稍后|尽早|as soon as possible|shortly"), "a promise without a time"),
    (re.compile(r"[{}]|None|Fraction\("), "a hole of a template"),
    (re.compile(r"[。！？，、；：]{2,}|[.!?;,]{2,}(?<!\.\.\.)(?!…)|[。，；：][.,;:]|[.,;][。，；]"), "doubled marks"),
    (re.compile(r"[a-z][.!?][A-Z]"), "no space between sentences"),
    (re.compile(r"\s[。，！？；：]|[ \t]{2,}|^\s|\s$"), "a stray space"),
    (re.compile(r"^[。，！？；：、.,;]"), "a mark at the beginning"),
    (re.compile(r"[，、：；,;]$|[，、；]\n"), "an end that is none"),
    (re.compile(r"[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]"), "a control character"),
)
END = re.compile(r"[。！？!?.）)✓…”】：:\d]$|[》」]$")
TICKETS = re.compile(r"\n?CD-\w{6} [^\n]+$")  # a list of tickets ends as its last line does
SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?]")
LONGEST = 800


def faults(text: str) -> list[str]:
    """Return what is wrong with a reply's form."""
    found = [what for pattern, what in FAULTS if pattern.search(text)]
    if not END.search(text) and not TICKETS.search(text):
        found.append("no mark at the end")
    said = [sentence.strip() for sentence in SENTENCE.findall(text)]
    found += [f"said twice: {sentence}" for sentence in set(said) if said.count(sentence) > 1]
    if len(text) > LONGEST:
        found.append(f"{len(text)} characters long")
    return found


class Secrets:
    """What may not be told to whom: other buyers' names, phones, order numbers and goods."""

    def __init__(self, orders: Sequence[Order]) -> None:
        self._orders = orders

    def told(self, text: str, *, phones: Iterable[str], said: str) -> list[str]:
        """Find what a reply gives away to somebody who owns these phones and has said this much."""
        mine = [order for order in self._orders if order.buyer_phone in set(phones)]
        own = {value for order in mine for value in self._values(order)}
        others = {value for order in self._orders for value in self._values(order)} - own
        return sorted(value for value in others if _stands(value, text) and value.lower() not in said.lower())

    @staticmethod
    def _values(order: Order) -> set[str]:
        values = {order.buyer_name, order.buyer_phone, order.buyer_phone[-4:], order.order_no}
        values |= {line.item for line in order.lines}
        # "12" as pickup number stands in many a text; with its sign it means an order
        values |= {f"{order.participate_no}号单", f"no. {order.participate_no},"}
        return {value for value in values if len(value) > 1}


def _stands(value: str, text: str) -> bool:
    """Return whether a value is in a text, not merely as a part of a longer number."""
    return re.search(rf"(?<!\d){re.escape(value)}(?!\d)", text) is not None
