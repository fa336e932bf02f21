"""Numbers and times of workbook cells as text: what stands on the screen, as far as that matters to what it says."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from fractions import Fraction

EXACT = 10**15  # spreadsheets keep 15 digits of a number
LONGEST = 255  # characters of a number format that count
DAY = 86_400
HALF_SECOND = timedelta(milliseconds=500)
BEFORE = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # noqa: DTZ001 (sheets know no zones)
LEAP = 60  # the 29th of February 1900, which spreadsheets count and which never was

# formats that a workbook names by number only; those from 27 on as a Chinese spreadsheet has them
YEAR_MONTH, MONTH_DAY, CLOCK = 'yyyy"年"m"月"', 'm"月"d"日"', "h:mm"
BUILT_IN: Mapping[int, str] = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: CLOCK, 19: CLOCK, 20: CLOCK, 21: CLOCK,
    22: "yyyy/m/d h:mm", 27: YEAR_MONTH, 28: MONTH_DAY, 29: MONTH_DAY, 30: "m-d-yy", 31: 'yyyy"年"m"月"d"日"',
    32: CLOCK, 33: CLOCK, 34: CLOCK, 35: CLOCK, 36: YEAR_MONTH, 45: "mm:ss", 46: "[h]:mm:ss", 47: "mmss.0", 49: "@",
    50: YEAR_MONTH, 51: MONTH_DAY, 52: YEAR_MONTH, 53: MONTH_DAY, 54: MONTH_DAY, 55: CLOCK, 56: CLOCK, 57: YEAR_MONTH,
    58: MONTH_DAY,
}  # fmt: skip
ASIDE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|[_*].')  # of a number format: words, colours, padding
SPAN = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
FRACTION = re.compile(r"\?+/[?\d]+")
TOKEN = re.compile(r'"(?P<words>[^"]*)"|\\(?P<sign>.)|\[[^\]]*\]|[_*].|(?P<plain>General|.)', re.IGNORECASE)

Write = Callable[[float], str]


def writer(code: str, *, exact: bool, mac: bool) -> Write:
    """Return what writes numbers of this format; `exact` keeps seconds and decimals, as order files need them.

    `mac`: whether days are counted from 1904.
    """
    section = _first(code[:LONGEST])
    shape = ASIDE.sub("", section)
    if SPAN.search(section):
        return lambda value: str(timedelta(seconds=round(value * DAY)))
    if re.search("[dmhys]", shape, re.IGNORECASE) and not re.fullmatch(r"\s*General\s*", shape, re.IGNORECASE):
        return lambda value: _moment(value, section, exact=exact, mac=mac)
    if not exact and "%" in shape:
        return lambda value: f"{value * 100:.6g}%"
    if not exact and FRACTION.search(shape):
        return lambda value: _fraction(Fraction(value).limit_denominator(99))
    tokens = _tokens(section)
    if tokens and tokens != [("General", "")]:
        return lambda value: _filled(value, tokens)
    return number


def number(value: float) -> str:
    """Write a number as a person would have typed it; one that lost digits keeps an exponent, to be refused."""
    if not math.isfinite(value):
        return str(value)
    if abs(value) >= EXACT:
        return f"{value:E}"
    return str(int(value)) if value == int(value) else f"{value:.15g}"


def moment(value: datetime, *, exact: bool) -> str:
    """Write a day or a time of a day to the second."""
    value = (value + HALF_SECOND).replace(microsecond=0)
    if exact:
        return value.isoformat()
    return f"{value:%Y-%m-%d}" + (f" {value:%H:%M}" if value.time() != time(0) else "")


def _first(code: str) -> str:
    """Return the format for numbers above zero: what stands before the first semicolon outside of words."""
    quoted = False
    for place, char in enumerate(code):
        quoted ^= char == '"'
        if char == ";" and not quoted:
            return code[:place]
    return code


def _moment(value: float, code: str, *, exact: bool, mac: bool) -> str:
    if not 0 <= value < 3_000_000:
        return number(value)  # no spreadsheet shows it as a day either
    if value < 1:
        clock = (BEFORE[mac] + timedelta(seconds=round(value * DAY))).time()
        return clock.strftime("%H:%M:%S" if exact and clock.second else "%H:%M")
    if value < LEAP and not mac:
        value += 1
    at = BEFORE[mac] + timedelta(seconds=round(value * DAY, 3))
    plain = code.lower()
    if not exact and "y" not in plain and "年" not in code and ("d" in plain or "日" in code):
        at = (at + HALF_SECOND).replace(microsecond=0)
        return f"{at.month}月{at.day}日" + (f" {at:%H:%M}" if at.time() != time(0) else "")
    return moment(at, exact=exact)


def _tokens(code: str) -> list[tuple[str, str]]:
    """Cut a format of whole digits and words into (place, words); nothing when it is of another kind."""
    found = []
    for token in TOKEN.finditer(code):
        words, plain = token["words"] or token["sign"], token["plain"]
        if plain and plain.lower() == "general":
            found.append(("General", ""))
        elif plain and plain in "0#?":
            found.append((plain, ""))
        elif plain in ("-", " ", "/", "(", ")", ":") or words:
            found.append(("", words or plain or ""))
        elif plain:
            if plain.isascii():
                return []
            found.append(("", plain))
    return found if any(place in ("0", "General") for place, _ in found) else []


def _filled(value: float, tokens: list[tuple[str, str]]) -> str:
    """Fill the digits of a whole number into its format from the right: 3 by 000 is 003, by 0"号" it is 3号."""
    if value != int(value) or abs(value) >= EXACT:
        return number(value)
    digits = list(str(abs(int(value))))
    places = sum(place in ("0", "#", "?") for place, _ in tokens)
    text: list[str] = []
    for place, words in reversed(tokens):
        if not place:
            text.append(words[::-1])
            continue
        places -= place != "General"
        last = place == "General" or not places
        taken = digits if last else digits[-1:]
        text.append("".join(taken)[::-1] or ("0" if place == "0" else ""))
        digits = [] if last else digits[:-1]
    return ("-" if value < 0 else "") + "".join(text)[::-1].strip()


def _fraction(value: Fraction) -> str:
    whole, rest = divmod(value, 1)
    return f"{whole} {rest}" if whole and rest else str(value)


def iso(text: str, *, exact: bool) -> str:
    """Write a cell that holds an ISO date or time, or give it back as it is."""
    try:
        at = datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    except ValueError:
        return text
    return moment(at, exact=exact) if isinstance(at, datetime) else at.isoformat()
