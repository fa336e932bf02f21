"""What a text refers to: order numbers, pickup numbers, phones and their tails, days, buyers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from handlers.messages.patterns import pattern_of
from handlers.nlu.dates import day_in
from handlers.nlu.order_index import OrderIndex, lay_open
from handlers.nlu.pickup_numbers import Finder, Span
from handlers.nlu.text.lexicon import Lexicon
from storage.orders import Order

MASK = "\ue000"
PHONE = pattern_of(r"(?<!\d)1[3-9]\d{9}(?!\d)")
NAMED_PHONE = r"(?:手机号?码?|电话号?码?|号码|联系方式)"
LAST = (
    r"(?:尾号|尾数|尾巴|末尾|末四码|后四码|后[头面边]四位|最后四位|最后4位|最后|尾|后四位数?|后4位数?|末四位|末4位"
    r"|后[头面边尾]|结尾)"
)
IS = r"(?:就是|[是为:,\s])"
TAIL = pattern_of(
    rf"(?:{NAMED_PHONE}的?{LAST}|尾号|尾数|末尾|末四码|后四码|后四位数?|后4位数?|末四位|末4位|最后四位|最后4位|后[头面边](?=是)"
    r"|last (?:four|4)(?: digits?| numbers?)?(?: of (?:my|the) phone)?(?: are| is)?|ending(?: in| with)?"
    r"|(?:phone|mobile|telephone|cell|tel|number|it) (?:number )?(?:is )?(?:ends?|finish(?:es)?)(?: in| with)?|"
    r"(?:phone|mobile|tel)(?: number)?,?(?: last)?|tail)"
    rf"(?:{IS}{{0,3}}|\s?(?:is|are|:)\s?)(?:尾号)?{IS}{{0,2}}(\d{{4}})(?!\d)"
    rf"|{NAMED_PHONE}(?:尾号)?{IS}{{0,3}}(\d{{4}})(?!\d)"
    r"|(?:1\d{2})?[*x]{3,8}(\d{4})(?!\d)|(?<!\d)(\d{4})(?:尾号|的?手机尾号|的尾号|结尾|\s?(?:at the end|are the last))"
    r"|(?<!\.)\.{3,6}(\d{4})(?!\d)"
)
LEADING_TAIL = pattern_of(r"\s*(\d{4})(?=[\s,:、]|[\u4e00-\u9fff])(?!\s*(?:年|块|元|克))")
ORDER_TAIL = pattern_of(r"(?:单号|订单号?)的?(?:尾号|尾数|后四位|后4位|末四位|末4位)[是为:\s]{0,3}(\d{4})(?!\d)")
BARE_TAIL = pattern_of(r"(?<![\d.a-z-])(\d{4})(?![\d.%a-z-]|\s*(?:年|块|元|克|ml|g\b|号))")


# a text that begins with a pickup number and four digits: 17 1894, 22-2449
PAIR = pattern_of(
    r"^\s*(?P<number>\d{1,3})(?:\s?[-—–_/,、.]\s?|\s+)(?P<tail>\d{4})(?![\d.%a-z-]|\s*(?:年|月|块|元|克|ml|g\b|号))"
)
NOT_SURE = pattern_of(
    r"好像|应该|可能|大概|似乎|估计|记得|不好意思|对不起|抱歉|[打说写看记搞]错了?|就?是|[的哦噢啊呢吧呀啦了吗嘛]|我|手机|电话|号码?|末尾|最后"
    r"|i think|maybe|probably|sorry|it'?s|should be|my|[\s,，。.!:、~]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """Everything referred to, and the text with these places masked."""

    masked: str
    text: str = ""  # as it was, normalised
    order_numbers: tuple[str, ...] = ()
    pickups: tuple[Span, ...] = ()
    tails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    day: str | None = None
    names: tuple[str, ...] = ()
    named_at: tuple[int, ...] = ()  # the place of each name
    evidence: dict[str, str] = field(default_factory=dict)

    @property
    def tail(self) -> str | None:
        """Return the last four digits of the phone in the text."""
        return next(iter((*self.tails, *(phone[-4:] for phone in self.phones))), None)


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + MASK * (end - start) + text[end:]


def number(match: re.Match[str]) -> str:
    """Return an order number in its own spelling: with dashes where its pattern has them."""
    return match["whole"] if "whole" in match.re.groupindex else "-".join(match.groups())


class Seeker:
    """Takes one kind of reference after the other out of a text."""

    def __init__(self, text: str, index: OrderIndex, today: date) -> None:
        self.text, self.orders, self.today, self.index = text, index.orders, today, index
        self.evidence: dict[str, str] = {}
        self.known = index.by_pickup

    def take(self, name: str, start: int, end: int) -> None:
        """Keep the words as evidence and mask them."""
        self.evidence.setdefault(name, self.text[start:end].strip())
        self.text = _blank(self.text, start, end)

    def order_numbers(self, lexicon: Lexicon) -> list[str]:
        """Take numbers of the policy's shapes, and any given order's number whatever its shape."""
        found: list[tuple[int, str]] = []
        for plain, own in self.index.numbers:
            at = _place(self.text, plain)
            if at >= 0:
                self.take("order_no", at, at + len(plain))
                found.append((at, own))
        for pattern in lexicon.order_patterns:
            for match in list(pattern.finditer(self.text)):
                found.append((match.start(), self._canonical(number(match))))
                self.take("order_no", *match.span())
        for match in list(ORDER_TAIL.finditer(self.text)):
            found += [(match.start(), one.order_no) for one in self.orders if one.order_no.endswith(match.group(1))]
            self.take("order_no", *match.span())
        return list(dict.fromkeys(each for _, each in sorted(found)))

    def _canonical(self, told: str) -> str:
        plain = re.sub(r"[-_ ]", "", told).upper()
        given = (order.order_no for order in self.orders if re.sub(r"[-_ ]", "", order.order_no).upper() == plain)
        return next(given, told.upper())

    def phones(self) -> list[str]:
        """Take whole mobile numbers."""
        found = []
        for match in list(PHONE.finditer(self.text)):
            found.append(match.group())
            self.take("phone", *match.span())
        return found

    def tails(self) -> list[str]:
        """Take four digits with words that say what they are."""
        found = []
        for match in list(TAIL.finditer(self.text)):
            found.append(next(group for group in match.groups() if group))
            self.take("phone_tail", *match.span())
        return found

    def pair(self, lexicon: Lexicon) -> tuple[list[Span], list[str]]:
        """Take a pickup number without its sign and a phone's tail, at the beginning of a text."""
        match = PAIR.match(self.text)
        if match is None or lexicon.counted.match(self.text, match.start("tail")):
            return [], []
        span = Span(start=match.start("number"), end=match.end("number"), values=(str(int(match["number"])),))
        self.take("pickup_no", *match.span("number"))
        self.take("phone_tail", *match.span("tail"))
        return [span], [match["tail"]]

    def bare_tail(self, lexicon: Lexicon, *, other: bool) -> list[str]:
        """Take four digits alone, or beside a number that was given with them (5号 8812, 28号3115西瓜裂了)."""
        match = BARE_TAIL.search(self.text)
        if match is None:
            return []
        rest = NOT_SURE.sub("", self.text.replace(MASK, ""))
        alone = rest == match.group(1)
        if (
            other
            and not alone
            and self.text[: match.start()].endswith(MASK)
            and not lexicon.counted.match(self.text, match.start())
        ):
            alone = True
        spaced = re.search(rf"(?:^|[\s,:{MASK}])$", self.text[: match.start()]) and re.match(
            rf"$|[\s,。!{MASK}]", self.text[match.end() :]
        )
        if not (alone or (other and spaced)):
            return []
        self.take("phone_tail", *match.span())
        return [match.group(1)]

    def leading_tail(self) -> list[str]:
        """Take four digits at the start of a leader's line, where they are a buyer's tail and no pickup number."""
        match = LEADING_TAIL.match(self.text)
        if match is None or not any(order.phone_tail == match.group(1) for order in self.orders):
            return []
        self.take("phone_tail", *match.span(1))
        return [match.group(1)]

    def day(self) -> str | None:
        """Take the day meant; the digits of dates are masked."""
        value, words, spans = day_in(self.text, self.today)
        for start, end in spans:
            self.take("day", start, end)
        if words:
            self.evidence["day"] = words
        return value

    def pickups(self, lexicon: Lexicon, *, leader: bool) -> list[Span]:
        """Take pickup numbers, with ranges (21-23号) and series (3、5、8号) written out; bare ones for a leader."""
        finder = Finder(self.text, self.known, lexicon, self.today)
        found = list(finder.signed()) or (finder.leading() if leader else [])
        for span in found:
            self.take("pickup_no", span.start, span.end)
        return found

    def names(self) -> list[tuple[int, str]]:
        """Take the names of buyers of the given orders, the longest first."""
        found: list[tuple[int, str]] = []
        for name, buyer in self.index.buyers:
            at = self.text.find(name)
            if at >= 0 and _stands_alone(self.text, at, at + len(name)):
                found.append((at, buyer))
                self.take("customer", at, at + len(name))
        return sorted(found)

    def beside(self, names: Sequence[tuple[int, str]], lexicon: Lexicon) -> list[Span]:
        """Take bare pickup numbers beside the names of their buyers."""
        finder = Finder(self.text, self.known, lexicon, self.today)
        found = []
        for at, name in names:
            own = {number for number, orders in self.known.items() if any(one.buyer_name == name for one in orders)}
            if span := finder.beside(at, at + len(name), own):
                found.append(span)
                self.take("pickup_no", span.start, span.end)
        return found


