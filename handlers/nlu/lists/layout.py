"""The lines of a pasted list: numbering, chat headings and placeholders separated from the text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handlers.messages.patterns import pattern_of
from handlers.nlu.lists.lead_ins import opened, uncounted
from handlers.nlu.order_index import OrderIndex
from handlers.nlu.text.normalisation import CIRCLED, READ, normalise

LONGEST = 400
"""Lines of a list that are read; a chat message never holds more."""

NUMBERED = pattern_of(r"^\s*[(（]?(?P<number>[0-9０-９]{1,2})\s*[.．、)）:：]\s*(?=\S)")
CIRCLE = pattern_of(rf"^\s*(?P<sign>[{CIRCLED}])\s*")
HAS_PERSON = pattern_of(r"[0-9０-９一二三四五六七八九十]\s*[号號#]|^\s*[0-9０-９]{1,4}[\s:：]")
TIMED = pattern_of(
    r"^.{0,24}?\s*(?:20\d\d[-/年.]\d{1,2}[-/月.]\d{1,2}日?\s*)?(?:周.|星期.)?\s*(?:上午|下午|晚上|早上|中午|凌晨)?\s*\d{1,2}:\d{2}(?::\d{2})?\s*:?$"
    r"|^[-=_*\s]*20\d\d[-/年.]\d{1,2}[-/月.]\d{1,2}日?[-=_*\s]*$"
)
TIME_BEFORE = pattern_of(
    r"^\(?(?:[^\d\s]{1,10}\s+)?(?:20\d\d[-/.]\d{1,2}[-/.]\d{1,2}\s+)?\d{1,2}:\d{2}(?::\d{2})?\)?\s*:?\s*(?=\S)"
)
HOLDER = pattern_of(
    r"^\(?(?:图片|照片|视频|语音|动画表情|表情|文件|链接|image|photo|video|sticker|voice)\)?[\d\s.:秒\"']*$"
)
EXAMPLE = pattern_of(
    r"[(\[【]?(?:例如?|比如|示例|样例|举例|范例|格式|模板|报法)[子说]?\s?[:)\]】\s]\s?\S|(?:例如|比如|如)[:]\S"
)
INDENT = pattern_of(r"[ \u3000]{2,}|\t|\u3000")
RULE = pattern_of(r"^[\W_]*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a list, from 1: as pasted, as read, and the reason if it is ignored."""

    number: int
    raw: str
    text: str
    why: str = ""
    heads: bool = False  # could give the lines below their item or problem
    under_person: bool = False
    before_person: bool = False
    indented: bool = False  # set in below a line that is not


def _numbering(lines: Sequence[str], index: OrderIndex) -> set[int]:
    """Return the lines whose leading number only counts lines: 1. 2. 3. in a row, each with a person of its own."""
    found = [(at, match) for at, raw in enumerate(lines) if (match := NUMBERED.match(raw))]
    numbers = [int(match["number"]) for _, match in found]
    in_a_row = len(numbers) > 1 and numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] < 2
    named = _named([(str(int(match["number"])), lines[at][match.end() :]) for at, match in found], index)
    with_person = [
        at for (at, match), name in zip(found, named, strict=True) if name or HAS_PERSON.search(lines[at], match.end())
    ]
    if in_a_row and len(with_person) * 2 >= len(found):
        return {at for at, _ in found}
    return {
        at
        for place, (at, match) in enumerate(found)
        if at in with_person
        and (numbers[place] == place + 1 or (place and numbers[place] == numbers[place - 1] + 1))
        and str(numbers[place]) not in index.by_pickup
        and not match.group().strip().startswith("0")
    }


def _named(rows: Sequence[tuple[str, str]], index: OrderIndex) -> list[bool]:
    """Return the numbered rows that name a buyer whose number is another one."""
    found = []
    for number, text in rows:
        plain = text.lower()
        buyers = [buyer for name, buyer in index.buyers if name in plain]
        own = any(order.buyer_name in buyers for order in index.by_pickup.get(number, ()))
        found.append(bool(buyers) and not own)
    return found


def _circled(lines: Sequence[str], index: OrderIndex) -> dict[int, str]:
    """Return lines led by a circled pickup number, rewritten: ⑥ without another person, but not a series ①②③."""
    found = [(at, match) for at, raw in enumerate(lines) if (match := CIRCLE.match(raw))]
    numbers = [unicodedata.normalize("NFKC", match["sign"]).strip("().") for _, match in found]
    if not numbers or numbers[0] in ("0", "1"):
        return {}
    return {
        at: f"{number}号 {lines[at][match.end() :]}"
        for (at, match), number in zip(found, numbers, strict=True)
        if number in index.by_pickup and not HAS_PERSON.search(lines[at], match.end())
    }


def _why(text: str) -> str:
    if RULE.match(text):
        return "no words"
    if HOLDER.match(text):
        return "stands for a picture or another attachment"
    if EXAMPLE.match(text):
        return "an example of how to write"
    if TIMED.match(text):
        return "a chat header: name and time"
    return ""


def lay_out(text: str, index: OrderIndex, emoji: Mapping[str, str]) -> list[Line]:
    """Split and clean a list; empty lines count in the numbering and are left out."""
    lines = uncounted(text.splitlines(), index.by_pickup)
    counted, circled = _numbering(lines, index), _circled(lines, index)
    flush = any(raw[:1].strip() for raw in lines)
    laid: list[Line] = []
    late: list[Line] = []
    for at, raw in enumerate(lines):
        if not raw.strip():
            continue
        if len(laid) >= LONGEST:
            laid.append(Line(number=at + 1, raw=raw[:200], text="", why=f"more than {LONGEST} lines: send it in parts"))
            continue
        match = NUMBERED.match(raw) if at in counted else None
        plain = normalise(raw[match.end() :] if match else circled.get(at, raw), emoji).strip()
        why = _why(plain)
        if not why:
            plain = opened(TIME_BEFORE.sub("", plain), index.by_pickup)
        if len(plain) > READ:
            late.append(
                Line(
                    number=at + 1,
                    raw=plain[READ:][:200],
                    text="",
                    why=f"beyond {READ} characters of one line: send it in parts",
                )
            )
            plain = plain[:READ]
        heads = bool(re.search(r":\s*$", plain)) or _bare_follows(lines, at)
        laid.append(
            Line(
                number=at + 1,
                raw=raw.strip(),
                text=plain,
                why=why,
                heads=heads,
                under_person=_nameless_follows(lines, at),
                indented=INDENT.match(raw) is not None and flush,
                before_person=HAS_PERSON.search(_next(lines, at)) is not None,
            )
        )
    return laid + late


def _next(lines: Sequence[str], at: int) -> str:
    return next((raw for raw in lines[at + 1 :] if raw.strip()), "")


def _bare_follows(lines: Sequence[str], at: int) -> bool:
    """Return whether the next line is pickup numbers and nothing else."""
    return re.fullmatch(r"[\s0-9０-９号號#、,，和-]+", _next(lines, at)) is not None and bool(_next(lines, at))


def _nameless_follows(lines: Sequence[str], at: int) -> bool:
    following = _next(lines, at)
    return bool(following) and HAS_PERSON.search(following) is None
