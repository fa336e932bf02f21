"""Tables that leave the house: no text of them is a formula; sums in yuan have two decimals."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

from media.tables.text import inert

UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # no cell may hold them


def put(page: Any, row: int, values: Sequence[Any]) -> None:
    """Fill a row of a sheet of openpyxl from its first column on."""
    for column, value in enumerate(values, 1):
        text = isinstance(value, str)
        cell = page.cell(row, column, inert(UNPRINTABLE.sub("", value)) if text else value)
        if text:
            cell.data_type = "s"  # also where it looks like a number or an error
        elif isinstance(value, Decimal):
            cell.number_format = "0.00"


class Rejects:
    """The file of rejected rows beside an imported one, made with the first; it can be mended and imported again."""

    def __init__(self, path: Path, columns: Sequence[str], stack: ExitStack) -> None:
        self._path, self._columns, self._stack = path, columns, stack
        self._writer: Any = None

    def add(self, row: int, reason: str, cells: Mapping[str, str]) -> None:
        """Write a row with its number in the original file and the reason."""
        if self._writer is None:
            # spreadsheets know UTF-8 by its mark only
            file = self._stack.enter_context(self._path.open("w", encoding="utf-8-sig", newline=""))
            self._writer = csv.writer(file)
            self._writer.writerow(["row", "reason", *self._columns])
        self._writer.writerow([row, inert(reason), *(inert(cells.get(name, "")) for name in self._columns)])
