"""A table that somebody sent, as rows of text: any bytes are read within bounds, and nothing of it is carried out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from io import BytesIO, TextIOWrapper
from itertools import islice
from typing import Any, TypeVar
from zipfile import ZipFile, ZipInfo

from media.cells import DAMAGE, OLE, ZIP, BreaksOff, encoding_of, number, text_rows, workbook
from media.formats import kind_of
from media.values import MAX_TABLE, UNREAD_CELL, Refused, Table

ROWS = 5_000  # rows that are read, the blank ones between them included
COLUMNS = 60
CELL = 300  # characters of one cell
CHARACTERS = 200_000  # of all cells: ten times what a turn reads, and little enough to go through in one stretch
SHEETS = 20
MAX_ENTRIES = 5_000  # files inside a workbook
MAX_INSIDE = 48 << 20  # bytes of all files inside it, as its directory says: the zip reader never reads on

LOCKED = "EncryptedPackage".encode("utf-16-le")  # the stream of an OLE file that holds a workbook with a password
FOREIGN = (
    ("word/document.xml", "word"),
    ("Index/Document.iwa", "numbers"),
    ("content.xml", "ods"),
    ("xl/workbook.bin", "old"),
)
PICTURES = re.compile(r"xl/(?:media/.+|cellimages\.xml)")
IN_CELL = re.compile(r"=?\s*(?:_xlfn\.)?DISPIMG\(", re.IGNORECASE)
DTD = tuple(word.encode(coding) for word in ("<!DOCTYPE", "<!ENTITY") for coding in ("ascii", "utf-16-le", "utf-16-be"))
MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})"')
# a formula whose result was never stored
UNCACHED = re.compile(
    rb'<(?:\w+:)?c [^>]*?r="([A-Z]{1,3})(\d{1,7})"[^>]*><(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)'
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)
QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')  # of a number format
FRACTION = re.compile(r"\?+/[?\d]+")
Row = TypeVar("Row", bound=Sequence[str])


def read_table(data: bytes) -> Table | Refused:
    """Read the first visible sheet of a workbook that has rows, or a text table; never raises on broken bytes.

    Refused: empty, too_big, locked (a password), old (XLS or XLSB), not_a_table (`kind` says what it is), unreadable.
    """
    if not data.strip():
        return Refused(code="empty")
    if len(data) > MAX_TABLE:
        return Refused(code="too_big", size=len(data), limit=MAX_TABLE)
    if data.startswith(OLE):
        return Refused(code="locked" if LOCKED in data else "old")
    if data.startswith(ZIP):
        return _refusal(data) or _book(data)
    if kind := kind_of(data) or ("html" if data.lstrip()[:1] == b"<" else ""):
        return Refused(code="not_a_table", kind=kind)
    return _text(data)


def _text(data: bytes) -> Table | Refused:
    encoding = encoding_of(BytesIO(data))
    if not encoding:
        return Refused(code="unreadable")
    try:
        found, more = _bounded(cells for _, cells in text_rows(TextIOWrapper(BytesIO(data), encoding, newline="")))
    except (BreaksOff, UnicodeError):
        return Refused(code="unreadable")
    return _table(found, more=more)


def _bounded(rows: Iterable[Row]) -> tuple[list[Row], bool]:
    """Take as many rows as are read, and tell whether there are more."""
    found: list[Row] = []
    size = 0
    for row in rows:
        size += sum(min(len(cell), CELL) for cell in row[:COLUMNS])
        if len(found) == ROWS or size > CHARACTERS:
            return found, True
        found.append(row)
    return found, False


def _table(rows: Iterable[Sequence[str]], *, more: bool, others: int = 0, pictures: bool = False) -> Table | Refused:
    """Cut rows to size and leave out the blank ones."""
    found, over = _bounded(_cut(row) for row in rows if any(row))  # merged cells may have made it longer
    if not found:
        return Refused(code="empty")
    return Table(rows=tuple(found), more=more or over, others=others, pictures=pictures)


def _cut(row: Sequence[str]) -> tuple[str, ...]:
    last = max(at for at, cell in enumerate(row, start=1) if cell)
    return tuple(cell[:CELL] for cell in row[: min(last, COLUMNS)])


# workbooks


def _refusal(data: bytes) -> Refused | None:
    """Refuse by the directory of a zip, and what declares entities: no workbook does."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            inside = archive.infolist()
            names = {entry.filename for entry in inside}
            if any(entry.flag_bits & 1 for entry in inside):
                return Refused(code="locked")
            if len(inside) > MAX_ENTRIES or sum(entry.file_size for entry in inside) > MAX_INSIDE:
                return Refused(code="too_big", limit=MAX_INSIDE)
            for name, kind in FOREIGN:
                if name in names:
                    return Refused(code="old") if kind == "old" else Refused(code="not_a_table", kind=kind)
            if not any(name.endswith("workbook.xml") for name in names):
                return Refused(code="unreadable", kind="zip")
            bombs = (_declares(archive, entry) for entry in inside if not PICTURES.match(entry.filename))
            return Refused(code="unreadable") if any(bombs) else None
    except (*DAMAGE, NotImplementedError):
        return Refused(code="unreadable")


