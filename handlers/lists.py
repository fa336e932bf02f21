"""A leader's pasted list: who, what and how many, line by line, and nothing dropped in silence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from storage.orders import Order

from .book import Book, lay_open
from .days import of_day
from .facts import facts
from .layout import Line, lay_out
from .lexicon import Lexicon
from .parts import Part, cut
from .reading import ReadClaim, candidates, claims_of
from .references import References, refer
from .signals import strongest

MORE = re.compile(r"\s*(?:还|另外|而且|并且|也|再|此外|以及|同一|这个?人|这位|[他她](?!们)|and|also)")
UNKNOWN_NAME = re.compile(
    r"^\s*(?P<name>[\u4e00-\u9fff]{1,3}(?:姐|哥|叔|婶|阿姨|先生|女士|小姐|大爷|奶奶|妈妈|爸爸|老师|妹|总))(?=那|这|家|的|说|反映|:|\s)"
)
GUESSED = 100
"""Orders among which a line without a person is matched, to name candidates; more are of no use to a question."""

SAME, ALSO = "same_as_before", "also"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """A line that claims nothing, and why it was taken so."""

    line: int
    text: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReading:
    """All claims of a list in its order; withdrawn lines and questions are claims marked so."""

    claims: tuple[ReadClaim, ...] = ()
    named: tuple[ReadClaim, ...] = ()  # people of whom nothing is claimed: an answer (12是今天的张阿姨) or a heading
    ignored: tuple[Ignored, ...] = ()
    severity: str = "normal"
    signals: tuple[str, ...] = ()


@dataclass(slots=True)
class _Walk:
    """What the lines before have left: the person spoken of, a heading's problem, the last claims."""

    orders: Sequence[Order]
    book: Book
    lexicon: Lexicon
    today: date
    person: tuple[ReadClaim, list[Order]] | None = None
    person_line: Line | None = None  # a line that named a person and nothing else
    heading: str = ""
    heading_line: Line | None = None
    last: list[ReadClaim] = field(default_factory=list)
    claims: list[ReadClaim] = field(default_factory=list)
    named: list[ReadClaim] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)


def _people(walk: _Walk, references: References, part: Part, line: Line) -> list[tuple[ReadClaim, list[Order]]]:
    """Each person a part speaks of with the orders that fit; a stated person who fits none stays, unsure."""
    stated = bool(part.names or references.tails or references.phones or references.order_numbers)
    unknown = None if stated or part.pickups else UNKNOWN_NAME.match(references.masked)
    if not part.pickups and not stated and unknown is None:
        return []
    references = replace(references, names=part.names)
    people = []
    for pickup in part.pickups or (None,):
        fits = [] if unknown else of_day(candidates(references, pickup, walk.book), references.day, walk.today)
        base = ReadClaim(
            line=line.number,
            order_no=references.order_numbers[0] if references.order_numbers else None,
            pickup_no=pickup,
            customer=unknown["name"] if unknown else (part.names[0] if part.names else None),
            phone_tail=references.tails[0] if references.tails else None,
            certain=bool(fits),
            evidence=references.evidence,
        )
        people.append((base, fits))
    return people


def _said(walk: _Walk, text: str, base: ReadClaim, fits: list[Order]) -> list[ReadClaim]:
    """The claims one person's stretch makes: read with that person's order lines."""
    known = facts(text, fits, walk.lexicon)
    claims = claims_of(known, fits, base)
    problems = [one for one in claims if one.problems]
    if not problems and known.wished.withdrawn:
        return [replace(one, withdrawn=True) for one in claims or [base]]
    if claims:
        return claims
    if known.wished.question:
        return [replace(base, question=True, certain=False)]
    if known.wished.wanted or known.serious.signals:
        whole = bool(known.serious.signals) or (len(fits) == 1 and len(fits[0].lines) == 1)
        line = fits[0].lines[0] if len(fits) == 1 and len(fits[0].lines) == 1 else None
        return [
            replace(
                base,
                order_no=fits[0].order_no if len(fits) == 1 else base.order_no,
                line_no=line.line_no if line and known.wished.wanted else None,
                sku=line.sku if line and known.wished.wanted else None,
                remedy=known.wished.last,
                certain=base.certain and whole,
                severity=known.serious.severity,
                signals=known.serious.signals,
                special=known.serious.special,
            )
        ]
    return []


def _said_under(walk: _Walk, heading: str, text: str, base: ReadClaim, fits: list[Order]) -> list[ReadClaim]:
    """The same, with the problem (or the item) that a heading gave: 少货的: / 3号 鸡蛋."""
    known = facts(f"{heading} {text}", fits, walk.lexicon)
    return [one for one in claims_of(known, fits, base) if one.problems]


