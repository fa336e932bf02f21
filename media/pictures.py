"""A photo by its content: decoded at small cost, turned upright, stripped, judged and fingerprinted."""

from __future__ import annotations

import struct
import warnings
import zlib
from datetime import datetime
from hashlib import sha256
from io import BytesIO

from PIL import Image

from media.formats import kind_of, outline_of, refusal_by_look, refusal_by_outline
from media.judging import judge
from media.labels import read_codes
from media.phash import phash
from media.values import Examined, Refused

WORKING_SIDE = 2048
DRAFT_SIDE = 1280  # a draft may shrink a JPEG while decoding, but not below this long side
THUMBNAIL_SIDES = (400, 480)  # least and most of the long side, but for smaller pictures
QUALITY = 85

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
            return _examined(data, kind, codes)
    except UNREADABLE:
        return Refused(code="unreadable" if outline.whole else "truncated", size=len(data))


def _examined(data: bytes, kind: str, codes: bool) -> Examined | Refused:
    with Image.open(BytesIO(data), formats=PLUGINS) as source:
        width, height = source.size
        _draft(source)
        source.load()
        if kind == "jpeg" and _grey_below(source):
            return Refused(code="truncated", size=len(data))
        orientation, taken_at = _exif(source)
        picture = _plain(source)
    turn = _TURNS.get(orientation)
    if turn is not None:
        picture = picture.transpose(turn)
        if orientation >= 5:
            width, height = height, width
    small = _small(picture)
    grey = small.convert("L")
    judgement = judge(grey)
    hashes = phash(grey)
    working = _jpeg(picture)
    return Examined(
        sha256=sha256(data).hexdigest(),
        width=width,
        height=height,
        format=kind,
        verdict=judgement.verdict,
        phash=hashes[0],
        phash256=hashes[1],
        working=working,
        thumbnail=_jpeg(small),
        working_sha256=sha256(working).hexdigest(),
        brightness=round(judgement.brightness),
        sharpness=round(judgement.sharpness),
        taken_at=taken_at,
        codes=read_codes(picture) if codes else (),
    )


def _draft(source: Image.Image) -> None:
    # Pillow takes the smaller ratio, so its own choice for a box often shrinks nothing: the scale is ours.
    long = max(source.size)
    scale = next((scale for scale in (8, 4, 2) if long // scale >= DRAFT_SIDE), 1)
    if scale > 1 and source.format in ("JPEG", "MPO"):
        source.draft(source.mode, (source.width // scale, source.height // scale))


def _grey_below(source: Image.Image) -> bool:
    """Return whether the lowest rows are the flat mid-grey that a decoder paints where a JPEG's data ran out."""
    if source.mode not in ("L", "RGB") or source.height < 16:
        return False
    strip = source.crop((0, source.height - max(2, source.height // 100), source.width, source.height))
    lows_highs = strip.convert("RGB").getextrema()
    return lows_highs == ((128, 128), (128, 128), (128, 128))


def _exif(source: Image.Image) -> tuple[int, str | None]:
    """Read orientation (1-8) and the naive time of taking; a broken EXIF block counts as none."""
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
    excess = max(picture.size) / WORKING_SIDE
    if excess > 1:
        size = (max(1, round(picture.width / excess)), max(1, round(picture.height / excess)))
        picture = picture.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
    if picture.mode == "RGBA":
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        picture = ground
    if picture.mode != "RGB":
        picture = picture.convert("RGB")
    picture.info.clear()  # Pillow would write a comment back into the next file
    return picture


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


def as_png(data: bytes) -> bytes:
    """Turn a picture from a source that is trusted into PNG. Raises OSError for what is none."""
    with Image.open(BytesIO(data)) as picture:
        found = BytesIO()
        picture.save(found, "PNG")
    return found.getvalue()


def _jpeg(picture: Image.Image) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()
