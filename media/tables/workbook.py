"""Workbooks (XLSX) as rows of text: values as they are shown, merged cells marked, nothing worked out or followed."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile, ZipFile

from media.tables import parts
from media.tables.formats import iso
from media.tables.parts import Styles, parsed, unescaped
from media.tables.text import Row
from media.values import MERGED_CELL, UNREAD_CELL, UNSAVED_CELL

CHUNK = 1 << 20
WIDEST = 16_384  # columns of a sheet
DIGITS = "0123456789"

# all that the zip and XML readers were seen to raise on broken workbooks; RuntimeError is a password
DAMAGE = (
    *(BadZipFile, zlib.error, ExpatError, OSError, EOFError, RuntimeError),
    *(LookupError, ValueError, TypeError, OverflowError),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A visible sheet of an opened workbook."""

    name: str
    path: str
    archive: ZipFile
    strings: list[str]
    styles: Styles
    ranges: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)  # by the columns that are read

    def rows(self, *, exact: bool, widest: int = WIDEST) -> Iterator[Row]:
        """Yield the rows that say something. Cells below the first of a merged range hold MERGED_CELL.

        `exact`: whole times and decimals, as order files need them, and not only what is shown. `widest`: so many
        columns are read.
        """
        if widest not in self.ranges:
            self.ranges[widest] = _ranges(self, widest)
        merged = _Merged(self.ranges[widest])
        reader = _Reader(self, exact=exact, widest=widest)
        with self.archive.open(self.path) as stream:
            for _ in parsed(stream, reader.start, reader.end, reader.say):
                for number, cells in reader.made:
                    merged.mark(number, cells)
                    yield number, cells, ""
                reader.made.clear()


@contextmanager
def workbook(source: Any) -> Iterator[tuple[ZipFile, tuple[Sheet, ...]]]:
    """Open a workbook (a path or a binary file): its archive, and the sheets that can be seen. Raises one of DAMAGE."""
    with ZipFile(source) as archive:
        path = parts.main(archive)
        links = parts.links(archive, path)
        head = parts.Head()
        parts.read(archive, path, head.start)
        others = {kind: target for kind, target in links.values() if kind in ("styles", "sharedStrings")}
        styles = parts.styles(archive, others.get("styles", ""), mac=head.mac)
        strings = parts.strings(archive, others.get("sharedStrings", ""))
        sheets = tuple(
            Sheet(name=name, path=links[link][1], archive=archive, strings=strings, styles=styles)
            for name, link in head.sheets
            if link in links and links[link][0] == "worksheet"
        )
        yield archive, sheets


class _Reader:
    """The cells of a sheet as its XML goes by; `made` gathers the rows that say something."""

    def __init__(self, sheet: Sheet, *, exact: bool, widest: int) -> None:
        self.made: list[tuple[int, list[str]]] = []
        self._strings, self._styles, self._exact, self._widest = sheet.strings, sheet.styles, exact, widest
        self._number, self._cells, self._column = 0, list[str](), -1
        self._kind, self._style = "n", 0
        self._formula = self._valued = self._on = self._beside = False
        self._text = list[str]()

    def start(self, element: str, attributes: Mapping[str, str]) -> None:
        """Take in what an element says of its row, its cell, or the text that follows."""
        if element == "c":
            reference = attributes.get("r")
            self._column = _column(reference) if reference else self._column + 1
            self._kind, self._style = attributes.get("t", "n"), int(attributes.get("s", "0"))
            self._formula = self._valued = self._on = self._beside = False
            self._text = []
        elif element == "v":
            self._on = self._valued = True
        elif element == "f":
            self._formula = True
        elif element == "t":
            self._on = not self._beside
        elif element == "rPh":  # how it is pronounced
            self._beside = True
        elif element == "row":
            self._number = int(attributes.get("r", self._number + 1))
            self._cells, self._column = [], -1

    def say(self, text: str) -> None:
        """Take in text."""
        if self._on:
            self._text.append(text)

    def end(self, element: str) -> None:
        """Finish a cell or a row."""
        if element in ("v", "t"):
            self._on = False
        elif element == "rPh":
            self._beside = False
        elif element == "c":
            if self._column < self._widest and (value := self._value().strip()):
                self._cells.extend([""] * (self._column + 1 - len(self._cells)))
                self._cells[self._column] = value
        elif element == "row" and self._cells:
            self.made.append((self._number, self._cells))

    def _value(self) -> str:
        text, kind = "".join(self._text), self._kind
        if not text:
            return UNSAVED_CELL if self._formula and not (kind == "str" and self._valued) else ""
        if kind == "s":
            return self._strings[int(text)]
        if kind in ("str", "inlineStr"):
            return unescaped(text)
        if kind == "e":
            return text if text.startswith("#") else UNREAD_CELL
        if kind == "b":
            return str(text.strip() in ("1", "true"))
        if kind == "d":
            return iso(text, exact=self._exact)
        value = int(text) if text.isdecimal() and len(text) < 20 else float(text)
        return self._styles.writer(self._style, exact=self._exact)(value)


def _column(reference: str) -> int:
    """Return the place of a column by a reference: "B7" is in 1."""
    place = 0
    for letter in reference.rstrip(DIGITS):
        if not "A" <= letter <= "Z" or place > WIDEST:
            raise ValueError(f"{reference} is no cell")
        place = place * 26 + ord(letter) - 64
    return place - 1 if place else WIDEST


def _ranges(sheet: Sheet, widest: int) -> list[tuple[int, int, int]]:
    """Return the merged ranges of more than one row: the first row, the column, the last row; by their first row."""
    found = []

    def start(element: str, attributes: Mapping[str, str]) -> None:
        if element == "mergeCell":
            first, _, last = attributes.get("ref", "").partition(":")
            top, bottom = (int(each.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") or 0) for each in (first, last))
            column = _column(first)
            if top < bottom and column < widest:
                found.append((top, column, bottom))

    if _holds(sheet, b"mergeCell"):
        parts.read(sheet.archive, sheet.path, start)
    return sorted(found)


def _holds(sheet: Sheet, word: bytes) -> bool:
    """Return whether a sheet's XML holds a word; yes where its encoding would hide it."""
    before = b""
    with sheet.archive.open(sheet.path) as stream:
        while block := stream.read(CHUNK):
            if not before and block[:2] in (b"\xff\xfe", b"\xfe\xff"):
                return True
            if word in before + block:
                return True
            before = block[-len(word) :]
    return False


class _Merged:
    """The merged ranges that rows going by are covered by."""

    def __init__(self, ranges: list[tuple[int, int, int]]) -> None:
        self._ranges, self._next = ranges, 0
        self._last: dict[int, int] = {}  # by column

    def mark(self, number: int, cells: list[str]) -> None:
        """Mark the cells of a row that an upper one covers."""
        while self._next < len(self._ranges) and self._ranges[self._next][0] < number:
            _, column, last = self._ranges[self._next]
            self._last[column] = max(last, self._last.get(column, 0))
            self._next += 1
        for column, last in self._last.items():
            if last >= number:
                cells.extend([""] * (column + 1 - len(cells)))
                cells[column] = cells[column] or MERGED_CELL
