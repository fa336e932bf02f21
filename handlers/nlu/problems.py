"""Problem types in a text, each with the words it was read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.messages.patterns import pattern_of
from handlers.nlu.text.lexicon import Hit, Lexicon, all_hits

ITEM = "\ue001"  # stands for each character of covered goods
CLAUSE = pattern_of(r"[,。;!?\n]|(?<!\d)\.(?!\d)")
WEAK, FADING, BLAME, OUTCOME = "poor", "fading", "blame", "outcome"


# read at the same place, the first says less than the others: 酸奶酸了 is spoiled, 还没收到 is not received
OVERRULED = {
    "quality_other": (
        "quality_spoiled",
        "damaged_package",
        "expired",
        "foreign_object",
        "not_as_described",
        "shortage_missing",
    ),
    "late": ("not_received", "expired"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem type and where it was read."""

    code: str
    hit: Hit


def _overlap(one: Hit, other: Hit) -> bool:
    return one.start < other.end and other.start < one.end


def _same_clause(text: str, one: Hit, other: Hit) -> bool:
    """Return whether two hits are of one clause, with no other goods between them."""
    low, high = min(one.end, other.end), max(one.start, other.start)
    return CLAUSE.search(text[low:high]) is None and ITEM not in text[low:high]


def _is(problem: Problem, phrase: str, lexicon: Lexicon) -> bool:
    matcher = lexicon.phrases.get(phrase)
    return matcher is not None and any(True for _ in matcher.raw(problem.hit.word))


def _swallowed(text: str, problem: Problem, found: Sequence[Problem], lexicon: Lexicon) -> bool:
    """Return whether a problem adds nothing: milder decay beside a stronger one (虾死的没冰), mere blame (欺诈)."""
    codes = {one.code for one in found}
    if problem.code == "not_as_described" and codes & {"shortage_missing", "wrong_item"}:
        return _is(problem, BLAME, lexicon)
    if any(other.code in OVERRULED.get(problem.code, ()) and _overlap(problem.hit, other.hit) for other in found):
        return True
    if problem.code == "quality_other" and len(codes) > 1 and _is(problem, OUTCOME, lexicon):
        return True
    if problem.code != "quality_other" or "quality_spoiled" not in codes or not _is(problem, FADING, lexicon):
        return False
    return any(other.code == "quality_spoiled" and _same_clause(text, problem.hit, other.hit) for other in found)


def problems_in(text: str, lexicon: Lexicon) -> list[Problem]:
    """Return every problem type's words in order; names of items and durations must be covered before.

    General blame (质量太差) is quality_other only where the text claims nothing else.
    """
    found = [Problem(code, hit) for code, hit in all_hits(lexicon.problems, text)]
    if not found:
        found = [Problem("quality_other", hit) for hit in lexicon.phrase(WEAK, text)]
    found = [one for one in found if not _swallowed(text, one, found, lexicon)]
    return sorted(found, key=lambda one: (one.hit.start, -one.hit.end))
