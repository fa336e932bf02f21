"""Pictures made for the tests: a sharp bright one, and all the ways in which a file can be odd."""

from __future__ import annotations

import struct
import zlib
from functools import cache
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw


def noise(random: Random, size: tuple[int, int], cell: float) -> Image.Image:
    """Smooth grey noise with features of `cell` pixels."""
    small = (max(2, round(size[0] / cell)), max(2, round(size[1] / cell)))
    return Image.frombytes("L", small, random.randbytes(small[0] * small[1])).resize(size, Image.Resampling.BICUBIC)


@cache
def scene(width: int = 640, height: int = 480, seed: int = 1) -> Image.Image:
    """Return a sharp, bright picture without symmetry, so that every turn of it can be recognised."""
    random = Random(seed)
    base = noise(random, (width, height), 3)
    tints = [Image.blend(base, noise(random, (width, height), cell), 0.3) for cell in (6, 12, 40)]
    image = Image.merge("RGB", tints)
    image.paste((250, 240, 60), (0, 0, width // 2, height // 4))
    return image


def jpeg(image: Image.Image, **options) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "JPEG", **{"quality": 90, **options})
    return buffer.getvalue()


def saved(image: Image.Image, form: str, **options) -> bytes:
    buffer = BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def camera_exif(orientation: int = 1) -> Image.Exif:
    """Return EXIF as a phone writes it, the place of taking included."""
    exif = Image.Exif()
    exif[0x010F] = "Phonemaker"
    exif[0x0112] = orientation
    exif[0x0132] = "2026:06:12 20:00:00"
    exif.get_ifd(0x8769)[0x9003] = "2026:06:12 19:10:00"
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 13.0, 49.0), 3: "E", 4: (121.0, 28.0, 25.0)})
    return exif


def png_header_only(width: int, height: int) -> bytes:
    """Return a PNG that claims a size and holds one empty data chunk."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def tiny_webp(width: int, height: int) -> bytes:
    """Return 34 bytes of lossless WebP that unfold to one colour of the given size."""
    bits = (width - 1) | (height - 1) << 14
    body = b"\x2f" + struct.pack("<I", bits) + b"\x88\x88\x08\x00\x00\x00\x00\x00\x00"
    return b"RIFF" + struct.pack("<I", 12 + len(body)) + b"WEBPVP8L" + struct.pack("<I", len(body)) + body


@cache
def large(width: int, height: int) -> bytes:
    """A photo of many pixels and few bytes."""
    return jpeg(scene(400, 300).resize((width, height), Image.Resampling.BOX), quality=60)


def png_with_text(kind: bytes, body: bytes) -> bytes:
    """A PNG with a long text chunk before its picture."""
    whole = saved(scene(), "PNG")
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return whole[:33] + chunk + whole[33:]


def on_grey(image: Image.Image, level: int = 128) -> Image.Image:
    """A picture on a larger flat ground, as chat programs make collages."""
    ground = Image.new("RGB", (image.width * 2, image.height * 2), (level, level, level))
    ground.paste(image, (image.width // 2, image.height // 2))
    return ground


def screenshot(width: int, height: int) -> Image.Image:
    """Lines of small text on white, sixty pixels apart."""
    image = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(image)
    for y in range(0, height, 60):
        draw.text((20, y), f"line {y}", fill=0)
    return image


def many_scans(count: int, image: Image.Image | None = None) -> bytes:
    """Return a progressive JPEG whose last scan is repeated until it has `count` more."""
    data = jpeg(image or scene(64, 64), progressive=True, quality=40)
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * count + b"\xff\xd9"
