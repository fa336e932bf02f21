"""Weights learned from labelled messages: their file's form, and what they say of a text."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

FORM = "claimdesk weights 1"
MAJOR = "major"
"""What stands among the codes for a serious message."""
COVER, NUMBER, BREAK = "□", "#", ","
PLAIN = re.compile(r"([\ue000-\uf8ff]+)|([0-9]+)|[^\w\ue000-\uf8ff]+")
SIGNS = {1: COVER, 2: NUMBER, None: BREAK}
UNIT = 100
"""Weights are whole hundredths: the file stays short, and a sum is the same in any order."""
LONG, STEP = 5, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """Weights ready for use, in hundredths; `add`, `drop` and `major` are bounds of sums, not probabilities."""

    codes: tuple[str, ...]  # MAJOR among them
    start: tuple[int, ...]
    weights: Mapping[str, tuple[tuple[int, int], ...]]  # word part or mark -> (place in codes, weight)
    sizes: tuple[int, ...]
    add: float
    drop: float
    major: float

    def sums(self, text: str, marks: Collection[str]) -> dict[str, int]:
        """Give each code's sum for a text whose items and references are covered, with `marks` of what was found."""
        sums, weights = list(self.start), self.weights
        for feature in weights.keys() & features(text, marks, self.sizes):
            for place, weight in weights[feature]:
                sums[place] += weight
        return dict(zip(self.codes, sums, strict=True))

    def strongest(self, text: str, code: str) -> tuple[int, int] | None:
        """Give the place of the word part that speaks most for a code; None when none does or it is no word."""
        place, best, most = self.codes.index(code), None, 0
        for part in parts(plain(text), self.sizes):
            weight = next((one for at, one in self.weights.get(part, ()) if at == place), 0)
            if weight <= most or {COVER, NUMBER, BREAK} & set(part):
                continue
            if (at := text.find(part)) >= 0:
                best, most = (at, at + len(part)), weight
        return best


def plain(text: str) -> str:
    """Write covered places, numbers and signs as one character each, so that no number can stand in a word part."""
    inner = PLAIN.sub(lambda found: SIGNS[found.lastindex], text)
    return f"{BREAK}{inner.strip(BREAK)}{BREAK}"


def parts(text: str, sizes: Iterable[int]) -> set[str]:
    """Give every run of so many characters of a plain text once."""
    return {text[at : at + size] for size in sizes for at in range(len(text) - size + 1)}


def features(text: str, marks: Iterable[str], sizes: Iterable[int]) -> set[str]:
    """Give all that is weighed of a text: word parts, what was found in it, and about how long it is."""
    spelt = plain(text)
    found = parts(spelt, sizes)
    found.discard(BREAK)
    found.update(marks)
    found.add(f"={min(LONG, len(spelt) // STEP)}")
    return found


def marks_of(codes: Collection[str], *, severity: str = "normal", signals: Iterable[str] = ()) -> set[str]:
    """Name what the word tables found, in a form that no word part has."""
    marks = {f"={code}" for code in codes} or {"=nothing"}
    marks.update(f"!{signal}" for signal in signals)
    if severity != "normal":
        marks.add("!serious")
    return marks


def bound(probability: float) -> float:
    """Turn a probability into the sum that reaches it; no sum reaches 0 or 1."""
    if probability in (0, 1):
        return math.inf if probability else -math.inf
    return UNIT * math.log(probability / (1 - probability))


def fault(content: object) -> str:
    """Tell why a file's content is no weights, or "" when it is."""
    if not isinstance(content, Mapping) or content.get("form") != FORM:
        return f"is no weights file of the form {FORM!r}: make one with `claimdesk read --train`"
    start, weights, sizes = content.get("start"), content.get("weights"), content.get("sizes")
    if not (isinstance(start, Mapping) and isinstance(weights, Mapping) and isinstance(sizes, list)):
        return "is garbled: start, weights or sizes are missing"
    rows = [start, *weights.values()]
    whole = start.keys() == weights.keys() and all(isinstance(row, Mapping) for row in rows)
    if not whole or not all(type(value) is int for row in rows for value in row.values()):
        return "is garbled: start and weights must hold whole numbers for the same codes"
    if not sizes or not all(type(size) is int and 0 < size < 9 for size in sizes):
        return "is garbled: sizes must hold the lengths of word parts"
    return ""


def codes_of(text: str) -> list[str]:
    """Name the problem types of stored weights."""
    return [code for code in json.loads(text)["start"] if code != MAJOR]


def restore(text: str, *, add: float, drop: float, major: float) -> Learned | None:
    """Make stored weights ready for use with the probabilities from which they act; None when there are none."""
    if not text:
        return None
    content: Mapping[str, Any] = json.loads(text)
    weights: dict[str, list[tuple[int, int]]] = {}
    for place, code in enumerate(content["start"]):
        for part, weight in content["weights"][code].items():
            weights.setdefault(part, []).append((place, weight))
    return Learned(
        codes=tuple(content["start"]),
        start=tuple(content["start"].values()),
        weights={part: tuple(pairs) for part, pairs in weights.items()},
        sizes=tuple(content["sizes"]),
        add=bound(add),
        drop=bound(drop),
        major=bound(major),
    )
