"""The policy's word tables, compiled once: what can be found in a text, and where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any

from handlers.messages.patterns import pattern_of
from handlers.nlu.text.normalisation import normalise
from handlers.nlu.text.numerals import COUNT, ENGLISH
from handlers.nlu.text.weights import Learned

ORDER_PATTERNS = (r"kt\d{6}-\d{4}", r"20\d{6}-\d{4}")
GAP = "[^,。!?;\n]{0,6}?"
NEGATION = pattern_of(
    r"(?:没有?|不是|并?[不没未]|未|别|无|勿|免得|以免|怕是?|担心|防止|避免|会不会|有没有)"
    r"(?:太|很|怎么|任何|什么|再|有|被|会|给|一点|发现|出现)?$"
)
ENGLISH_NEGATION = pattern_of(r"(?:\bno|\bnot|n't|\bnever|\bwithout|\bnothing)(?: \w+)?[ ]?$")
HITS = 30
"""Places of one kind that are looked at in a text; beyond that it is no message of a person."""
KEPT = 1024
"""So many compiled patterns are kept, by their text: about those of four policies with words of their own."""
SELF_NEGATED = ("没", "不", "未", "无", "少", "缺", "漏", "非")


@dataclass(frozen=True, slots=True)
class Hit:
    """Words found in a normalised text."""

    start: int
    end: int
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    """One row of a table: plain words and patterns, and phrases in which they mean something else."""

    plain: re.Pattern[str] | None = None  # alternatives that all begin with a fixed character: ten times faster
    loose: re.Pattern[str] | None = None
    latin: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None
    negatable: bool = True

    def raw(self, text: str) -> Iterator[Hit]:
        """Yield every place, without regard to `unless` and negation."""
        for pattern in (self.plain, self.loose):
            if pattern is not None:
                for found in islice(pattern.finditer(text), HITS):
                    if found.end() > found.start():
                        yield Hit(found.start(), found.end(), found.group())
        if self.latin is not None and HAS_LATIN.search(text):
            for found in islice(self.latin.finditer(text), HITS):
                yield Hit(found.start(), found.end(), found.group())

    def find(self, text: str) -> list[Hit]:
        """Return the places that count, in reading order."""
        hits = sorted(self.raw(text), key=lambda hit: hit.start)
        if self.negatable and hits:
            hits = _stated(text, hits)
        if hits and self.unless is not None:
            spans = [found.span() for found in self.unless.finditer(text)]
            hits = [hit for hit in hits if not any(low < hit.end and hit.start < high for low, high in spans)]
        return hits


HAS_LATIN = pattern_of("[a-z]")


def _stated(text: str, hits: Sequence[Hit]) -> list[Hit]:
    """Return the hits that are not negated, nor right behind one that is (没有洒漏)."""
    kept: list[Hit] = []
    denied_to = -1
    for hit in hits:
        if hit.start == denied_to or negated(text, hit):
            denied_to = hit.end
        else:
            kept.append(hit)
    return kept


def negated(text: str, hit: Hit) -> bool:
    """Return whether the words before a hit negate it (没坏, 怕坏, not broken)."""
    if hit.word.startswith(SELF_NEGATED):
        return False
    before = text[max(0, hit.start - 14) : hit.start]
    if hit.word[0].isascii():
        return ENGLISH_NEGATION.search(before) is not None
    return NEGATION.search(before[-6:].rstrip()) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """All tables of one policy; `names` remembers what order items can be called."""

    order_patterns: tuple[re.Pattern[str], ...] = ()
    problems: Mapping[str, Matcher] = field(default_factory=dict)
    remedies: Mapping[str, Matcher] = field(default_factory=dict)
    signals: Mapping[str, Matcher] = field(default_factory=dict)
    severities: Mapping[str, str] = field(default_factory=dict)
    special: Mapping[str, Matcher] = field(default_factory=dict)
    phrases: Mapping[str, Matcher] = field(default_factory=dict)
    emoji: Mapping[str, str] = field(default_factory=dict)
    counted: re.Pattern[str] = field(default_factory=lambda: re.compile(r"(?!)"))
    nouns: re.Pattern[str] = field(default_factory=lambda: re.compile(r"(?!)"))
    vocabulary: frozenset[str] = frozenset()
    same: Mapping[str, frozenset[str]] = field(default_factory=dict)
    kin: Mapping[str, frozenset[str]] = field(default_factory=dict)
    packaging: tuple[str, ...] = ()
    learned: Learned | None = None
    names: dict[str, Any] = field(default_factory=dict)

    def phrase(self, name: str, text: str) -> list[Hit]:
        """Return the places of one row of the phrases; none where the policy has no such row."""
        matcher = self.phrases.get(name)
        return matcher.find(text) if matcher else []


def all_hits(table: Mapping[str, Matcher], text: str) -> list[tuple[str, Hit]]:
    """Return the places of all rows of a table, each with the row's name."""
    return [(name, hit) for name, matcher in table.items() for hit in matcher.find(text)]


def escaped(word: str) -> str:
    """Return a table's word as a pattern; … matches up to six characters of the same clause."""
    return GAP.join(re.escape(part) for part in word.split("…"))


def alternatives(words: Iterable[str]) -> str:
    """Return words as one pattern, the longest first, so that 没收到 wins over 收到."""
    return "|".join(escaped(word) for word in sorted(set(words), key=lambda word: (-len(word), word)))


def _spelt(word: str) -> str:
    return "…".join(normalise(part) for part in word.split("…"))


