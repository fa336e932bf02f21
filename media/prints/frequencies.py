"""The low frequencies of many small squares at once, by whole numbers alone."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from functools import cache, lru_cache
from math import cos, pi
from operator import mul

SIDE = 16  # pixels each way of a square
WAVES = 7  # frequencies each way, that of no change included
HIGHEST = 7  # sum of the two frequencies
SCALE = 1 << 5  # the cosines are whole numbers, so many to one: then all sums fit into a LANE
LANE = 4  # bytes of each number of a line
RAISED = 1 << 18  # added to the sums of the first pass, so that none is negative
SIGN = 1 << 31  # added to those of the second pass, and taken out again as the sign

SLOPE = ((0, 1), (1, 0))  # row and column of how brightness rises to the right, and downwards
ORDER = tuple(  # of each other frequency that is used, low ones first
    sorted(
        ((row, column) for row in range(WAVES) for column in range(WAVES) if 1 < row + column <= HIGHEST),
        key=lambda place: (sum(place), place[1]),
    )
)


def transformed(rows: Sequence[bytes]) -> list[tuple[int, ...]]:
    """Return, for each of many squares of SIDE x SIDE greys, its slope (SLOPE) and its frequencies in their ORDER.

    `rows` are SIDE lines, in each that line of all squares side by side, LANE bytes for a pixel. A line is one long
    integer, so that Python weighs all its numbers by one multiplication.
    """
    count = len(rows[0]) // SIDE // LANE
    down = [array("I", line) for line in _weighed(rows, [RAISED] * WAVES)]
    columns = [b"".join([line[at::SIDE].tobytes() for line in down]) for at in range(SIDE)]
    still = SIGN - RAISED * SIDE * SCALE  # what the first pass added is left in the sums of the wave that never changes
    across = [array("i", _signed(line)) for line in _weighed(columns, [still, *[SIGN] * (WAVES - 1)])]
    found = [across[column][row * count : (row + 1) * count] for row, column in (*SLOPE, *ORDER)]
    return list(zip(*found, strict=True))


def _weighed(lines: Sequence[bytes], raised: Sequence[int]) -> list[bytes]:
    """Return the lines' sums weighted by each wave, each number of them raised."""
    packed = [int.from_bytes(line, sys.byteorder) for line in lines]
    size = len(lines[0])
    return [
        (sum(map(mul, wave, packed)) + _each(more, size)).to_bytes(size, sys.byteorder)
        for wave, more in zip(_waves(), raised, strict=True)
    ]


def _signed(line: bytes) -> bytes:
    """Return a line of numbers raised by SIGN as one of signed numbers."""
    whole = int.from_bytes(line, sys.byteorder) ^ _each(SIGN, len(line))
    return whole.to_bytes(len(line), sys.byteorder)


@lru_cache(maxsize=16)
def _each(value: int, size: int) -> int:
    """Return a line in which each number is this one."""
    return int.from_bytes(value.to_bytes(LANE, sys.byteorder) * (size // LANE), sys.byteorder)


@cache
def _waves() -> tuple[tuple[int, ...], ...]:
    """Return the cosines of each frequency; all but those of no change sum to zero exactly."""
    turns = [[pi * wave * (2 * at + 1) / (2 * SIDE) for at in range(SIDE)] for wave in range(WAVES)]
    return tuple(tuple(round(SCALE * cos(turn)) for turn in line) for line in turns)
