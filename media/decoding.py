"""From bytes to a plain upright picture: decoded at the smallest scale that serves, within bounded memory."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from io import BytesIO
from math import sqrt

from PIL import Image, ImageChops

from media.outlines import Outline, without_texts
from media.values import LONG_PIXELS, MAX_PIXELS, NARROW_SIDE, WORKING_PIXELS

DRAFT_SIDES = (1280, NARROW_SIDE)  # a JPEG may be shrunk while it is decoded, but not below these sides
LOST = 0.1  # share of a broken JPEG's rows that may be missing
BLOCK = 16  # rows that are always forgiven: those of a JPEG's last row of blocks
TAIL = 32  # bytes of a JPEG that are left out to see which rows they paint
END = b"\xff\xd9"

PLUGINS = ("JPEG", "PNG", "WEBP")  # multi-picture JPEGs come with JPEG
UNREADABLE = (  # what Pillow's decoders raise on broken bytes
    ArithmeticError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    ValueError,
    struct.error,
    zlib.error,
)

_ORIENTATION, _CAMERA, _TAKEN, _CHANGED = 0x0112, 0x8769, 0x9003, 0x0132
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

Image.MAX_IMAGE_PIXELS = None  # the house counts them itself, by kind, before Pillow sees a byte and after it opened


class Truncated(ValueError):
    """A part of the picture is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A photo as RGB, upright and at its working size; `width` and `height` are the original's pixels, upright."""

    picture: Image.Image
    width: int
    height: int
    taken_at: str | None


def decode(data: bytes, kind: str, outline: Outline) -> Decoded:
    """Decode a picture of this kind and outline. Raises Truncated, or any of UNREADABLE."""
    if kind == "png":
        data = without_texts(data)
    elif kind == "jpeg" and not outline.whole:
        if not outline.complete:
            raise Truncated
        data = data[: outline.end] + END
    with _opened(data, kind) as source:
        width, height = source.size
        _draft(source)
        source.load()
        if kind == "jpeg" and (not outline.whole or _grey_below(source)) and _breaks_off(data, outline, source):
            raise Truncated
        orientation, taken_at = _exif(source)
        picture = _plain(source)
    if orientation in _TURNS:
        picture = picture.transpose(_TURNS[orientation])
    if orientation >= 5:
        width, height = height, width
    return Decoded(picture=picture, width=width, height=height, taken_at=taken_at)


@contextmanager
def _opened(data: bytes, kind: str) -> Iterator[Image.Image]:
    if kind == "heic":
        _register_heic()
    with Image.open(BytesIO(data), formats=("HEIF",) if kind == "heic" else PLUGINS) as source:
        if source.width * source.height > MAX_PIXELS[kind]:
            raise ValueError("more pixels than its headers said")
        yield source


@cache
def _register_heic() -> None:
    # One thread, and nothing but the picture: what is decoded besides costs the same again.
    import_module("pillow_heif").register_heif_opener(
        thumbnails=False, depth_images=False, aux_images=False, decode_threads=1
    )


def _draft(source: Image.Image) -> None:
    # Pillow takes the smaller ratio, so its own choice for a box often shrinks nothing: the scale is ours.
    if source.format not in ("JPEG", "MPO"):
        return
    long, short = max(source.size), min(source.size)
    scale = next((by for by in (8, 4, 2) if long // by >= DRAFT_SIDES[0] and short // by >= DRAFT_SIDES[1]), 1)
    if scale > 1:
        source.draft(source.mode, (source.width // scale, source.height // scale))


def _grey_below(source: Image.Image) -> bool:
    """Return whether the lowest rows are the flat mid-grey that a decoder paints where a JPEG's data ran out."""
    if source.mode not in ("L", "RGB") or source.height < 16:
        return False
    strip = source.crop((0, source.height - max(2, source.height // 100), source.width, source.height))
    lows_highs = strip.convert("RGB").getextrema()
    return lows_highs == ((128, 128), (128, 128), (128, 128))


def _breaks_off(data: bytes, outline: Outline, source: Image.Image) -> bool:
    """Return whether the data of a JPEG runs out well above the last row.

    A flat grey ground looks the same as missing data. So it is decoded again without its last bytes: these paint the
    lowest rows, or nothing at all on such a ground; where they paint rows further up, the rest is missing. Of several
    scans, all but the last are whole once that one has begun.
    """
    if outline.scans > 1:
        return not outline.complete
    try:
        with _opened(data[: outline.end - TAIL] + END, "jpeg") as shorter:
            _draft(shorter)
            shorter.load()
            painted = ImageChops.difference(source, shorter).getbbox()
    except UNREADABLE:
        return False  # all of its data is hardly more than these bytes
    return painted is not None and painted[3] < source.height - max(BLOCK, LOST * source.height)


def _exif(source: Image.Image) -> tuple[int, str | None]:
    """Return orientation (1-8) and the naive time of taking; a broken EXIF block counts as none."""
    try:
        exif = source.getexif()
        orientation = exif.get(_ORIENTATION)
        taken = exif.get_ifd(_CAMERA).get(_TAKEN) or exif.get(_CHANGED)
    except (*UNREADABLE, TypeError):
        return 1, None
    return orientation if orientation in _TURNS else 1, _naive_time(taken)


def _naive_time(text: object) -> str | None:
    if not isinstance(text, str) or len(text) < 19:
        return None
    day, clock = text[:10].replace(":", "-"), text[11:19]
    try:
        return str(datetime.fromisoformat(f"{day} {clock}"))
    except ValueError:
        return None


def _plain(source: Image.Image) -> Image.Image:
    """Shrink to the working size and make it RGB, transparency on white, with nothing of the file left in `info`."""
    picture: Image.Image = source
    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")  # 16-bit grey
    if picture.has_transparency_data:
        picture = picture if picture.mode == "RGBA" else picture.convert("RGBA")  # a copy of 50 MP is 200 MB
    elif picture.mode not in ("RGB", "L"):
        picture = picture.convert("RGB")
    share = working_share(picture.width, picture.height)
    if share < 1:
        size = (max(1, round(picture.width * share)), max(1, round(picture.height * share)))
        picture = picture.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
    if picture.mode == "RGBA":
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        picture = ground
    if picture.mode != "RGB":
        picture = picture.convert("RGB")
    picture.info.clear()  # Pillow would write a comment back into the next file
    return picture


def working_share(width: int, height: int) -> float:
    """Return how much each side shrinks for the working copy, 1 at most: its area is limited, not its sides.

    A screenshot that is long and narrow may have more, so that its text stays legible.
    """
    area = width * height
    legible = min(NARROW_SIDE / min(width, height), sqrt(LONG_PIXELS / area))
    return min(1.0, max(sqrt(WORKING_PIXELS / area), legible))
