"""A table that somebody sent, as rows of text: any bytes are read within bounds, and nothing of it is carried out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from io import BytesIO, TextIOWrapper
from itertools import islice
from zipfile import ZipFile

from media.formats import kind_of
from media.tables.text import Row, encoding_of, text_rows
from media.tables.titles import plain_title
from media.tables.workbook import DAMAGE, Sheet, workbook
from media.values import MAX_TABLE, MERGED_CELL, Refused, Table

OLE = b"\xd0\xcf\x11\xe0"  # how old and encrypted workbooks begin
ZIP = b"PK"
ROWS = 5_000  # rows that are read, the blank ones between them included
COLUMNS = 60
CELL = 300  # characters of one cell
CHARACTERS = 200_000  # of all cells: ten times what a turn reads, and little enough to go through in one stretch
SHEETS = 20
HEAD_ROWS = 10  # titles may stand above the head of a sheet
TITLES = 2  # so many known ones make a row a head
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


def read_table(data: bytes, titles: Collection[str] = ()) -> Table | Refused:
    """Read a sheet of a workbook, or a text table; never raises on broken bytes.

    Of several visible sheets with rows the first is read whose head has some of `titles` (plain), else the first.
    Refused: empty, too_big, locked (a password), old (XLS or XLSB), not_a_table (`kind` says what it is), unreadable.
    """
    if not data.strip():
        return Refused(code="empty")
    if len(data) > MAX_TABLE:
        return Refused(code="too_big", size=len(data), limit=MAX_TABLE)
    if data.startswith(OLE):
        return Refused(code="locked" if LOCKED in data else "old")
    if data.startswith(ZIP):
        return _refusal(data) or _book(data, titles)
    if kind := kind_of(data) or ("html" if data.lstrip()[:1] == b"<" else ""):
        return Refused(code="not_a_table", kind=kind)
    return _text(data)


def _text(data: bytes) -> Table | Refused:
    encoding = encoding_of(BytesIO(data))
    if not encoding:
        return Refused(code="unreadable")
    try:
        found, more = _bounded(text_rows(TextIOWrapper(BytesIO(data), encoding, newline="")))
    except UnicodeError:
        return Refused(code="unreadable")
    return _table(found, more=more)


def _bounded(rows: Iterable[Row]) -> tuple[list[Sequence[str]], bool]:
    """Take as many rows as are read, without the blank ones and cut to size, and tell whether there are more."""
    found: list[Sequence[str]] = []
    above = [0] * COLUMNS  # characters that a cell below says again
    size = 0
    for number, whole, _ in rows:
        if not any(whole[:COLUMNS]):
            continue
        cells = _cut(whole)
        above[: len(cells)] = [
            before if cell == MERGED_CELL else len(cell) for cell, before in zip(cells, above, strict=False)
        ]
        size += sum(above[: len(cells)])
        if number > ROWS or size > CHARACTERS:
            return found, True
        found.append(cells)
    return found, False


def _cut(row: Sequence[str]) -> tuple[str, ...]:
    shown = row[:COLUMNS]
    last = max(at for at, cell in enumerate(shown, start=1) if cell)
    return tuple(cell[:CELL] for cell in shown[:last])


def _table(rows: list[Sequence[str]], *, more: bool, others: int = 0, pictures: bool = False) -> Table | Refused:
    if not rows:
        return Refused(code="empty")
    return Table(rows=tuple(map(tuple, rows)), more=more, others=others, pictures=pictures)


# workbooks


def _refusal(data: bytes) -> Refused | None:
    """Refuse by the directory of a zip alone."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            inside = archive.infolist()
    except DAMAGE:
        return Refused(code="unreadable")
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
    return None


def _book(data: bytes, titles: Collection[str]) -> Table | Refused:
    try:
        with workbook(BytesIO(data)) as (archive, sheets):
            heads = [(sheet, list(islice(_rows(sheet), HEAD_ROWS))) for sheet in sheets[:SHEETS]]
            filled = [sheet for sheet, head in heads if head]
            if not filled:
                return Refused(code="empty")
            taken = next((sheet for sheet, head in heads if _headed(head, titles)), filled[0])
            pictures: list[str] = [name for name in archive.namelist() if PICTURES.match(name)]
            rows, more = _bounded(_without_pictures(_rows(taken), pictures))
    except DAMAGE:
        return Refused(code="unreadable")
    return _table(rows, more=more, others=len(filled) - 1, pictures=bool(pictures))


def _rows(sheet: Sheet) -> Iterable[Row]:
    return sheet.rows(exact=False, widest=COLUMNS)


def _headed(rows: Iterable[Row], titles: Collection[str]) -> bool:
    """Return whether one of the rows names columns that are known."""
    return any(sum(plain_title(cell[:CELL]) in titles for cell in row if cell) >= TITLES for _, row, _ in rows)


def _without_pictures(rows: Iterable[Row], found: list[str]) -> Iterator[Row]:
    """Leave cells empty that hold a picture, and note them."""
    for number, cells, fault in rows:
        pictures = [cell for cell in cells if IN_CELL.match(cell)]
        found += pictures
        yield number, ["" if cell in pictures else cell for cell in cells] if pictures else cells, fault
