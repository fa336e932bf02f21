"""The perceptual hash of a picture: the signs of its low frequencies against their median, as hex."""

from __future__ import annotations

from functools import cache
from math import cos, pi
from operator import mul

from PIL import Image

OVERSAMPLING = 4  # the grey square has four pixels per frequency kept


def phash(image: Image.Image, side: int = 8) -> str:
    """Hash a picture to side x side bits, row by row, as hex: 16 digits for 8, 64 digits for 16."""
    size = side * OVERSAMPLING
    pixels = image.convert("L").resize((size, size), Image.Resampling.LANCZOS).tobytes()
    waves = _waves(side)
    rows = [_project(pixels[at : at + size], waves) for at in range(0, size * size, size)]
    columns = [_project(column, waves) for column in zip(*rows, strict=True)]
    # Rounded, lest the arithmetic's own dust become the hash of a flat picture.
    frequencies = [round(value, 3) for row in zip(*columns, strict=True) for value in row]
    middle = sorted(frequencies)[len(frequencies) // 2 - 1 : len(frequencies) // 2 + 1]
    median = sum(middle) / 2
    bits = "".join("1" if value > median else "0" for value in frequencies)
    return f"{int(bits, 2):0{side * side // 4}x}"


def _project(line: bytes | tuple[float, ...], waves: tuple[tuple[float, ...], ...]) -> tuple[float, ...]:
    return tuple(sum(map(mul, line, wave)) for wave in waves)


@cache
def _waves(side: int) -> tuple[tuple[float, ...], ...]:
    size = side * OVERSAMPLING
    return tuple(tuple(cos(pi * k * (2 * n + 1) / (2 * size)) for n in range(size)) for k in range(side))
