"""What a text refers to: order numbers, pickup numbers, phones and their tails, days, buyers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from storage.orders import Order

from .book import Book, lay_open
from .days import day_in
from .lexicon import Lexicon
from .numerals import chinese

MASK = "\ue000"
NUMERAL = r"[一二两三四五六七八九十百]{1,4}"
PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
TAIL = re.compile(
    r"(?:尾号|后四位|后4位|末四位|末4位|尾数|last (?:four|4)(?: digits)?|ending(?: in| with)?|phone|tail)"
    r"[是为:\s]{0,3}(?:is )?(?:尾号)?[是为:\s]{0,2}(\d{4})(?!\d)"
    r"|(?:手机号?|电话号?码?)(?:尾号)?[是为:\s]{0,3}(\d{4})(?!\d)"
    r"|(?:1\d{2})?[*x]{3,8}(\d{4})(?!\d)|(?<!\d)(\d{4})(?:尾号|的?手机尾号|的尾号)|(?<!\.)\.{3,6}(\d{4})(?!\d)"
)
ORDER_TAIL = re.compile(r"(?:单号|订单号?)的?(?:尾号|尾数|后四位|后4位|末四位|末4位)[是为:\s]{0,3}(\d{4})(?!\d)")
BARE_TAIL = re.compile(r"(?<![\d.a-z-])(\d{4})(?![\d.%a-z-]|\s*(?:年|块|元|克|ml|g\b|号))")
# 号 as part of an address, or of a day's date
AFTER_DATE = r"(?:买|下单|下的单|付款|到货|发货|收到|收的|送到|订的|到的|发的|拍的)"
LEAD = (
    r"#|no\.?\s?|order (?:no\.? ?|number )?#?|number |pickup (?:no\.? ?|number )?#?"
    r"|(?:接龙号?|取货号|序号)[是为:\s]{0,2}"
)
TAIL_SIGN = r"\s*号(?!楼|门|线|路|院|店|码|机|电池|键|公馆|\s*楼)|\s*#|单(?=\s|$|[^\d身个点子位独买])"
NUMBER = re.compile(rf"(?P<lead>{LEAD})?(?<![\d.])(?P<number>\d{{1,4}}|{NUMERAL})(?P<tail>{TAIL_SIGN})?")
RANGE = re.compile(
    rf"(?<![\d.])(?P<low>\d{{1,4}}|{NUMERAL})\s*号?\s*(?:-|~|到|至)\s*(?P<high>\d{{1,4}}|{NUMERAL})\s*号"
)
SERIES = re.compile(r"(?<![\d.])\d{1,4}\s*[号#]?(?:\s?(?:[、,/和跟与及&]|and)\s?\d{1,4}\s?[号#]?){1,40}(?<=[号#])")
LEADING = re.compile(
    r"\s*(?P<number>\d{1,4})(?=\s|[.、:,]\s*|[\u4e00-\u9fff(])(?!\s*(?:年|月|日|点|分|个|天|小时|块|元))[.、:,]?\s*"
)
PARTS = re.compile(r"(?<=[\s,;])(?P<number>\d{1,4})(?=是|不|也|要退|要补|要换|的|昨天|今天)")
WIDEST = 60
"""A range of more pickup numbers than this is no range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A reference's place and value; `group` numbers of one list or range share a place."""

    start: int
    end: int
    values: tuple[str, ...]
    dated: bool = False  # could as well be a day of the month


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """Everything referred to, and the text with these places masked."""

    masked: str
    order_numbers: tuple[str, ...] = ()
    pickups: tuple[Span, ...] = ()
    tails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    day: str | None = None
    names: tuple[str, ...] = ()
    named_at: tuple[int, ...] = ()  # where each name stands
    evidence: dict[str, str] = field(default_factory=dict)


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + MASK * (end - start) + text[end:]


def _integer(word: str) -> str | None:
    if word.isdigit():
        return str(int(word))
    value = chinese(word)
    return None if value is None else str(value)


def _number(match: re.Match[str]) -> str:
    """A number in its own spelling: the dashes where its pattern has them."""
    return match["whole"] if "whole" in match.re.groupindex else "-".join(match.groups())


