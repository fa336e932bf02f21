"""Pickup numbers as people write them: 3号, #3, 【3】, ranges, series, and bare ones at the ends of a leader's line."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from handlers.messages.patterns import pattern_of
from handlers.nlu.text.lexicon import HITS, Lexicon
from handlers.nlu.text.numerals import chinese

NUMERAL = r"[一二两三四五六七八九十廿卅百]{1,5}"
LEAD = (
    r"#\s?|(?<![a-z])no(?:\.\s?|\s)?|(?<![a-z])(?:pick-?up|collection|order|parcel)(?: (?:no\.?|number))?(?: is|"
    r" was)?[ :]{1,2}#?"
    r"|(?<![a-z])pick up (?:(?:no\.?|number)(?: is| was)?|is|was)[ :]{1,2}#?"
    r"|(?<![a-z])(?<!phone )(?<!mobile )(?<!the )number(?: is| was)?[ :]{1,2}"
    r"|(?:接龙号?|[取提领拎拿]货(?:号码?|码|(?=\d))|取件号|自提号|序号|编号|号码|排号)[是为:\s]{0,2}|第"
)
# 号 as part of an address or a thing; 单 only where it counts no orders, 位 and 户 only behind 第
SIGN = (
    r"\s{0,2}号(?!楼|门|线|路|院|店|码|机|电池|键|公馆|\s*楼)|\s?#|\s?hao(?![a-z])|呺"
    r"|单(?=$|[\s的:](?![没都有少])|[^\d\s身个点子位独买有没都少未缺需要退待已在共,。!;、出到价元])|[位户楼]|[那这]个?单|(?<=\d\d)\s?here(?=$|[,.!])"
)
ONE = pattern_of(rf"(?P<lead>{LEAD})?(?P<number>\d{{1,4}}|{NUMERAL})(?P<sign>{SIGN})?")
RANGE, LISTED, POINTED = r"\s?(?:--?|~|到|至|\.{2,3})\s?", r"\s?(?:[、,/和跟与及&+;]|and|还有|以及)\s?", r"\."
JOINT = rf"(?:{RANGE}|{LISTED}|{POINTED}|\s)"
PLAIN = rf"(?:{LEAD})?(?:\d{{1,4}}|{NUMERAL})(?!\d)(?:{SIGN})?"
GROUP = pattern_of(rf"(?<![\d.])(?:(?<=no\.)|(?<!\.)){PLAIN}(?:{JOINT}{PLAIN}){{0,40}}")
TO = pattern_of(RANGE)
AND = pattern_of(LISTED)
ORDINAL, ORDINAL_SIGN = "第", ("位", "户", "楼")
OPEN = pattern_of(r"(?:^|[\s,;:。!?、()【】\[\]\ue000-\ue002])$")
COUNTED = pattern_of(r"[坏烂碎破少缺漏死裂臭丢差短了过*x×]\s?$")
MEASURE = pattern_of(r"[盒份个袋包箱瓶板罐桶组颗枚只斤条块根把杯]")
TOTAL = pattern_of(r"(?:共|计|总|今天|今日|有|接|出|收|送|退)\s?$")
# a day of the month where words of coming and opening are beside it
BEFORE_DATE = pattern_of(
    r"(?:开团|到货|发货|截团|截单|预售|配送|下次|下期|下一?团|预计|日期|生产|到期|保质期)(?:时间)?[:是到在为于 ]{0,2}$"
)
MADE, MADE_ON = pattern_of(r"日期|保质期|生产|批次|到期"), pattern_of(r"\s?(?:的|生产|产|到期|过期|$|[,。;!])")
AFTER_DATE = pattern_of(r"\s?(?:买|下单|下的单|付款|到货|发货|收到|收的|送到|订的|到的|发的|拍的)")
DATED = pattern_of(r"(?:今天|昨天|前天|明天|说好?|讲好?|写[着的到]?)[是都]?\s?$")
DATED_AFTER = pattern_of(r"\s?(?:上午|下午|早上|晚上|中午|才[来到送]|过[生大七八六寿]|到(?![货店])|那天)")
GIVEN = pattern_of(r"(?:给|到|批)$")
LEADING = pattern_of(rf"\s*[(\[【<]?\s?(?P<numbers>\d{{1,4}}(?!\d)(?:{JOINT}\d{{1,4}}(?!\d)){{0,40}})")
CLOSED = pattern_of(r"\s?[)\]】>]?(?:[.、:,;-]\s?|\s|(?<=[)\]】>])|(?=[\u4e00-\u9fff(【\[])|$)")
NO_NUMBER = pattern_of(
    r"\s*(?:年|月|日|点|分|个|天|小时|块|元|毛|折|号|%|[:.]\d|/\d|[位户人家单](?=[没都有少未缺反邻客顾要退说]))"
)
PARTS = pattern_of(r"(?<=[\s,;])(?P<numbers>\d{1,4})(?=是|不|也|要退|要补|要换|的|昨天|今天)")
TRAILING = pattern_of(rf"(?:[:的\s])\s?(?P<numbers>\d{{1,4}}(?:(?:{RANGE}|{LISTED}|\s)\d{{1,4}}){{1,40}})[\s。!]*$")
TOGETHER = pattern_of(r"[都各均全]")
WIDEST = 60
"""A range of more pickup numbers than this is no range."""
NEAR_DAYS = 45
"""11-20 at the start of a line is a day rather than a range when it is a day so near."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A reference's place and value; numbers of one list or range share a place."""

    start: int
    end: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _One:
    """One number of a group: its place, its value, its signs, and what joins it to the one before."""

    start: int
    end: int
    value: str | None
    lead: str
    sign: str
    joint: str

    @property
    def signed(self) -> bool:
        """Return whether a sign of its own makes it a pickup number: 第3个 is none."""
        if self.lead == ORDINAL or self.sign in ORDINAL_SIGN:
            return self.lead == ORDINAL and bool(self.sign)
        return bool(self.lead or self.sign)

    @property
    def ranged(self) -> bool:
        """Return whether it ends a range that the number before begins."""
        return bool(self.joint) and TO.fullmatch(self.joint) is not None


