"""What came instead of what was ordered: 三文鱼发成鳕鱼, got cod instead of salmon."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .lexicon import Hit, Lexicon

CAME = r"(?:a |an |the |some )?(?P<came>[a-z][a-z ]{1,30}?)"
ENGLISH = (
    re.compile(rf"\b(?:got|received|sent|gave me|delivered)\s(?:me\s)?{CAME}\s(?:instead of|rather than|not)\b"),
    re.compile(
        r"\bordered\b[^,.;]{1,30}?\b(?:but|and|,)\s?(?:i\s|we\s)?(?:got|received|you sent(?: me)?)\s"
        rf"{CAME}(?=[,.;!?]|$)"
    ),
)
ENDS = re.compile(r"[,。;!?\n\s\ue000-\ue002]|而?不是|(?:的?了|的|吧|呢|啊|吗|呀|啦)(?=[,。;!?\n\s]|$)")
REVERSAL = re.compile(r"不是(?P<first>[^,。!?;\n\s]{1,10}?)[,\s]?(?:而)?是(?P<second>[^,。!?;\n\s]{1,10})")
ARRIVED = re.compile(r"(?:收到|到手|拿到|里面|来|发|给|送)[了我们过来]*的?(?:都|全|根本|竟然|居然|却)?$")
WANTED = re.compile(r"(?:买|要|点|订|定|拍|下单)的|错|不对|不符")
AGAIN = re.compile(r"(?:补|重新?|再|新|批)$")
EMPTY = re.compile(
    r"(?:的|坏|烂|臭|死|次|不|破|碎|隔|旧|凉|冷|一堆|什么|个啥|啥|小|干|空|大小|很|太|都|全|货|时候|日期|东西|速度|时间)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """The words for what came, as typed; `reversal` for 不是A是B, where B may be the item meant."""

    words: str
    spans: tuple[tuple[int, int], ...]
    hit: Hit
    wrong: bool = True
    reversal: bool = False


def _weak(text: str, hit: Hit) -> bool:
    """发的 and 来的 tell of a wrong item only beside 买的, 要的 or 错; 补发的 tells of none."""
    return hit.word.endswith(("的", "了", "来了个")) and (
        WANTED.search(text) is None or AGAIN.search(text[: hit.start]) is not None
    )


def _chinese(text: str, lexicon: Lexicon) -> Received | None:
    matcher = lexicon.phrases.get("received")
    if matcher is None:
        return None
    for hit in matcher.find(text):
        if _weak(text, hit):
            continue
        rest = text[hit.end : hit.end + 14]
        end = ENDS.search(rest)
        words = rest[: end.start()] if end else rest
        if 0 < len(words) <= 12 and not EMPTY.match(words) and lexicon.nouns.search(words):
            return Received(words=words, spans=((hit.end, hit.end + len(words)),), hit=hit)
    return None


def received(text: str, lexicon: Lexicon) -> Received | None:
    """The item that came instead, if the text names one."""
    for pattern in ENGLISH:
        found = pattern.search(text)
        if found:
            return Received(
                words=found["came"], spans=(found.span("came"),), hit=Hit(found.start(), found.end(), found.group())
            )
    turned = REVERSAL.search(text)
    if turned and lexicon.nouns.search(turned["first"]) and lexicon.nouns.search(turned["second"]):
        if ARRIVED.search(text[: turned.start()][-8:]):
            hit = Hit(turned.start(), turned.end(), turned.group())
            return Received(words=turned["second"], spans=(turned.span("second"),), hit=hit)
        return Received(
            words=turned["second"],
            spans=(turned.span("first"),),
            hit=Hit(turned.start(), turned.end(), turned.group()),
            wrong=False,
            reversal=True,
        )
    return _chinese(text, lexicon)
