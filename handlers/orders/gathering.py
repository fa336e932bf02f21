"""The rows of an order gathered into one: what it says, and which rows cannot be taken, with the reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import chain, islice
from operator import getitem, itemgetter
from typing import Any

from handlers.orders import goods, sums
from handlers.orders.cells import LINE_CELLS, MOST_LINES, ORDER_CELLS, TAGS, Column, counted
from handlers.orders.records import CELLS, FAULT, KEY, NUMBER, Gathered, Record, Rejected, Repeated, refused
from handlers.orders.statuses import UNKNOWN
from handlers.orders.sums import Common, Share
from handlers.orders.texts import Unclear
from media.tables.text import STRAY
from storage.orders import ORDER_FIELDS, VOID, Order, OrderLine

LATEST = ("promised_at", "delivered_at")  # an order that comes in parts has come with the last of them
COMMON = ("freight", "discount", "order_paid")  # sums of the whole order, in one of its rows or in each
FREE = (*LATEST, "order_status", *COMMON)  # rows of one order may differ in these
DEFAULTS: Mapping[str, Any] = {one.name: one.default for one in fields(Order) if one.name in ORDER_FIELDS}
STATUS = ORDER_FIELDS.index("order_status")
KEPT = 1_000  # lines that are remembered
NOTHING = "0.¥ "  # what a sum of nothing is written with

Found = Gathered | Rejected | Repeated


@dataclass(slots=True, kw_only=True)
class _Row:
    """A row that could be read: what it says of the order, and its lines; `paid` where they share its sum."""

    record: Record
    head: Mapping[str, Any]
    lines: tuple[OrderLine, ...]
    paid: int | None


class Gatherer:
    """Makes orders of the rows of one file; `columns` are those that it has.

    `merged`: whether cells of it hold MERGED_CELL. What means nothing here is kept: `odd_words` of states and refunds,
    and `odd_tags`.
    """

    def __init__(self, columns: tuple[str, ...], *, merged: bool) -> None:
        self.columns, self.odd_words, self.odd_tags = columns, set[str](), set[str]()
        self._merged = merged
        readers: dict[str, Callable[[str], Any]] = {**ORDER_CELLS, **LINE_CELLS, "quantity": counted}
        readers |= {name: self._told(readers[name]) for name in ("order_status", "refund_status")}
        self._column = {name: Column(name, readers[name]) for name in columns}
        self._heads = tuple(name for name in columns if name in ORDER_CELLS)
        self._lines = tuple(name for name in columns if name in LINE_CELLS and name != "line_no")
        places = [columns.index(name) for name in self._heads]
        self._pick_head = itemgetter(*places, places[0])  # a tuple also for one column
        self._pick_line = itemgetter(*map(columns.index, self._lines))
        self._head_columns = [self._column[name] for name in self._heads]
        self._line_columns = [self._column[name] for name in self._lines]
        self._item = columns.index("item")
        self._line_no = columns.index("line_no") if "line_no" in columns else None
        self._common = [columns.index(name) for name in COMMON if name in columns]
        self._states = not {"order_status", "refund_status", "refunded"}.isdisjoint(columns)
        self._known: dict[Any, tuple[tuple[OrderLine, ...], int | None]] = {}
        self._last: tuple[tuple[str, ...], Mapping[str, Any]] = ((), {})  # a head and what it says

    def orders(self, groups: Sequence[list[Record]]) -> Iterator[Found]:
        """Make an order of each group of rows, its rows all there; rows that contradict each other are all refused."""
        try:
            yield from self._at_once(groups)
        except Unclear:
            if len(groups) == 1:
                yield from self._settled(groups[0])
                return
            half = len(groups) // 2
            yield from self.orders(groups[:half])
            yield from self.orders(groups[half:])

    def _at_once(self, groups: Sequence[list[Record]]) -> list[Found]:
        """Make orders column by column; nearly all leave nothing to be settled."""
        heads = self._heads_of([group[0] for group in groups])
        lines = self._lines_of(groups)
        found: list[Found] = []
        for group, head in zip(groups, heads, strict=True):
            own = next(lines) if len(group) == 1 else tuple(chain.from_iterable(islice(lines, len(group))))
            if self._is_plain(group, head, own):
                found.append(Gathered(group[0][KEY], head, own, group, self.columns))
            else:
                found += self._settled(group)
        return found

    def _heads_of(self, firsts: Sequence[Record]) -> Iterator[tuple[Any, ...]]:
        """Yield what these rows say of their orders, in the order of ORDER_FIELDS."""
        texts = zip(*(self._pick_head(record[CELLS]) for record in firsts), strict=True)
        told = {
            name: column.all(each) for name, column, each in zip(self._heads, self._head_columns, texts, strict=False)
        }
        return zip(*(told.get(name) or [DEFAULTS[name]] * len(firsts) for name in ORDER_FIELDS), strict=True)

    def _lines_of(self, groups: Sequence[list[Record]]) -> Iterator[tuple[OrderLine, ...]]:
        """Yield the lines of each row."""
        rows = [(place, record[CELLS]) for group in groups for place, record in enumerate(group, 1)]
        at = self._line_no
        places = [place if at is None else cells[at] or place for place, cells in rows]
        keys = zip(places, map(self._pick_line, [cells for _, cells in rows]), strict=True)
        for (place, cells), found in zip(rows, map(self._known.get, keys), strict=True):
            yield (found or self._read_lines(cells, place))[0]

    def _is_plain(self, group: Sequence[Record], head: tuple[Any, ...], lines: Sequence[OrderLine]) -> bool:
        """Return whether nothing is to be settled between the rows of an order, or between its sums."""
        if self._merged or len(lines) != len(group) or group[0][FAULT]:
            return False
        if any(group[0][CELLS][place].strip(NOTHING) for place in self._common):
            return False
        if len(lines) > 1:
            if any(record[FAULT] for record in group):
                return False
            texts = self._pick_head(group[0][CELLS])
            if any(self._pick_head(record[CELLS]) != texts for record in group):
                return False
            numbers = [line.line_no for line in lines]
            if numbers != sorted(set(numbers)) or sums.is_repeated_total(lines):
                return False
        return not self._states or (head[STATUS] in ("", "live") and not any(line.refunded for line in lines))

    def _aligned(self, head: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return what is told of an order in the order of ORDER_FIELDS."""
        return tuple({**DEFAULTS, **head}[name] for name in ORDER_FIELDS)

    def _settled(self, records: list[Record]) -> Iterator[Found]:
        places = self._places(records)
        if stray := next((one for one in records if one[FAULT] == STRAY), None):
            reason = f"row {stray[NUMBER]} of the same order cannot be read"
            for record, place in zip(records, places, strict=True):
                yield refused(self.columns, record, record[FAULT] or reason, place)
            return
        shares, back = list[Share](), False
        cells = [record[CELLS] for record in records]
        if self._merged:
            cells, shares, back = sums.unmerged(self.columns, records, self._column["paid"])
        rows: list[_Row] = []
        by_line: defaultdict[int, list[_Row | None]] = defaultdict(list)
        for record, own, place in zip(records, cells, places, strict=True):
            try:
                row = self._row(record, own, place)
            except Unclear as unclear:
                yield refused(self.columns, record, str(unclear), place)
                by_line[place].append(None)
            else:
                rows.append(row)
                by_line[row.lines[0].line_no].append(row)
        differing = self._differing(rows)
        taken: list[_Row] = []
        for same in by_line.values():
            taken += yield from self._settle(same, differing)
        if taken:
            taken.sort(key=lambda row: row.lines[0].line_no)
            yield from self._made(taken, shares, back=back)

    def _told(self, reader: Callable[[str], str]) -> Callable[[str], str]:
        """Let a reader of states note the words that it does not know."""

        def read(text: str) -> str:
            code = reader(text)
            if code.startswith(UNKNOWN):
                self.odd_words.add(code.removeprefix(UNKNOWN))
                return ""
            return code

        return read

    def _places(self, records: Sequence[Record]) -> list[int]:
        """Return the line number of each row: its own, else its place in the order; 0 where it cannot be read."""
        places, place = [], 1
        for record in records:
            text = record[CELLS][self._line_no] if self._line_no is not None else ""
            own = int(text) if text.isdecimal() and len(text) < 7 else 0
            places.append(own if text else place)
            place += len(goods.several(record[CELLS][self._item])) or 1
        return places

    def _row(self, record: Record, cells: tuple[str, ...], place: int) -> _Row:
        if record[FAULT]:
            raise Unclear(record[FAULT])
        texts = self._pick_head(cells)
        if texts != self._last[0]:
            values = dict(zip(self._heads, map(getitem, self._head_columns, texts), strict=True))
            self._last = (texts, values)
        lines, paid = self._read_lines(cells, place)
        return _Row(record=record, head=self._last[1], lines=lines, paid=paid)

    def _read_lines(self, cells: tuple[str, ...], place: int) -> tuple[tuple[OrderLine, ...], int | None]:
        """Read the lines of a row, and the sum that they share if they are several; `place` if it tells no number."""
        own = cells[self._line_no] if self._line_no is not None else ""
        if own:
            place = self._column["line_no"][own]
        texts = self._pick_line(cells)
        key = (own or place, texts)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= KEPT:
                self._known.clear()
            known = self._known[key] = self._read(cells, place, texts)
        return known

    def _read(
        self, cells: tuple[str, ...], place: int, texts: Sequence[str]
    ) -> tuple[tuple[OrderLine, ...], int | None]:
        """Read lines that were not met lately."""
        values = dict(zip(self._lines, map(getitem, self._line_columns, texts), strict=True))
        quantity, unit = values.pop("quantity")
        values["unit"] = values.get("unit") or unit
        self.odd_tags |= {*values.get("tags", ())} - TAGS
        line = OrderLine(line_no=place, quantity=quantity, **values)
        several = goods.several(cells[self._item])
        if not several:
            return (line,), None
        if self._line_no is not None and cells[self._line_no]:
            raise Unclear("item names several goods; give each a row of its own, or leave line_no empty")
        return goods.lines_of(line, several), line.paid

    def _differing(self, rows: Sequence[_Row]) -> list[str]:
        """Name the columns in which rows of one order say different things of it."""
        if all(row.head is rows[0].head for row in rows):
            return []
        return [
            name for name in self._heads if name not in FREE and len({row.head[name] for row in rows} - {"", None}) > 1
        ]

    def _settle(
        self, same: Sequence[_Row | None], differing: list[str]
    ) -> Generator[Rejected | Repeated, None, list[_Row]]:
        """Settle the rows that bear one line number; what is taken of them is returned."""
        good = [row for row in same if row]
        if differing:
            reason = f"the rows of this order differ in {', '.join(differing)}"
        elif len(same) > 1 and len({row.lines if row else None for row in same}) > 1:
            reason = "line_no occurs twice in this order with different contents"
        else:
            for row in good[1:]:
                yield Repeated(row=row.record[NUMBER])
            return good[:1]
        for row in good:
            yield refused(self.columns, row.record, reason, row.lines[0].line_no)
        return []

    def _made(self, taken: list[_Row], shares: list[Share], *, back: bool) -> Iterator[Found]:
        rows = tuple(row.record for row in taken)
        lines = [line for row in taken for line in row.lines]
        if len(lines) > MOST_LINES:
            for row in taken:
                yield refused(self.columns, row.record, f"its order has more than {MOST_LINES} lines")
            return
        shared = 0
        shares = [
            *shares,
            *(Share(total=row.paid, rows=(row.record[NUMBER],)) for row in taken if row.paid is not None),
        ]
        head, common = self._head(taken), self._of_order(taken)
        if shares or (len(lines) > 1 and sums.is_repeated_total(lines, common)):
            lines, shared, common = sums.shared_out([(row.record[NUMBER], row.lines) for row in taken], shares, common)
        lines, freight = sums.net(lines, common) if not shared else (lines, 0)
        if self._states:
            void = head.get("order_status") in VOID
            told = ["" if void else row.head.get("order_status", "") for row in taken for _ in row.lines]
            lines = sums.with_refunds(lines, told, common=back or bool(shares))
        values = self._aligned({**head, "shared_paid": shared, "freight": freight})
        yield Gathered(rows[0][KEY], values, tuple(lines), rows, self.columns)

    def _of_order(self, taken: list[_Row]) -> Common:
        """Return the sums of the whole order: one that rows tell differently is each row's own part of the freight, and
        of the others nothing."""
        told = {name: [row.head[name] for row in taken if row.head.get(name)] for name in COMMON}
        same = {name: parts[0] if len(set(parts)) == 1 else 0 for name, parts in told.items()}
        return Common(
            freight=same["freight"] or sum(told["freight"]), discount=same["discount"], paid=same["order_paid"]
        )

    def _head(self, taken: list[_Row]) -> Mapping[str, Any]:
        """Return what the rows say of their order: of each column the first that says something."""
        heads = list({id(row.head): row.head for row in taken}.values())
        head = {name: next((h[name] for h in heads if h[name]), heads[0][name]) for name in self._heads}
        head |= {name: max(filter(None, (h[name] for h in heads)), default=None) for name in LATEST if name in head}
        states = {h["order_status"] for h in heads} - {""} if "order_status" in head else set()
        if len(states) > 1:
            head["order_status"] = "live"
        return self._whole(head)

    def _whole(self, head: Mapping[str, Any]) -> Mapping[str, Any]:
        """Keep of what is told of an order only whether anything is left of it; the rest is its lines' to bear."""
        told = head.get("order_status", "")
        return head if told in ("", "live", *VOID) else {**head, "order_status": "live"}
