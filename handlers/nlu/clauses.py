"""Items, problems and counts of a text, connected clause by clause."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from handlers.messages.patterns import pattern_of
from handlers.nlu.borders import FILLS, HAN, OF_THE_ORDER
from handlers.nlu.entries import BREAK, Entry, apart
from handlers.nlu.items import Mention
from handlers.nlu.problems import Problem
from handlers.nlu.quantities import Quantity, short_by

AND_BEFORE = pattern_of(r"(?:和|跟|与|、|及|还有|加|and)\s*$")
ALL_OF = pattern_of(r"\s*(?:全部?|两样|两个|这些|统统|一共)?(?:都|均|全)")
EACH = pattern_of(r"各|每样|每种|分别")
LINK = pattern_of(r"(?: of(?: the)?)?[\s的:xX*\ue000-\ue002]*$")


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
    loose, order = Entry(), Entry()
    bundle: list[Entry] = []
    for clause in _clauses(text, mentions, problems, counts):
        if not clause.mentions and _of_the_order(clause):
            order.add(clause.problems)
            continue
        if not clause.mentions:
            bare = [entry for entry in entries if not entry.problems] if ALL_OF.match(text, clause.start) else []
            targets = bare or bundle or [loose]
            for entry in targets:
                entry.problems += clause.problems
                entry.bare = False
            targets[-1].counts += clause.counts
            continue
        besides = [one for one in clause.problems if one.code in OF_THE_ORDER]
        if len(besides) < len(clause.problems):  # 草莓霉半盒晚到俩小时: lateness is not the strawberries'
            order.add(besides)
            clause.problems = [one for one in clause.problems if one not in besides]
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
    if order.problems and settled and not any(entry.problems for entry in (*aside, *settled)):
        for entry in settled:
            entry.problems += order.problems  # 我的虾呢, 都九点了还没到
    elif order.problems:
        aside.append(order)
    return sorted((part for entry in (*aside, *settled) for part in apart(text, entry)), key=lambda part: part.begins)


def _of_the_order(clause: _Clause) -> bool:
    """Return whether a clause tells something of the whole order, and of no goods."""
    codes = {problem.code for problem in clause.problems}
    return bool(codes) and codes <= OF_THE_ORDER and not clause.counts


def _on_a_line_before(text: str, loose: Entry, entries: Sequence[Entry]) -> bool:
    """Return whether the problem was told lines before any goods, which have problems of their own."""
    first = next((entry for entry in entries if entry.mention), None)
    if first is None or first.mention is None or not first.problems:
        return False
    return "\n" in text[loose.problems[-1].hit.end : first.mention.start]


def _only_items(text: str, clause: _Clause) -> bool:
    rest = list(text[clause.start : clause.end])
    for mention in clause.mentions:
        for at in range(mention.start, mention.end):
            rest[at - clause.start] = " "
    return not clause.problems and re.fullmatch(r"[\s、和跟与及,;。!]*", "".join(rest)) is not None


def _walk(text: str, clause: _Clause) -> list[Entry]:
    forwards = bool(clause.problems) and clause.problems[0].hit.start < clause.mentions[0].start
    entries = [Entry(mention=mention) for mention in clause.mentions]
    _share_problems(text, entries, clause.problems, forwards=forwards)
    for count in clause.counts:
        _owner(text, entries, count, forwards=forwards).counts.append(count)
    told = [entry for entry in entries if entry.counts]
    if len(told) == 1 and EACH.search(text, clause.start, clause.end):
        for entry in entries:
            entry.counts = list(told[0].counts)
    return entries


def _share_problems(text: str, entries: list[Entry], problems: Sequence[Problem], *, forwards: bool) -> None:
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
            chosen = _joined(text, [entry for place, entry in places if begin <= place <= at])
            if not chosen:
                before = [entry for place, entry in places if place <= at]
                chosen = [one for one in before if _same_problem_group(one, before[-1])] if before else [entries[-1]]
        for entry in chosen:
            entry.problems.append(problem)


def _joined(text: str, entries: list[Entry]) -> list[Entry]:
    """Return the last item with those before it of which nothing is said between: 鸡蛋3个和草莓2盒都坏了."""
    kept = entries[-1:]
    for one in reversed(entries[:-1]):
        if HAN.search(FILLS.sub("", text[_end(one) : kept[0].begins])):
            break
        kept.insert(0, one)
    return kept


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