class Seeker:
    """Takes one kind of reference after the other out of a text."""

    def __init__(self, text: str, book: Book, today: date) -> None:
        self.text, self.orders, self.today, self.book = text, book.orders, today, book
        self.evidence: dict[str, str] = {}
        self.known = book.by_pickup

    def take(self, name: str, start: int, end: int) -> None:
        """Note the words as evidence and mask them."""
        self.evidence.setdefault(name, self.text[start:end].strip())
        self.text = _blank(self.text, start, end)

    def order_numbers(self, lexicon: Lexicon) -> list[str]:
        """Numbers of the policy's shapes, and any given order's number whatever its shape."""
        found: list[tuple[int, str]] = []
        for number, own in self.book.numbers:
            at = self.text.find(number)
            if at >= 0:
                self.take("order_no", at, at + len(number))
                found.append((at, own))
        for pattern in lexicon.order_patterns:
            for match in list(pattern.finditer(self.text)):
                found.append((match.start(), self._canonical(_number(match))))
                self.take("order_no", *match.span())
        for match in list(ORDER_TAIL.finditer(self.text)):
            found += [(match.start(), one.order_no) for one in self.orders if one.order_no.endswith(match.group(1))]
            self.take("order_no", *match.span())
        return list(dict.fromkeys(number for _, number in sorted(found)))

    def _canonical(self, number: str) -> str:
        plain = re.sub(r"[-_ ]", "", number).upper()
        given = (order.order_no for order in self.orders if re.sub(r"[-_ ]", "", order.order_no).upper() == plain)
        return next(given, number.upper())

    def phones(self) -> list[str]:
        """Whole mobile numbers."""
        found = []
        for match in list(PHONE.finditer(self.text)):
            found.append(match.group())
            self.take("phone", *match.span())
        return found

    def tails(self) -> list[str]:
        """Four digits with words that say what they are."""
        found = []
        for match in list(TAIL.finditer(self.text)):
            found.append(next(group for group in match.groups() if group))
            self.take("phone_tail", *match.span())
        return found

    def bare_tail(self, *, other: bool) -> list[str]:
        """Four digits alone, or beside a number that was given with them (5号 8812)."""
        match = BARE_TAIL.search(self.text)
        if match is None:
            return []
        alone = re.sub(r"[\s,。.!:]", "", self.text) == match.group(1)
        spaced = re.search(rf"(?:^|[\s,:{MASK}])$", self.text[: match.start()]) and re.match(
            rf"$|[\s,。!{MASK}]", self.text[match.end() :]
        )
        if not (alone or (other and spaced)):
            return []
        self.take("phone_tail", *match.span())
        return [match.group(1)]

    def day(self) -> str | None:
        """The day meant; the digits of dates are masked."""
        value, words, spans = day_in(self.text, self.today)
        for start, end in spans:
            self.take("day", start, end)
        if words:
            self.evidence["day"] = words
        return value

    def pickups(self) -> list[Span]:
        """Pickup numbers, ranges (21-23号) and series (3、5、8号) written out."""
        found: list[Span] = []
        for match in list(RANGE.finditer(self.text)):
            low, high = _integer(match["low"]), _integer(match["high"])
            if low and high and 0 < int(high) - int(low) <= WIDEST:
                found.append(self._span(match, [str(n) for n in range(int(low), int(high) + 1)]))
        series = list(SERIES.finditer(self.text))
        found += [self._span(match, [str(int(n)) for n in re.findall(r"\d+", match.group())]) for match in series]
        for match in list(NUMBER.finditer(self.text)):
            if match["lead"] or match["tail"]:
                number = self._pickup(match)
                if number:
                    found.append(self._span(match, [number]))
        return sorted(found, key=lambda span: span.start)

    def _pickup(self, match: re.Match[str]) -> str | None:
        number = _integer(match["number"])
        if number is None or (not match["number"].isdigit() and not match["tail"]):
            return None
        if re.search(r"(?:给|到|第|批)$", self.text[: match.start()]) and number not in self.known:
            return None
        dated = re.match(AFTER_DATE, self.text[match.end() :].lstrip()) is not None
        return None if dated and number not in self.known else number

    def _span(self, match: re.Match[str], values: Iterable[str]) -> Span:
        span = Span(start=match.start(), end=match.end(), values=tuple(dict.fromkeys(values)))
        self.take("pickup_no", *match.span())
        return span

    def leading(self, lexicon: Lexicon) -> list[Span]:
        """Numbers that a leader's line or its parts begin with, where an order has them (24 李姐 ..., 32不要了)."""
        first = LEADING.match(self.text)
        found = [first] if first else []
        found += PARTS.finditer(self.text, first.end() if first else 0)
        known = [
            match
            for match in found
            if str(int(match["number"])) in self.known and not lexicon.counted.match(self.text, match.start("number"))
        ]
        return [self._span(match, [str(int(match["number"]))]) for match in known]

    def names(self) -> list[tuple[int, str]]:
        """Buyers of the given orders whose names the text holds, the longest first."""
        found: list[tuple[int, str]] = []
        for name, buyer in self.book.buyers:
            at = self.text.find(name)
            if at >= 0 and _stands_alone(self.text, at, at + len(name)):
                found.append((at, buyer))
                self.take("customer", at, at + len(name))
        return sorted(found)


def _stands_alone(text: str, start: int, end: int) -> bool:
    if not text[start:end].isascii():
        return True
    return not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum()


def refer(
    text: str,
    orders: Sequence[Order],
    lexicon: Lexicon,
    *,
    today: date,
    leader: bool = False,
    book: Book | None = None,
) -> References:
    """Find all that a normalised text refers to; `leader` lets a line begin with a bare pickup number."""
    seeker = Seeker(text, book or lay_open(orders), today)
    numbers = seeker.order_numbers(lexicon)
    phones = seeker.phones()
    tails = seeker.tails()
    day = seeker.day()
    pickups = seeker.pickups()
    if leader and not pickups:
        pickups = seeker.leading(lexicon)
    if not leader or pickups:
        tails += [] if tails else seeker.bare_tail(other=bool(pickups or numbers))
    names = seeker.names()
    return References(
        names=tuple(name for _, name in names),
        named_at=tuple(at for at, _ in names),
        masked=seeker.text,
        order_numbers=tuple(numbers),
        pickups=tuple(pickups),
        tails=tuple(dict.fromkeys(tails)),
        phones=tuple(dict.fromkeys(phones)),
        day=day,
        evidence=seeker.evidence,
    )
