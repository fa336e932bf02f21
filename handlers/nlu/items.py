"""Which order line a text means: the longest run of an item's own words, never a guess between two."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice

from handlers.messages.patterns import pattern_of
from handlers.nlu.text.lexicon import HITS, Lexicon
from handlers.nlu.text.normalisation import normalise
from handlers.nlu.text.phonetics import by_line
from storage.orders import Order, OrderLine

CJK = pattern_of(r"[\u3400-\u9fff][\u3400-\u9fff0-9]*")
LATIN = pattern_of(r"[a-z]{3,}")
PLURAL = pattern_of(r"e?s(?![a-z])")
SPEC_PART = pattern_of(r"(\d{1,4})(杯|瓶|枚|个|只|袋|包|片|支|盒|罐|g|ml|kg|l|斤|克)")
BRACKETS = pattern_of(r"\([^)]{0,40}\)")
MEASURES = "kg|ml|cm|g|l|斤|两|克|公斤|千克|升|毫升|[个只颗枚粒盒包袋杯瓶片抽支条件根把块份板箱听罐号]"
SPEC = pattern_of(rf"[约共]?[0-9.]{{1,8}}(?:{MEASURES})(?:装|级|以上|左右)?(?:[/*x][0-9]*[\u4e00-\u9fff]?)*")
TWO_KINDS = pattern_of(r"(?:两|2|俩)(?:种|款|样|个?口味|个?品种|个?馅|份不同)的?$")
JOINTS = frozenset({"", "的", "(", " (", " "})
BORROWED = 0.75
NAMES_KEPT = 5000

WHOLE, HEAD, ALIAS, PART = 4, 3, 2, 1


@dataclass(frozen=True, slots=True)
class Name:
    """A word an item can be called by: all of it, its noun or the noun's kind, another word for it, or a part."""

    word: str
    grade: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A place in a text that names order lines; several lines mean that the bot has to ask."""

    start: int
    end: int
    lines: tuple[tuple[str, int], ...]  # (order_no, line_no)
    sure: bool = True
    word: str = ""


def _runs(item: str, lexicon: Lexicon) -> list[str]:
    """Return an item's Chinese words without specification and packaging, digits within kept (99草莓)."""
    bare = SPEC.sub(" ", BRACKETS.sub(" ", item))
    for word in lexicon.packaging:
        bare = bare.replace(word, " ")
    runs = [run for run in CJK.findall(bare) if len(run) > 1 or run in lexicon.vocabulary]
    return runs or CJK.findall(item)


def _noun(run: str, lexicon: Lexicon) -> str:
    """Return what the thing is: the longest known noun at the end, else the last one within, else two characters."""
    ends = [run[at:] for at in range(len(run)) if run[at:] in lexicon.vocabulary]
    if ends and len(ends[0]) > 1:
        return ends[0]
    within = [found.group() for found in lexicon.nouns.finditer(run) if len(found.group()) > 1]
    if within:
        return within[-1]
    return ends[0] if ends else run[-2:]


def _parts(run: str, noun: str) -> dict[str, int]:
    """Return every run of two or more characters; those that end with the noun count as the thing itself."""
    grades: dict[str, int] = {}
    run = run[:16]
    for low in range(len(run)):
        for high in range(low + 2, len(run) + 1):
            part = run[low:high]
            grades[part] = max(grades.get(part, 0), HEAD if part.endswith(noun) else PART)
    return grades


def names_of(item: str, lexicon: Lexicon) -> tuple[Name, ...]:
    """Return what an item can be called, longest first; remembered in the lexicon."""
    known = lexicon.names.get(item)
    if known is not None:
        return known  # type: ignore[no-any-return]  # the lexicon holds it untyped, because it is below this file
    text = normalise(item)
    grades: dict[str, int] = {}
    runs = _runs(text, lexicon)
    main = next((run for run in runs if _noun(run, lexicon) in lexicon.vocabulary), runs[0] if runs else "")
    for run in runs:
        noun = _noun(run, lexicon)
        for part, grade in _parts(run, noun).items():
            own = HEAD if noun in lexicon.kin.get(part, ()) else grade
            grades[part] = max(grades.get(part, 0), own if run == main else PART)
            if own == HEAD and run == main and part != noun:
                # 阳光玫瑰葡萄 is 晴王 too, for 阳光玫瑰 is a kind of 葡萄
                grades |= {word: HEAD for word in lexicon.same.get(part, ()) if word not in grades}
        if run == main:
            grades |= {
                word: _kin_grade(word, text, lexicon.same.get(noun, ())) for word in lexicon.kin.get(noun, {noun})
            }
            grades[run] = WHOLE
    for word in LATIN.findall(text):
        grades |= dict.fromkeys(lexicon.same.get(word, {word}), HEAD)
    names = tuple(Name(word, grade) for word, grade in sorted(grades.items(), key=lambda pair: -len(pair[0])))
    if len(lexicon.names) >= NAMES_KEPT:
        lexicon.names.clear()
    lexicon.names[item] = names
    return names