def integer(word: str) -> str | None:
    """Return a pickup number without leading zeros, from digits or a Chinese numeral."""
    if word.isdigit():
        return str(int(word))
    value = chinese(word)
    return None if value is None else str(value)


def _ones(text: str, start: int, end: int) -> list[_One]:
    found: list[_One] = []
    for match in ONE.finditer(text, start, end):
        joint = text[found[-1].end : match.start()] if found else ""
        lead, sign = (match["lead"] or "").strip(), (match["sign"] or "").strip()
        found.append(_One(match.start(), match.end(), integer(match["number"]), lead, sign, joint))
    return found


def _values(ones: Sequence[_One]) -> tuple[str, ...]:
    values: list[str] = []
    for one in ones:
        if one.value is None:
            continue
        low = int(values[-1]) if values and one.ranged else int(one.value)
        if 0 < int(one.value) - low <= WIDEST:
            values += [str(number) for number in range(low + 1, int(one.value) + 1)]
        else:
            values.append(one.value)
    return tuple(dict.fromkeys(values))


class Finder:
    """Finds the pickup numbers of one normalised text; `known` are the numbers that the given orders have."""

    def __init__(self, text: str, known: Collection[str], lexicon: Lexicon, today: date) -> None:
        self.text, self.known, self.lexicon, self.today = text, known, lexicon, today

    def signed(self) -> Iterator[Span]:
        """Return numbers with 号 or another sign, each with those that are joined to it."""
        for match in islice(GROUP.finditer(self.text), 4 * HITS):
            ones = self._cut(_ones(self.text, *match.span()))
            if ones and not self._is_date(ones) and (values := _values(ones)):
                yield Span(start=ones[0].start, end=ones[-1].end, values=values)

    def _cut(self, ones: list[_One]) -> list[_One]:
        """Return the numbers that a sign belongs to: those joined before it (3、5、8号), and after it (#3、5)."""
        points = [at for at, one in enumerate(ones) if one.joint == "."]
        if len(points) == 1:
            ones = ones[points[0] + 1 :]  # 11.20 4号: a day
        signed = [at for at, one in enumerate(ones) if one.signed]
        if not signed:
            return []
        high = signed[-1] + 1
        while high < len(ones) and self._follows(ones, high):
            high += 1
        low = signed[0]
        while low and self._precedes(ones, low - 1):
            low -= 1
        return ones[low:high]

    def _follows(self, ones: Sequence[_One], at: int) -> bool:
        one = ones[at]
        joined = one.ranged or (one.joint.strip() not in ("", ",", ";", "+") and AND.fullmatch(one.joint) is not None)
        numeric = self.text[one.start : one.start + 1].isdigit()
        return joined and numeric and one.value in self.known and not self._counts(one)

    def _precedes(self, ones: Sequence[_One], at: int) -> bool:
        one, joint = ones[at], ones[at + 1].joint
        if COUNTED.search(self.text[max(0, one.start - 2) : one.start]):
            return False
        if TO.fullmatch(joint) or AND.fullmatch(joint) or joint == ".":
            return self.text[one.start].isdigit() or one.lead != "" or bool(TO.fullmatch(joint))
        return self.text[one.start].isdigit() and OPEN.search(self.text[max(0, one.start - 1) : one.start]) is not None

    def _counts(self, one: _One) -> bool:
        found = self.lexicon.counted.match(self.text, one.start)
        # 15 两盒螃蟹: two boxes of number 15, not fifteen 两
        return found is not None and not (found.group(2) == "两" and MEASURE.match(self.text, found.end()))

    def _is_date(self, ones: Sequence[_One]) -> bool:
        """Return whether a number is a day of the month, or counts orders: 预计15号到货, 一共30单."""
        one = ones[-1]
        before, behind = self.text[max(0, ones[0].start - 8) : ones[0].start], self.text[one.end : one.end + 6]
        if one.sign == "单" and TOTAL.search(before):
            return True
        if one.lead or len(ones) > 1:
            return False
        if one.sign == "号" and MADE.search(self.text[: one.start]) and MADE_ON.match(behind):
            return True
        if one.sign == "号" and BEFORE_DATE.search(before) and int(one.value or 99) <= 31:
            return True
        day = one.sign == "号" and 0 < int(one.value or 0) <= 31 and (DATED.search(before) or DATED_AFTER.match(behind))
        return one.value not in self.known and bool(day or AFTER_DATE.match(behind) or GIVEN.search(before))

    def leading(self) -> list[Span]:
        """Return bare numbers at the start of a line or its parts, where an order has them (24 李姐 ..., 32不要了)."""
        found: list[Span] = []
        first = LEADING.match(self.text)
        if first and (span := self._bare(first)):
            found.append(span)
        begin = found[0].end if found else 0
        for match in islice(PARTS.finditer(self.text, begin), HITS):
            number = str(int(match["numbers"]))
            if number in self.known and not self.lexicon.counted.match(self.text, match.start()):
                found.append(Span(start=match.start(), end=match.end(), values=(number,)))
        return found or self._trailing()

    def _trailing(self) -> list[Span]:
        """Return several bare numbers at the end of a line: 上海青没到 2 22 33."""
        match = TRAILING.search(self.text)
        if match is None:
            return []
        ones = _ones(self.text, *match.span("numbers"))
        known = all(one.value in self.known for one in ones)
        return [Span(start=ones[0].start, end=ones[-1].end, values=_values(ones))] if known else []

    def _bare(self, match: re.Match[str]) -> Span | None:
        ones = _ones(self.text, *match.span("numbers"))
        while ones and not self._may_end(ones):
            ones.pop()
        if not ones or (len(ones) == 2 and ones[1].joint == "-" and self._near_day(ones)):
            return None
        end = CLOSED.match(self.text, ones[-1].end)
        return Span(start=ones[0].start, end=end.end() if end else ones[-1].end, values=_values(ones))

    def _may_end(self, ones: Sequence[_One]) -> bool:
        """Return whether bare numbers can be pickup numbers up to the last: all known, no count, time or sum."""
        one = ones[-1]
        if any(each.value not in self.known or each.joint == "." for each in ones) or self._counts(one):
            return False
        if NO_NUMBER.match(self.text, one.end) or not CLOSED.match(self.text, one.end):
            return False
        # 3 2 草莓坏: the second of two counts
        spaced = len(ones) == 2 and not one.joint.strip()
        return not spaced or TOGETHER.search(self.text, one.end) is not None

    def _near_day(self, ones: Sequence[_One]) -> bool:
        month, day = (int(one.value or 0) for one in ones)
        for year in (self.today.year - 1, self.today.year, self.today.year + 1):
            try:
                there = date(year, month, day)
            except ValueError:
                continue
            if abs(there - self.today) <= timedelta(days=NEAR_DAYS):
                return True
        return False

    def beside(self, start: int, end: int, numbers: Collection[str]) -> Span | None:
        """Return the number right beside a buyer's name, if it is one of the buyer's own: 刘会计6, 6-刘会计."""
        behind = re.compile(r"\s?[-(\[【]?\s?(\d{1,4})(?![\d.%])\s?[)\]】]?").match(self.text, end)
        if behind and str(int(behind[1])) in numbers and not self.lexicon.counted.match(self.text, behind.start(1)):
            return Span(start=behind.start(1), end=behind.end(1), values=(str(int(behind[1])),))
        before = re.search(r"(?<![\d.])(\d{1,4})\s?[-)\]】.、:]?\s?$", self.text[max(0, start - 8) : start])
        if before and str(int(before[1])) in numbers:
            shift = max(0, start - 8)
            return Span(start=shift + before.start(1), end=shift + before.end(1), values=(str(int(before[1])),))
        return None
