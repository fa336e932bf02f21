"""Weights trained on labelled messages: the form of their file, and what they give for a text."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handlers.messages.patterns import pattern_of

FORM = "claimdesk weights 1"
MAJOR = "major"
"""The code for a serious message."""
COVER, NUMBER, BREAK = "□", "#", ","
PLAIN = pattern_of(r"([\ue000-\uf8ff]+)|([0-9]+)|[^\w\ue000-\uf8ff]+")
SIGNS = {1: COVER, 2: NUMBER, None: BREAK}
STEPS = 20
"""Steps to 1: weights are whole steps, so that a sum is the same in any order."""
ZERO, WIDEST = ord("R"), 41
"""A row of weights has one character for each code: R for 0, S for one step more; at most so many steps."""
MARKS = ("=", "!")
"""What a mark begins with, and no word part."""
LONG, STRETCH = 5, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """Weights ready for use, in steps."""

    codes: tuple[str, ...]  # MAJOR among them
    start: tuple[int, ...]
    rows: Mapping[str, Sequence[int]]  # word part or mark -> ZERO more than its weight for each code
    sizes: tuple[int, ...]
    add: float  # the sum from which a type is read where the tables found none
    more: float  # the same where they found another
    drop: float  # down to which one is not read that they found
    major: float  # from which a message is serious
    rules: tuple[tuple[frozenset[str], frozenset[str]], ...] = ()  # tags (none: any) and the types serious with them

    def grave(self, tags: Collection[str]) -> set[str]:
        """Return the types that make a claim on goods with these tags serious."""
        found = (codes for wanted, codes in self.rules if not wanted or not wanted.isdisjoint(tags))
        return set().union(*found)

    def sums(self, text: str, marks: Collection[str]) -> dict[str, int]:
        """Return each code's sum for a text whose items and references are covered, with `marks` of what was found."""
        rows = [self.rows[feature] for feature in self.rows.keys() & features(text, marks, self.sizes)]
        above = ZERO * len(rows)
        totals = map(sum, zip(self.start, *rows, strict=True))
        return {code: total - above for code, total in zip(self.codes, totals, strict=True)}

    def strongest(self, text: str, code: str) -> tuple[int, int] | None:
        """Return the place of the word part with most weight for a code; a single character where none is longer."""
        place, best, most = self.codes.index(code), None, (False, ZERO)
        for part in sorted(self.rows.keys() & parts(plain(text), self.sizes)):
            weight = self.rows[part][place]
            if weight <= ZERO or (len(part) > 1, weight) <= most or {COVER, NUMBER, BREAK} & set(part):
                continue
            if (at := text.find(part)) >= 0:
                best, most = (at, at + len(part)), (len(part) > 1, weight)
        return best


def plain(text: str) -> str:
    """Return covered places, numbers and signs as one character each, so that no number can be in a word part."""
    inner = PLAIN.sub(lambda found: SIGNS[found.lastindex], text)
    return f"{BREAK}{inner.strip(BREAK)}{BREAK}"


def parts(text: str, sizes: Iterable[int]) -> set[str]:
    """Return every run of so many characters of a plain text once."""
    return {text[at : at + size] for size in sizes for at in range(len(text) - size + 1)}


def features(text: str, marks: Iterable[str], sizes: Iterable[int]) -> set[str]:
    """Return all features of a text: word parts, what was found in it, and its rough length."""
    spelt = plain(text)
    found = parts(spelt, sizes)
    found.discard(BREAK)
    found.update(marks)
    found.add(f"={min(LONG, len(spelt) // STRETCH)}")
    return found


def marks_of(codes: Collection[str], *, severity: str = "normal", signals: Iterable[str] = ()) -> set[str]:
    """Return what the word tables found, in a form that no word part has."""
    marks = {f"={code}" for code in codes} or {"=nothing"}
    marks.update(f"!{signal}" for signal in signals)
    if severity != "normal":
        marks.add("!serious")
    return marks


def bound(probability: float) -> float:
    """Return the sum that reaches a probability; no sum reaches 0 or 1."""
    if probability in (0, 1):
        return math.inf if probability else -math.inf
    return STEPS * math.log(probability / (1 - probability))


def fault(content: object) -> str:
    """Return why a file's content is no weights, or "" when it is."""
    if not isinstance(content, Mapping) or content.get("form") != FORM:
        return f"is no weights file of the form {FORM!r}: make one with `claimdesk read --train`"
    codes, sizes = _list(content.get("codes"), str), _list(content.get("sizes"), int)
    if MAJOR not in codes or not sizes or not all(0 < size < 9 for size in sizes):
        return "is garbled: codes or sizes are not those of weights"
    marks, weights = content.get("marks"), content.get("weights")
    if not isinstance(marks, Mapping) or not isinstance(weights, Mapping):
        return "is garbled: marks or weights are missing"
    if any(len(_list(row, int)) != len(codes) for row in (content.get("start"), *marks.values())):
        return "is garbled: start and marks must hold a whole number for each code"
    if not all(isinstance(row, str) and row.isascii() and len(row) == len(codes) for row in weights.values()):
        return "is garbled: weights must hold a character for each code"
    return ""


def _list(value: object, kind: type) -> list[Any]:
    """Return a list of this kind; an empty one when it is none."""
    return value if isinstance(value, list) and all(type(one) is kind for one in value) else []


def codes_of(text: str) -> list[str]:
    """Return the problem types of stored weights."""
    return [code for code in json.loads(text)["codes"] if code != MAJOR]


def restore(
    text: str, *, add: float, more: float, drop: float, major: float,
    rules: tuple[tuple[frozenset[str], frozenset[str]], ...] = (),
) -> Learned | None:  # fmt: skip
    """Return stored weights ready for use with the probabilities from which they act; None when there are none."""
    if not text:
        return None
    content: Mapping[str, Any] = json.loads(text)
    rows: dict[str, Sequence[int]] = {part: row.encode("ascii") for part, row in content["weights"].items()}
    rows |= {mark: tuple(weight + ZERO for weight in row) for mark, row in content["marks"].items()}
    return Learned(
        codes=tuple(content["codes"]),
        start=tuple(content["start"]),
        rows=rows,
        sizes=tuple(content["sizes"]),
        add=bound(add),
        more=bound(more),
        drop=bound(drop),
        major=bound(major),
        rules=rules,
    )


def row_of(weights: Iterable[int]) -> str:
    """Return a word part's weights as text, one for each code."""
    return "".join(chr(ZERO + max(-WIDEST, min(WIDEST, weight))) for weight in weights)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Trained weights as text, and the probabilities from which they act."""

    learned: str = ""  # empty: nothing
    add: float = 1.0
    more: float = 1.0
    drop: float = 0.0
    major: float = 1.0
