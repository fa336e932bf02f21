"""What the word tables found in a text, corrected by weights from labelled messages."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from handlers.messages.patterns import pattern_of
from handlers.nlu.problems import CLAUSE, ITEM, Problem
from handlers.nlu.risk_signals import Serious
from handlers.nlu.text.lexicon import Hit
from handlers.nlu.text.weights import MAJOR, Learned, marks_of

GOODS = pattern_of(f"{ITEM}+")
KEPT = frozenset({"illness", "foreign_object", "expired"})
"""Types that are never dropped when the tables found them: too much is at stake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """Problems in reading order: what counts, and what the weights found beside something that words found."""

    found: tuple[Problem, ...]
    added: tuple[Problem, ...]
    grave: Serious


def weighed(
    text: str,
    problems: Sequence[Problem],
    grave: Serious,
    learned: Learned,
    *,
    several: bool,
    firm: Hit | None = None,
    tags: Collection[str] = (),
) -> Corrected:
    """Return the problems with what is likely and without what is unlikely; severity only rises.

    Where `several` items of an order are named, each clause is weighed by itself, so that nothing is added to the
    item of another; of a clause with more than one nothing is dropped. What was read at `firm` stays: it was not read
    from words alone. So does a type that would make a claim on goods with these `tags` serious.
    """
    codes = {problem.code for problem in problems}
    sums = learned.sums(text, marks_of(codes, severity=grave.severity, signals=grave.signals))
    if grave.severity == "normal" and sums[MAJOR] >= learned.major:
        grave = replace(grave, severity="major")
    stay = KEPT | learned.grave(tags)
    found: list[Problem] = []
    added: list[Problem] = []
    for start, end in _clauses(text) if several else [(0, len(text))]:
        own = [problem for problem in problems if start <= problem.hit.start < end]
        piece = text[start:end]
        if several:
            sums = learned.sums(piece, marks_of({problem.code for problem in own}))
        sure = stay | (_likely(own, sums, learned) if len(GOODS.findall(piece)) < 2 else {one.code for one in own})
        found += [one for one in own if one.hit is firm or one.code in sure]
        missed = _missed(piece, start, {problem.code for problem in own}, sums, learned)
        (added if own else found).extend(missed)
    return Corrected(found=tuple(found), added=tuple(added), grave=grave)


def _clauses(text: str) -> Iterator[tuple[int, int]]:
    return pairwise([0, *(match.end() for match in CLAUSE.finditer(text)), len(text)])


def _likely(problems: Sequence[Problem], sums: Mapping[str, int], learned: Learned) -> set[str]:
    """Return the types that are not unlikely; of what the tables found the likeliest always is one."""
    codes = {problem.code for problem in problems}
    likeliest = max(sorted(codes), key=lambda code: sums.get(code, 0), default="")
    return {likeliest} | {code for code in codes if sums.get(code, learned.add) > learned.drop}


def _missed(
    text: str, start: int, codes: Collection[str], sums: Mapping[str, int], learned: Learned
) -> Iterator[Problem]:
    """Yield the likely types that are not among `codes`, in a text that begins at `start` of the whole."""
    least = learned.more if codes else learned.add
    places = {code: learned.strongest(text, code) for code, total in sums.items() if total >= least}
    for place, code in sorted((place, code) for code, place in places.items() if place):
        if code != MAJOR and code not in codes:
            yield Problem(code, Hit(start + place[0], start + place[1], text[slice(*place)]))
