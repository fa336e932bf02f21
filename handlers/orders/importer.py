"""A file of orders: its rows laid out, and gathered into whole orders as soon as the last row of each has come."""

from __future__ import annotations

import marshal
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, dropwhile, islice
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from handlers.orders.cells import MOST_LINES
from handlers.orders.columns import HEAD_ROWS, Header, header_of, is_header
from handlers.orders.gathering import Found, Gatherer
from handlers.orders.records import FAULT, KEY, Record, Rejected, refused
from handlers.orders.rows import Rows, Unusable, sheets
from media.tables.text import Row
from media.values import MERGED_CELL
from storage.orders import order_key

CHUNK = 500  # rows that are laid aside together
BETWEEN = "\x1f"  # of cells that are laid aside; no file that people see has it
SUM_ROW = re.compile(r"(?:[合总小共]\s*计|总数|sum\b|(?:sub|grand )?total\b).{0,20}", re.IGNORECASE)
OWN = ("quantity", "unit_price", "paid", "refunded")  # a merged cell of these says nothing of the rows below it
SURPLUS = "the row has more cells than the header; quote cells that hold a delimiter"
CROSSED = "a merged cell holds one sum for several orders; give each line its own"


@dataclass(slots=True, kw_only=True)
class OrderFile:
    """An opened file, laid out; `rows` of it are orders' (sums and repeated headers are not).

    `columns`: those of COLUMNS that it has. `others`: further sheets that have them too. `skipped`: rows of sums and
    headers. What is odd is known once `orders` is through.
    """

    columns: tuple[str, ...]
    spool: IO[bytes]  # chunks of rows: number, key of the order, cells, fault
    others: tuple[str, ...] = ()
    rows: int = 0
    skipped: int = 0
    counts: Counter[str] = field(default_factory=Counter)  # rows of each order
    crossed: set[str] = field(default_factory=set)  # orders over which a sum is merged
    merged: bool = False
    odd_words: set[str] = field(default_factory=set)  # of states, that mean nothing here
    odd_tags: set[str] = field(default_factory=set)

    def orders(self) -> Iterator[Found]:
        """Yield each order as soon as its last row has come, with the rows that it could not take."""
        gatherer = Gatherer(self.columns, merged=self.merged)
        self.odd_words, self.odd_tags = gatherer.odd_words, gatherer.odd_tags
        for groups, refusals in self._groups():
            yield from refusals
            yield from gatherer.orders(groups)

    def _groups(self) -> Iterator[tuple[list[list[Record]], list[Rejected]]]:
        """Yield the rows of some orders at a time, of each all together, and rows that are no order's."""
        waiting: dict[str, list[Record]] = {}
        counts, crossed = self.counts, self.crossed
        for chunk in self._laid():
            groups: list[list[Record]] = []
            refusals: list[Rejected] = []
            for record in chunk:
                key = record[KEY]
                count = counts[key]
                if not key or count > MOST_LINES or key in crossed:
                    refusals.append(refused(self.columns, record, record[FAULT] or self._reason(key)))
                elif count == 1:
                    groups.append([record])
                else:
                    records = waiting.setdefault(key, [])
                    records.append(record)
                    if len(records) == count:
                        groups.append(waiting.pop(key))
            if groups or refusals:
                yield groups, refusals

    def _laid(self) -> Iterator[list[Record]]:
        self.spool.seek(0)
        while size := self.spool.read(8):
            yield _taken_up(self.spool.read(int.from_bytes(size)), len(self.columns))

    def _reason(self, key: str) -> str:
        if not key:
            return "order_no is empty or has no letter or digit"
        return CROSSED if key in self.crossed else f"its order has more than {MOST_LINES} rows"


@contextmanager
def opened(path: Path, *, seen: Callable[[int], object] = lambda _: None) -> Iterator[OrderFile]:
    """Read a CSV or XLSX file through, into a temporary file; `seen` is told of so many rows more.

    What stays in memory is a count per order and the orders whose rows are not all there yet. Raises Unusable.
    """
    with sheets(path) as found, TemporaryFile() as spool:
        sheet, header, row, others = _chosen(path, found)
        file = OrderFile(columns=tuple(header.places), spool=spool, others=others)
        source = dropwhile(lambda each: each[0] <= row, sheet.read())
        _lay(file, header, source, merges=sheet.merges, seen=seen)
        yield file


