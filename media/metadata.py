"""What a file says about itself beside its picture: texts of EXIF, XMP, PNG and content credentials, within bounds.

Anything may stand there: nothing is followed twice, and everything is cut at a limit. Broken parts say nothing.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Literal

MOST_PARTS = 200  # of a file that are looked at
MOST_BYTES = 1 << 16  # of one part, unpacked
MOST_IN_ALL = 1 << 18  # of all parts of a file
MOST_ENTRIES = 200  # of an EXIF directory

SOFTWARE, COMMENT, CAMERA = 0x0131, 0x9286, 0x8769
TEXTS = {0x010E, SOFTWARE, 0x013B, COMMENT}  # description, software, artist, comment
_BYTES = (1, 2, 7)  # types of values that are bytes: such, text, undefined
ByteOrder = Literal["little", "big"]
LITTLE: ByteOrder = "little"
BIG: ByteOrder = "big"
_MARKER = re.compile(rb"\xff+([^\x00\xff])")
_XMP, _MORE_XMP = b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0"
_EXIF, _JUMBF = b"Exif\0\0", b"jumb"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a file's metadata: `kind` is exif, xmp, credentials or text; a text has its `name`."""

    kind: str
    data: bytes
    name: str = ""


def parts_of(data: bytes, kind: str) -> Iterator[Part]:
    """Yield the parts of a JPEG, PNG, WebP or HEIC; never raises on broken bytes."""
    reader = _READERS.get(kind)
    left = MOST_IN_ALL
    for part in islice(reader(data), MOST_PARTS) if reader else ():
        yield Part(part.kind, part.data[: min(MOST_BYTES, left)], part.name)
        left -= min(MOST_BYTES, left, len(part.data))


def exif_texts(block: bytes) -> dict[int, bytes]:
    """Return the texts of an EXIF block by their tags; only its first directory and the camera's are read."""
    order: ByteOrder | None = {b"II*\0": LITTLE, b"MM\0*": BIG}.get(block[:4])
    if order is None:
        return {}
    found: dict[int, bytes] = {}
    camera = _directory(block, order, _number(block, order, 4, 4), found)
    if camera:
        _directory(block, order, camera, found)
    return found


def _directory(block: bytes, order: ByteOrder, at: int, found: dict[int, bytes]) -> int:
    """Add the texts of one directory; return where that of the camera begins, 0 for none."""
    camera = 0
    for entry in range(min(_number(block, order, at, 2), MOST_ENTRIES)):
        place = at + 2 + 12 * entry
        tag, kind = _number(block, order, place, 2), _number(block, order, place + 2, 2)
        count = _number(block, order, place + 4, 4)
        if tag == CAMERA:
            camera = _number(block, order, place + 8, 4)
        if tag in TEXTS and kind in _BYTES:
            begin = place + 8 if count <= 4 else _number(block, order, place + 8, 4)
            found.setdefault(tag, block[begin : begin + min(count, MOST_BYTES)])
    return camera


def _number(block: bytes, order: ByteOrder, at: int, size: int) -> int:
    data = block[at : at + size]
    return int.from_bytes(data, order) if len(data) == size else 0


def _jpeg(data: bytes) -> Iterator[Part]:
    at = 2
    while found := _MARKER.match(data, at):
        marker, at = found[1][0], found.end()
        length = int.from_bytes(data[at : at + 2], "big")
        if marker in (0xDA, 0xD9) or length < 2:
            return
        body = data[at + 2 : at + length]
        at += length
        if marker == 0xE1 and body.startswith(_EXIF):
            yield Part("exif", body[len(_EXIF) :])
        elif marker == 0xE1 and body.startswith(_XMP):
            yield Part("xmp", body[len(_XMP) :])
        elif marker == 0xE1 and body.startswith(_MORE_XMP):
            yield Part("xmp", body)
        elif marker == 0xEB and body.startswith(b"JP"):
            yield Part("credentials", body)
        elif marker == 0xFE:
            yield Part("text", body, "comment")
        else:
            yield Part("other", b"")  # counts, so that a flood of segments ends


def _png(data: bytes) -> Iterator[Part]:
    at = 8
    while len(kind := data[at + 4 : at + 8]) == 4 and kind != b"IEND":
        length = int.from_bytes(data[at : at + 4], "big")
        body = data[at + 8 : at + 8 + min(length, 4 * MOST_BYTES)]
        at += 12 + length
        if kind == b"eXIf":
            yield Part("exif", body)
        elif kind == b"caBX":
            yield Part("credentials", body)
        elif kind in _PNG_TEXTS:
            name, _, text = body.partition(b"\0")
            read = _PNG_TEXTS[kind](text)
            yield Part("xmp" if name == b"XML:com.adobe.xmp" else "text", read, name[:79].decode("latin-1"))
        elif kind != b"IDAT":
            yield Part("other", b"")  # counts, so that a flood of chunks ends


def _unpacked(text: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(text, MOST_BYTES)
    except zlib.error:
        return b""


def _international(text: bytes) -> bytes:
    packed, rest = text[:1] == b"\1", text[2:].split(b"\0", 2)
    if len(rest) < 3:
        return b""
    return _unpacked(rest[2]) if packed else rest[2]


_PNG_TEXTS: Mapping[bytes, Callable[[bytes], bytes]] = {
    b"tEXt": lambda text: text,
    b"zTXt": lambda text: _unpacked(text[1:]),
    b"iTXt": _international,
}


def _webp(data: bytes) -> Iterator[Part]:
    at = 12
    while len(kind := data[at : at + 4]) == 4:
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        body = data[at + 8 : at + 8 + min(length, MOST_BYTES)]
        at += 8 + length + length % 2
        if kind == b"EXIF":
            yield Part("exif", body.removeprefix(_EXIF))
        elif kind in (b"XMP ", b"C2PA"):
            yield Part("xmp" if kind == b"XMP " else "credentials", body)
        else:
            yield Part("other", b"")


def _heic(data: bytes) -> Iterator[Part]:
    """Read what is in the file's items without following its boxes: they begin with words of their own."""
    for mark, kind in ((_EXIF, "exif"), (b"<x:xmpmeta", "xmp"), (_JUMBF, "credentials")):
        at = data.find(mark)
        if at >= 0:
            yield Part(kind, data[at + (len(mark) if kind == "exif" else 0) : at + MOST_BYTES])


_READERS: Mapping[str, Callable[[bytes], Iterator[Part]]] = {
    "jpeg": _jpeg,
    "png": _png,
    "webp": _webp,
    "heic": _heic,
}
