"""What the word tables found in a text, corrected by what was learned from labelled messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from .learned import MAJOR, Learned, marks_of
from .lexicon import Hit
from .problems import CLAUSE, Problem
from .signals import Serious

KEPT = frozenset({"illness", "foreign_object", "expired"})
"""Found by the tables, these are never taken away: too much is at stake."""


def corrected(
    text: str, problems: Sequence[Problem], grave: Serious, learned: Learned, *, several: bool, firm: Hit | None = None
) -> tuple[list[Problem], Serious]:
    """Give the problems with what is likely and without what is unlikely; severity only rises.

    Where `several` items of an order are named each clause is weighed for itself, so that nothing is added to the
    item of another. What was read at `firm` stays: it was not read from words alone.
    """
    codes = {problem.code for problem in problems}
    sums = learned.sums(text, marks_of(codes, severity=grave.severity, signals=grave.signals))
    if grave.severity == "normal" and sums[MAJOR] >= learned.major:
        grave = replace(grave, severity="major")
    if not several:
        return _weighed(text, 0, problems, sums, learned, firm), grave
    kept: list[Problem] = []
    for start, end in _clauses(text):
        own = [problem for problem in problems if start <= problem.hit.start < end]
        piece = text[start:end]
        sums = learned.sums(piece, marks_of({problem.code for problem in own}))
        kept += _weighed(piece, start, own, sums, learned, firm)
    return kept, grave


def _clauses(text: str) -> Iterator[tuple[int, int]]:
    return pairwise([0, *(match.end() for match in CLAUSE.finditer(text)), len(text)])


def _weighed(
    text: str, start: int, problems: Sequence[Problem], sums: Mapping[str, int], learned: Learned, firm: Hit | None
) -> list[Problem]:
    """Weigh a text that begins at `start` of the whole; of what the tables found the likeliest always stays."""
    codes = {problem.code for problem in problems}
    likeliest = max(sorted(codes), key=lambda code: sums.get(code, 0), default="")
    stay = KEPT | {likeliest} | {code for code in codes if sums.get(code, learned.add) > learned.drop}
    weighed = [one for one in problems if one.code in stay or one.hit is firm]
    least = learned.more if codes else learned.add
    for code, total in sums.items():
        if code != MAJOR and code not in codes and total >= least and (place := learned.strongest(text, code)):
            low, high = place
            weighed.append(Problem(code, Hit(start + low, start + high, text[low:high])))
    return sorted(weighed, key=lambda one: (one.hit.start, -one.hit.end))
