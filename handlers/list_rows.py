"""A list that comes as a sheet: its rows become the lines that are read from a chat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from handlers.normal import normalise

NUMBERS = frozenset({
    "接龙号", "接龙序号", "序号", "取货号", "号", "编号", "no", "no.", "number", "pickup", "pickup no",
    "participate_no",
})  # fmt: skip
"""How the column of pickup numbers is headed."""


def lines(rows: Iterable[Sequence[str]]) -> str:
    """Write the rows of a sheet (cells as text) as a pasted list: one line each, the pickup number first with its sign.

    A first row that names the column of pickup numbers is a head and says nothing else.
    """
    found: list[str] = []
    place: int | None = None
    for at, row in enumerate(rows):
        cells = [" ".join(str(cell).split()) for cell in row]
        if at == 0 and (known := [i for i, cell in enumerate(cells) if normalise(cell).strip().lower() in NUMBERS]):
            place = known[0]
            continue
        if place is not None and place < len(cells) and cells[place].removesuffix(".0").isdecimal():
            cells = [f"{cells[place].removesuffix('.0')}号", *cells[:place], *cells[place + 1 :]]
        if any(cells):
            found.append(" ".join(cell for cell in cells if cell))
    return "\n".join(found)
