"""Photos that words move from one buyer to another: 照片是123号的不是122, 这是丁楠的, before and after filing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from handlers.claims.list_draft import ListDraft, ListLine, ListPhoto
from handlers.dialogue.lists.lines import owes_photos
from handlers.dialogue.lists.photos import words_of
from handlers.dialogue.lists.reader import Reader
from handlers.messages.patterns import pattern_of
from handlers.nlu.text.normalisation import normalise

NUMBER = pattern_of(r"(?<!\d)(?:第|no\.?\s?|#)?(\d{1,4})\s*号?(?!\d|张|个|盒)", re.IGNORECASE)
NOT = pattern_of(r"(?:不是|并不是|并非|而不是|不属于|isn't|is not|not)\s*(?:for\s*)?$", re.IGNORECASE)
FROM = pattern_of(r"\s*(?:那|的|’s|'s)*\s*(?:那?[一二两三几\d]?张)?(?:照片|图片|图|相片|视频|photo)", re.IGNORECASE)
TO = pattern_of(r"(?:移到|挪到|放到|改到|换到|归到|给到|归|转到|应该是|其实是|是|to|belongs? to)\s*$", re.IGNORECASE)
MOVES = pattern_of(r"移|挪|放到|改到|换到|归|转到|弄错|搞错|发错|配错|错了|move|wrong", re.IGNORECASE)
LONGEST = 40  # characters of words that move photos


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What words about photos come to: `ids` that moved, whence and whither by the names used, or why nothing moved.

    `why`: "" when photos moved, there (they are with that buyer already), none (the source has none), nobody (the
    buyer is not on the list).
    """

    draft: ListDraft
    ids: tuple[int, ...] = ()
    source: int = 0  # line
    to: int = 0
    named: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Person:
    """Somebody named in the words, at a place of them."""

    start: int
    end: int
    name: str
    lines: tuple[ListLine, ...]


def moved(draft: ListDraft, text: str, reader: Reader, own: Sequence[int] = ()) -> Moved | None:
    """Return what words about a pairing come to; None when they move no photo.

    `own`: the photos that the words reply to.
    """
    if len(text) > LONGEST or not any(photo.line > 0 for photo in draft.photos):
        return None
    text = normalise(text, reader.lexicon.emoji)
    people = _people(draft, text, reader)
    sources = [one for one in people if NOT.search(text[: one.start]) or FROM.match(text[one.end :])]
    targets = [one for one in people if one not in sources]
    pictured = re.search("|".join(map(re.escape, words_of("photo_words"))), text, re.IGNORECASE) is not None
    this = re.search("|".join(map(re.escape, words_of("photos_before"))), text, re.IGNORECASE) is not None
    if len(targets) != 1 or len(sources) > 1:
        return None
    if sources and not (pictured or this or own or text.strip().startswith("是")):
        return None
    before, told = text[: targets[0].start], MOVES.search(text) is not None
    if sources and not (told or NOT.search(text[: sources[0].start]) or TO.search(before)):
        return None
    if not sources and not (this or own or (pictured and told)):
        return None
    return _moved(draft, sources[0] if sources else None, targets[0], reader, own)


def _people(draft: ListDraft, text: str, reader: Reader) -> list[_Person]:
    """Return the people that words name, by pickup number, buyer's name, or the name of a speaker."""
    found = [
        _Person(one.start(), one.end(), f"{int(one[1])}号", _of(draft, reader, pickup=str(int(one[1]))))
        for one in NUMBER.finditer(text)
    ]
    names = {order.buyer_name for order in reader.shelf.listed.orders} | {line.who for line in draft.lines}
    for name in sorted(filter(None, names), key=len, reverse=True):
        at = text.find(name.lower())
        if at >= 0 and not any(one.start <= at < one.end for one in found):
            found.append(_Person(at, at + len(name), name, _of(draft, reader, name=name)))
    found.sort(key=lambda one: one.start)
    joined: list[_Person] = []
    for one in found:  # 9号丁楠 is one person
        last = joined[-1] if joined else None
        if last and last.lines == one.lines and one.start - last.end <= 1:
            joined[-1] = replace(last, end=one.end)
        else:
            joined.append(one)
    return joined


def _of(draft: ListDraft, reader: Reader, *, pickup: str = "", name: str = "") -> tuple[ListLine, ...]:
    live = [line for line in draft.lines if line.state != "withdrawn"]
    if pickup:
        return tuple(line for line in live if line.pickup == pickup)
    numbers = {order.order_no for order in reader.shelf.listed.orders if order.buyer_name == name}
    return tuple(line for line in live if line.order_no in numbers or line.who == name)


def _moved(draft: ListDraft, source: _Person | None, to: _Person, reader: Reader, own: Sequence[int]) -> Moved | None:
    photos = _meant(draft, source, own)
    if photos is None:
        return None
    if not to.lines:
        return Moved(draft=draft, named=to.name, why="nobody")
    keys = {line.key for line in to.lines}
    if not photos:
        there = any(photo.line in keys for photo in draft.photos)
        source_key = source.lines[0].key if source and source.lines else 0
        named = "" if source is None else source.name
        return Moved(draft=draft, to=to.lines[0].key, source=source_key, named=named, why="there" if there else "none")
    photos = [photo for photo in photos if photo.line not in keys]
    first = sorted(to.lines, key=lambda line: not owes_photos(line, reader.shelf.policy))[0]
    if not photos:
        return Moved(draft=draft, to=first.key, why="there")
    ids = tuple(photo.id for photo in photos)
    changed = tuple(replace(one, line=first.key) if one.id in ids else one for one in draft.photos)
    return Moved(draft=replace(draft, photos=changed), ids=ids, source=photos[0].line, to=first.key)


def _meant(draft: ListDraft, source: _Person | None, own: Sequence[int]) -> list[ListPhoto] | None:
    """Return the paired photos that words mean: those replied to, the newest of the source, else the newest of all.

    None when the newest photos are not paired yet: then words name whose they are.
    """
    if own:
        return [photo for photo in draft.photos if photo.id in own and photo.line > 0] or None
    paired = [photo for photo in draft.photos if photo.line > 0]
    if source is not None:
        mine = [photo for photo in paired if photo.line in {line.key for line in source.lines}]
        return [photo for photo in mine if photo.run == mine[-1].run] if mine else []
    newest = draft.photos[-1]
    if newest.line <= 0 or newest.run < draft.run:
        return None
    return [photo for photo in paired if (photo.run, photo.line) == (newest.run, newest.line)]
