"""Which photos a text speaks of: 第一张, 前两张, 最后一张, 其余的, 这张, the first two, photo 3."""

from __future__ import annotations

import re
from dataclasses import dataclass

from handlers.messages.patterns import pattern_of
from handlers.nlu.text.numerals import number

FEW = r"(\d{1,2}|[一二两三四五六七八九十俩仨]{1,2})"
SHOWN = r"(?:照片|相片|图片|图|照)?"
EN_FEW = r"(\d{1,2}|one|two|three|four|five|six)"
EN_NTH = ("first", "second", "third", "fourth", "fifth", "sixth")
EN_SHOWN = r"(?: (?:photos?|pics?|pictures?|images?|ones?|shots?))?"
PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("nth", pattern_of(rf"第\s?{FEW}\s?[张幅]{SHOWN}|(?:照片|图片|图)\s?{FEW}(?![张\d个盒])|(头)一?张")),
    ("first", pattern_of(rf"前面?头?[的这那]?{FEW}\s?张{SHOWN}|(?<!后)开?头{FEW}张{SHOWN}")),
    ("last", pattern_of(rf"(?:最后|后面|后头|末尾|后)[的这那]?{FEW}?\s?张{SHOWN}")),
    (
        "rest",
        pattern_of(rf"(?:其余|其他|其它|剩下|另外|余下|后面)(?:的|那)?(?:几|{FEW})?张?{SHOWN}(?=的|都|全|是|[^张]*$)"),
    ),
    (
        "these",
        pattern_of(rf"(?:这|刚才|刚刚|上面)(?:个|的|那|几|{FEW})?张{SHOWN}|(?:这|刚发的)(?:个|些)?(?:照片|图片|图)"),
    ),
    ("all", pattern_of(r"(?:照片|图片|图)(?:都|全部?)|(?:都|全)是(?=[^坏烂碎破少])")),
    ("first", pattern_of(rf"\bfirst {EN_FEW}{EN_SHOWN}\b")),
    ("last", pattern_of(rf"\blast (?:{EN_FEW})?{EN_SHOWN}\b")),
    ("nth", pattern_of(rf"\b({'|'.join(EN_NTH)}){EN_SHOWN}\b|\b(?:photo|pic|picture) (?:no\.? ?)?{EN_FEW}\b")),
    (
        "rest",
        pattern_of(rf"\b(?:the )?(?:rest|others?|remaining)(?: of (?:them|the (?:photos|pics|pictures)))?{EN_SHOWN}\b"),
    ),
    ("these", pattern_of(r"\b(?:this|these|that)(?: (?:photos?|pics?|pictures?|one|ones|is|are|shows?))+")),
    ("all", pattern_of(r"\ball (?:of )?(?:the |these )?(?:photos|pics|pictures)\b")),
)
AND = pattern_of(r"[\s,，、]*(?:和|跟|与|及|、|and|&)?[\s,，]*")
PHOTO = pattern_of(r"[张图照]|photo|pic|image|shot|first|second|third|last|rest|other", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Words for some of the photos; `joined`: the next words for photos follow at once (第一张和第三张)."""

    start: int
    end: int
    kind: str  # nth, first, last, rest, these, all
    count: int = 1
    joined: bool = False


def named(text: str) -> list[Named]:
    """Return the photos that a text names, in reading order; [] for one that speaks of none."""
    if not PHOTO.search(text):
        return []
    found: list[Named] = []
    for kind, pattern in PATTERNS:
        for one in pattern.finditer(text.lower()):
            if not any(known.start < one.end() and one.start() < known.end for known in found):
                found.append(Named(start=one.start(), end=one.end(), kind=kind, count=_count(one)))
    if any(one.kind != "all" for one in found):
        found = [one for one in found if one.kind != "all"]  # 最后一张是酸奶 其余都是鸡蛋
    if not found:  # 再补两张 names none
        return []
    found.sort(key=lambda one: one.start)
    if not any(one.kind not in ("all", "rest") for one in found) and not re.search("[张图照]|photo|pic", text):
        return []
    after = [*found[1:], None] if found else []
    return [
        Named(
            start=one.start, end=one.end, kind=one.kind, count=one.count,
            joined=later is not None and AND.fullmatch(text, one.end, later.start) is not None,
        )
        for one, later in zip(found, after, strict=True)
    ]  # fmt: skip


def _count(found: re.Match[str]) -> int:
    word = next((group for group in found.groups() if group), "1")
    if word in EN_NTH:
        return EN_NTH.index(word) + 1
    told = number("1" if word == "头" else word)
    return int(told.exact) if told and told.exact else 1