def _kin_grade(word: str, item: str, same: Collection[str]) -> int:
    """Return the grade of another word for the item: 红富士 means the apple with that name before other apples."""
    return ALIAS if word in same and word not in item else HEAD


@dataclass(slots=True)
class _Found:
    start: int
    end: int
    grade: int
    key: tuple[str, int]


def _founds(text: str, orders: Iterable[Order], lexicon: Lexicon) -> list[_Found]:
    founds: list[_Found] = []
    for order in orders:
        for line in order.lines:
            key = (order.order_no, line.line_no)
            taken: list[tuple[int, int]] = []
            for name in names_of(line.item, lexicon):
                at = text.find(name.word)
                while at >= 0 and len(taken) < HITS:
                    end = at + len(name.word)
                    if not any(low <= at and end <= high for low, high in taken) and _bounded(text, at, end):
                        taken.append((at, end))
                        founds.append(_Found(at, end, name.grade, key))
                    at = text.find(name.word, end)
    return founds


def _bounded(text: str, start: int, end: int) -> bool:
    """Return whether a Latin word is a word of its own, or its plural: `ok` is not in enoki."""
    if end - start > 2 and (plural := PLURAL.match(text, end)):
        end = plural.end()
    if not text[start].isascii() or text[start].isdigit():
        return True
    return not (text[start - 1 : start].isalpha() and text[start - 1].isascii()) and not (
        text[end : end + 1].isalpha() and text[end].isascii()
    )


def _clusters(text: str, founds: list[_Found]) -> list[list[_Found]]:
    """Return places that overlap, and those of one line that touch (韭菜 + 饺子, 草莓(丹东), a 的 between)."""
    groups: list[list[_Found]] = []
    end = -9
    for start, places in groupby(sorted(founds, key=lambda one: one.start), key=lambda one: one.start):
        batch = list(places)
        keys = {one.key for one in groups[-1]} if groups else set()
        touches = text[end:start] in JOINTS and any(one.key in keys for one in batch)
        if groups and (start < end or touches):
            groups[-1] += batch
        else:
            groups.append(batch)
            end = start
        end = max(end, *(one.end for one in batch))
    return groups


def _cover(founds: list[_Found]) -> tuple[float, int]:
    """Return how much of the text a line's words cover, others' words counting less; and the best grade."""
    every = {at for found in founds for at in range(found.start, found.end)}
    own = {at for found in founds if found.grade != ALIAS for at in range(found.start, found.end)}
    return len(own) + BORROWED * len(every - own), max(found.grade for found in founds)


def _by_spec(
    lines: Sequence[tuple[str, int]], text: str, specs: Mapping[tuple[str, int], str]
) -> tuple[tuple[str, int], ...]:
    """Return the one line whose specification is named: 8小杯的那个 of 100g*8杯 and 350g."""
    named = [
        line
        for line in lines
        if any(
            re.search(rf"(?<!\d){number}\s?[大小]?{unit}", text)
            for number, unit in SPEC_PART.findall(specs.get(line, ""))
        )
    ]
    return tuple(named) if len(named) == 1 else ()


def _decide(
    group: list[_Found],
    text: str,
    lexicon: Lexicon,
    kin: Mapping[tuple[str, int], frozenset[str]],
    specs: Mapping[tuple[str, int], str],
) -> Mention:
    start, end = min(one.start for one in group), max(one.end for one in group)
    by_line: dict[tuple[str, int], list[_Found]] = {}
    for found in group:
        by_line.setdefault(found.key, []).append(found)
    scores = {key: _cover(founds) for key, founds in by_line.items()}
    things = {key: score for key, score in scores.items() if score[1] >= ALIAS} or scores
    best = max((size, min(grade, HEAD)) for size, grade in things.values())
    lines = tuple(key for key, (size, grade) in things.items() if (size, min(grade, HEAD)) == best)
    if len(lines) > 1:
        lines = _by_spec(lines, text, specs) or lines
    word = text[start:end]
    # 草莓 names no 草莓酸奶: a noun of its own that is only a part of the item's words is asked about,
    # except where parts tell two of a kind apart (韭菜 of two sorts of 水饺)
    siblings = any(key != lines[0] and names & kin[lines[0]] for key, names in kin.items())
    sure = (
        len(lines) == 1
        and not text[:start].endswith("除了")
        and (best[1] >= ALIAS or word not in lexicon.vocabulary or siblings)
    )
    return Mention(start=start, end=end, lines=lines, sure=sure, word=word)


