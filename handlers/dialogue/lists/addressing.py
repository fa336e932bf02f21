"""Which line of the list a number stands for: the leader's own numbers, else its places, else pickup numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from handlers.claims.list_draft import ListDraft, ListLine
from handlers.claims.summary import line_of
from handlers.dialogue.lists.corrections import said, withdraws
from handlers.dialogue.lists.reader import Reader
from handlers.messages.patterns import pattern_of
from handlers.nlu.items import mentions
from handlers.nlu.lists.lead_ins import CHATTER
from handlers.nlu.text.normalisation import normalise

PLACE = pattern_of(r"第\s?(\d{1,3})\s?(条|行|项|个)|\b(?:line|item) (\d{1,3})\b", re.IGNORECASE)
FRONT = pattern_of(r"\s*(\d{1,3})\s*(?:号)?[\s,，]*(?=[^\d\s,，、/~-])")
COUNTED = pattern_of(r"\s*[(（]?(\d{1,3})\s*[.．、)）]\s*(?=\S)")
BARE = pattern_of(r"\s*(\d{1,3})(?=[\s\u4e00-\u9fff])(?!\s*[号號个盒份斤])")
ALSO = pattern_of(r"\s*(\d{1,3})\s*号?\s*(?:也|还)是的?[\s。.!！]*")
PIECES = pattern_of(r"\s*[·•;；。\n]\s*|[,，]\s*(?=第?\s?\d)|\s+(?=第\s?\d|\d{1,3}\s*(?:不要|不用|撤|取消|是|改))")
IS = pattern_of(r"\s*(?:是|为|=|:|：|is)\s*[\d一二三四五六七八九十两半]", re.IGNORECASE)
NUMBER = pattern_of(r"\s*\d{1,4}\s*号")
WISH = pattern_of(
    r"\s*(?:都|要|想|给|改)*(?:退款?|退钱|补发?|补一[份个盒]|换货?|换一[份个盒]|赔|refund|resend|exchange)[吧了。.!！]*\s*",
    re.IGNORECASE,
)
SERIES = pattern_of(r"\s*(第?\d{1,3}条?(?:\s*[、,，/和跟与]\s*第?\d{1,3}条?)+)\s*(?:都|全|也)*\s*(?=[^\d\s号、,，])")
LEAD = pattern_of(rf"^\s*{CHATTER}[\s,，.:。;!~、]*(?=第?\s?\d)", re.IGNORECASE)
DIGITS = pattern_of(r"\d+")
MOST = 6  # lines of a message that only puts lines of the list right


def numbered(text: str) -> str:
    """Return the number that stands in front of words that take something back: 5不要了; "" where none does."""
    found = FRONT.match(text)
    return str(int(found[1])) if found and withdraws(text[found.end() :]) else ""


def rows(draft: ListDraft) -> tuple[ListLine, ...]:
    """Return the lines of the newest card in their order; their places are what 第3条 counts."""
    newest = max((line.batch for line in draft.lines), default=0)
    return tuple(line for line in draft.lines if line.batch == newest)


def labels(draft: ListDraft) -> dict[int, str]:
    """Return the number of each line of the newest card: as the leader counted them, else by its place."""
    mine = rows(draft)
    own = {line.key: found[1] for line in mine if (found := COUNTED.match(line.text)) and found[1] != line.pickup}
    if own or any(COUNTED.match(line.text) for line in mine) or all(map(_led, mine)):
        return own
    led = {line.pickup for line in mine if _led(line)}
    return {line.key: str(place) for place, line in enumerate(mine, start=1) if str(place) not in led}


def _led(line: ListLine) -> bool:
    """Return whether a line is written with its bare pickup number before it: 5 车厘子软."""
    found = BARE.match(line.text)
    return found is not None and str(int(found[1])) == line.pickup


def at(draft: ListDraft, number: int) -> list[ListLine]:
    """Return the lines of this number: the leader's own, else the one at this place of the newest card."""
    mine = rows(draft)
    own = [line for line in mine if (found := COUNTED.match(line.text)) and int(found[1]) == number]
    led = [line for line in mine if line.pickup == str(number) and _led(line)]
    return own or led or [line for place, line in enumerate(mine, start=1) if place == number]


