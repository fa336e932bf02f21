"""Rows of an order file on their way to an order, and what becomes of those that cannot be taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from media.values import MERGED_CELL
from storage.orders import ORDER_FIELDS, Order, OrderLine

# a row: its number in the file, the key of its order, its cells by the file's known columns, and what is wrong with it
Record = tuple[int, str, tuple[str, ...], str]
NUMBER: Final = 0
KEY: Final = 1
CELLS: Final = 2
FAULT: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A row that was not taken: its number in the file, its cells by column (line_no filled in), and why."""

    row: int
    cells: Mapping[str, str]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """A row that says again what another row of the file said."""

    row: int


def refused(columns: Sequence[str], record: Record, reason: str, line_no: int = 0) -> Rejected:
    """Refuse a row; `line_no` is told where the file tells none, so that the mended row keeps its place."""
    pairs = zip(columns, record[CELLS], strict=True)
    cells = {name: cell for name, cell in pairs if cell not in ("", MERGED_CELL)}
    if line_no:
        cells.setdefault("line_no", str(line_no))
    return Rejected(row=record[NUMBER], cells=cells, reason=reason)


class Gathered(NamedTuple):
    """An order with the rows it was made of: its key, its values in the order of ORDER_FIELDS, and its lines."""

    key: str
    head: tuple[Any, ...]
    lines: tuple[OrderLine, ...]
    rows: Sequence[Record]
    columns: tuple[str, ...]

    @property
    def order(self) -> Order:
        """The order as a whole."""
        return Order(**dict(zip(ORDER_FIELDS, self.head, strict=True)), lines=self.lines)

    def refused(self, reason: str) -> list[Rejected]:
        """Return its rows back, should the order not be taken after all."""
        return [refused(self.columns, row, reason) for row in self.rows]