def _kinds(orders: Iterable[Order], lexicon: Lexicon) -> dict[tuple[str, int], frozenset[str]]:
    """Return the nouns that each order line can be called by."""
    return {
        (order.order_no, line.line_no): frozenset(
            name.word
            for name in names_of(line.item, lexicon)
            if name.grade >= ALIAS and name.word in lexicon.vocabulary
        )
        for order in orders
        for line in order.lines
    }


def mentions(text: str, orders: Sequence[Order], lexicon: Lexicon) -> list[Mention]:
    """Return the order lines that a normalised text names, in order; by sound where no spelling fits."""
    groups = _clusters(text, _founds(text, orders, lexicon))
    kin = _kinds(orders, lexicon) if groups else {}
    specs = {(order.order_no, line.line_no): normalise(line.spec) for order in orders for line in order.lines}
    found = _settled([_decide(group, text, lexicon, kin, specs) for group in groups])
    found = [each for one in found for each in _both(_within(one, text, orders, lexicon), text)]
    if not orders or (found and "\n" not in text):
        return found
    spoken = [
        ((order.order_no, line.line_no),
         tuple(name.word for name in names_of(line.item, lexicon) if name.grade >= ALIAS and 2 <= len(name.word) <= 5))
        for order in orders
        for line in order.lines
    ]  # fmt: skip
    places = by_line(text, [(one.start, one.end) for one in found], spoken)
    alike = [Mention(start=low, end=high, lines=lines, sure=len(lines) == 1, word=text[low:high])
             for low, high, lines in places]  # fmt: skip
    return sorted([*found, *alike], key=lambda one: one.start)


def _within(one: Mention, text: str, orders: Sequence[Order], lexicon: Lexicon) -> Mention:
    """Return a mention without line if it is part of another thing's name: 鸡蛋 of 土鸡蛋, for an order of 鸡蛋水饺."""
    near = text[max(0, one.start - 4) : one.end + 4]
    shift = max(0, one.start - 4)
    for found in lexicon.nouns.finditer(near):
        low, high = found.start() + shift, found.end() + shift
        if low <= one.start and one.end <= high and high - low > one.end - one.start:
            lines = [line_of(orders, key) for key in one.lines]
            if not any(found.group() in normalise(line.item) for line in lines if line):
                return replace(one, start=low, end=high, lines=(), sure=False, word=found.group())
    return one


def _both(one: Mention, text: str) -> list[Mention]:
    """Return both lines that 饺子 may mean for 两种饺子."""
    if len(one.lines) != 2 or not TWO_KINDS.search(text[max(0, one.start - 6) : one.start]):
        return [one]
    return [replace(one, lines=(line,), sure=True) for line in one.lines]


def _settled(found: list[Mention]) -> list[Mention]:
    """Choose, for a word of several lines (水饺), the line that other words of the text name (白菜的)."""
    named = {one.lines[0] for one in found if one.sure and len(one.lines) == 1}
    settled = []
    for one in found:
        meant = [line for line in one.lines if line in named] if len(one.lines) > 1 else []
        settled.append(replace(one, lines=(meant[0],), sure=True) if len(meant) == 1 else one)
    return settled


def strangers(text: str, spans: Iterable[tuple[int, int]], lexicon: Lexicon) -> list[Mention]:
    """Return known nouns outside the given spans: things named that are in none of the orders."""
    taken = list(spans)
    return [
        Mention(start=found.start(), end=found.end(), lines=(), sure=False, word=found.group())
        for found in islice(lexicon.nouns.finditer(text), HITS)
        if not any(low < found.end() and found.start() < high for low, high in taken)
    ]


def line_of(orders: Iterable[Order], key: tuple[str, int]) -> OrderLine | None:
    """Return the order line that a mention means."""
    for order in orders:
        if order.order_no == key[0]:
            return next((line for line in order.lines if line.line_no == key[1]), None)
    return None
