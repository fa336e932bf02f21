"""The perceptual hashes of a picture: the signs of its low frequencies against their median, as hex."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable
from functools import cache
from math import cos, pi
from operator import mul

from PIL import Image

SIZE = 32  # pixels each way of the grey square that is transformed
SIDE, FINE_SIDE = 8, 16  # frequencies each way of the two hashes
SCALE = 1 << 12  # the cosines are whole numbers, so many to one


def phash(image: Image.Image) -> tuple[str, str]:
    """Return the hashes of 64 and of 256 bits, row by row, as 16 and 64 hex digits."""
    square = image.convert("L").resize((SIZE, SIZE), Image.Resampling.BILINEAR)
    pixels = square.tobytes()
    down = _sums(pixels[at : at + SIZE] for at in range(0, SIZE * SIZE, SIZE))
    both = _sums(zip(*down, strict=True))
    # The first sum, of a constant wave, tells how much the raised waves added to the others.
    across = [[value - rest // 2 for value, rest in zip(line, both[0], strict=True)] for line in both]
    grid = [[value - line[0] // 2 for value in line] for line in across]
    return _bits(grid, SIDE), _bits(grid, FINE_SIDE)


def _sums(lines: Iterable[Iterable[int]]) -> list[array[int]]:
    """Return the lines' sums weighted by each wave.

    A line is one long integer, 64 bits for each of its numbers: Python then weighs all of them by one multiplication.
    """
    rows = [array("Q", list(line)) for line in lines]
    size = len(rows[0]) * rows[0].itemsize
    packed = [int.from_bytes(row.tobytes(), sys.byteorder) for row in rows]
    return [array("Q", sum(map(mul, wave, packed)).to_bytes(size, sys.byteorder)) for wave in _waves()]


@cache
def _waves() -> tuple[tuple[int, ...], ...]:
    """Return the cosines of each frequency, raised by one, so that no sum is negative."""
    turns = [[pi * k * (2 * n + 1) / (2 * SIZE) for n in range(SIZE)] for k in range(FINE_SIDE)]
    return tuple(tuple(round(SCALE * cos(turn)) + SCALE for turn in line) for line in turns)


def _bits(grid: list[list[int]], side: int) -> str:
    values = [grid[column][row] for row in range(side) for column in range(side)]
    middle = sorted(values)[len(values) // 2 - 1 : len(values) // 2 + 1]
    bits = "".join("1" if 2 * value > sum(middle) else "0" for value in values)
    return f"{int(bits, 2):0{side * side // 4}x}"
