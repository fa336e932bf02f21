"""How many of an item a text claims, distinguished from what was ordered, received, eaten or wished."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

from handlers.nlu.text.lexicon import HITS, Lexicon
from handlers.nlu.text.number_patterns import (
    ALL,
    ALL_BUT,
    BOTH,
    BOUGHT_CAME,
    COUNTED_BARE,
    FAULT_BEFORE,
    GOOD_AFTER,
    HALF,
    INSTEAD,
    LIANG,
    LONE,
    MOST,
    NONE,
    OF,
    ONE,
    ONLY,
    PART_BEFORE,
    ROLES,
    SPEC_AFTER,
    TALLY,
    THERE_IS,
    without_figures,
)
from handlers.nlu.text.numerals import SHARE, number

LIANG_OF = {
    ("斤", "两"): 10,
    ("公斤", "斤"): 2,
    ("kg", "斤"): 2,
    ("公斤", "两"): 20,
    ("斤", "克"): 500,
    ("斤", "g"): 500,
    ("kg", "g"): 1000,
}
"""How many of the second unit are one of the first: 买一斤 称八两 lacks two 两."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number with unit in a text; `role` says what was counted: claim, changed, denied, ordered, received, ..."""

    start: int
    end: int
    value: Fraction | str | None
    unit: str | None = None
    share: bool = False
    role: str = "claim"
    only: bool = False


def _role(text: str, start: int, end: int) -> str:
    before = text[max(0, start - 10) : start].rstrip()
    if GOOD_AFTER.match(text[end:]):
        return "good"
    for role, pattern in ROLES:
        if pattern.search(before):
            return role
    return "spec" if SPEC_AFTER.match(text[end:]) and not FAULT_BEFORE.search(before) else "claim"


def _plain(text: str, match: re.Match[str], value: str | None) -> Quantity:
    if PART_BEFORE.search(text[max(0, match.start() - 4) : match.start()]):
        value = None  # 底下一层全烂了 is not all of it
    return Quantity(start=match.start(), end=match.end(), value=value, role=_role(text, match.start(), match.end()))


def _whole(text: str) -> list[Quantity]:
    found = [_plain(text, match, "half") for match in islice(HALF.finditer(text), HITS)]
    found += [_plain(text, match, None) for match in islice(MOST.finditer(text), HITS)]
    return found + [_plain(text, match, "all") for match in islice(ALL.finditer(text), HITS)]


def _shares(text: str) -> list[Quantity]:
    found = []
    for match in re.finditer(
        rf"{SHARE}|\d{{1,3}}(?:\.\d)?%|[一二两三四五六七八九\d]成(?![为了功分])|(?<![\d/.])\d/(?:[2-9]|10)(?![\d/.])",
        text,
    ):
        value = number(match.group())
        if value is not None and 0 < value.low <= 1 and ("/" not in match.group() or value.low < 1):
            role = _role(text, match.start(), match.end())
            found.append(Quantity(start=match.start(), end=match.end(), value=value.exact, share=True, role=role))
    return found


def _counts_told(text: str) -> list[Quantity]:
    """Return numbers whose words say what they count: 应到12实到11, 7 of 30."""
    found = []
    for match in islice(COUNTED_BARE.finditer(text), HITS):
        role = "ordered" if match.group(1).startswith("应") else "received"
        value = Fraction(match.group(2))
        found.append(Quantity(start=match.start(), end=match.end(), value=value, role=role, only=role == "received"))
    found += [
        Quantity(start=match.start(), end=match.end(), value=_none(text, match), unit=match.group(1))
        for match in islice(NONE.finditer(text), HITS)
    ]
    found += [
        Quantity(start=match.start(), end=match.end(), value=Fraction(1), unit=match.group(1))
        for match in islice(ONE.finditer(text), HITS)
    ]
    for match in islice(ALL_BUT.finditer(text), HITS):
        spared = number(next(group for group in match.groups() if group))
        if spared is not None and spared.exact:
            found.append(Quantity(start=match.start(), end=match.end(), value=spared.exact, role="but"))
    for match in islice(THERE_IS.finditer(text), HITS):
        came = number(match.group(1))
        if came is not None:
            start, end = match.span(1)
            found.append(Quantity(start=start, end=end, value=came.exact, role="received", only=True))
    found += [
        Quantity(start=match.start(), end=match.end(), value=Fraction(2)) for match in islice(BOTH.finditer(text), HITS)
    ]
    for match in islice(TALLY.finditer(text), HITS):
        found += _pair(match, "claim")
    for match in islice(BOUGHT_CAME.finditer(text), HITS):
        found += _pair(match, "received")
    for match in islice(INSTEAD.finditer(text), HITS):
        bought = number(match.group(1))
        if bought is not None:
            found.append(Quantity(start=match.start(), end=match.end(), value=bought.exact, role="ordered"))
    for match in islice(OF.finditer(text), HITS):
        value_of = number(match.group(1))
        if value_of is not None:
            found.append(Quantity(start=match.start(), end=match.end(), value=value_of.exact))
    return found