def _chosen(path: Path, found: Sequence[Rows]) -> tuple[Rows, Header, int, tuple[str, ...]]:
    """Choose the first sheet that has the columns, with the row of its header and the names of others that have them.

    Raises Unusable where none has.
    """
    headers = [(sheet, *_header(sheet)) for sheet in found]
    good = [(sheet, header, row) for sheet, header, row in headers if not header.missing]
    if not good:
        best = min((header for _, header, _ in headers), key=lambda header: (len(header.missing), -len(header.places)))
        raise Unusable(
            f"{path} lacks the columns {', '.join(best.missing)}; name them in its first row as the import columns are"
            " named."
        )
    sheet, header, row = good[0]
    if header.twice:
        raise Unusable(f"{path} has the column {header.twice} twice; leave one of them.")
    return sheet, header, row, tuple(other.name for other, _, _ in good[1:])


def _header(sheet: Rows) -> tuple[Header, int]:
    """Find the header among the first rows of a sheet, and the row it is in; else the one that lacks least."""
    best, at, above = header_of([]), 0, list[str]()
    for number, row, _ in islice(sheet.read(), HEAD_ROWS):
        cells = _filled(row, above)
        above = cells
        header = header_of(cells)
        if len(header.places) > len(best.places):
            best, at = header, number
        if not header.missing:
            return header, number
    return best, at


def _filled(cells: list[str], above: Sequence[str]) -> list[str]:
    if MERGED_CELL not in cells:
        return cells
    known = [*above, *[""] * len(cells)]
    return [known[place] if cell == MERGED_CELL else cell for place, cell in enumerate(cells)]


def _lay(
    file: OrderFile, header: Header, source: Iterator[Row], *, merges: bool, seen: Callable[[int], object]
) -> None:
    """Lay the rows of the orders aside, each with the key of its order."""
    places, width = tuple(header.places.values()), header.width
    pick, least = itemgetter(*places), max(places) + 1
    order, item = file.columns.index("order_no"), file.columns.index("item")
    merged = _Merged(file.columns)
    chunk: list[Record] = []
    text = key = ""
    wordy = False  # an order's number holds a digit
    for number, cells, fault in source:
        if len(cells) != width:
            if len(cells) < least:
                cells.extend([""] * (least - len(cells)))
            elif any(cells[width:]):
                fault = fault or SURPLUS
        picked, before = pick(cells), key
        spread = False
        if merges:
            picked, spread = merged.filled(picked)
            file.merged = file.merged or merged.met
        if picked[order] != text:
            text = picked[order]
            key = order_key(text)
            wordy = not key or key.isalpha()
        if wordy and _is_aside(picked, order, item):
            file.skipped += 1
            continue
        if spread and key != before:
            file.crossed |= {key, before}
        chunk.append((number, key, picked, fault))
        if len(chunk) == CHUNK:
            lay_aside(chunk, file)
            seen(len(chunk))
            chunk = []
    if chunk:
        lay_aside(chunk, file)
        seen(len(chunk))
    file.rows = file.counts.total()


class _Merged:
    """Says again in the rows below what a merged cell says; what it says of several rows together stays marked."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.met = False
        self._own = frozenset(columns.index(name) for name in OWN if name in columns)
        self._above: tuple[str, ...] = ("",) * len(columns)

    def filled(self, cells: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
        """Return a row's cells, and whether it shares a sum with the row above."""
        spread = False
        if MERGED_CELL in cells:
            self.met = True
            spread = any(cells[place] == MERGED_CELL for place in self._own)
            cells = tuple(
                above if cell == MERGED_CELL and place not in self._own else cell
                for place, (cell, above) in enumerate(zip(cells, self._above, strict=True))
            )
        self._above = cells
        return cells, spread


def lay_aside(chunk: list[Record], file: OrderFile) -> None:
    """Lay rows aside: their cells as one text, which costs a quarter of writing each."""
    numbers, keys, cells, faults = zip(*chunk, strict=True)
    file.counts.update(keys)
    text = BETWEEN.join(chain.from_iterable(cells))
    whole = text.count(BETWEEN) == len(chunk) * len(file.columns) - 1
    data = marshal.dumps((numbers, keys, text if whole else cells, faults), 2)
    file.spool.write(len(data).to_bytes(8) + data)


def _taken_up(data: bytes, width: int) -> list[Record]:
    numbers, keys, cells, faults = marshal.loads(data)
    if isinstance(cells, str):
        cells = zip(*[iter(cells.split(BETWEEN))] * width, strict=True)
    return list(zip(numbers, keys, cells, faults, strict=True))


def _is_aside(cells: Sequence[str], order: int, item: int) -> bool:
    """Return whether a row is no order's: sums below the rows, or the header once more."""
    number = cells[order]
    if number:
        return bool(SUM_ROW.fullmatch(number)) or is_header(number, cells[item])
    return any(SUM_ROW.fullmatch(cell) for cell in cells)
