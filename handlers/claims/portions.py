"""Which part of an order line a claimed count means: units, counted pieces, weights."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from fractions import Fraction

from handlers.messages.patterns import pattern_of

LOOSE = frozenset("个只枚颗粒条")  # said for one another: 7个 of 30枚
COUNTERS = "枚颗粒只个杯瓶罐袋包盒条块片支根听桶尾头串"
MEASURES: Mapping[str, tuple[str, int]] = {
    "千克": ("g", 1000), "公斤": ("g", 1000), "kg": ("g", 1000), "克": ("g", 1), "g": ("g", 1),
    "斤": ("g", 500), "两": ("g", 50), "毫升": ("ml", 1), "ml": ("ml", 1), "升": ("ml", 1000), "l": ("ml", 1000),
}  # fmt: skip
NUMBER = r"\d+(?:\.\d+)?"
MEASURE = rf"({NUMBER})\s*({'|'.join(MEASURES)})(?![a-z])"
WEIGHT = pattern_of(rf"(?<![\d.]){MEASURE}(?:\s*[*x]\s*(\d+))?", re.ASCII | re.IGNORECASE)
PIECES = pattern_of(rf"(?<![\d.])(\d+)\s*([{COUNTERS}])", re.ASCII)
ROUGH = pattern_of(
    rf"(?:约|大约|近|{NUMBER}\s*[-~至到])\s*{NUMBER}\s*\S|{NUMBER}\s*\S{{1,2}}\s*(?:左右|上下|以上)", re.ASCII
)
ASIDE = pattern_of(r"\([^)]*\)|(?:约|大约|近)\s*\d.*$", re.ASCII)


def _plain(text: str) -> str:
    """Normalise a spec and drop its remarks: "1个(约8斤)" and "1个约8斤" are 1个."""
    plain = unicodedata.normalize("NFKC", text).replace("×", "x").lower()
    return ASIDE.sub("", plain).strip()


def pieces(item: str, spec: str, unit: str, quantity: float | Fraction) -> tuple[Fraction, str] | None:
    """Return the number of parts of a line and their counter; None when neither spec nor name makes it certain.

    "鸡蛋30枚" x1 has 30 枚, "6杯" has 6 杯, "250ml*16盒" has 16 盒; "300g" and "8-10个" have none that is certain.
    """
    for text in (spec, item):
        plain = _plain(text)
        if ROUGH.search(plain):
            return None
        found = {(int(count), counter) for count, counter in PIECES.findall(plain)}
        if len(found) > 1:
            found = {(count, counter) for count, counter in found if count > 1}  # "1盒6枚": what counts is 6 枚
        if len(found) == 1:
            count, counter = found.pop()
            return (Fraction(str(quantity)) * count, counter) if count else None
        if found:
            return None  # "2盒*6枚": either of the two may be meant
    return None


def weight(item: str, spec: str, quantity: float | Fraction) -> tuple[Fraction, str] | None:
    """Return a line's weight or volume in g or ml; None when neither spec nor name makes it certain."""
    for text in (spec, item):
        plain = _plain(text)
        if ROUGH.search(plain):
            return None
        found = WEIGHT.findall(plain)
        if len(found) == 1:
            number, unit, times = found[0]
            base, factor = MEASURES[unit]
            return Fraction(number) * factor * int(times or 1) * Fraction(str(quantity)), base
        if found:
            return None
    return None


def portion(
    claimed: Fraction, said: str, *, item: str, spec: str, unit: str, quantity: float | Fraction
) -> Fraction | None:
    """Return the share of a line that `claimed` of the unit `said` is ("" when none was named).

    None when it is not certain or is more than the line has: then the bot asks instead of guessing.
    """
    whole, parts = Fraction(str(quantity)), pieces(item, spec, unit, quantity)
    said = said.strip().lower()
    total: Fraction | None = None
    if said and said == unit.lower():
        total = whole
    elif parts and (said == parts[1] or (said in LOOSE and parts[1] in LOOSE)):
        total = parts[0]
    elif said in MEASURES:
        base, factor = MEASURES[said]
        heavy = weight(item, spec, quantity)
        total = heavy[0] / factor if heavy and heavy[1] == base else None
    elif (said in ("份", "件") and (not parts or parts[1] != said)) or (said in LOOSE and unit in LOOSE):
        total = whole
    elif not said:
        # without a unit: the line's own, unless its pieces could be meant as well
        total = whole if not parts or parts[0] == whole else parts[0] if claimed > whole else None
    return claimed / total if total and 0 < claimed <= total else None