def _latin(word: str) -> bool:
    return word[:1].isascii() and word[:1].isalpha()


@lru_cache(maxsize=KEPT)
def _compile(body: str, flags: int) -> re.Pattern[str]:
    return re.compile(body, flags)


def _compiled(body: str) -> re.Pattern[str] | None:
    return _compile(body, re.ASCII) if body else None


def matcher(row: Mapping[str, Any] | Sequence[str], *, negatable: bool = True) -> Matcher:
    """Compile a row: a list of words, or a table with words, patterns and unless.

    A policy that extends another adds with `more` and removes with `without`, so that it need not copy the list.
    """
    if not isinstance(row, Mapping):
        row = {"words": row}
    dropped = {_spelt(word) for word in row.get("without", ())}
    words = [_spelt(word) for word in (*row.get("words", ()), *row.get("more", ()))]
    words = [word for word in words if word not in dropped]
    patterns = list(row.get("patterns", ()))
    english = [word for word in words if _latin(word)]
    chinese = [word for word in words if word and not _latin(word)]
    fixed = [pattern for pattern in patterns if re.match(r"[\u3400-\u9fff](?![?*{])", pattern)]
    other = [pattern for pattern in patterns if pattern not in fixed]
    plain = "|".join([*fixed, alternatives(chinese)] if chinese else fixed)
    latin = rf"(?<![a-z])(?:{alternatives(english)})(?![a-z])" if english else ""
    return Matcher(
        plain=_compiled(plain),
        loose=_compiled("|".join(other)),
        latin=_compiled(latin),
        unless=_compiled("|".join(row.get("unless", ()))),
        negatable=bool(row.get("negatable", negatable)),
    )


def _table(words: Mapping[str, Any], key: str, *, negatable: bool = True) -> dict[str, Matcher]:
    rows = words.get(key, {})
    problems = words.get("problems", {})
    return {
        name: matcher(problems.get(row["same_as"], {}) if isinstance(row, Mapping) and "same_as" in row else row,
                      negatable=negatable)
        for name, row in rows.items()
    }  # fmt: skip


def number_patterns(patterns: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    """Return the number shapes as patterns, with the dash optional (20261120 0088)."""
    shapes = []
    for pattern in patterns:
        plain = not set("[(|") & set(pattern)
        body = "[-_ ]{0,2}".join(f"({part})" for part in pattern.split("-")) if plain else f"(?P<whole>{pattern})"
        shapes.append(_compile(rf"(?<![a-z0-9]){body}(?![0-9])", re.ASCII | re.IGNORECASE))
    return tuple(shapes)


def _groups(words: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    same: dict[str, frozenset[str]] = {}
    for group in words.get("same", ()):
        names = frozenset(normalise(word) for word in group)
        for name in names:
            same[name] = same.get(name, frozenset()) | names
    return same


def _kin(same: Mapping[str, frozenset[str]], kinds: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Return all words that may mean a noun: its equals, and the kinds it belongs to with their equals."""
    kin: dict[str, frozenset[str]] = {}
    for noun in {*same, *(name for names in kinds.values() for name in names)}:
        words = same.get(noun, frozenset({noun})) | {noun}
        wider = {kind for kind, members in kinds.items() if words & members}
        kin[noun] = words.union(wider, *(same.get(kind, ()) for kind in wider))
    return kin


def _nouns(vocabulary: Iterable[str]) -> re.Pattern[str]:
    english = [word for word in vocabulary if _latin(word)]
    chinese = [word for word in vocabulary if not _latin(word)]
    latin = rf"|(?<![a-z])(?:{alternatives(english)})(?![a-z])" if english else ""
    return _compile((alternatives(chinese) + latin) or r"(?!)", 0)


def _counted(words: Sequence[str]) -> re.Pattern[str]:
    english = [word for word in words if _latin(word)]
    chinese = [word for word in words if not _latin(word)]
    unit = "|".join(part for part in (alternatives(chinese), rf"(?:{alternatives(english)})(?![a-z])") if part)
    return _compile(rf"({COUNT}|(?<![a-z])(?:{ENGLISH})(?![a-z]))\s?(?:大|小|整|多)?({unit})(?!子)(半)?", 0)


def compile_words(
    words: Mapping[str, Any], order_patterns: Sequence[str] = ORDER_PATTERNS, learned: Learned | None = None
) -> Lexicon:
    """Compile a policy's merged `[words]` table and its `[orders] patterns`; re.error names a broken pattern."""
    items = words.get("items", {})
    same = _groups(items)
    kinds = {normalise(kind): frozenset(map(normalise, names)) for kind, names in items.get("kinds", {}).items()}
    vocabulary = frozenset(same) | frozenset(kinds) | frozenset(name for names in kinds.values() for name in names)
    return Lexicon(
        order_patterns=number_patterns(order_patterns),
        problems=_table(words, "problems"),
        remedies=_table(words, "remedies", negatable=False),
        signals=_table(words, "signals"),
        severities={name: row.get("severity", "major") for name, row in words.get("signals", {}).items()},
        special=_table(words, "special", negatable=False),
        phrases=_table(words, "phrases", negatable=False),
        emoji=dict(words.get("emoji", {})),
        counted=_counted(words.get("units", ())),
        nouns=_nouns(vocabulary),
        vocabulary=vocabulary,
        same=same,
        kin=_kin(same, kinds),
        learned=learned,
        packaging=tuple(items.get("packaging", ())),
    )
