"""Photos around a list: paired by captions, order of arrival, replies and whom they come from; else in the tray."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from handlers.claims.list_draft import ListDraft, ListLine, ListPhoto
from handlers.dialogue.lists.lines import owes_photos
from handlers.dialogue.lists.reader import Reader
from handlers.messages.patterns import pattern_of
from handlers.messages.texts import languages, say
from handlers.nlu.items import mentions
from handlers.nlu.lists import forwarded_chats
from handlers.nlu.text.normalisation import normalise
from storage.orders import Order

LETTERS = pattern_of(r"[\W_]+")
NUMBER = pattern_of(r"(?<!\d)\d{1,4}(?!\d)")
CAPTION = 20  # characters of a caption, marks not counted
CONTEXT = 3  # lines that what follows a caption may lean on


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a list.toml entry in every language."""
    return tuple(dict.fromkeys(word for language in languages() for word in say(language, f"list.{name}").split("|")))


def _words(name: str) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in words_of(name)), re.IGNORECASE)


def received(
    draft: ListDraft,
    pieces: Sequence[tuple[int, str]],
    reader: Reader,
    *,
    at: str,
    message: str,
    by: str,
    quoted: str,
    edits: str = "",
) -> ListDraft:
    """Lay photos that came: to what they reply to, the lines announced for them, whom they come from, or in the tray.

    `message`, `quoted` and `edits`: the channel's ids of their message, of the one it replies to, and of the one whose
    photo they take the place of.
    """
    before = [photo for photo in draft.photos if edits and photo.message == edits]
    draft = replace(draft, photos=tuple(photo for photo in draft.photos if photo not in before))
    answers = [line for line in draft.lines if quoted and line.message == quoted]
    answers = answers if len({line.order_no for line in answers}) == 1 else []
    mine = [line for line in draft.lines if by and line.by == by and line.state != "withdrawn"]
    target = (
        before[0].line if before else draft.following[0] if len(draft.following) == 1 else mine[0].key if mine else 0
    )
    sequence = list(draft.sequence)
    fresh = []
    for number, kind in pieces:
        line = target or (sequence.pop(0) if sequence else 0)
        fresh.append(ListPhoto(id=number, kind=kind, at=at, line=line, message=message, by=by, run=draft.run))
    draft = replace(draft, photos=(*draft.photos, *fresh), sequence=tuple(sequence))
    if answers:
        return give(draft, [photo.id for photo in fresh], answers, reader)
    return dealt(draft) if len(draft.following) > 1 else draft


