"""A photo by its content: taken in, judged, fingerprinted, and its two copies made."""

from __future__ import annotations

import warnings
from hashlib import sha256
from io import BytesIO

from PIL import Image

from media.decoding import UNREADABLE, Decoded, Truncated, decode
from media.formats import kind_of, refusal_by_look, refusal_by_outline
from media.judging import Judgement, judge
from media.labels import read_codes
from media.outlines import outline_of
from media.prints.taking import take
from media.prints.values import Prints
from media.signs import signs_of
from media.values import Examined, Refused

THUMBNAIL_SIDES = (400, 480)  # least and most of the long side, but for smaller pictures
QUALITY = 85
LONGEST = 3  # a picture that is longer, by its short side, is judged by pieces of that length
PIECES = 8


def examine(data: bytes, *, codes: bool = False) -> Examined | Refused:
    """Return a photo taken in, or why not; its bar codes are read on request, they cost as much as decoding it.

    Decodes in this very process: for untrusted bytes see media.guard.
    """
    refused = refusal_by_look(data)
    if refused:
        return refused
    kind = kind_of(data)
    outline = outline_of(data, kind)
    refused = refusal_by_outline(kind, outline)
    if refused:
        return refused
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow grumbles about odd metadata, none of which we keep
            return _examined(data, kind, decode(data, kind, outline), codes)
    except Truncated:
        return Refused(code="truncated", size=len(data))
    except UNREADABLE:
        return Refused(code="unreadable" if outline.whole else "truncated", size=len(data))


def _examined(data: bytes, kind: str, photo: Decoded, codes: bool) -> Examined:
    small = _small(photo.picture)
    grey = small.convert("L")
    judgement = _judged(photo.picture, grey)
    working = _jpeg(photo.picture)
    return Examined(
        sha256=sha256(data).hexdigest(),
        width=photo.width,
        height=photo.height,
        format=kind,
        verdict=judgement.verdict,
        working=working,
        thumbnail=_jpeg(small),
        working_sha256=sha256(working).hexdigest(),
        brightness=round(judgement.brightness),
        sharpness=round(judgement.sharpness),
        taken_at=photo.taken_at,
        codes=read_codes(photo.picture) if codes else (),
        prints=take(grey),
        signs=signs_of(data, kind, photo.taken_at),
    )


def _small(picture: Image.Image) -> Image.Image:
    """Return the thumbnail; averaging whole blocks of pixels costs an eighth of resampling, so it goes first."""
    least, most = THUMBNAIL_SIDES
    long = max(picture.size)
    if long <= most:
        return picture
    blocks = -(-long // most)
    if long >= blocks * least:
        return picture.reduce(blocks)
    size = (max(1, round(picture.width * most / long)), max(1, round(picture.height * most / long)))
    return picture.resize(size, Image.Resampling.HAMMING, reducing_gap=1.0)


def _judged(picture: Image.Image, grey: Image.Image) -> Judgement:
    """Return the verdict on the grey thumbnail; of a long screenshot, whose thumbnail shows nothing, its best piece."""
    long, short = max(picture.size), min(picture.size)
    if long <= LONGEST * short or long <= THUMBNAIL_SIDES[1]:
        return judge(grey)
    length = LONGEST * short
    count = min(PIECES, -(-long // length))
    found = []
    for place in range(count):
        at = place * (long - length) // max(1, count - 1)
        box = (at, 0, at + length, short) if picture.width > picture.height else (0, at, short, at + length)
        found.append(judge(_small(picture.crop(box)).convert("L")))
    return max(found, key=lambda each: (each.verdict == "good", each.sharpness))


def as_png(data: bytes) -> bytes:
    """Turn a picture from a source that is trusted into PNG. Raises OSError for what is none."""
    with Image.open(BytesIO(data)) as picture:
        found = BytesIO()
        picture.save(found, "PNG")
    return found.getvalue()


def prints_of(thumbnail: bytes) -> Prints:
    """Return the prints of a stored thumbnail. Raises any of media.decoding.UNREADABLE."""
    with Image.open(BytesIO(thumbnail), formats=("JPEG",)) as picture:
        return take(picture.convert("L"))


def _jpeg(picture: Image.Image) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()
