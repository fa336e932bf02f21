"""Files that are meant to harm whoever opens them, or that only look like photos; and what each ends in."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache
from io import BytesIO

import shots
from PIL import Image

TAKEN = "taken"  # what a file ends in that is a picture after all: anything else is the code of the refusal


def segment(marker: int, body: bytes) -> bytes:
    """Return a segment of a JPEG."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def with_segments(*segments: bytes, data: bytes = b"") -> bytes:
    """Return a JPEG with these segments behind its start."""
    whole = data or shots.jpeg(shots.scene())
    return whole[:2] + b"".join(segments) + whole[2:]


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return a chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def with_chunks(*chunks: bytes) -> bytes:
    """Return a PNG with these chunks behind its header."""
    whole = shots.saved(shots.scene(), "PNG")
    return whole[:33] + b"".join(chunks) + whole[33:]


def exif_loop() -> bytes:
    """Return an EXIF block whose camera directory is the first directory again, and which follows itself."""
    entry = struct.pack("<HHII", 0x8769, 4, 1, 8)
    many = struct.pack("<HHII", 0x0131, 2, 0xFFFFFFFF, 8)
    return b"Exif\0\0II*\0" + struct.pack("<I", 8) + struct.pack("<H", 0xFFFF) + entry + many + struct.pack("<I", 8)


def zipped(content: bytes) -> bytes:
    """Return a zip archive."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", content)
    return buffer.getvalue()


def frames(form: str) -> bytes:
    """Return a moving picture."""
    pictures = [shots.scene(200, 150, seed) for seed in range(1, 9)]
    return shots.saved(pictures[0], form, save_all=True, append_images=pictures[1:])


def credentials(body: bytes) -> bytes:
    """Return the segment of a JPEG that holds content credentials."""
    box = struct.pack(">I", len(body) + 8) + b"jumb" + body
    return segment(0xEB, b"JP\0\1\0\0\0\1" + box)


def xmp(body: bytes) -> bytes:
    """Return the segment of a JPEG that holds XMP."""
    return segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + body)


@cache
def corpus() -> dict[str, tuple[bytes, str]]:
    """Return the files by a name, each with what it ends in."""
    return {name: (data, ends) for name, data, ends in _corpus()}


def _corpus() -> Iterator[tuple[str, bytes, str]]:
    photo = shots.jpeg(shots.scene())
    yield "empty", b"", "empty"
    yield "webp bomb", shots.tiny_webp(16383, 16383), "too_many_pixels"
    yield "webp of one colour", shots.tiny_webp(4000, 3000), "dark"
    yield "png bomb", shots.png_header_only(40_000, 40_000), "too_many_pixels"
    yield "png without its picture", shots.png_header_only(300, 300), "unreadable"
    yield "jpeg of 60,000 pixels each way", _patched(photo, 60_000, 60_000), "too_many_pixels"
    yield "jpeg that says more than it has", _patched(photo, 3000, 2000), "truncated"
    yield "2,000 scans", shots.many_scans(2000), "unreadable"
    yield "60 scans", shots.many_scans(50), TAKEN
    yield "zip behind a photo", photo + zipped(bytes(1 << 20)), TAKEN
    yield "photo behind a zip", zipped(bytes(1 << 20)) + photo, "not_a_picture"
    yield "html behind a photo", photo + b"<script>alert(1)</script>", TAKEN
    yield "html in a comment", with_segments(segment(0xFE, b"<html><script>alert(1)</script>")), TAKEN
    yield "html named photo", b"<html><body onload=alert(1)>", "not_a_picture"
    yield "svg named photo", b"<?xml version='1.0'?><svg onload='alert(1)'/>", "not_a_picture"
    yield "svg with entities", b"<!DOCTYPE svg [<!ENTITY a 'aaaa'>]><svg>&a;</svg>", "not_a_picture"
    yield "photo cut in half", photo[: len(photo) // 2], "truncated"
    yield "photo with a grey half", photo[: len(photo) // 2] + b"\xff\xd9", "truncated"
    yield "png cut in half", shots.saved(shots.scene(), "PNG")[:5000], "truncated"
    yield "only a start", b"\xff\xd8\xff", "truncated"
    yield "moving gif", frames("GIF"), "not_a_picture"
    yield "moving webp", frames("WEBP"), TAKEN
    yield "moving png", frames("PNG"), TAKEN
    yield "60,000 text chunks", with_chunks(*[chunk(b"tEXt", b"a\0b")] * 60_000), TAKEN
    yield "text that unfolds", with_chunks(chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1 << 26)))), TAKEN
    yield "profile that unfolds", with_chunks(chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(1 << 26)))), TAKEN
    yield "chunk longer than the file", with_chunks()[:33] + struct.pack(">I", 1 << 31) + b"tEXtab", "truncated"
    yield "exif loop", with_segments(segment(0xE1, exif_loop())), TAKEN
    yield "exif of noise", with_segments(segment(0xE1, b"Exif\0\0" + bytes(range(256)) * 9)), TAKEN
    yield "4,000 segments", with_segments(*[segment(0xE5, b"x")] * 3900), TAKEN
    yield "segment of no length", photo[:2] + b"\xff\xe1\0\0" + photo[2:], TAKEN
    yield "credentials of noise", with_segments(*[credentials(bytes(range(256)) * 200)] * 40), TAKEN
    yield "credentials that nest", with_segments(credentials((struct.pack(">I", 8) + b"jumb") * 7000)), TAKEN
    yield "xmp that nests", with_segments(xmp(b"<x:xmpmeta>" + b"<rdf:li>" * 8000)), TAKEN
    yield "xmp of ampersands", with_segments(xmp(b"<x:xmpmeta>" + b"&amp;" * 13_000)), TAKEN
    yield "xmp of names", with_segments(xmp(b"CreatorTool=" * 5400)), TAKEN
    yield "aigc without an end", with_segments(xmp(b"AIGC" * 16_000)), TAKEN
    yield "bytes of noise", b"\xff\xd8\xff\xe0" + bytes(range(256)) * 400, "truncated"
    yield "tiff", shots.saved(Image.new("RGB", (50, 50)), "TIFF"), "not_a_picture"
    yield "pdf", b"%PDF-1.7\n", "unreadable"


def _patched(photo: bytes, width: int, height: int) -> bytes:
    at = photo.index(b"\xff\xc0") + 5
    return photo[:at] + struct.pack(">HH", height, width) + photo[at + 4 :]