def dealt(draft: ListDraft) -> ListDraft:
    """Deal the photos that follow "后面都是西瓜" in order of arrival: as many to each line, else all wait in the tray.

    Photos of lines that have their ticket are dealt only when each line gets one.
    """
    keys = draft.following
    run = [photo for photo in draft.photos if photo.run == draft.run and photo.line in (0, *keys)]
    each, left = divmod(len(run), len(keys))
    gone = any((line := draft.line(key)) and line.ticket_no for key in keys)
    even = each == 1 and not left if gone else bool(each) and not left
    if gone and not even:
        return draft
    place = {photo.id: keys[at // each] if even else 0 for at, photo in enumerate(run)}
    photos = tuple(replace(photo, line=place.get(photo.id, photo.line)) for photo in draft.photos)
    return replace(draft, photos=photos)


def expected(draft: ListDraft, text: str, places: Mapping[int, int], buyers: Collection[str]) -> ListDraft:
    """Remember which lines the place holders of a copied chat stand for: the pictures follow in that order.

    `places`: the list's line that each pasted line (from 1) became.
    """
    raws = [_holders(raw)[0] for raw in text.splitlines()]
    speakers = forwarded_chats.speakers("\n".join(raws), buyers)
    sequence: list[int] = []
    for number, count in held(text):
        mine = [at for at in places if speakers[at - 1] == speakers[number - 1]]
        above = earlier = [at for at in mine if at <= number]
        below = [at for at in mine if at > number] if speakers[number - 1] else []
        if forwarded_chats.is_head(raws[number - 1], buyers) and not _same_before(speakers, number, above):
            above = []  # a picture under a new heading goes with what its speaker says below
        at = max(above, default=0) or min(below, default=0) or max(earlier, default=0)
        sequence += [places[at] if at else 0] * count
    return replace(draft, sequence=tuple(sequence)) if any(sequence) else draft


def _same_before(speakers: Sequence[str], number: int, above: Sequence[int]) -> bool:
    """Return whether the speaker of a heading told the problem right above it."""
    return bool(above) and all(one == speakers[number - 1] for one in speakers[max(above) - 1 : number])


def spoken(
    draft: ListDraft, text: str, named: Sequence[Order], reader: Reader, own: Sequence[int] = ()
) -> ListDraft | None:
    """Take a caption that stands between photos: "这是3号的", "后面都是西瓜"; None when the text is none.

    `named`: the orders that its numbers and names mean; `own`: the photos it was written on, or that it replies to.
    """
    lines = about(draft, text, named, reader)
    if not lines:
        return None
    after = _words("photos_after").search(text) is not None
    tray = draft.tray()
    back = max((photo.run for photo in tray), default=0) if _words("photos_before").search(text) else draft.run
    before = list(own) or [photo.id for photo in tray if photo.run == back]
    run = draft.run + 1
    spoken_of = tuple(dict.fromkeys(line.text for line in lines))[-CONTEXT:]  # 也是 means these now
    if not before or (after and not own):
        return replace(draft, run=run, following=_keys(lines, reader), context=spoken_of)
    given = give(draft, before, lines, reader)
    return replace(given, run=run, following=_keys(lines, reader) if after else (), context=spoken_of)


def is_caption(draft: ListDraft, text: str, own: Sequence[int] = ()) -> bool:
    """Return whether words that name somebody are about photos, though something is asked: 17号的照片, 下面是17号的."""
    bare = LETTERS.sub("", text)
    if len(bare) > CAPTION:
        return False
    pictured = _words("photo_words").search(text) or _words("photos_after").search(text)
    return bool(pictured or ((own or draft.tray()) and _words("photos_before").search(text)))


def _keys(lines: Sequence[ListLine], reader: Reader) -> tuple[int, ...]:
    """Return one line of each order, one that the rules want a photo of where there is one."""
    first: dict[str, int] = {}
    for line in sorted(lines, key=lambda one: not owes_photos(one, reader.shelf.policy)):
        first.setdefault(line.order_no or str(line.key), line.key)
    return tuple(line.key for line in lines if line.key in first.values())


def about(draft: ListDraft, text: str, named: Sequence[Order], reader: Reader) -> tuple[ListLine, ...]:
    """Return the lines that a caption means: of these orders, of the bare numbers, or with the item that it names."""
    live = [line for line in draft.lines if line.state not in ("withdrawn", "already")]
    plain = normalise(text, reader.lexicon.emoji)
    bare = {str(int(digits)) for digits in NUMBER.findall(plain)} & {line.pickup for line in live}
    if named:
        numbers = {order.order_no for order in named}
        live = [line for line in live if line.order_no in numbers or (not line.order_no and numbers & {*line.among})]
    elif bare:
        return tuple(line for line in live if line.pickup in bare)
    orders = [order for line in live if (order := reader.shelf.listed.order(line.order_no))]
    every = list({order.order_no: order for order in orders}.values())
    told = mentions(plain, every, reader.lexicon)
    meant = {place for mention in told for place in mention.lines}
    item = tuple(line for line in live if (line.order_no, line.problem.line_no or 0) in meant)
    return item or (tuple(live) if named else ())


def give(draft: ListDraft, ids: Sequence[int], lines: Sequence[ListLine], reader: Reader) -> ListDraft:
    """Pair photos with the lines of one caption.

    All go to the one order; to several orders they go in order of arrival when they come out even, and stay in the
    tray when they do not.
    """
    keys = _keys(lines, reader)
    each, left = divmod(len(ids), len(keys))
    if left and len(keys) > 1:
        return draft
    place = {number: keys[at // each] for at, number in enumerate(ids)}
    photos = tuple(replace(photo, line=place.get(photo.id, photo.line)) for photo in draft.photos)
    return replace(draft, photos=photos)


def paired(draft: ListDraft, photo: int, key: int) -> ListDraft:
    """Pair one photo with a line, or put it aside (-1)."""
    photos = tuple(replace(one, line=key) if one.id == photo else one for one in draft.photos)
    return replace(draft, photos=photos)


def led(draft: ListDraft, fresh: Sequence[ListLine], reader: Reader) -> ListDraft:
    """Photos that came just before a single order's line belong to it; from then on photos go before their lines.

    A photo after a single line belongs to that line, unless photos came first in this talk.
    """
    if len({line.order_no or line.key for line in fresh}) != 1:
        return replace(draft, run=draft.run + 1, following=())
    before = [photo.id for photo in draft.tray() if photo.run == draft.run]
    first = any(photo.run == 0 for photo in draft.photos) and draft.photos[0].run == 0
    if before and first:
        draft = give(draft, before, fresh[:1], reader)
        return replace(draft, run=draft.run + 1, following=())
    following = () if first else _keys(fresh, reader)[:1]
    return replace(draft, run=draft.run + 1, following=following)


def held(text: str) -> tuple[tuple[int, int], ...]:
    """Count the place holders of pictures in or under each line of a copied chat: (line from 1, pictures)."""
    found: list[int] = []
    last = 0
    for number, raw in enumerate(text.splitlines(), start=1):
        rest, count = _holders(raw)
        last = number if LETTERS.sub("", rest) else last
        found += [last] * count
    return tuple((line, len(list(same))) for line, same in groupby(found))


def holding(text: str) -> set[int]:
    """Return the lines (from 1) that are place holders of pictures and nothing else."""
    told = enumerate(map(_holders, text.splitlines()), start=1)
    return {at for at, (rest, count) in told if count and not LETTERS.sub("", rest)}


def _holders(raw: str) -> tuple[str, int]:
    """Return a line without its place holders of pictures, and how many it has: [图片], 【照片】×2, 图片."""
    words = "|".join(map(re.escape, words_of("photo_holders")))
    bare = LETTERS.sub("", raw)
    if bare and re.fullmatch(words, bare, re.IGNORECASE):
        return "", 1
    count = 0
    for one in re.finditer(rf"[\[【(（](?:{words})[\])】）](?:\s?[x×*]\s?(\d))?", raw, re.IGNORECASE):
        count += int(one[1] or 1)
    return re.sub(rf"[\[【(（](?:{words})[\])】）](?:\s?[x×*]\s?\d)?", "", raw, flags=re.IGNORECASE), count


def brought(before: ListDraft, after: ListDraft) -> tuple[tuple[int, int], ...]:
    """Return the photos that came to lines which have their ticket already: (evidence, line)."""
    known = {photo.id: photo.line for photo in before.photos}
    fresh = [photo for photo in after.photos if photo.line > 0 and known.get(photo.id) != photo.line]
    return tuple((photo.id, photo.line) for photo in fresh if (line := after.line(photo.line)) and line.ticket_no)
