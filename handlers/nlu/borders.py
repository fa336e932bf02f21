"""Where one thing ends and the next begins in a sentence without commas: 鸡蛋碎了3个 酸奶少了1盒 还晚到了."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from handlers.messages.patterns import pattern_of
from handlers.nlu.problems import ITEM, Problem, problems_in
from handlers.nlu.text.lexicon import Lexicon
from handlers.nlu.text.numerals import ENGLISH

OF_THE_ORDER = frozenset(("late", "service_attitude"))
"""Problems of the whole order: they are never those of the goods named beside them."""
STOP = pattern_of(r"[,。;!?\n]|(?<!\d)\.(?!\d)")
CJK = "\u3400-\u9fff"
COUNT = rf"(?:\d{{1,3}}|{ENGLISH}|a|an|the|my|all|both|some|half)"
BORDER = pattern_of(
    rf"(?:(?<=[{CJK}\ue000-\ue002)])|(?<=[{CJK}]\d)|(?<=[{CJK}]\d\d))[ \t]+(?=[{CJK}\ue000-\ue002\d])"
    rf"|(?<=[{CJK}\ue001])(?:然后|而且|并且|再就是|再有就是|另外|还有|同时|再加上|外加)"
    rf"|[ \t](?=(?:and|plus|also|then)\b)|(?<=[a-z])[ \t](?=(?:{COUNT} (?:(?:[a-z]{{2,9}} )?of )?){{0,3}}\ue001)"
    rf"|[ \t]/[ \t]|(?<=[{CJK}\ue001)])/(?=[{CJK}\ue001])"
)
COUNTED = pattern_of(rf"\s*(?:{COUNT}\b\s*(?:(?:[a-z]{{2,9}}\s?)?(?:of\b\s*)?))*")
HAN = pattern_of(f"[{CJK}]")
FILLS = pattern_of(
    r"[\s\ue000-\ue002\d,/.:的呢嘛吧啊和跟与及、还有那个这些都全也各一二两三四五六七八九十半俩仨几"
    r"xX*×盒袋包份个只枚颗箱瓶杯把条根块斤板]+"
    rf"|\b(?:and|plus|also|then|{COUNT})\b"
)
WAIVED = pattern_of(
    r"[^。!?;\n]{0,24}?(?:(?:这个|那个|这|就|也)(?:也|就)*(?:算了|不讲了|不说了|不提了)|不计较|不追究|不怪你|没关系|无所谓|不要紧"
    r"|never mind|does(?:n'?t| not) matter|(?:do not|don'?t) mind|no big deal|not a big deal|no worries)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    start: int
    item: bool = False
    problem: bool = False
    whole: bool = False
    says: bool = False  # words beside item and count: something is said of it
    latin: bool = False
    leads: bool = False  # a problem whose goods come next

    @property
    def complete(self) -> bool:
        return (self.item and self.problem) or self.whole

    def joined(self, more: _Piece) -> _Piece:
        """Return this piece and the one behind it as one."""
        return _Piece(
            start=self.start,
            item=self.item or more.item,
            problem=self.problem or more.problem,
            whole=(self.whole or more.whole) and not (self.item or more.item),
            says=self.says or more.says,
        )


def punctuated(text: str, problems: Sequence[Problem], lexicon: Lexicon) -> tuple[str, list[Problem]]:
    """Return a text with covered goods, with commas between the things that it tells one by one, and its problems.

    A border counts only where what stands before it and after it can stand by itself: goods with what is wrong with
    them, or a problem of the whole order. The length stays.
    """
    if not problems or not BORDER.search(text):
        return text, list(problems)
    borders = _borders(text)
    trial = _with_commas(text, borders)
    read = problems_in(trial, lexicon)
    kept = _kept(trial, text, read, borders)
    if not kept:
        return text, list(problems)
    done = _with_commas(text, [found for found in borders if found.start() in kept])
    return done, read if done == trial else problems_in(done, lexicon)


def pressed(text: str, problems: Sequence[Problem]) -> list[Problem]:
    """Return the problems without those of the whole order that are let pass: 还晚到一天 这个就算了."""

    def waived(one: Problem) -> bool:
        found = WAIVED.match(text, one.hit.end) if one.code in OF_THE_ORDER else None
        return found is not None and not any(
            other.code not in OF_THE_ORDER and one.hit.end <= other.hit.start < found.end() for other in problems
        )

    kept = [one for one in problems if not waived(one)]
    return kept or list(problems)


def _borders(text: str) -> list[re.Match[str]]:
    """Return where one thing may end; not within a count: two | boxes of | strawberries."""
    found: list[re.Match[str]] = []
    for one in BORDER.finditer(text):
        if not found or not COUNTED.fullmatch(text, found[-1].end(), one.start()):
            found.append(one)
    return found


def _with_commas(text: str, borders: Sequence[re.Match[str]]) -> str:
    for one in borders:
        text = text[: one.start()] + "," + " " * (one.end() - one.start() - 1) + text[one.end() :]
    return text


def _kept(trial: str, text: str, read: Sequence[Problem], borders: Sequence[re.Match[str]]) -> set[int]:
    """Return the places of the borders that part two things."""
    kept: set[int] = set()
    stops = [found.end() for found in STOP.finditer(text)]
    soft = {found.start() for found in borders}
    bounds = sorted({0, len(text), *soft, *stops})
    before, earlier = _Piece(start=0), False
    for piece in _forwards([_piece(trial, start, end, read) for start, end in pairwise(bounds)], soft):
        start = piece.start
        apart = piece.complete or (piece.item and piece.says and before.problem and earlier)
        if start not in soft:
            before = piece
        elif apart and (before.complete or (before.problem and earlier) or (before.item and before.says)):
            kept.add(start)
            before = piece
        else:
            before = before.joined(piece)
        earlier = earlier or piece.item
    return kept


def _forwards(pieces: Sequence[_Piece], soft: Collection[int]) -> list[_Piece]:
    """Return the pieces with a problem joined to the goods right behind it, where goods before it have their own."""
    found: list[_Piece] = []
    for place, piece in enumerate(pieces):
        before = found[-1] if found else _Piece(start=0)
        after = pieces[place + 1] if place + 1 < len(pieces) else _Piece(start=0)
        told = before.problem or (before.says and before.latin)
        ahead = piece.start in soft and told and before.item and not before.leads
        if before.leads and piece.start in soft and piece.item and not piece.problem:
            found[-1] = before.joined(piece)
        else:
            leads = ahead and piece.problem and not piece.item and not piece.whole and after.item and not after.problem
            found.append(replace(piece, leads=leads))
    return found


def _piece(trial: str, start: int, end: int, read: Sequence[Problem]) -> _Piece:
    own = [one for one in read if start <= one.hit.start < end]
    words = trial[start:end]
    item = ITEM in words
    return _Piece(
        start=start,
        item=item,
        problem=bool(own),
        whole=bool(own) and not item and all(one.code in OF_THE_ORDER for one in own),
        says=bool(FILLS.sub("", words)),
        latin=HAN.search(words) is None,
    )
