"""A file of orders: its rows gathered into whole orders, and what cannot be taken with the reason."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from handlers.orders.cells import LINE_CELLS, MOST_LINES, ORDER_CELLS, Unclear, read
from handlers.orders.rows import Row, Unusable, rows
from storage.orders import Order, OrderLine, order_key

COLUMNS = (*ORDER_CELLS, *LINE_CELLS)
REQUIRED = ("order_no", "item", "quantity", "paid")
HEADER_ROWS = 10  # exports may put a title above the header

# the names that 快团团 and its kin give the columns; of several present the first counts
ALIASES: Mapping[str, tuple[str, ...]] = {
    "order_no": ("order_sn", "订单号", "订单编号"),
    "activity_no": ("团号", "活动编号"),
    "participate_no": ("接龙号", "跟团号"),
    "site_no": ("self_pick_site_no", "自提点编号", "自提点"),
    "leader_name": ("self_pick_up_contact_name", "help_sell_nickname", "团长", "团长昵称", "自提点联系人"),
    "buyer_name": ("receiver_name", "nick_name", "收货人", "收货人名称", "收货人姓名", "团员昵称", "下单人"),
    "buyer_phone": ("receiver_mobile", "收货人电话", "收货人手机号", "联系电话", "手机号", "电话"),
    "placed_at": ("下单时间", "支付时间", "成交时间"),
    "promised_at": ("预计送达时间", "承诺送达时间", "预计提货时间"),
    "delivered_at": ("送达时间", "提货时间", "签收时间", "收货时间"),
    "line_no": ("行号",),
    "sku": ("external_sku_id", "sku_id", "商品编码", "外部编码", "规格编码"),
    "item": ("goods_name", "商品", "商品名称", "品名"),
    "spec": ("goods_specification", "商品规格", "规格"),
    "quantity": ("goods_number", "数量", "商品数量", "购买数量"),
    "unit": ("单位",),
    "unit_price": ("goods_price", "单价", "商品单价"),
    "paid": ("real_goods_amount", "goods_amount", "实付", "实付金额", "实收商品金额", "商品金额", "小计"),
    "lot_no": ("批次", "批次号", "批号"),
    "supplier": ("供应商",),
    "carrier": ("shipping_company", "物流公司", "快递公司", "承运人"),
    "tags": ("标签",),
}

Record = tuple[int, dict[str, str], bool]  # row number, cells by column, whether cells lie beyond the header


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A row that was not taken: its number in the file, its cells by column (line_no filled in), and why."""

    row: int
    cells: Mapping[str, str]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """A row that repeats another row of the file."""

    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """An order with the rows it was made of."""

    order: Order
    rows: tuple[Record, ...]

    def refused(self, reason: str) -> list[Rejected]:
        """Return the order's rows, in case the order is not taken after all."""
        return [_refused(record, reason) for record in self.rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFile:
    """An opened file: how many rows it has, and what they say."""

    rows: int
    spool: IO[str]  # one JSON record a row
    counts: Counter[str]  # rows of each order

    def orders(self) -> Iterator[Gathered | Rejected | Repeated]:
        """Yield each order as soon as its last row has come, with the rows that it could not take."""
        seen, gathered = Counter[str](), dict[str, list[Record]]()
        self.spool.seek(0)
        for text in self.spool:
            record: Record = tuple(json.loads(text))
            key = _key(record[1])
            seen[key] += 1
            record[1].setdefault("line_no", str(seen[key]))
            if not key:
                yield _refused(record, "order_no is empty or has no letter or digit")
            elif self.counts[key] > MOST_LINES:
                yield _refused(record, f"its order has more than {MOST_LINES} rows")
            else:
                gathered.setdefault(key, []).append(record)
                if seen[key] == self.counts[key]:
                    yield from _order(gathered.pop(key))


@contextmanager
def opened(path: Path, *, seen: Callable[[], object] = lambda: None) -> Iterator[OrderFile]:
    """Read a CSV or XLSX file through, into a temporary file; `seen` is called after each row.

    What stays in memory is a count per order and the orders whose rows are not all there yet. Raises Unusable.
    """
    source = rows(path)
    columns, width = _header(path, source)
    with TemporaryFile("w+", encoding="utf-8") as spool:
        counts = Counter[str]()
        for number, row in source:
            cells = {name: row[at] for name, at in columns.items() if at < len(row) and row[at]}
            json.dump((number, cells, any(row[width:])), spool, ensure_ascii=False)
            spool.write("\n")
            counts[_key(cells)] += 1
            seen()
        yield OrderFile(rows=counts.total(), spool=spool, counts=counts)


def _header(path: Path, source: Iterator[Row]) -> tuple[dict[str, int], int]:
    """Find the header among the first rows: the place of each known column, and how many cells it has."""
    best: dict[str, int] = {}
    for _number, row in islice(source, HEADER_ROWS):
        titles = [_title(cell) for cell in row]
        columns = {name: titles.index(title) for name in COLUMNS if (title := _present(name, titles))}
        if len(columns) > len(best):
            best = columns
        if all(name in columns for name in REQUIRED):
            double = next((titles[at] for at in columns.values() if titles.count(titles[at]) > 1), None)
            if double:
                raise Unusable(f"{path} has the column {double} twice; leave one of them.")
            return columns, len(row)
    missing = ", ".join(name for name in REQUIRED if name not in best)
    raise Unusable(f"{path} lacks the columns {missing}; name them in its first row as the import columns are named.")


def _title(cell: str) -> str:
    title = unicodedata.normalize("NFKC", cell).strip().lower().removesuffix("(元)")
    return "_".join(title.split())


def _present(column: str, titles: list[str]) -> str | None:
    return next((title for title in (column, *ALIASES[column]) if title in titles), None)


def _key(cells: Mapping[str, str]) -> str:
    return order_key(cells.get("order_no", ""))


def _refused(record: Record, reason: str) -> Rejected:
    return Rejected(row=record[0], cells=record[1], reason=reason)


def _order(records: list[Record]) -> Iterator[Gathered | Rejected | Repeated]:
    """Make an order of all its rows; rows that contradict each other are all refused."""
    heads: list[dict[str, Any]] = []
    lines: defaultdict[int, list[tuple[Record, OrderLine | None]]] = defaultdict(list)
    for record in records:
        try:
            head, line = _row(record)
        except Unclear as unclear:
            yield _refused(record, str(unclear))
            if record[1]["line_no"].isdecimal():
                lines[int(record[1]["line_no"])].append((record, None))
        else:
            heads.append(head)
            lines[line.line_no].append((record, line))
    differing = [name for name in ORDER_CELLS if len({head[name] for head in heads} - {"", None}) > 1]
    taken: list[tuple[Record, OrderLine]] = []
    for same in lines.values():
        taken += yield from _line(same, differing)
    if taken:
        taken.sort(key=lambda pair: pair[1].line_no)
        head = {name: next((head[name] for head in heads if head[name]), heads[0][name]) for name in ORDER_CELLS}
        order = Order(**head, lines=tuple(line for _record, line in taken))
        yield Gathered(order=order, rows=tuple(record for record, _line in taken))


def _row(record: Record) -> tuple[dict[str, Any], OrderLine]:
    _number, cells, surplus = record
    if surplus:
        raise Unclear("the row has more cells than the header; quote cells that hold a delimiter")
    return read(cells, ORDER_CELLS), OrderLine(**read(cells, LINE_CELLS))


def _line(
    same: list[tuple[Record, OrderLine | None]], differing: list[str]
) -> Generator[Rejected | Repeated, None, list[tuple[Record, OrderLine]]]:
    """Settle the rows that bear one line number; what is taken of them is returned."""
    good = [(record, line) for record, line in same if line]
    if differing:
        reason = f"the rows of this order differ in {', '.join(differing)}"
    elif len({line for _record, line in same}) > 1:
        reason = "line_no occurs twice in this order with different contents"
    else:
        for record, _line in good[1:]:
            yield Repeated(row=record[0])
        return good[:1]
    for record, _line in good:
        yield _refused(record, reason)
    return []
