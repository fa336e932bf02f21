"""Where a picture is lighter than around: the finer pattern that makes sure of a match, and its turns."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from operator import itemgetter

from media.prints.values import GRID, PATTERN, SPANS

MIDDLE = 128  # of a grid: as light as around
LEFT_RIGHT, TOP_BOTTOM, SWAPPED = 1, 2, 4  # bits of a turn; the mirrors come before the swap of rows and columns
_SIGNS = bytes(49 if level >= MIDDLE else 48 for level in range(256))


def pattern(grid: bytes, down: int, across: int, turn: int) -> int:
    """Return the pattern of a window (places in SPANS) of a grid, turned: 256 bits, row by row."""
    return int(bytes(_places(down, across, turn)(grid.translate(_SIGNS))), 2)


@lru_cache(maxsize=len(SPANS) ** 2 * 8)
def _places(rows: int, columns: int, turn: int) -> Callable[[bytes], tuple[int, ...]]:
    down, across = _steps(rows), _steps(columns)
    if turn & LEFT_RIGHT:
        across.reverse()
    if turn & TOP_BOTTOM:
        down.reverse()
    if turn & SWAPPED:
        return itemgetter(*(y * GRID + x for x in across for y in down))
    return itemgetter(*(y * GRID + x for y in down for x in across))


def _steps(place: int) -> list[int]:
    begin, end = SPANS[place]
    return [int(GRID * (begin + (at + 0.5) / PATTERN * (end - begin))) for at in range(PATTERN)]