def pointed(draft: ListDraft, text: str, reader: Reader) -> str:
    """Name the pickup number of the lines that numbers of the list stand for: 第3条, or 5不要了 of a list of five."""
    if not draft.lines:
        return text
    if draft.tray() and (also := ALSO.fullmatch(text)):
        return f"这是{also[1]}号的"  # beside photos that nobody has
    bare = LEAD.sub("", text, count=1)
    if bare != text and _puts_right(bare):
        text = bare  # 对了 4不要了
    pieces = [piece for piece in PIECES.split(text) if piece.strip()]
    done = [_piece(draft, piece, reader) for whole in pieces for piece in _each(draft, whole)]
    if len(pieces) > 1 and "\n" not in text.strip() and all(map(_puts_right, pieces)):
        return "\n".join(done)
    if done == pieces or ("\n" in text.strip() and (len(pieces) > MOST or not all(map(_puts_right, pieces)))):
        return text
    return "\n".join(done)


def _each(draft: ListDraft, piece: str) -> list[str]:
    """Take words about several numbers of the list apart: 2、3都不要了."""
    found = SERIES.match(piece)
    numbers = DIGITS.findall(found[1]) if found else []
    if found is None or not _acts(piece[found.end() :]) or not all(at(draft, int(one)) for one in numbers):
        return [piece]
    return [f"第{one}条{piece[found.end() :]}" for one in numbers]


def _puts_right(piece: str) -> bool:
    """Return whether words begin with a number and put something right."""
    found = PLACE.match(piece) or FRONT.match(piece)
    return found is not None and _acts(piece[found.end() :])


def _acts(words: str) -> bool:
    told = any(said(name).search(words) for name in ("mistaken", "not_so", "corrects", "resumes"))
    return told or withdraws(words) or IS.match(words) is not None or WISH.fullmatch(words) is not None


def _piece(draft: ListDraft, text: str, reader: Reader) -> str:
    if found := PLACE.search(text):
        number, rest = int(found[1] or found[3]), text[found.end() :]
        lines = [] if _elsewhere(draft, number, rest, reader) else at(draft, number)
        named = _named(draft, lines, rest, reader) or (f"{number}号" if found[2] == "个" and not lines else "")
        return f"{text[: found.start()]}{named or found.group()}{rest}"
    found = FRONT.match(text)
    if found is None or "号" in found.group():
        return text
    number, rest = int(found[1]), text[found.end() :]
    rest = f" {rest.strip()}" if WISH.fullmatch(rest) else rest
    if not _acts(rest) or any(line.pickup == str(number) for line in draft.questions()):
        return text
    lines = [] if _elsewhere(draft, number, rest, reader) else at(draft, number)
    if named := _named(draft, lines, rest, reader):
        return f"{named}{rest}"
    known = any(line.pickup == str(number) for line in draft.lines)
    return f"{number}号{rest}" if known and not lines else text


def _elsewhere(draft: ListDraft, number: int, rest: str, reader: Reader) -> bool:
    """Return whether words name goods, and none of the order of the line at this place."""
    mine = [order for line in at(draft, number) if (order := reader.shelf.listed.order(line.order_no))]
    plain = normalise(rest, reader.lexicon.emoji)
    return bool(mentions(plain, reader.shelf.listed.orders, reader.lexicon)) and not (
        mine and mentions(plain, mine, reader.lexicon)
    )


def _named(draft: ListDraft, lines: Sequence[ListLine], rest: str, reader: Reader) -> str:
    """Name the person of the lines, and the goods where the person has other lines; "" when that is not one person."""
    pickups = {line.pickup for line in lines}
    if len(pickups) != 1 or not (pickup := pickups.pop()):
        return ""
    keys = {line.key for line in lines}
    others = [line for line in draft.lines if line.pickup == pickup and line.key not in keys]
    order = reader.shelf.listed.order(lines[0].order_no)
    item = line_of(order, lines[0].problem.line_no)
    if not others or item is None or order is None or mentions(rest, [order], reader.lexicon):
        return f"{pickup}号"
    return f"{pickup}号{item.item}"


def unnamed(draft: ListDraft, text: str) -> tuple[ListLine, str] | None:
    """Return the line without a pickup number that a number of the list stands for, and what is said of it."""
    found = PLACE.match(text) or FRONT.match(text)
    if found is None or "\n" in text.strip() or "号" in found.group():
        return None
    number, rest = int(next(filter(str.isdecimal, map(str, found.groups())))), text[found.end() :].strip()
    lines = at(draft, number) if _acts(rest) or NUMBER.match(rest) else []
    return (lines[0], rest) if len(lines) == 1 and not lines[0].pickup and lines[0].asks else None
