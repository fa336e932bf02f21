"""Which goods the photos of a draft show: by the customer's words, by what was asked for, or still to be asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from handlers.claims.claim import Claim, Photo
from handlers.nlu.reading import Reading
from handlers.nlu.text.photo_names import Named, named
from handlers.policy.policy import Policy

Reader = Callable[[str], Reading]
ALL = -1  # as the line of a photo: it shows all the goods that are claimed


def wanting(claim: Claim, policy: Policy) -> dict[int, int]:
    """Return how many photos the policy asks for of each order line that is claimed, where it asks for any."""
    found: dict[int, int] = {}
    for problem in claim.problems:
        kind = policy.problems.get(problem.problem)
        if problem.line_no is not None and kind and kind.photos:
            found[problem.line_no] = max(found.get(problem.line_no, 0), kind.photos)
    return found


def without_place(claim: Claim) -> tuple[Photo, ...]:
    """Return the pictures of which nobody has said what they show."""
    return tuple(photo for photo in claim.pictures if photo.line_no is None)


def lacking(claim: Claim, policy: Policy) -> tuple[int, ...]:
    """Return the order lines of which photos are still wanted, each once; those without a place count for the first."""
    left = _left(claim, policy)
    return left[len(without_place(claim)) :] if len(wanting(claim, policy)) > 1 else left


def _left(claim: Claim, policy: Policy) -> tuple[int, ...]:
    """Return the order lines of which no photo, or too few, are known to be there."""
    wants = wanting(claim, policy)
    if len(wants) < 2:
        return tuple(line for line, count in wants.items() if claim.photo_count < count)
    placed = Counter(photo.line_no for photo in claim.pictures)
    return tuple(line for line, count in wants.items() if placed[line] + placed[ALL] < count)


def unclear(claim: Claim, policy: Policy) -> bool:
    """Return whether it has to be asked what photos show: there are fewer than goods that want one."""
    if claim.photos_sorted or claim.photos_waived or len(wanting(claim, policy)) < 2:
        return False
    return 0 < len(without_place(claim)) < len(_left(claim, policy))


def expected(claim: Claim, policy: Policy) -> int | None:
    """Return the only order line that wants photos, else the one of which a photo was asked for last."""
    wants, left, asked = wanting(claim, policy), lacking(claim, policy), claim.asked
    if len(wants) == 1:
        return next(iter(wants))
    return left[0] if left and asked and asked.slot == "photos" and claim.pictures else None


def joined(claim: Claim, fresh: Sequence[Photo], words: str, read: Reader, policy: Policy) -> Claim:
    """Return the draft with photos that have just come, put to the goods that their caption names, else as asked for.

    Those of an album show what the others of it show.
    """
    known = {photo.id for photo in claim.photos}
    fresh = [photo for photo in fresh if photo.id not in known]
    if not fresh:
        return claim
    of_album = {photo.album: photo.line_no for photo in claim.photos if photo.album and photo.line_no is not None}
    shown = _line(words, read)
    meant = shown if shown is not None else expected(claim, policy)
    placed = (replace(photo, line_no=meant if meant is not None else of_album.get(photo.album)) for photo in fresh)
    claim = replace(claim, photos=(*claim.photos, *placed))
    return by_words(claim, words, read, only=[photo.id for photo in fresh]) if words else claim


def by_words(claim: Claim, text: str, read: Reader, *, only: Sequence[int] = ()) -> Claim:
    """Return the draft with its photos put to the goods that words name: 第一张是鸡蛋 后两张是草莓.

    `only`: ids of the photos that the words are about, where they came with them.
    """
    photos = [photo for photo in claim.pictures if not only or photo.id in only]
    places = _places(text, read) if photos else []
    if not places:
        return claim
    last = [photo.id for photo in photos if photo.at == photos[-1].at]
    shows: dict[int, int] = {}
    for name, line in places:
        for number in _meant(name, [photo.id for photo in photos], last, set(shows)):
            shows[number] = line
    after = tuple(replace(photo, line_no=shows.get(photo.id, photo.line_no)) for photo in claim.photos)
    return replace(claim, photos=after)


def _places(text: str, read: Reader) -> list[tuple[Named, int]]:
    """Return the photos that a text names, each with the order line named beside it."""
    names = named(text)
    if not names:
        return []
    bounds = [0, *(end for one in names for end in (one.start, one.end)), len(text)]
    between = [_line(text[bounds[place] : bounds[place + 1]], read) for place in range(0, len(bounds), 2)]
    backwards = between[0] is not None and between[-1] is None
    lines = between[:-1] if backwards else between[1:]
    found: list[tuple[Named, int]] = []
    for place in range(len(names) - 1, -1, -1) if not backwards else range(len(names)):
        line = lines[place]
        if line is None and found and names[place].joined:
            line = found[-1][1]  # 第一张和第三张是草莓
        if line is not None:
            found.append((names[place], line))
    return found if backwards else found[::-1]


def _line(text: str, read: Reader) -> int | None:
    """Return the only order line that words name; None where they name none, or several."""
    if not text.strip():
        return None
    told = {one.line_no for one in read(text).claims if "sku" in one.evidence}
    return told.pop() if len(told) == 1 else None


def _meant(name: Named, photos: Sequence[int], last: Sequence[int], taken: set[int]) -> Sequence[int]:
    """Return the photos that a name means, of all in order, the last that came, and those named already."""
    if name.kind == "nth":
        return photos[name.count - 1 : name.count] if name.count else ()
    if name.kind == "first":
        return photos[: name.count]
    if name.kind == "last":
        return photos[-name.count :]
    if name.kind == "these":
        return last
    return [number for number in photos if number not in taken] if name.kind == "rest" else photos
