"""What a file is by its first bytes, whatever its name or label says, and what is refused before it is decoded."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

from media.outlines import Outline, outline_of
from media.values import MAX_BYTES, MAX_PIXELS, MAX_SIDE, Refused

MAX_SCANS = 64  # decoding a JPEG of several scans costs a pass per scan; cameras write about 10
MAX_SCANNED = 110_000_000  # pixels of such a JPEG: it is decoded at full size, 6 bytes for each in memory
MAX_WORK = 3_300_000_000  # pixels times scans

COSTLY = 50_000_000  # weighed pixels: about a third of a second
WEIGHTS = {"jpeg": 1, "png": 4, "webp": 4, "heic": 8}  # CPU for each pixel, beside a JPEG's

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
PDF_END = 2048  # bytes from the end within which a PDF says where its table of contents is


def kind_of(data: bytes) -> str:
    """Return the kind of file by its magic bytes: "jpeg", "png", "webp", a foreign kind, or "" for anything else."""
    head = data[:16]
    for magic, kind in MAGIC.items():
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        return BRANDS.get(head[8:12], "video")
    return next((kind for magic, kind in FOREIGN.items() if head.startswith(magic)), "")


@cache
def reads_heic() -> bool:
    """Return whether the extra `heic` is installed."""
    return find_spec("pillow_heif") is not None


def refusal_by_look(data: bytes) -> Refused | None:
    """Refuse by length and magic bytes alone; costs microseconds whatever the file."""
    kind = kind_of(data)
    if not data:
        return Refused(code="empty")
    if kind == "heic" and not reads_heic():
        return Refused(code="heic", size=len(data), kind=kind)
    if kind == "pdf" and not _ends(data):
        return Refused(code="unreadable", size=len(data), kind=kind)
    if kind not in MAX_PIXELS:
        return Refused(code="not_a_picture", size=len(data), kind=kind)
    if len(data) > MAX_BYTES:
        return Refused(code="too_big", size=len(data), limit=MAX_BYTES)
    return None


def _ends(data: bytes) -> bool:
    """Return whether a PDF can be read from its end, as viewers do, and has something in it."""
    end = data[-PDF_END:]
    return b"startxref" in end and b"%%EOF" in end and b"endobj" in data


def refusal_by_outline(kind: str, outline: Outline) -> Refused | None:
    """Refuse what would cost too much to decode, judged by the headers of a file of this kind."""
    width, height = outline.width, outline.height
    if outline.scans > MAX_SCANS:
        return Refused(code="unreadable")
    most = MAX_PIXELS[kind]
    if outline.scans > 1:
        most = min(most, MAX_SCANNED, MAX_WORK // outline.scans)
    for found, limit in ((max(width, height), MAX_SIDE), (width * height, most)):
        if found > limit:
            return Refused(code="too_many_pixels", width=width, height=height, limit=limit)
    if not width or not height:
        return Refused(code="unreadable" if outline.whole else "truncated")
    return None


def is_costly(data: bytes) -> bool:
    """Return whether the headers of a picture promise so much work that others should not wait for it."""
    kind = kind_of(data)
    outline = outline_of(data, kind)
    return outline.width * outline.height * outline.scans * WEIGHTS[kind] > COSTLY
