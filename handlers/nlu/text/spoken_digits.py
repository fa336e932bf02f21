"""Numbers spoken digit by digit, 三零四七 or five five zero eight, and three-figure numbers in English words."""

from __future__ import annotations

import re

from handlers.messages.patterns import pattern_of

SIGNS = {c: str(n) for n, c in enumerate("零一二三四五六七八九")} | {"〇": "0", "○": "0", "幺": "1", "两": "2"}
NAMES = {
    word: str(value)
    for value, word in enumerate(("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"))
} | {"oh": "0", "nought": "0"}
TEENS = (
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
NUMERAL = "零〇○一二两三四五六七八九十百千万幺"
# a phone's tail or a whole number; a measure after it would make it a count
RUN = pattern_of(
    rf"(?<![{NUMERAL}\d])(?:[零〇○一二三四五六七八九幺]{{4}}|[幺一][零〇○一二三四五六七八九幺两]{{10}})"
    rf"(?![{NUMERAL}\d个只颗枚盒袋包份瓶箱条根块斤月年])"
    rf"|(?<![{NUMERAL}\d])[一二三四五六七八九幺][零〇○][一二三四五六七八九幺](?=号(?!楼|门|线|路|院))"
)
WORD = "|".join(NAMES)
ENGLISH_RUN = pattern_of(rf"\b(?:{WORD})(?:[\s-]+(?:{WORD})){{3,12}}\b", re.IGNORECASE)
MANY = "|".join(list(NAMES)[2:10])
DOZEN = pattern_of(
    rf"\b(?:(?P<half>half (?:a )?|1/2 (?:a )?)|(?P<one>an? |one )?|(?P<many>\d{{1,2}}|{MANY}) )dozen(?: of)?\b",
    re.IGNORECASE,
)
HALF_OF_ONE = pattern_of(
    r"\b(?:the )?half (?:of )?(?:one|an?|1)\b(?= (?:bag|box|pack|tray|bottle|carton|can|tub|jar|punnet|bunch|"
    r"crate|packet))",
    re.IGNORECASE,
)
COUPLE = pattern_of(r"\b(?:a )?couple(?: of)?(?= [a-z])", re.IGNORECASE)
TIMES = pattern_of(r"(?<=[是号位数:\s])(四)个([零一二三四五六七八九])(?![个只颗枚盒袋包份瓶箱条根块斤])")
LENGTHS = (4, 11)  # digits of a phone's tail, and of a whole number
UNIT = "|".join(word for word in NAMES if word not in ("zero", "oh", "nought"))
HUNDRED = pattern_of(
    rf"\b(?P<hundreds>an?|{UNIT}) hundred(?:(?: and)? (?:(?P<tens>{'|'.join(TENS)})(?:[\s-](?P<ones>{UNIT}))?"
    rf"|(?P<small>{UNIT}|{'|'.join(TEENS)})))?\b",
    re.IGNORECASE,
)


def _hundred(match: re.Match[str]) -> str:
    hundreds = NAMES.get(match["hundreds"].lower(), "1")
    value = int(hundreds) * 100
    if match["tens"]:
        value += 10 * (TENS.index(match["tens"].lower()) + 2) + int(NAMES.get((match["ones"] or "zero").lower(), "0"))
    if match["small"]:
        small = match["small"].lower()
        value += int(NAMES[small]) if small in NAMES else 10 + TEENS.index(small)
    return str(value)


def _dozen(match: re.Match[str]) -> str:
    if match["half"]:
        return "6"
    many = (match["many"] or "1").lower()
    return str(12 * int(NAMES.get(many, many)))


def _times(match: re.Match[str]) -> str:
    return SIGNS[match[2]] * int(SIGNS[match[1]])


def _digits(match: re.Match[str]) -> str:
    words = re.findall(r"[a-z]+", match.group().lower())
    return "".join(NAMES[word] for word in words) if len(words) in LENGTHS else match.group()


def in_figures(text: str) -> str:
    """Return a text with spoken digits in figures.

    >>> in_figures("尾号三零四七"), in_figures("five five zero eight"), in_figures("number one hundred thirty two")
    ('尾号3047', '5508', 'number 132')
    """
    text = TIMES.sub(_times, text)
    text = RUN.sub(lambda found: "".join(SIGNS[sign] for sign in found.group()), text)
    small = text.lower()
    if "hundred" in small:
        text = HUNDRED.sub(_hundred, text)
    if "dozen" in small:
        text = DOZEN.sub(_dozen, text)
    if "half" in small:
        text = HALF_OF_ONE.sub("0.5", text)
    if "couple" in small:
        text = COUPLE.sub("2", text)
    return ENGLISH_RUN.sub(_digits, text)
