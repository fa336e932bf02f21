"""Prints taken of a picture.

A picture is seen as a square of greys. Kept is its inner part. Asked with is, for crops of up to a tenth at each side,
the part of this picture that would be the inner part of the one it was cropped from. Mirrors and quarter turns are
divided out: every part is turned so that its brightness rises to the right, and no more downwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import hypot
from operator import itemgetter

from PIL import Image, ImageChops, ImageFilter

from media.prints import frames
from media.prints.frequencies import LANE, ORDER, SIDE, transformed
from media.prints.patterns import LEFT_RIGHT, MIDDLE, SWAPPED, TOP_BOTTOM, pattern
from media.prints.values import DOUBTED, FEW, GRID, KEYED, SPANS, Asked, Kept, Prints

NEAR = 0.2  # of the slope's length: a part whose slope is that near to another turn is kept in both
FINE, COARSE = 2, 6  # pixels around, of a grid, that its pattern compares

_TOP = len(ORDER) - 1
_ODD_COLUMN = sum(1 << (_TOP - at) for at, (_, column) in enumerate(ORDER) if column % 2)
_ODD_ROW = sum(1 << (_TOP - at) for at, (row, _) in enumerate(ORDER) if row % 2)
_SWAPPED_ORDER = itemgetter(*(ORDER.index((column, row)) for row, column in ORDER))
_FIRST = range(KEYED)
_MARKS = [1 << (_TOP - at) for at in _FIRST]


def take(grey: Image.Image) -> Prints:
    """Return the prints of a grey thumbnail, whole and, if a frame encloses a picture, of that."""
    boxes = [box for box in ((0, 0, *grey.size), frames.enclosed(grey)) if box]
    grids = [grey.resize((GRID, GRID), Image.Resampling.BOX, box) for box in boxes]
    patterns = [_pattern(grid) for grid in grids]
    kept: list[Kept] = []
    asked: list[Asked] = []
    for number, grid in enumerate(grids):
        spans = range(FEW if number else len(SPANS))
        places = [(down, across) for down in spans for across in spans]
        for (down, across), (right, below, *values) in zip(places, transformed(_rows(grid, spans)), strict=True):
            if not any(values):
                continue  # one colour: nothing to know it by
            turn = _turn(right, below)
            bits, turned = _turned(values, turn)
            asked.append(Asked(number, down, across, turn, bits, _doubted(turned)))
            if not down and not across:
                turns = _turns(right, below)
                kept += [Kept(_turned(values, each)[0], pattern(patterns[number], 0, 0, each)) for each in turns]
    return Prints(kept=tuple(kept), asked=tuple(asked), grids=tuple(patterns))


def _rows(grid: Image.Image, spans: range) -> list[bytes]:
    """Return the windows of a grid, shrunk to what is transformed, line by line side by side."""
    strip = Image.new("L", (SIDE * len(spans), GRID))
    for place in spans:
        begin, end = SPANS[place]
        span = grid.resize((SIDE, GRID), Image.Resampling.BILINEAR, (GRID * begin, 0, GRID * end, GRID))
        strip.paste(span, (SIDE * place, 0))
    rows = [b""] * SIDE
    for place in spans:
        begin, end = SPANS[place]
        box = (0, GRID * begin, strip.width, GRID * end)
        data = strip.resize((strip.width, SIDE), Image.Resampling.BILINEAR, box).convert("I").tobytes()
        length = strip.width * LANE
        for at in range(SIDE):
            rows[at] += data[at * length : (at + 1) * length]
    return rows


def _pattern(grid: Image.Image) -> bytes:
    fine, coarse = grid.filter(ImageFilter.BoxBlur(FINE)), grid.filter(ImageFilter.BoxBlur(COARSE))
    return ImageChops.subtract(fine, coarse, 1, MIDDLE).tobytes()


def _turn(right: int, down: int) -> int:
    """Return the turn after which brightness rises to the right, and no more downwards."""
    mirrors = (LEFT_RIGHT if right < 0 else 0) | (TOP_BOTTOM if down < 0 else 0)
    return mirrors | (SWAPPED if abs(down) > abs(right) else 0)


def _turns(right: int, down: int) -> Iterator[int]:
    """Yield that turn, and those that a slope hardly different would ask for."""
    turn, near = _turn(right, down), NEAR * hypot(right, down)
    also = [(abs(right) < near, LEFT_RIGHT), (abs(down) < near, TOP_BOTTOM)]
    also.append((abs(abs(right) - abs(down)) < near, SWAPPED))
    turns = [turn]
    for close, change in also:
        if close:
            turns += [each ^ change for each in turns]
    yield from turns


def _turned(values: list[int], turn: int) -> tuple[int, Sequence[int]]:
    """Return the signs of the frequencies of a turned part as bits, and the frequencies, their signs as before."""
    bits = int("".join(["1" if value > 0 else "0" for value in values]), 2)
    if turn & LEFT_RIGHT:
        bits ^= _ODD_COLUMN
    if turn & TOP_BOTTOM:
        bits ^= _ODD_ROW
    if turn & SWAPPED:
        bits = int("".join(_SWAPPED_ORDER(f"{bits:0{len(ORDER)}b}")), 2)
        return bits, _SWAPPED_ORDER(values)
    return bits, values


def _doubted(values: Sequence[int]) -> int:
    """Return a mask of those bits of a key that might as well be the other way round."""
    sizes = list(map(abs, values))
    return sum(_MARKS[at] for at in sorted(_FIRST, key=sizes.__getitem__)[:DOUBTED])
