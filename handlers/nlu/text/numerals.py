"""Numbers as people type them: digits, Chinese numerals, fractions and rough figures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "幺": 1, "壹": 1, "贰": 2, "叁": 3}
TENS = {"十": 10, "拾": 10, "百": 100, "千": 1000, "万": 10000}
TWENTIES = {"廿": "二十", "卅": "三十"}
PAIRS = {"俩": 2, "仨": 3}
CHINESE = "零〇一二两三四五六七八九十百千万壹贰叁拾廿卅"
DECIMAL = r"(?<![\d.])\d{1,6}(?:\.\d{1,4})?(?!\.?\d)"
SHARE = r"(?:\d{1,4}|[一二两三四五六七八九十百]{1,4})分之(?:\d{1,4}|[一二两三四五六七八九十百]{1,4})"
UNDER_THIRTEEN = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
WORDS: dict[str, int | Fraction] = {word: value for value, word in enumerate(UNDER_THIRTEEN, start=1)}
WORDS |= {"a couple of": 2, "half": Fraction(1, 2)}
ROUGH = rf"好?几十?|(?<![{CHINESE}])[二三四五六七八九]?十[几来多]"
COUNT = (
    rf"{SHARE}|\d{{1,4}}/\d{{1,4}}|{DECIMAL}%?|[一二两三四五六七八九]成"
    rf"|{ROUGH}|(?<![{CHINESE}])[{CHINESE}]{{1,8}}[几来多]?|半|[俩仨]"
)
ENGLISH = "|".join(sorted(WORDS, key=len, reverse=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Numeral:
    """A number's bounds; `share` is True for parts of a whole as 三分之一 and 80%."""

    low: Fraction
    high: Fraction
    share: bool = False

    @property
    def exact(self) -> Fraction | None:
        """Return the value, or None where only rough bounds were given (五六, 十几)."""
        return self.low if self.low == self.high else None


def _of(low: Fraction | int, high: Fraction | int | None = None, *, share: bool = False) -> Numeral:
    return Numeral(low=Fraction(low), high=Fraction(low if high is None else high), share=share)


def chinese(word: str) -> int | None:
    """Return an exact Chinese integer below a hundred million; None where it is none (七八 is rough, not 78)."""
    for short, whole in TWENTIES.items():
        word = word.replace(short, whole)
    total = section = 0
    digit: int | None = None
    last = 0
    for char in word:
        if char in DIGITS:
            if digit not in (None, 0):
                return None
            digit = DIGITS[char]
            continue
        size = TENS.get(char)
        if size is None:
            return None
        if size == 10000:
            total = (total + section + (digit or 0)) * size
            section = 0
        else:
            section += (1 if digit is None else digit) * size
        digit, last = None, size
    if digit is not None and last > 10 and "零" not in word and "〇" not in word:
        return total + section + digit * (last // 10)
    return total + section + (digit or 0) if word else None


def _rough(word: str) -> Numeral | None:
    """Return bounds instead of a value: 七八, 三四十, 十七八, 几, 好几, 十几, 几十, 十来."""
    some = re.fullmatch(r"(好)?几", word)
    if some:
        return _of(2, 9)
    teens = re.fullmatch(r"(二|三|四|五|六|七|八|九)?十[几来多]", word)
    if teens:
        base = DIGITS.get(teens.group(1) or "一", 1) * 10
        return _of(base + 1, base + 9)
    if word in {"几十", "好几十"}:
        return _of(20, 90)
    pair = re.fullmatch(r"(十)?([一二两三四五六七八九])([一二两三四五六七八九])([十百千万]?)", word)
    if pair is None:
        return None
    ten, first, second, size = pair.groups()
    low, high = DIGITS[first], DIGITS[second]
    if high - low != 1:
        return None
    factor, base = TENS.get(size, 1), 10 if ten else 0
    return _of(base + low * factor, base + high * factor)


def _share(word: str) -> Numeral | None:
    if re.fullmatch(r"\d{1,6}(?:\.\d{1,4})?%", word, re.ASCII):
        return _of(Fraction(word[:-1]) / 100, share=True)
    parts = re.fullmatch(r"(.+)分之(.+)", word)
    if parts:
        below, above = (number(part) for part in parts.groups())
        if below is None or above is None or not below.low:
            return None
        return _of(above.low / below.low, share=True)
    tenths = re.fullmatch(r"(\d|[一二两三四五六七八九])成", word)
    if tenths:
        value = number(tenths.group(1))
        return _of(value.low / 10, share=True) if value else None
    return None


def number(word: str) -> Numeral | None:
    """Return the number that a word means, or None; never raises.

    >>> number("三分之一").low
    Fraction(1, 3)
    """
    word = word.strip().replace("⁄", "/")
    if not word or len(word) > 20:
        return None
    if word in WORDS:
        return _of(WORDS[word])
    if word in PAIRS:
        return _of(PAIRS[word])
    if word == "半":
        return _of(Fraction(1, 2))
    if re.fullmatch(r"\d+(?:\.\d+)?", word, re.ASCII):
        return _of(Fraction(word))
    slash = re.fullmatch(r"(\d{1,4})/(\d{1,4})", word, re.ASCII)
    if slash:
        return _of(Fraction(int(slash[1]), int(slash[2])), share=True) if int(slash[2]) else None
    if re.fullmatch(r"\d+(?:\.\d+)?%|.{1,4}分之.{1,4}|.成", word):
        return _share(word)
    rough = _rough(word)
    if rough:
        return rough
    value = chinese(word)
    return None if value is None else _of(value)
