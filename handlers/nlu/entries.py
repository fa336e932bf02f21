"""What a text says of one item: its problems and counts, parted where each problem has its own, and what is claimed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from handlers.messages.patterns import pattern_of
from handlers.nlu.borders import OF_THE_ORDER
from handlers.nlu.items import Mention
from handlers.nlu.problems import Problem
from handlers.nlu.quantities import Quantity, short_by

BREAK = pattern_of(r"[,。;!?\n]|(?<!\d)\.(?!\d)|(?<=\d)\.(?=\s|$)|\.{2,}")
PACKS = {
    "袋": ("bag", "bags", "pack", "packs"),
    "盒": ("box", "boxes", "pack", "packs"),
    "包": ("pack", "packs", "bag", "bags"),
    "瓶": ("bottle", "bottles"),
    "罐": ("can", "cans", "tin", "tins", "jar", "jars"),
    "箱": ("box", "boxes", "crate", "crates"),
}
UNCOUNTED = {"foreign_object", "illness", "service_attitude"}
"""Problems of which no quantity is claimed: 一条虫 counts insects."""


@dataclass(slots=True)
class Entry:
    """What is said of one item (or of none); it grows while the clauses are read."""

    mention: Mention | None = None
    problems: list[Problem] = field(default_factory=list)
    counts: list[Quantity] = field(default_factory=list)
    bare: bool = False  # alone between commas: takes its problem from what follows
    later: int | None = None  # the place of the further problem of which this is a part

    @property
    def begins(self) -> int:
        """Return where the words for this entry begin."""
        if self.later is not None:
            return self.later
        return self.mention.start if self.mention else 0

    def add(self, problems: Sequence[Problem]) -> None:
        """Add problems to an entry without item: it begins with the first of them."""
        self.problems += problems
        self.later = self.problems[0].hit.start if self.problems else None

    def codes(self) -> tuple[str, ...]:
        """Return each problem type once, in reading order."""
        return tuple(dict.fromkeys(problem.code for problem in self.problems))


def apart(text: str, entry: Entry) -> list[Entry]:
    """Return one part for each problem with a count of its own (坏了2盒,少了1盒; 一盒发霉一盒压烂); else the entry.

    Of the whole order each problem is a part.
    """
    if entry.mention is None and len(entry.codes()) > 1 and set(entry.codes()) <= OF_THE_ORDER and not entry.counts:
        return [Entry(problems=[one], later=one.hit.start) for one in entry.problems]
    counts = [count for count in entry.counts if count.role == "claim"]
    if len(counts) < 2 or len(entry.problems) < 2 or len(counts) != len(entry.counts):
        return [entry]
    tried = (_own_counts(text, entry, counts, first) for first in (True, False))
    own = next((pairs for pairs in tried if _covers(pairs, counts)), [])
    if not own or len({problem.code for problem, _ in own}) < len(own):
        return [entry]
    parts = [Entry(mention=entry.mention, counts=[count], later=problem.hit.start) for problem, count in own]
    parts[0].later = None
    for one in entry.problems:
        reached = [part for part, (problem, _) in zip(parts, own, strict=True) if problem.hit.start <= one.hit.start]
        (reached or parts)[-1 if reached else 0].problems.append(one)
    return parts


def _covers(own: Sequence[tuple[Problem, Quantity]], counts: Sequence[Quantity]) -> bool:
    """Return whether each count belongs to a problem; the first may be the number of all (3盒烂2盒少1盒)."""
    exact = [count.value for _, count in own if isinstance(count.value, Fraction)]
    left = [count for count in counts if all(count is not mine for _, mine in own)]
    if len(own) < 2 or len(exact) < len(own) - 1 or len(left) > 1:
        return False
    whole = left[0].value if left else None
    return not left or (left[0] is counts[0] and isinstance(whole, Fraction) and whole >= sum(exact))


def _own_counts(
    text: str, entry: Entry, counts: Sequence[Quantity], behind_first: bool
) -> list[tuple[Problem, Quantity]]:
    """Return the problems that have a count right behind them or right before them, in reading order."""
    own: list[tuple[Problem, Quantity]] = []
    left = list(counts)
    for behind in (behind_first, not behind_first):
        for one in entry.problems:
            low, high = one.hit.start, one.hit.end
            near = [c for c in left if (high <= c.start <= high + 2 if behind else c.end <= low <= c.end + 2)]
            near = [c for c in near if not BREAK.search(text, min(high, c.end), max(low, c.start))]
            if near and all(one.hit.start != known.hit.start for known, _ in own):
                own.append((one, near[0]))
                left.remove(near[0])
    return sorted(own, key=lambda pair: pair[0].hit.start)


def _packed(entry: Entry, ordered: Fraction | None, unit: str) -> Quantity | None:
    """Return how many packs an insect was in, where that is told in the order line's own unit; never the insects."""
    if set(entry.codes()) != {"foreign_object"} or ordered is None:
        return None
    own = [one for one in entry.counts if one.role == "claim" and one.unit and one.unit in (unit, *PACKS.get(unit, ()))]
    return own[0] if len(own) == 1 and isinstance(own[0].value, Fraction) and own[0].value <= ordered else None


def amount(entry: Entry, ordered: Fraction | None, unit: str = "") -> Quantity | None:
    """Return the count that is claimed: what is missing where both sums are given, else the one beside the problem.

    `unit`: the order line's own; of several counts the one in it is meant (8小杯那种, 3板里2板).
    """
    changed = [count for count in entry.counts if count.role == "changed"]
    if changed:
        return changed[-1]
    if entry.problems and set(entry.codes()) <= UNCOUNTED:
        return _packed(entry, ordered, unit)
    spared = next((count for count in entry.counts if count.role == "but"), None)
    if spared is not None and isinstance(spared.value, Fraction):
        rest = ordered - spared.value if ordered is not None and ordered > spared.value else None
        return replace(spared, value=rest, role="claim")
    missing = short_by(entry.counts, ordered)
    if missing is not None:
        return missing
    counts = [count for count in entry.counts if count.role == "claim"]
    if not counts:
        counts = [
            count
            for count in entry.counts
            if count.role == "wish" and isinstance(count.value, Fraction) and count.value > 1
        ]
    if not counts and "shortage_missing" not in entry.codes():
        counts = [count for count in entry.counts if count.role == "received" and not count.only]
    own = [count for count in counts if unit and count.unit == unit and count.value is not None]
    if own and len(own) < len(counts) and counts[0].unit and counts[0].unit != unit and counts[0].value is not None:
        counts = own
    if len(counts) > 1 and entry.problems:
        after = [
            count
            for count in counts
            if any(problem.hit.end <= count.start <= problem.hit.end + 4 for problem in entry.problems)
        ]
        before = [
            count for count in counts if any(0 <= problem.hit.start - count.end <= 2 for problem in entry.problems)
        ]
        exact = [count for count in after or before or counts if count.value is not None]
        exact = exact or [count for count in counts if count.value is not None]
        counts = exact or counts
    return counts[0] if counts else None
