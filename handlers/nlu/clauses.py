"""Items, problems and counts of a text, connected clause by clause."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise

from handlers.messages.patterns import pattern_of
from handlers.nlu.items import Mention
from handlers.nlu.problems import Problem
from handlers.nlu.quantities import Quantity, short_by

BREAK = pattern_of(r"[,。;!?\n]|(?<!\d)\.(?!\d)|(?<=\d)\.(?=\s|$)|\.{2,}")
AND_BEFORE = pattern_of(r"(?:和|跟|与|、|及|还有|加|and)\s*$")
ALL_OF = pattern_of(r"\s*(?:全部?|两样|两个|这些|统统|一共)?(?:都|均|全)")
EACH = pattern_of(r"各|每样|每种|分别")
LINK = pattern_of(r"(?: of(?: the)?)?[\s的:xX*\ue000-\ue002]*$")

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

    def codes(self) -> tuple[str, ...]:
        """Return each problem type once, in reading order."""
        return tuple(dict.fromkeys(problem.code for problem in self.problems))


@dataclass(slots=True)
class _Clause:
    start: int
    end: int
    mentions: list[Mention]
    problems: list[Problem]
    counts: list[Quantity]


def _clauses(
    text: str, mentions: Sequence[Mention], problems: Sequence[Problem], counts: Sequence[Quantity]
) -> Iterator[_Clause]:
    bounds = [0, *(match.end() for match in BREAK.finditer(text)), len(text)]
    for start, end in pairwise(bounds):
        clause = _Clause(
            start,
            end,
            [one for one in mentions if start <= one.start < end],
            [one for one in problems if start <= one.hit.start < end],
            [one for one in counts if start <= one.start < end],
        )
        if clause.mentions or clause.problems or clause.counts:
            yield clause


def gather(
    text: str, mentions: Sequence[Mention], problems: Sequence[Problem], counts: Sequence[Quantity]
) -> list[Entry]:
    """Return one entry per item with its problems and counts; one without item where no item is named at all.

    A clause that begins with a problem is read forwards (少鸡蛋1板), one that begins with an item
    backwards (草莓坏2盒).
    """
    entries: list[Entry] = []
    loose = Entry()
    bundle: list[Entry] = []
    for clause in _clauses(text, mentions, problems, counts):
        if not clause.mentions:
            bare = [entry for entry in entries if not entry.problems] if ALL_OF.match(text, clause.start) else []
            targets = bare or bundle or [loose]
            for entry in targets:
                entry.problems += clause.problems
                entry.bare = False
            targets[-1].counts += clause.counts
            continue
        fresh = _walk(text, clause)
        if bundle and all(entry.bare for entry in bundle) and fresh[0].problems:
            for entry in bundle:
                entry.problems += fresh[0].problems
        if _only_items(text, clause) and bundle and all(entry.bare for entry in bundle):
            bundle = bundle + fresh
        else:
            bundle = fresh
        for entry in fresh:
            entry.bare = _only_items(text, clause)
        entries += fresh
    aside = [loose] if entries and loose.problems and _on_a_line_before(text, loose, entries) else []
    settled = _settled(entries, Entry() if aside else loose)
    return [part for entry in (*aside, *settled) for part in _apart(entry)]


def _on_a_line_before(text: str, loose: Entry, entries: Sequence[Entry]) -> bool:
    """Return whether the problem was told lines before any goods, which have problems of their own."""
    first = next((entry for entry in entries if entry.mention), None)
    if first is None or first.mention is None or not first.problems:
        return False
    return "\n" in text[loose.problems[-1].hit.end : first.mention.start]


def _apart(entry: Entry) -> list[Entry]:
    """Return one part for each problem with a count of its own (坏了2盒,少了1盒); else the entry unchanged."""
    claimed = [count for count in entry.counts if count.role == "claim"]
    own: list[tuple[Problem, Quantity]] = []
    for count in claimed:
        near = [one for one in entry.problems if one.hit.end <= count.start <= one.hit.end + 2]
        if not near or not isinstance(count.value, Fraction):
            return [entry]
        own.append((near[-1], count))
    if len(own) != len(entry.counts) or len({problem.code for problem, _ in own}) < max(2, len(own)):
        return [entry]
    parts = [Entry(mention=entry.mention, counts=[count], later=problem.hit.start) for problem, count in own]
    parts[0].later = None
    for one in entry.problems:
        reached = [part for part, (problem, _) in zip(parts, own, strict=True) if problem.hit.start <= one.hit.start]
        (reached or parts)[-1 if reached else 0].problems.append(one)
    return parts


def _only_items(text: str, clause: _Clause) -> bool:
    rest = list(text[clause.start : clause.end])
    for mention in clause.mentions:
        for at in range(mention.start, mention.end):
            rest[at - clause.start] = " "
    return not clause.problems and re.fullmatch(r"[\s、和跟与及,;。!]*", "".join(rest)) is not None


def _walk(text: str, clause: _Clause) -> list[Entry]:
    forwards = bool(clause.problems) and clause.problems[0].hit.start < clause.mentions[0].start
    entries = [Entry(mention=mention) for mention in clause.mentions]
    _share_problems(entries, clause.problems, forwards=forwards)
    for count in clause.counts:
        _owner(text, entries, count, forwards=forwards).counts.append(count)
    told = [entry for entry in entries if entry.counts]
    if len(told) == 1 and EACH.search(text, clause.start, clause.end):
        for entry in entries:
            entry.counts = list(told[0].counts)
    return entries


def _share_problems(entries: list[Entry], problems: Sequence[Problem], *, forwards: bool) -> None:
    places = [(entry.mention.start, entry) for entry in entries if entry.mention]
    for index, problem in enumerate(problems):
        at = problem.hit.start
        if forwards:
            stop = next((later.hit.start for later in problems[index + 1 :] if later.hit.start > at), 1 << 30)
            chosen = [entry for place, entry in places if at <= place < stop] or [places[-1][1]]
            if stop < (1 << 30) and not any(at <= place < stop for place, _ in places):
                chosen = [entry for place, entry in places if place > at] or chosen
        else:
            begin = max((one.hit.end for one in problems if one.hit.end <= at), default=-1)
            chosen = [entry for place, entry in places if begin <= place <= at]
            if not chosen:
                before = [entry for place, entry in places if place <= at]
                chosen = [one for one in before if _same_problem_group(one, before[-1])] if before else [entries[-1]]
        for entry in chosen:
            entry.problems.append(problem)


def _same_problem_group(one: Entry, last: Entry) -> bool:
    return one is last or bool(one.problems and last.problems and one.problems[-1] == last.problems[-1])


def _end(entry: Entry) -> int:
    return entry.mention.end if entry.mention else 0


def _owner(text: str, entries: list[Entry], count: Quantity, *, forwards: bool) -> Entry:
    """Return the item that a number belongs to: the one beside it."""
    placed = [(entry.mention, entry) for entry in entries if entry.mention is not None]
    before = [entry for mention, entry in placed if mention.start < count.start]
    following = next(((mention, entry) for mention, entry in placed if mention.start >= count.end), None)
    beside = following is not None and LINK.fullmatch(text[count.end : following[0].start]) is not None
    if following is not None and beside:
        if not before or AND_BEFORE.search(text[: count.start]):
            return following[1]
        if forwards and before[-1].counts:
            return following[1]
        if before[-1].counts and not before[-1].problems:
            return following[1]
        if forwards and not LINK.fullmatch(text[_end(before[-1]) : count.start]):
            return following[1]
    return before[-1] if before else (following[1] if following else entries[-1])


def _settled(entries: list[Entry], loose: Entry) -> list[Entry]:
    """Give problems before any item to the items without one; drop items of which nothing is said."""
    if not entries:
        return [loose] if loose.problems or loose.counts else []
    empty = [entry for entry in entries if not entry.problems]
    if loose.problems and (len(empty) == len(entries) or not any(entry.problems for entry in entries)):
        for entry in empty:
            entry.problems += loose.problems
    elif loose.problems:
        entries[0].problems[:0] = loose.problems
    if loose.counts and not any(entry.counts for entry in entries):
        entries[0].counts += loose.counts
    if any(entry.problems for entry in entries):
        entries = [entry for entry in entries if entry.problems or _lacks(entry) or (entry.counts and not empty)]
    return _merged(entries)


def _lacks(entry: Entry) -> bool:
    """Return whether the counts of an entry tell by themselves that some is missing: ordered 2, only 1 came."""
    return short_by(entry.counts, None) is not None


def _merged(entries: Sequence[Entry]) -> list[Entry]:
    kept: dict[object, Entry] = {}
    for entry in entries:
        key: object = (entry.mention.lines or entry.mention.word) if entry.mention else None
        known = kept.get(key)
        if known is None:
            kept[key] = entry
            continue
        known.problems += [problem for problem in entry.problems if problem not in known.problems]
        known.counts += [count for count in entry.counts if count not in known.counts]
    return list(kept.values())


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
