"""What a picture's headers say before anything is decoded: pixels, scans, and whether it is all there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MAX_SEGMENTS = 4_000
MAX_CHUNKS = 100_000
COEFFICIENTS = 64  # of each block of a JPEG

_MARKER = re.compile(rb"\xff+([^\x00\xff])")
_NEXT = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # behind a scan's data: stuffed zeros and restarts belong to it
_STANDALONE = {0x01, *range(0xD0, 0xD8)}
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_START_OF_SCAN, _END = 0xDA, 0xD9
_EXTENT = re.compile(rb"ispe\0\0\0\0(.{4})(.{4})", re.DOTALL)
_SHOWN = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"eXIf"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A picture's headers: pixels before turning (0: not found), number of JPEG scans, and whether its end is there.

    Of a JPEG also: `end`, the place of its end mark or where it breaks off; `complete`, whether its scans say every
    coefficient to the last bit, so that nothing but the end of the last one can be missing.
    """

    width: int = 0
    height: int = 0
    scans: int = 1
    whole: bool = True
    end: int = 0
    complete: bool = False


def outline_of(data: bytes, kind: str) -> Outline:
    """Return the headers of a JPEG, PNG, WebP or HEIC, read in one linear pass; never raises on broken bytes."""
    return _OUTLINES[kind](data)


def without_texts(data: bytes) -> bytes:
    """Return a PNG with nothing but its picture and EXIF block: texts and profiles may unfold to any size."""
    kept, at = [data[:8]], 8
    for _ in range(MAX_CHUNKS):
        kind, end = data[at + 4 : at + 8], at + 12 + int.from_bytes(data[at : at + 4], "big")
        if kind in _SHOWN:
            kept.append(data[at:end])
        if kind in (b"", b"IEND"):
            break
        at = end
    return b"".join(kept)


@dataclass(slots=True)
class _Jpeg:
    """What the segments of a JPEG have said so far."""

    width: int = 0
    height: int = 0
    scans: int = 0
    unsaid: dict[int, set[int]] = field(default_factory=dict)  # coefficients by component

    def frame(self, body: bytes) -> None:
        """Read a frame header; of several the largest size counts."""
        self.height = max(self.height, int.from_bytes(body[1:3], "big"))
        self.width = max(self.width, int.from_bytes(body[3:5], "big"))
        self.unsaid = {component: set(range(COEFFICIENTS)) for component in body[6::3]}

    def scan(self, body: bytes) -> None:
        """Read a scan header: its components, a range of their coefficients, and the last bit that it says."""
        self.scans += 1
        first, last, bits = body[-3:]
        if not bits & 15:
            for component in body[1:-3:2]:
                self.unsaid.get(component, set()).difference_update(range(first, last + 1))

    def outline(self, end: int, *, whole: bool) -> Outline:
        """Return what is known at the end of the file, or where it breaks off."""
        complete = self.scans > 0 and not any(self.unsaid.values())
        return Outline(width=self.width, height=self.height, scans=self.scans, whole=whole, end=end, complete=complete)


def _outline_jpeg(data: bytes) -> Outline:
    # Walked by segment: an appended video holds FFDA by chance, and only real scans may count.
    read = _Jpeg()
    at = 2
    for _ in range(MAX_SEGMENTS):
        found = _MARKER.match(data, at)
        if not found:
            break
        marker = found[1][0]
        if marker == _END:
            return read.outline(at, whole=True)
        at = found.end()
        if marker in _STANDALONE:
            continue
        body = data[at + 2 : at + int.from_bytes(data[at : at + 2], "big")]
        at += len(body) + 2
        if marker in _FRAMES and len(body) >= 6:
            read.frame(body)
        if marker == _START_OF_SCAN and len(body) >= 3:
            read.scan(body)
            following = _NEXT.search(data, at)
            at = following.start() if following else len(data)
    return read.outline(min(at, len(data)), whole=False)


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


def _outline_heic(data: bytes) -> Outline:
    """Read the largest of the extents it declares; its tiles and thumbnails declare theirs too."""
    sizes = [(int.from_bytes(wide, "big"), int.from_bytes(high, "big")) for wide, high in _EXTENT.findall(data)]
    width, height = max(sizes, key=lambda size: size[0] * size[1], default=(0, 0))
    at = 0
    for _ in range(MAX_SEGMENTS):
        length = int.from_bytes(data[at : at + 4], "big")
        if length == 1:
            length = int.from_bytes(data[at + 8 : at + 16], "big")
        if length < 8:  # 0: up to the end of the file
            return Outline(width=width, height=height, whole=at == len(data) or (length == 0 and at < len(data)))
        at += length
    return Outline(width=width, height=height, whole=False)


_OUTLINES = {"jpeg": _outline_jpeg, "png": _outline_png, "webp": _outline_webp, "heic": _outline_heic}
