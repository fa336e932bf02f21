"""The low frequencies of many small squares at once, by whole numbers alone."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from functools import cache
from math import cos, pi
from operator import mul

SIDE = 16  # pixels each way of a square
WAVES = 7  # frequencies each way, that of no change included
HIGHEST = 7  # sum of the two frequencies
SCALE = 1 << 5  # the cosines are whole numbers, so many to one: then all sums fit into a LANE
LANE = "I"  # 32 bits for each number of a packed line
RAISED = (1 << 18, 1 << 27)  # added to the sums of the first and the second pass, so that none is negative

SLOPE = ((0, 1), (1, 0))  # row and column of how brightness rises to the right, and downwards
ORDER = tuple(  # of each other frequency that is used, low ones first
    sorted(
        ((row, column) for row in range(WAVES) for column in range(WAVES) if 1 < row + column <= HIGHEST),
        key=lambda place: (sum(place), place[1]),
    )
)


def transformed(rows: Sequence[bytes]) -> list[tuple[int, ...]]:
    """Return, for each of many squares of SIDE x SIDE greys, its slope (SLOPE) and its frequencies in their ORDER.

    `rows` are SIDE lines of pixels, in each that line of all squares side by side. A line is one long integer, so that
    Python weighs all its numbers by one multiplication.
    """
    count = len(rows[0]) // SIDE
    down = _weighed([array(LANE, list(row)) for row in rows], RAISED[0])
    columns = []
    for at in range(SIDE):
        column = array(LANE)
        for line in down:
            column += line[at::SIDE]
        columns.append(column)
    across = _weighed(columns, RAISED[1])
    found = []
    for down_wave, across_wave in (*SLOPE, *ORDER):
        less = RAISED[1] + (0 if across_wave else RAISED[0] * SIDE * SCALE)
        values = across[across_wave][down_wave * count : (down_wave + 1) * count]
        found.append([value - less for value in values])
    return list(zip(*found, strict=True))


def _weighed(lines: Sequence[array[int]], raised: int) -> list[array[int]]:
    """Return the lines' sums weighted by each wave."""
    packed = [int.from_bytes(line.tobytes(), sys.byteorder) for line in lines]
    size = len(lines[0]) * lines[0].itemsize
    more = int.from_bytes(array(LANE, [raised]).tobytes() * len(lines[0]), sys.byteorder)
    return [array(LANE, (sum(map(mul, wave, packed)) + more).to_bytes(size, sys.byteorder)) for wave in _waves()]


@cache
def _waves() -> tuple[tuple[int, ...], ...]:
    """Return the cosines of each frequency; all but those of no change sum to zero exactly."""
    turns = [[pi * wave * (2 * at + 1) / (2 * SIDE) for at in range(SIDE)] for wave in range(WAVES)]
    return tuple(tuple(round(SCALE * cos(turn)) for turn in line) for line in turns)
