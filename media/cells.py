"""What every reader of tables shares: encodings and delimiters of text, opening a workbook, numbers as text."""

from __future__ import annotations

import codecs
import csv
import math
import warnings
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import IO, Any, TextIO
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

DELIMITERS = ",;\t"
ENCODINGS = ("utf-8-sig", "gb18030")
CHUNK = 1 << 20
EXACT = 10**15  # spreadsheets keep 15 digits of a number
OLE = b"\xd0\xcf\x11\xe0"  # how old and encrypted workbooks begin
ZIP = b"PK"

# all that openpyxl and its zip reader were seen to raise on broken workbooks; RuntimeError is a password
DAMAGE = (
    *(BadZipFile, zlib.error, ParseError, OSError, EOFError, RuntimeError),
    *(LookupError, ValueError, TypeError, AttributeError),
)


class BreaksOff(Exception):
    """A text table ends in the middle of a cell; `line` is where."""

    def __init__(self, why: str, line: int) -> None:
        super().__init__(why)
        self.line = line


def encoding_of(file: IO[bytes]) -> str:
    """Find an encoding in which every byte of the file has a meaning; "" when there is none."""
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
    return ""


def text_rows(file: TextIO) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a text table, opened with newline="", with the line each ends on. Raises BreaksOff."""
    start = next((line for line in file if any(mark in line for mark in DELIMITERS)), "")
    file.seek(0)
    reader = csv.reader(file, delimiter=max(DELIMITERS, key=start.count))
    try:
        for cells in reader:
            yield reader.line_num, [_unquoted(cell) for cell in cells]
    except csv.Error as error:
        raise BreaksOff(str(error), reader.line_num) from None


def _unquoted(cell: str) -> str:
    # ="138..." is how exports keep spreadsheets from rounding long numbers
    text = cell.strip()
    return text[2:-1] if text.startswith('="') and text.endswith('"') else text


@contextmanager
def workbook(source: Any) -> Iterator[Any]:
    """Open a workbook (a path or a binary file) for its values alone: no formula is worked out, no link followed."""
    from openpyxl import load_workbook  # costs a third of a second

    with warnings.catch_warnings(action="ignore"):  # about styles, which nobody asked for
        book = load_workbook(source, read_only=True, data_only=True, keep_links=False)
    with closing(book):
        yield book


def number(value: float) -> str:
    """Write a number as a person would have typed it; one that lost digits keeps an exponent, to be refused."""
    if not math.isfinite(value):
        return str(value)
    if abs(value) >= EXACT:
        return f"{value:E}"
    return str(int(value)) if value == int(value) else f"{value:.15g}"
