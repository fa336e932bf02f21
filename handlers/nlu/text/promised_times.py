"""The time that an agent promises, as agents type it: 明天10点前, 今晚8点, 6月20日, 周五下午, tomorrow before 10am."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from handlers.messages.patterns import pattern_of
from handlers.nlu.text import numerals

NUMBER = r"(\d{1,2}|[一二两三四五六七八九十]{1,3})"
WEEKDAYS: Mapping[str, int] = {sign: place for place, sign in enumerate("一二三四五六日")} | {"天": 6}
ENGLISH_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = rf"({'|'.join(MONTHS)})[a-z]*\.?"
AHEAD = pattern_of(
    rf"{NUMBER}\s?(?:个)?\s?(小时|钟头|天|日)(?:之?[内后]|以内|以后)|(?:with)?in\s(\d{{1,2}})\s?(hour|hr|day)s?"
)
NAMED = (
    (pattern_of(r"大后天"), 3),
    (pattern_of(r"后天|day after tomorrow"), 2),
    (pattern_of(r"明[天日早晚晨儿]|tomorrow|\btmr\b"), 1),
    (pattern_of(r"今[天日早晚晨儿]|当天|\btoday\b|\btonight\b|this (?:morning|afternoon|evening)"), 0),
)
WEEKDAY = pattern_of(rf"(下+)?(?:个)?(?:周|星期|礼拜)([一二三四五六日天])|\b(next )?({'|'.join(ENGLISH_DAYS)})\b")
WRITTEN = pattern_of(
    rf"(20\d\d)[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})|(\d{{1,2}})月(\d{{1,2}})|(?<![\d:])(\d{{1,2}})/(\d{{1,2}})(?!\d)"
    rf"|\b{MONTH}\s?(\d{{1,2}})(?:st|nd|rd|th)?\b|\b(\d{{1,2}})(?:st|nd|rd|th)?\s?(?:of )?{MONTH}"
    r"|(?<!\d)(\d{1,2})[号日]"
)
CLOCK = pattern_of(
    rf"(?<!\d)(\d{{1,2}}):(\d\d)\s?(am|pm)?|{NUMBER}\s?[点时](?:钟|整)?\s?(?:(半)|(\d{{1,2}})分?(?!\d))?"
    r"|(?<![\d/])(\d{1,2})\s?(am|pm)\b"
)
PARTS = (  # words of a part of the day, its hours after noon, and when it ends
    (pattern_of(r"凌晨"), 0, time(6)),
    (pattern_of(r"[明今]早|早上|早晨|上午|\bmorning\b"), 0, time(12)),
    (pattern_of(r"中午|正午|\bnoon\b|\bmidday\b"), 12, time(12)),
    (pattern_of(r"下午|傍晚|\bafternoon\b"), 12, time(18)),
    (pattern_of(r"[明今]晚|晚上|夜里|晚间|\btonight\b|\bevening\b"), 12, time(21)),
)
EARLIEST = 7  # a bare hour before this one is in the afternoon: nobody sends at 3 at night


def read(text: str, now: datetime, day_end: time) -> datetime | None:
    """Return the moment that a text promises, later than `now` and in its zone; None when it names none.

    A day without an hour ends at `day_end`, a part of a day with that part.

    >>> from datetime import UTC
    >>> read("明天10点前", datetime(2026, 6, 12, 19, tzinfo=UTC), time(20)).isoformat()
    '2026-06-13T10:00:00+00:00'
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    if found := AHEAD.search(plain):
        return _ahead(found, now, day_end)
    try:
        return _read(plain, now, day_end)
    except ValueError:  # 25点, 6月31日
        return None


def _ahead(found: re.Match[str], now: datetime, day_end: time) -> datetime | None:
    count, unit = _number(found[1] or found[3]), found[2] or found[4]
    if not count:
        return None
    if unit in ("天", "日", "day"):
        return datetime.combine(now.date() + timedelta(days=count), day_end, now.tzinfo)
    return now + timedelta(hours=count)


def _read(plain: str, now: datetime, day_end: time) -> datetime | None:
    day, rest, again = _day(plain, now.date())
    part = next(((after, end) for words, after, end in PARTS if words.search(plain)), None)
    clock = _clock(rest, part[0] if part else None)
    if day is None and clock is None and part is None:
        return None
    ends = clock or (part[1] if part else day_end)
    when = datetime.combine(day or now.date(), ends, now.tzinfo)
    if when <= now and clock and part is None and clock.hour < 12 and (day is None or day == now.date()):
        when += timedelta(hours=12)  # at 19:10, 8点 is 20:00
    if when <= now and day is None:
        when += timedelta(days=1)
    if when <= now and again:
        when += timedelta(days=7)
    return when if when > now else None


def _day(plain: str, today: date) -> tuple[date | None, str, bool]:
    """Return the day, the text without it, and whether it is a weekday, which comes again."""
    for words, ahead in NAMED:
        if words.search(plain):
            return today + timedelta(days=ahead), words.sub(" ", plain), False
    if found := WEEKDAY.search(plain):
        sign = WEEKDAYS[found[2]] if found[2] else ENGLISH_DAYS.index(found[4])
        weeks = len(found[1] or "") or (1 if found[3] else 0)
        monday = today - timedelta(days=today.weekday())
        day = monday + timedelta(days=sign, weeks=weeks)
        day += timedelta(days=7) if day < today else timedelta()
        return day, plain.replace(found[0], " ", 1), not weeks
    if found := WRITTEN.search(plain):
        return _written(found, today), plain.replace(found[0], " ", 1), False
    return None, plain, False


def _written(found: re.Match[str], today: date) -> date:
    year, month, day, *others = found.groups()
    if year:
        return date(int(year), int(month), int(day))
    month_, day_, slash_month, slash_day, name, of_name, name_day, day_name, only = others
    if only:
        made = today.replace(day=int(only))
        later = (today.replace(day=1) + timedelta(days=32)).replace(day=int(only))
        return made if made >= today else later
    if name or day_name:
        number, of = MONTHS.index(name or day_name) + 1, int(of_name or name_day)
    else:
        number, of = int(month_ or slash_month), int(day_ or slash_day)
    made = date(today.year, number, of)
    return made if made >= today else made.replace(year=today.year + 1)


def _clock(plain: str, after: int | None) -> time | None:
    """Return the time of day; `after` is 12 where a part of the day after noon is named, 0 for one before."""
    found = CLOCK.search(plain)
    if not found:
        return None
    hour = _number(found[1] or found[4] or found[7])
    minute = int(found[2] or found[6] or 0) if not found[5] else 30
    half = found[3] or found[8]
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    elif (after == 12 and hour < 12) or (after is None and 0 < hour < EARLIEST and not found[1]):
        hour += 12
    return time(hour, minute) if hour < 24 else time(23, 59) if (hour, minute) == (24, 0) else time(hour, minute)


def _number(word: str | None) -> int:
    return int(word) if word and word.isdecimal() else numerals.chinese(word or "") or 0