def _place(text: str, number: str) -> int:
    """Find a number that is no part of a longer one; -1 where there is none."""
    at = text.find(number)
    while at >= 0 and not _stands_alone(text, at, at + len(number)):
        at = text.find(number, at + 1)
    return at


def _stands_alone(text: str, start: int, end: int) -> bool:
    if not text[start:end].isascii():
        return True
    return not any(char.isalnum() and char.isascii() for char in (*text[start - 1 : start], *text[end : end + 1]))


def refer(
    text: str,
    orders: Sequence[Order],
    lexicon: Lexicon,
    *,
    today: date,
    leader: bool = False,
    index: OrderIndex | None = None,
) -> References:
    """Return all that a normalised text refers to; `leader` allows a line to begin with a bare pickup number."""
    seeker = Seeker(text, index or lay_open(orders), today)
    numbers = seeker.order_numbers(lexicon)
    phones = seeker.phones()
    tails = seeker.tails()
    day = seeker.day()
    pickups = seeker.pickups(lexicon, leader=leader)
    if not leader and not pickups and not numbers and not tails:
        pickups, tails = seeker.pair(lexicon)
    if not leader or pickups:
        tails += [] if tails else seeker.bare_tail(lexicon, other=bool(pickups or numbers))
    elif not (tails or phones or numbers):
        tails += seeker.leading_tail()
    names = seeker.names()
    if leader and names and not pickups:
        pickups = seeker.beside(names, lexicon)
    return References(
        names=tuple(name for _, name in names),
        named_at=tuple(at for at, _ in names),
        masked=seeker.text,
        text=text,
        order_numbers=tuple(numbers),
        pickups=tuple(pickups),
        tails=tuple(dict.fromkeys(tails)),
        phones=tuple(dict.fromkeys(phones)),
        day=day,
        evidence=seeker.evidence,
    )