def _again(walk: _Walk, text: str, base: ReadClaim, fits: list[Order]) -> list[ReadClaim]:
    """同上 and 也是: the line before, for this person; unsure where the item is not in this person's order."""
    matched = [name for name in (SAME, ALSO) if name in walk.lexicon.phrases and walk.lexicon.phrases[name].find(text)]
    if not matched or not walk.last:
        return []
    copies = []
    for one in walk.last:
        words = one.evidence.get("sku", "")
        known = facts(words, fits, walk.lexicon)
        found = claims_of(known, fits, base)
        copy = found[0] if len(found) == 1 else base
        copies.append(
            replace(
                copy,
                quantity=one.quantity,
                fraction=one.fraction,
                unit=one.unit,
                problems=one.problems,
                remedy=one.remedy,
                received=one.received,
                certain=copy.certain and (copy.line_no is not None or not words),
                severity=one.severity,
                signals=one.signals,
            )
        )
    return copies


def _line(walk: _Walk, line: Line) -> None:
    references = refer(line.text, walk.orders, walk.lexicon, today=walk.today, leader=True, book=walk.book)
    parts = cut(references)
    lead = references.masked[: references.pickups[0].start] if len(parts) > 1 else ""
    found: list[ReadClaim] = []
    named = False
    for part in parts:
        for base, fits in _people(walk, references, part, line):
            named = True
            claims = _of_person(walk, part.text, base, fits, lead)
            walk.person = (base, fits)
            walk.last = [one for one in claims if one.problems][-1:] or walk.last
            found += claims
            if not claims:
                walk.named.append(replace(base, order_no=fits[0].order_no if len(fits) == 1 else base.order_no))
    if named:
        _keep(walk, line, found)
    else:
        _nameless(walk, line, references)


def _of_person(walk: _Walk, text: str, base: ReadClaim, fits: list[Order], lead: str) -> list[ReadClaim]:
    """One person's claims; what lacks a problem is read with the words before the list (缺货：1号 鸡蛋 2号 酸奶)."""
    claims = _said(walk, text, base, fits)
    if any(one.problems or one.withdrawn for one in claims):
        return claims
    claims = _again(walk, text, base, fits) or claims
    if not any(one.problems for one in claims):
        heading = lead.strip() or walk.heading
        under = (
            _said_under(walk, heading, text, base, fits) if heading and not any(one.question for one in claims) else []
        )
        claims = under or claims
    return claims


def _keep(walk: _Walk, line: Line, found: list[ReadClaim]) -> None:
    if found:
        walk.claims += found
        walk.person_line = None
        return
    _drop_person_line(walk)
    walk.person_line = line


def _drop_person_line(walk: _Walk) -> None:
    if walk.person_line is not None:
        why = "names a person and claims nothing"
        walk.ignored.append(Ignored(line=walk.person_line.number, text=walk.person_line.raw, why=why))
        walk.person_line = None


def _nameless(walk: _Walk, line: Line, references: References) -> None:
    """A line without a person: it goes on about the one before, heads the lines below, or is no claim."""
    goes_on = walk.person is not None and (walk.person_line is not None or MORE.match(line.text))
    if goes_on and walk.person is not None:
        base, fits = walk.person
        claims = [one for one in _said(walk, references.masked, replace(base, line=line.number), fits) if one.problems]
        if claims:
            walk.claims += claims
            walk.last = claims[-1:]
            walk.person_line = walk.person_line if walk.person_line and line.under_person else None
            return
    guessed = walk.orders if len(walk.orders) <= GUESSED else ()
    known = facts(references.masked, guessed, walk.lexicon)
    claims = [one for one in claims_of(known, [], ReadClaim(line=line.number)) if one.problems]
    if not claims:
        walk.ignored.append(Ignored(line=line.number, text=line.raw, why="no claim: names nobody and no problem"))
    elif line.heads:
        walk.heading, walk.heading_line = references.masked, line
        walk.ignored.append(Ignored(line=line.number, text=line.raw, why="a heading for the lines below"))
    else:
        walk.claims += [replace(one, certain=False) for one in claims]


def read_list(text: str, orders: Sequence[Order], lexicon: Lexicon, *, today: date) -> ListReading:
    """Read a leader's lines, each on its own, against the orders of the leader's sites; never raises."""
    walk = _Walk(orders=orders, book=lay_open(orders), lexicon=lexicon, today=today)
    for line in lay_out(text, walk.book, lexicon.emoji):
        if line.why:
            walk.ignored.append(Ignored(line=line.number, text=line.raw, why=line.why))
        else:
            _line(walk, line)
    _drop_person_line(walk)
    return ListReading(
        claims=tuple(walk.claims),
        named=tuple(walk.named),
        ignored=tuple(sorted(walk.ignored, key=lambda one: one.line)),
        severity=strongest(*(one.severity for one in walk.claims)),
        signals=tuple(dict.fromkeys(signal for one in walk.claims for signal in one.signals)),
    )
