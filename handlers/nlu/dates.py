"""The day that a text means, and the orders that were handed over on it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from handlers.messages.patterns import pattern_of
from storage.orders import Order

DATES = pattern_of(
    r"(?P<month>\d{1,2})月(?P<day>\d{1,2})[号日]?|(?P<only>(?<!\d)\d{1,2})[号日](?:那天|当天|那日)"
    r"|(?P<iso>20\d{2}[-/.]\d{1,2}[-/.]\d{1,2})(?!\d)"
    r"|(?<![\d/-])(?P<slash>\d{1,2}/\d{2}(?![\d/])(?=的|[ 号日]|$)|\d{1,2}/\d{1,2}(?=[号日]))"
)
NAMED = pattern_of(r"昨[天日晚儿]|今[天日晚早儿]|\byesterday\b|\btoday\b|前天")
DAYS = {"昨": "yesterday", "今": "today", "yesterday": "yesterday", "today": "today"}
EACH_DAY = pattern_of(
    r"(?:昨|今|前)[天日晚早](?:的|那|这)?(?:单|个)?还是(?:昨|今|前)|(?:昨|今|前)[天日](?:的|那).*(?:昨|今|前)[天日](?:的|那)"
)
BEFORE_YESTERDAY = "前天"
WRITTEN = pattern_of(r"20(\d{2})(\d{2})(\d{2})|(?<!\d)(\d{2})(\d{2})(\d{2})(?!\d)")

SHANGHAI = ZoneInfo("Asia/Shanghai")


def _date(match: re.Match[str], today: date) -> str | None:
    year, month = today.year, today.month
    if match["iso"]:
        year, month, day = (int(part) for part in re.split(r"[-/.]", match["iso"]))
    elif match["slash"]:
        month, day = (int(part) for part in match["slash"].split("/"))
    elif match["month"]:
        month, day = int(match["month"]), int(match["day"])
    else:
        day = int(match["only"])
        if day > today.day:
            year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def day_in(text: str, today: date) -> tuple[str | None, str, list[tuple[int, int]]]:
    """Return the day meant ("today", "yesterday" or ISO), its words, and the places of dates, which hold no counts."""
    spans: list[tuple[int, int]] = []
    value, words = None, ""
    for match in DATES.finditer(text):
        spans.append(match.span())
        if value is None:
            value, words = _date(match, today), match.group()
    named = NAMED.search(text)
    if value is None and len({day[0] for day in NAMED.findall(text)}) > 1 and EACH_DAY.search(text):
        named = None  # 昨天还是今天的, 今天的坏1盒 昨天的坏2盒
    if named and value is None:
        words = named.group()
        value = DAYS.get(words) or DAYS.get(words[0])
        if words == BEFORE_YESTERDAY:
            value = (today - timedelta(days=2)).isoformat()
    return value, words, spans


def handed_over(order: Order) -> date | None:
    """Return the day of delivery in the business's zone, else of the promise, the order, or in its number (260612)."""
    at = order.delivered_at or order.promised_at or order.placed_at
    if at is not None:
        return at.astimezone(SHANGHAI).date()
    digits = WRITTEN.search(order.order_no)
    if digits is None:
        return None
    year, month, day = (int(part) for part in digits.groups() if part is not None)
    try:
        return date(2000 + year, month, day)
    except ValueError:
        return None


def of_day(orders: Sequence[Order], day: str | None, today: date) -> list[Order]:
    """Return the orders handed over on the day meant; all of them when none is known to be."""
    if day is None:
        return list(orders)
    named = {"today": today, "yesterday": today - timedelta(days=1)}
    wanted = named.get(day) or date.fromisoformat(day)
    fits = [order for order in orders if handed_over(order) == wanted]
    return fits or list(orders)


def on(order: Order, day: str) -> bool:
    """Return whether an order was handed over on a day, an ISO date."""
    there = handed_over(order)
    return there is not None and there.isoformat() == day
