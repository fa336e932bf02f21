"""The rows of a CSV or XLSX file as plain text cells, one at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from media.cells import DAMAGE, OLE, ZIP, BreaksOff, encoding_of, number, text_rows, workbook

Row = tuple[int, list[str]]  # its number in the file, from 1, and its cells

HALF_SECOND = timedelta(milliseconds=500)


class Unusable(Exception):
    """The file as a whole cannot be read; the message is one sentence that says what to do."""


def rows(path: Path) -> Iterator[Row]:
    """Yield the rows that hold anything. Raises Unusable, also in mid-file."""
    try:
        with path.open("rb") as file:
            head = file.read(4)
    except IsADirectoryError:
        raise Unusable(f"{path} is a folder; name a CSV or XLSX file.") from None
    except OSError as error:
        raise Unusable(f"{path} cannot be opened ({error.strerror}); check its name and permissions.") from None
    if not head:
        raise Unusable(f"{path} is empty; export the orders again.")
    if head == OLE:
        raise Unusable(f"{path} is an old or encrypted Excel file; save it as XLSX without a password, or as CSV.")
    source = _sheet(path) if head.startswith(ZIP) else _text(path)
    return ((place, cells) for place, cells in source if any(cells))


def _text(path: Path) -> Iterator[Row]:
    with path.open("rb") as raw:
        encoding = encoding_of(raw)
    if not encoding:
        raise Unusable(f"{path} is not a text file in UTF-8 or GB18030; save it as CSV UTF-8 or as XLSX.")
    with path.open(encoding=encoding, newline="") as file:
        try:
            yield from text_rows(file)
        except BreaksOff as error:
            raise Unusable(
                f"{path} breaks off at line {error.line} ({error}); look for a quotation mark that is not closed."
            ) from None


def _sheet(path: Path) -> Iterator[Row]:
    try:
        with workbook(path) as index:
            sheet = next((each for each in index.worksheets if each.sheet_state == "visible"), None)
            if sheet is None:
                raise Unusable(f"{path} has no sheet with rows; put the orders on its first sheet.")
            sheet.reset_dimensions()  # some exporters write a wrong size
            for place, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
                yield place, _texts(cells)
    except DAMAGE:
        raise Unusable(f"{path} is not an XLSX workbook, or damaged; save it again as XLSX or CSV.") from None


def _texts(cells: Sequence[Any]) -> list[str]:
    return [_cell(value) for value in cells]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, datetime):
        return (value + HALF_SECOND).replace(microsecond=0).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number(value)
    return str(value)
