"""The sheets of a file, CSV or XLSX, as rows of text: orders, or payments that accounting confirms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from media.tables.reading import OLE, ZIP
from media.tables.text import Row, encoding_of, text_rows
from media.tables.workbook import DAMAGE, Sheet, workbook

NO_TEXT = "{path} is not a text file in UTF-8 or GB18030; save it as CSV UTF-8 or as XLSX."


class Unusable(Exception):
    """The file as a whole cannot be read; the message is one sentence that says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """One sheet of a file, or all of a text file; `read` goes through its rows that hold anything, from the first.

    `merges`: whether cells may hold MERGED_CELL.
    """

    name: str
    merges: bool
    read: Callable[[], Iterator[Row]]


@contextmanager
def sheets(path: Path) -> Iterator[Sequence[Rows]]:
    """Open a file. Raises Unusable, also while it is read."""
    try:
        with path.open("rb") as file:
            head = file.read(4)
    except IsADirectoryError:
        raise Unusable(f"{path} is a folder; name a CSV or XLSX file.") from None
    except OSError as error:
        raise Unusable(f"{path} cannot be opened ({error.strerror}); check its name and permissions.") from None
    if not head:
        raise Unusable(f"{path} is empty; save it again.")
    if head == OLE:
        raise Unusable(f"{path} is an old or encrypted Excel file; save it as XLSX without a password, or as CSV.")
    if not head.startswith(ZIP):
        with path.open("rb") as raw:
            encoding = encoding_of(raw)
        if not encoding:
            raise Unusable(NO_TEXT.format(path=path))
        yield [Rows(name="", merges=False, read=lambda: _text(path, encoding))]
        return
    with ExitStack() as stack:
        with _damage_told(path):
            _, found = stack.enter_context(workbook(path))
        if not found:
            raise Unusable(f"{path} has no sheet that can be seen; put the rows on one.")
        yield [Rows(name=sheet.name, merges=True, read=_reader(path, sheet)) for sheet in found]


def _text(path: Path, encoding: str) -> Iterator[Row]:
    try:
        with path.open(encoding=encoding, newline="") as file:
            yield from text_rows(file)
    except UnicodeError:  # UTF-16 is told by its mark alone
        raise Unusable(NO_TEXT.format(path=path)) from None


def _reader(path: Path, sheet: Sheet) -> Callable[[], Iterator[Row]]:
    def read() -> Iterator[Row]:
        with _damage_told(path):
            yield from sheet.rows(exact=True)

    return read


@contextmanager
def _damage_told(path: Path) -> Iterator[None]:
    try:
        yield
    except DAMAGE:
        raise Unusable(f"{path} is not an XLSX workbook, or damaged; save it again as XLSX or CSV.") from None
