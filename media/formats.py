"""What a file's first bytes and headers tell before anything is decoded: kind, pixels, scans, whether it is cut."""

from __future__ import annotations

import re
from dataclasses import dataclass

from media.values import MAX_BYTES, MAX_PIXELS, MAX_SIDE, Refused

MAX_SCANS = 64  # decoding a progressive JPEG costs a pass per scan; cameras write about 10
MAX_SEGMENTS = 4_000

MAGIC = {b"\xff\xd8\xff": "jpeg", b"\x89PNG\r\n\x1a\n": "png"}
FOREIGN = {  # told apart only so that the customer hears what was sent
    b"GIF8": "gif",
    b"BM": "bmp",
    b"II*\0": "tiff",
    b"MM\0*": "tiff",
    b"%PDF": "pdf",
    b"PK\x03\x04": "zip",
    b"\x1aE\xdf\xa3": "video",
}
BRANDS = {b"heic": "heic", b"heix": "heic", b"heif": "heic", b"mif1": "heic", b"avif": "avif"}

_MARKER = re.compile(rb"\xff+([^\x00\xff])")
_NEXT = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # behind a scan's data: stuffed zeros and restarts belong to it
_STANDALONE = {0x01, *range(0xD0, 0xD8)}
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A picture's headers: pixels before turning (0: not found), number of JPEG scans, and whether its end is there."""

    width: int = 0
    height: int = 0
    scans: int = 1
    whole: bool = True


def kind_of(data: bytes) -> str:
    """Name the kind of file by its magic bytes: "jpeg", "png", "webp", a foreign kind, or "" for anything else."""
    head = data[:16]
    for magic, kind in MAGIC.items():
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        return BRANDS.get(head[8:12], "video")
    return next((kind for magic, kind in FOREIGN.items() if head.startswith(magic)), "")


def refusal_by_look(data: bytes) -> Refused | None:
    """Refuse by length and first bytes alone; costs microseconds whatever the file."""
    kind = kind_of(data)
    if not data:
        return Refused(code="empty")
    if kind not in MAX_PIXELS:
        return Refused(code="not_a_picture", size=len(data), kind=kind)
    if len(data) > MAX_BYTES:
        return Refused(code="too_big", size=len(data), limit=MAX_BYTES)
    return None


def refusal_by_outline(kind: str, outline: Outline) -> Refused | None:
    """Refuse what would cost too much to decode, judged by the headers of a file of this kind."""
    width, height = outline.width, outline.height
    if outline.scans > MAX_SCANS:
        return Refused(code="unreadable")
    if max(width, height) > MAX_SIDE:
        return Refused(code="too_many_pixels", width=width, height=height, limit=MAX_SIDE)
    if width * height > MAX_PIXELS[kind]:
        return Refused(code="too_many_pixels", width=width, height=height, limit=MAX_PIXELS[kind])
    if not width or not height:
        return Refused(code="unreadable" if outline.whole else "truncated")
    return None


def outline_of(data: bytes, kind: str) -> Outline:
    """Read the headers of a JPEG, PNG or WebP in one linear pass; never raises on broken bytes."""
    return _OUTLINES[kind](data)


def _outline_jpeg(data: bytes) -> Outline:
    # Walked by segment: an appended video holds FFDA by chance, and only real scans may count.
    width = height = scans = 0
    at = 2
    for _ in range(MAX_SEGMENTS):
        found = _MARKER.match(data, at)
        if not found:
            break
        marker, at = found[1][0], found.end()
        if marker == 0xD9:
            return Outline(width=width, height=height, scans=scans)
        if marker in _STANDALONE:
            continue
        if marker in _FRAMES and len(data) >= at + 7:
            height = max(height, int.from_bytes(data[at + 3 : at + 5], "big"))
            width = max(width, int.from_bytes(data[at + 5 : at + 7], "big"))
        at += int.from_bytes(data[at : at + 2], "big")
        if marker == 0xDA:
            scans += 1
            following = _NEXT.search(data, at)
            at = following.start() if following else len(data)
    return Outline(width=width, height=height, scans=scans, whole=False)


def _outline_png(data: bytes) -> Outline:
    return Outline(
        width=int.from_bytes(data[16:20], "big"),
        height=int.from_bytes(data[20:24], "big"),
        whole=b"IEND" in data,
    )


def _outline_webp(data: bytes) -> Outline:
    width = height = 0
    chunk = data[12:16]
    if chunk == b"VP8X":
        width, height = _little(data, 24, 3) + 1, _little(data, 27, 3) + 1
    elif chunk == b"VP8L":
        bits = _little(data, 21, 4)
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif chunk == b"VP8 ":
        width, height = _little(data, 26, 2) & 0x3FFF, _little(data, 28, 2) & 0x3FFF
    return Outline(width=width, height=height, whole=len(data) >= 30 and len(data) >= _little(data, 4, 4) + 8)


def _little(data: bytes, at: int, count: int) -> int:
    return int.from_bytes(data[at : at + count], "little")


_OUTLINES = {"jpeg": _outline_jpeg, "png": _outline_png, "webp": _outline_webp}
