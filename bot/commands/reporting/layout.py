"""Tables in the terminal, whose Chinese characters take two places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from unicodedata import combining, east_asian_width


def width(text: str) -> int:
    """Return how many places a text takes in a terminal."""
    return sum(0 if combining(one) else 2 if east_asian_width(one) in "WF" else 1 for one in text)


def columns(rows: Iterable[Sequence[str]], right: Iterable[int] = ()) -> Iterator[str]:
    """Yield rows as lines whose cells stand below each other; `right` are the columns that end at the same place."""
    cells, flush = [list(row) for row in rows], set(right)
    widths = [max(width(row[place]) for row in cells) for place in range(len(cells[0]))] if cells else []
    for row in cells:
        line = []
        for place, cell in enumerate(row):
            space = " " * (widths[place] - width(cell))
            line.append(space + cell if place in flush else cell + space)
        yield "  ".join(line).rstrip()