def _declares(archive: ZipFile, entry: ZipInfo) -> bool:
    content = archive.read(entry)
    return any(mark in content for mark in DTD)


def _book(data: bytes) -> Table | Refused:
    try:
        with ZipFile(BytesIO(data)) as archive, workbook(BytesIO(data)) as book:
            pictures = any(PICTURES.match(name) for name in archive.namelist())
            sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"][:SHEETS]
            for place, sheet in enumerate(sheets):
                rows, more = _rows(sheet)
                if not any(any(row) for row in rows):
                    continue
                _complete(rows, archive.read(_path(sheet)))
                others = sum(_says_something(other) for other in sheets[place + 1 :])
                return _table(
                    [[_without_picture(cell) for cell in row] for row in rows],
                    more=more,
                    others=others,
                    pictures=pictures or any(IN_CELL.match(cell) for row in rows for cell in row),
                )
            return Refused(code="empty")
    except DAMAGE:
        return Refused(code="unreadable")


def _path(sheet: Any) -> str:
    # the reader keeps no merged ranges in its read-only mode: they are looked for in the file itself
    return str(sheet._worksheet_path)


def _rows(sheet: Any) -> tuple[list[list[str]], bool]:
    """Return the cells of a sheet as they are shown, and whether there are more rows than are read."""
    found, more = _bounded([_shown(cell) for cell in cells] for cells in _cells(sheet))
    while not more and found and not any(found[-1]):
        found.pop()
    return found, more


def _cells(sheet: Any) -> Iterator[Sequence[Any]]:
    sheet.reset_dimensions()  # some exporters write a wrong size
    yield from sheet.iter_rows(max_col=COLUMNS)


def _says_something(sheet: Any) -> bool:
    return any(cell.value is not None for cells in islice(_cells(sheet), ROWS) for cell in cells)


def _complete(rows: list[list[str]], content: bytes) -> None:
    """Let the cells below the first of a merged range say the same, in rows that say something; mark empty formulas."""
    for column, row in UNCACHED.findall(content):
        _put(rows, int(row), _place(column), UNREAD_CELL)
    blank = {at for at, row in enumerate(rows, start=1) if not any(row)}
    for column, first, last in MERGED.findall(content):
        place, top = _place(column), int(first)
        if 0 < top <= len(rows) and place < len(rows[top - 1]):
            for at in range(top + 1, min(int(last), len(rows)) + 1):
                if at not in blank:
                    _put(rows, at, place, rows[top - 1][place])


def _put(rows: list[list[str]], row: int, place: int, text: str) -> None:
    if 0 < row <= len(rows) and place < len(rows[row - 1]):
        rows[row - 1][place] = rows[row - 1][place] or text


def _place(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place - 1


def _without_picture(cell: str) -> str:
    return "" if IN_CELL.match(cell) else cell


# cells as they are shown


def _shown(cell: Any) -> str:
    """Write a cell's value as it stands on the screen, as far as that matters to what it says."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return UNREAD_CELL if cell.data_type == "e" else value.strip()
    shape = QUOTED.sub("", str(cell.number_format or ""))
    if isinstance(value, datetime):
        return _moment(value, shape, str(cell.number_format))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, (timedelta, bool)):
        return str(value)
    return _number(value, shape)


def _moment(value: datetime, shape: str, whole: str) -> str:
    value = (value + timedelta(milliseconds=500)).replace(microsecond=0)
    clock = f" {value:%H:%M}" if value.time() != time(0) else ""
    if "y" not in shape.lower() and "年" not in whole and ("d" in shape.lower() or "月" in whole):
        return f"{value.month}月{value.day}日{clock}"
    return f"{value:%Y-%m-%d}{clock}"


def _number(value: float, shape: str) -> str:
    if "%" in shape:
        return f"{value * 100:.6g}%"
    if FRACTION.search(shape):
        return _fraction(Fraction(value).limit_denominator(99))
    if re.fullmatch(r"0+", shape) and value == int(value):
        return str(int(value)).zfill(len(shape))
    return number(value)


def _fraction(value: Fraction) -> str:
    whole, rest = divmod(value, 1)
    return f"{whole} {rest}" if whole and rest else str(value)