def _none(text: str, match: re.Match[str]) -> Fraction | str:
    """Return all of them for 一盒都没有, one of two for 一袋臭 一袋没到."""
    return Fraction(1) if f"一{match.group(1)}" in text[: match.start()] else "all"


def _pair(match: re.Match[str], role: str) -> list[Quantity]:
    """Return both numbers, the second as a part of the first: 两坏一, 5个烂3, 买2收1."""
    whole, part = number(match.group(1)), number(match.group(2))
    if whole is None or part is None or whole.exact is None or part.exact is None or part.low > whole.low:
        return []
    start = match.start(2)
    return [
        Quantity(start=match.start(), end=match.end(1), value=whole.exact, role="ordered"),
        Quantity(start=start, end=match.end(), value=part.exact, role=role),
    ]


def quantities(text: str, lexicon: Lexicon) -> list[Quantity]:
    """Return every count of goods in a normalised, masked text, in reading order.

    Rough figures (几个, 五六个) come with value None: a count was given, but nothing can be computed from it.
    """
    text = without_figures(text)
    found = _shares(text) + _counts_told(text)
    for match in islice(lexicon.counted.finditer(text), HITS):
        counted = _counted(text, match)
        if counted is not None and not any(one.start < counted.end and counted.start < one.end for one in found):
            found.append(counted)
    for whole in _whole(text):
        if not any(one.start < whole.end and whole.start < one.end for one in found):
            found.append(whole)
    return sorted(found, key=lambda one: one.start)


def _counted(text: str, match: re.Match[str]) -> Quantity | None:
    value = number(match.group(1))
    if value is None:
        return None
    exact, unit, end = value.exact, match.group(2), match.end()
    if exact is not None and match.group(3):
        exact += Fraction(1, 2)
    tenths = LIANG.match(text, end) if unit == "斤" and exact is not None and not match.group(3) else None
    below = number(tenths.group(1)) if tenths else None
    if tenths and below and exact is not None:
        exact, end = exact + below.low / 10, tenths.end()
    role = _role(text, match.start(), end)
    only = ONLY.search(text[max(0, match.start() - 8) : match.start()]) is not None
    return Quantity(start=match.start(), end=end, value=exact, unit=unit, role=role, only=only)


def lone(text: str, taken: Sequence[Quantity]) -> list[Quantity]:
    """Return numbers without a unit (x2, 坏 草莓 2, 碎了俩): the caller keeps those beside an item or a problem."""
    found = []
    for match in islice(LONE.finditer(without_figures(text)), HITS):
        if any(one.start < match.end() and match.start() < one.end for one in taken):
            continue
        value = number(next(group for group in match.groups() if group))
        if value is not None and value.exact:
            role = _role(text, match.start(), match.end())
            found.append(Quantity(start=match.start(), end=match.end(), value=value.exact, role=role))
    return found


def short_by(counts: Sequence[Quantity], ordered: Fraction | None) -> Quantity | None:
    """Return what is missing where a text says what was ordered and what came (四盒只给了三盒, 应到12实到11).

    `ordered`: the order line's own quantity, used when the text says only what came, in the same unit.
    """
    came = next((one for one in counts if one.role == "received" and isinstance(one.value, Fraction)), None)
    if came is None or not isinstance(came.value, Fraction):
        return None
    bought: Fraction | None = None
    for one in counts:
        if one is came or not isinstance(one.value, Fraction) or one.role not in ("ordered", "claim", "spec"):
            continue
        value = one.value * LIANG_OF.get((one.unit or "", came.unit or ""), 1)
        same = (one.unit or came.unit) == (came.unit or one.unit) or (one.unit, came.unit) in LIANG_OF
        if same and value > came.value:
            bought = value
    if bought is None and came.only and ordered is not None and ordered > came.value:
        bought = ordered
    if bought is None:
        return None
    return Quantity(start=came.start, end=came.end, value=bought - came.value, unit=came.unit)
