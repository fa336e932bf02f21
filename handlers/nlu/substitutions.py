"""What came instead of what was ordered: 三文鱼发成鳕鱼, got cod instead of salmon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.messages.patterns import pattern_of
from handlers.nlu.text.lexicon import Hit, Lexicon

CAME = r"(?:a |an |the |some )?(?P<came>[a-z][a-z ]{1,30}?)"
ENGLISH = (
    pattern_of(rf"\b(?:got|received|sent|gave me|delivered)\s(?:me\s)?{CAME}\s(?:instead of|rather than|not)\b"),
    pattern_of(
        r"\bordered\b[^,.;]{1,30}?\b(?:but|and|,)\s?(?:i\s|we\s)?(?:got|received|you sent(?: me)?)\s"
        rf"{CAME}(?=[,.;!?]|$)"
    ),
)
# what it is and what it is not: only a known thing came, for "it's bad" names none
NAMED = (
    pattern_of(
        r"\b(?:this|that|it|these|they|those)(?:'s| is| are)?\s?(?:not|isn'?t|aren'?t|ain'?t)\s[a-z ]{2,30}?[\s,.;!?]+"
        rf"(?:(?:lol|but|haha|it'?s|it is|this is|that'?s|they'?re|they are)[\s,]+)+{CAME}(?=[,.;!?]|$)"
    ),
    pattern_of(
        rf"\b(?:what i (?:got|received) (?:is|was)|is actually|was actually|turned out to be)\s{CAME}(?=[,.;!?]|$)"
    ),
)
ENDS = pattern_of(r"[,。;!?\n\s\ue000-\ue002]|而?不是|(?:的?了|的|吧|呢|啊|吗|呀|啦)(?=[,。;!?\n\s]|$)")
REVERSAL = pattern_of(r"不是(?P<first>[^,。!?;\n\s]{1,10}?)[,\s]?(?:而)?是(?P<second>[^,。!?;\n\s]{1,10})")
# 要的是无糖的 ... 两罐都是红糖的
WANTED_CAME = pattern_of(
    r"(?:要|买|订|定|点|拍)的(?:都)?是(?P<want>[^,。!?;\n]{1,8}?)的?(?=[呀啊哦,。!?;\n])[^!?]{0,90}?"
    r"(?:都是|写的是?|印的是?|标的是?|[来给发]的是)(?P<came>[^,。!?;\n还]{1,8}?)(?=的?(?:[,。!?;\n]|还|$)|两|三|[罐盒袋瓶])"
)
ARRIVED = pattern_of(r"(?:收到|到手|拿到|里面|来|发|给|送)[了我们过来]*的?(?:都|全|根本|竟然|居然|却)?$")
WANTED = pattern_of(r"(?:买|要|点|订|定|拍|下单)的|(?:说|写|标)(?:是|的|好)|错|不对|不符")
AGAIN = pattern_of(r"(?:补|重新?|再|新|批)$")
EMPTY = pattern_of(
    r"(?:的|坏|烂|臭|死|次|不|破|碎|隔|旧|凉|冷|一堆|什么|个啥|啥|小|干|空|大小|很|太|都|全|货|时候|日期|东西|速度|时间)"
)


CAME_BEFORE = pattern_of(
    r"(?:(?<!没)(?:给|来|发|送|拿|装|配)了|收到了?|到的是|错[发给送拿配]了?|误发|多[给发送配]了?|换成了?|变成了?|[发拿送配装给]成了?|怎么是|居然是|结果是)"
    r"(?:我|她|他|人家)?(?:[一1]?[个份盒袋包箱瓶])?$"
)
CAME_AFTER = pattern_of(r"(?:当|顶替|代替|冒充|充当)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """The words for what came, as typed; `reversal` for 不是A是B, where B may be the item meant."""

    words: str
    spans: tuple[tuple[int, int], ...]
    hit: Hit
    wrong: bool = True
    reversal: bool = False


def _weak(text: str, hit: Hit) -> bool:
    """Return whether 发的 or 来的 means no wrong item: they do only beside 买的, 要的 or 错; 补发的 never does."""
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
        if 0 < len(words) <= 12 and _is_thing(words, lexicon):
            return Received(words=words, spans=((hit.end, hit.end + len(words)),), hit=hit)
    return None


def _is_thing(words: str, lexicon: Lexicon) -> bool:
    """Return whether words name goods and not their state: 小番茄, but not 小的."""
    noun = lexicon.nouns.search(words)
    return noun is not None and (noun.start() == 0 or not EMPTY.match(words))


def stray(text: str, own: Sequence[tuple[int, int]], strange: Sequence[tuple[int, int]]) -> Received | None:
    """Return the one thing of no order beside things of the order, where words say it came: 番茄没给 给了土豆."""
    if len(strange) != 1 or not own:
        return None
    start, end = strange[0]
    if not (CAME_BEFORE.search(text[max(0, start - 12) : start]) or CAME_AFTER.match(text, end)):
        return None
    return Received(words=text[start:end], spans=((start, end),), hit=Hit(start, end, text[start:end]))


def received(text: str, lexicon: Lexicon) -> Received | None:
    """Return the item that came instead, if the text names one."""
    for pattern in (*ENGLISH, *NAMED):
        found = pattern.search(text)
        if found and (pattern in ENGLISH or lexicon.nouns.search(found["came"])):
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
    other = WANTED_CAME.search(text)
    if (
        other
        and other["came"] != other["want"]
        and not EMPTY.match(other["came"])
        and _is_thing(other["came"], lexicon)
    ):
        hit = Hit(other.start("came"), other.end("came"), other["came"])
        return Received(words=other["came"], spans=(other.span("came"),), hit=hit)
    return _chinese(text, lexicon)
