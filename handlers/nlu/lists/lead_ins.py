"""Chatter before a pickup number, and numbers in words of place: 对了 7 番茄烂了, 第5个, counted rows of a table."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from handlers.messages.patterns import pattern_of
from storage.orders import Order

ENGLISH = "oh|and|also|plus|btw|by the way"
CHATTER = (
    rf"(?:(?:哦|噢|喔|嗯|啊|诶|哎|唉|额|呃|{ENGLISH}|ps)(?=[\s,.:!~0-9]|对|还)[\s,.:!~]*)?"
    r"(?:对了|还有(?:个|一个)?|另外(?:还有)?|再(?:有|来|补|加)?(?:一个|个|一条)?|那个|差点忘了?|忘(?:了|记)(?:说|报|写)?了?"
    r"|漏了?(?:说|报|写)了?|补(?:充)?(?:一下|一个|一条|个)?|加(?:一个|一条|个)|亲(?:爱的)?|麻烦|你好|您好|老板"
    rf"|{ENGLISH}|one more|forgot)"
)
MEASURES = r"盒份个袋包箱瓶板罐桶组颗枚只斤条块根把杯点分月日号天年元毛折%位户人家单件样次"
TAIL = rf"(?![\d.:%])(?!\s*(?:[{MEASURES}]|box|bottle|pcs|piece|pack|bag|kg|jin|days?|yuan))"
BEFORE = pattern_of(
    rf"^\s*{CHATTER}[\s,.:;!~、]*(?:的?是)?\s*(?P<number>\d{{1,4}}){TAIL}[\s,:.、]*(?=[^\d\s])", re.IGNORECASE
)
WITHIN = pattern_of(
    rf"(?P<lead>(?<=[\s,;.])(?:还有|另外|对了|再有|also|and)[\s,:]*)(?P<number>\d{{1,4}}){TAIL}\s*(?=[^\d\s,;])",
    re.IGNORECASE,
)
APART = pattern_of(rf"(?<=\s)(?P<number>\d{{1,4}}){TAIL}\s+(?P<goods>[^\d\s]{{2,8}})")
FIRST = pattern_of(r"^\s*(?P<number>\d{1,4})\s+(?P<goods>[^\d\s]{2,8})")
ORDINAL = pattern_of(rf"^\s*(?:{CHATTER}[\s,.:;!~、]*)?第\s?(?P<number>\d{{1,4}})\s?个\s*(?=[^\d\s])", re.IGNORECASE)
OWNED = pattern_of(r"^\s*(?P<number>\d{1,4})(?=的[^\d\s])")
SHORT = pattern_of(rf"^\s*(?P<lead>[^\d:;]{{1,8}}?)[\s,.]*(?<![xX*×-])(?P<number>\d{{1,4}}){TAIL}\s*(?=[^\d\s])")
COUNTS = pattern_of(r"[坏烂碎破少缺漏死裂臭丢差短退补换赔买共]")
CELL = pattern_of(r"\s*\d{1,4}\s*")


def opened(text: str, known: Mapping[str, Sequence[Order]]) -> str:
    """Write 号 behind a number that chatter stands before, or that 第…个 or 的 marks as one of the `known` numbers.

    Other short words count as chatter where the number's own order holds what is said behind it. `text` is normalised.
    """
    for shape in (ORDINAL, BEFORE, OWNED, SHORT):
        found = shape.match(text)
        if found is None:
            continue
        number, rest = str(int(found["number"])), text[found.end() :]
        if shape is BEFORE or (number in known and (shape is not SHORT or _own(found["lead"], rest, number, known))):
            text = f"{number}号 {rest}"
            break

    def within(found: re.Match[str]) -> str:
        number = str(int(found["number"]))
        return f"{found['lead']}{number}号 " if number in known else found.group()

    def apart(found: re.Match[str]) -> str:
        number = str(int(found["number"]))
        held = number in known and _own("", found["goods"], number, known)
        return f"{number}号 {found['goods']}" if held else found.group()

    text = WITHIN.sub(within, text)
    first = FIRST.sub(apart, text)
    several = APART.sub(apart, first)
    return several if first != text and several != first else text


def _own(lead: str, rest: str, number: str, known: Mapping[str, Sequence[Order]]) -> bool:
    """Return whether words behind a number name goods of its order, and those before it no goods, count or buyer."""
    if any(order.buyer_name and order.buyer_name in lead for orders in known.values() for order in orders):
        return False
    words = {word for order in known[number] for line in order.lines for word in _words(line.item.casefold())}
    return any(word in rest for word in words) and not any(word in lead for word in words) and not COUNTS.search(lead)


def _words(item: str) -> set[str]:
    """Return what a name is called by: pairs of its characters, and the kind that it ends with (基围虾, 麒麟西瓜)."""
    bare = "".join(re.findall(r"[\u4e00-\u9fff]+", item))
    return {bare[at : at + 2] for at in range(len(bare) - 1)} | {bare[-1:]} - {""} | set(re.findall(r"[a-z]{3,}", item))


def uncounted(lines: Sequence[str], known: Collection[str]) -> list[str]:
    """Return rows of a table without the column that only counts them: 1⇥3⇥李婷, 2⇥5⇥老陈."""
    rows = {at: raw.split("\t") for at, raw in enumerate(lines) if "\t" in raw.strip()}
    both = [
        at for at, cells in rows.items() if len(cells) > 2 and CELL.fullmatch(cells[0]) and CELL.fullmatch(cells[1])
    ]
    counts = [int(rows[at][0]) for at in both]
    pickups = [str(int(rows[at][1])) for at in both]
    if len(both) < 2 or counts != list(range(1, len(both) + 1)) or not set(pickups) <= set(known):
        return list(lines)
    return ["\t".join(rows[at][1:]) if at in both else raw for at, raw in enumerate(lines)]
