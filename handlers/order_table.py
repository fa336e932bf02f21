"""The rows of a CSV or XLSX file as plain text cells, one at a time."""

from __future__ import annotations

import codecs
import csv
import math
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

Row = tuple[int, list[str]]  # its number in the file, from 1, and its cells

DELIMITERS = ",;\t"
ENCODINGS = ("utf-8-sig", "gb18030")
CHUNK = 1 << 20
EXACT = 10**15  # spreadsheets keep 15 digits of a number
HALF_SECOND = timedelta(milliseconds=500)

# all that openpyxl and its zip reader were seen to raise on broken workbooks; RuntimeError is a password
DAMAGE = (
    *(BadZipFile, zlib.error, ParseError, OSError, EOFError, RuntimeError),
    *(LookupError, ValueError, TypeError, AttributeError),
)


class Unusable(Exception):
    """The file as a whole cannot be read; the message is one sentence that says what to do."""


def rows(path: Path) -> Iterator[Row]:
    """Give the rows that hold anything. Raises Unusable, also in mid-file."""
    try:
        with path.open("rb") as file:
            head = file.read(4)
    except IsADirectoryError:
        raise Unusable(f"{path} is a folder; name a CSV or XLSX file.") from None
    except OSError as error:
        raise Unusable(f"{path} cannot be opened ({error.strerror}); check its name and permissions.") from None
    if not head:
        raise Unusable(f"{path} is empty; export the orders again.")
    if head == b"\xd0\xcf\x11\xe0":
        raise Unusable(f"{path} is an old or encrypted Excel file; save it as XLSX without a password, or as CSV.")
    source = _sheet(path) if head.startswith(b"PK") else _text(path)
    return ((number, cells) for number, cells in source if any(cells))


def _text(path: Path) -> Iterator[Row]:
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        start = next((line for line in file if any(mark in line for mark in DELIMITERS)), "")
        file.seek(0)
        reader = csv.reader(file, delimiter=max(DELIMITERS, key=start.count))
        try:
            for cells in reader:
                yield reader.line_num, [_unquoted(cell) for cell in cells]
        except csv.Error as error:
            raise Unusable(
                f"{path} breaks off at line {reader.line_num} ({error}); look for a quotation mark that is not closed."
            ) from None


def _encoding(path: Path) -> str:
    """Find an encoding in which every byte of the file has a meaning."""
    with path.open("rb") as file:
        start = file.read(2)
        if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        for name in ENCODINGS:
            file.seek(0)
            decoder = codecs.getincrementaldecoder(name)()
            try:
                while chunk := file.read(CHUNK):
                    if "\0" in decoder.decode(chunk):
                        break
                else:
                    decoder.decode(b"", final=True)
                    return name
            except UnicodeDecodeError:
                continue
    raise Unusable(f"{path} is not a text file in UTF-8 or GB18030; save it as CSV UTF-8 or as XLSX.")


def _unquoted(cell: str) -> str:
    # ="138..." is how exports keep spreadsheets from rounding long numbers
    text = cell.strip()
    return text[2:-1] if text.startswith('="') and text.endswith('"') else text


def _sheet(path: Path) -> Iterator[Row]:
    from openpyxl import load_workbook  # costs a third of a second

    try:
        with warnings.catch_warnings(action="ignore"):  # about styles, which nobody asked for
            book = load_workbook(path, read_only=True, data_only=True)
        with closing(book):
            sheet = next((each for each in book.worksheets if each.sheet_state == "visible"), None)
            if sheet is None:
                raise Unusable(f"{path} has no sheet with rows; put the orders on its first sheet.")
            sheet.reset_dimensions()  # some exporters write a wrong size
            for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
                yield number, _texts(cells)
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
        return _number(value)
    return str(value)


def _number(value: float) -> str:
    """Write a number as a person would have typed it; one that lost digits keeps an exponent, to be refused."""
    if not math.isfinite(value):
        return str(value)
    if abs(value) >= EXACT:
        return f"{value:E}"
    return str(int(value)) if value == int(value) else f"{value:.15g}"
