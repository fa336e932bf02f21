"""Sums and refunds that several lines of an order have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from handlers.orders.records import CELLS, NUMBER, Record
from handlers.orders.texts import Unclear
from media.values import MERGED_CELL
from storage.orders import OrderLine

BACK = ("", "none", "refunding", "part_refunded", "refunded")  # states of a refund, the later ones go before


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A sum in 分 that was paid for all lines of some rows, named by their numbers."""

    total: int
    rows: tuple[int, ...]


def unmerged(
    columns: Sequence[str], records: Sequence[Record], paid: Mapping[str, int]
) -> tuple[list[tuple[str, ...]], list[Share], bool]:
    """Return the cells of an order's rows without merged sums, those sums with the rows they are of, and whether a
    refund is one of several rows.

    A merged sum is never one line's. A price that several rows share says nothing of any; a merged quantity stays
    marked in all its rows and so cannot be read.
    """
    rows = [list(record[CELLS]) for record in records]
    shares, back = [], False
    for name in ("quantity", "unit_price", "paid", "refunded"):
        at = columns.index(name) if name in columns else None
        for span in _spans(rows, at) if at is not None else ():
            text = {"quantity": MERGED_CELL, "refunded": rows[span[0]][at or 0]}.get(name, "")
            back = back or name == "refunded"
            if name == "paid":
                text = "0"
                try:
                    share = Share(
                        total=paid[rows[span[0]][at or 0]], rows=tuple(records[place][NUMBER] for place in span)
                    )
                    shares.append(share)
                except Unclear:
                    text = MERGED_CELL
            for place in span:
                rows[place][at or 0] = text
    return [tuple(row) for row in rows], shares, back


def _spans(rows: Sequence[Sequence[str]], at: int) -> Iterator[range]:
    """Yield the runs of rows over which a cell is merged."""
    first = 0
    for place in range(1, len(rows) + 1):
        if place == len(rows) or rows[place][at] != MERGED_CELL:
            if place - first > 1:
                yield range(first, place)
            first = place


def shared_out(rows: Sequence[tuple[int, Sequence[OrderLine]]], shares: Sequence[Share]) -> tuple[list[OrderLine], int]:
    """Give each line its own part of the sums that it shares; `rows` are the lines by the number of their row.

    Where prices and quantities do not come to such a sum it stays one for the whole order: it is returned in 分, and no
    line's sum is guessed. Without `shares` all lines bear the sum of the whole order.
    """
    numbers = tuple(number for number, _ in rows)
    shares = shares or [Share(total=rows[0][1][0].paid, rows=numbers)]
    shared = {number: share for share in shares for number in share.rows}
    own: dict[int, list[OrderLine]] = {number: list(lines) for number, lines in rows}
    whole = sum(share.total for share in shares if not own.keys().isdisjoint(share.rows))
    whole += sum(line.paid for number, lines in rows if number not in shared for line in lines)
    for share in shares:
        lines = [line for number in share.rows for line in own.get(number, ())]
        worth = [_worth(line) for line in lines]
        if None in worth or sum(sum_ or 0 for sum_ in worth) != share.total:
            return [replace(line, paid=0) for _, lines in rows for line in lines], whole
        parts = iter(worth)
        for number in share.rows:
            own[number] = [replace(line, paid=next(parts) or 0) for line in own.get(number, ())]
    return [line for number, _ in rows for line in own[number]], 0


def is_repeated_total(lines: Sequence[OrderLine]) -> bool:
    """Return whether every line bears the sum of the whole order instead of its own."""
    total = lines[0].paid
    if len(lines) < 2 or not total or any(line.paid != total for line in lines):
        return False
    own = [_worth(line) for line in lines]
    return None not in own and sum(sum_ or 0 for sum_ in own) == total


def _worth(line: OrderLine) -> int | None:
    if line.unit_price is None:
        return None
    worth = line.unit_price * Decimal(str(line.quantity))
    return int(worth) if worth == int(worth) else None


def with_refunds(lines: Sequence[OrderLine], told: Sequence[str], *, common: bool) -> list[OrderLine]:
    """Let each line say what went back of it; `told` is what its row says of the whole order (see statuses).

    `common`: the refund may be that of all lines, as where their sum is. A refund of the order that each row repeats
    is all of every line, or leaves open whose it is.
    """
    sums = {line.refunded for line in lines}
    repeated = len(lines) > 1 and len(sums) == 1 and any((line.refunded or 0) > line.paid for line in lines)
    if common or repeated:
        back, paid = max(sum_ or 0 for sum_ in sums), sum(line.paid for line in lines)
        state = "refunded" if back >= paid > 0 else "part_refunded" if back else ""
        lines = [_at_least(replace(line, refunded=None), state) for line in lines]
    return [_refund(line, state) for line, state in zip(lines, told, strict=True)]


def _refund(line: OrderLine, told: str) -> OrderLine:
    if line.refunded and not line.refund_status:
        line = replace(line, refund_status="refunded" if line.refunded >= line.paid else "part_refunded")
    return _at_least(line, "refunded" if told == "cancelled" else told if told in BACK else "")


def _at_least(line: OrderLine, state: str) -> OrderLine:
    graver = BACK.index(state) > BACK.index(line.refund_status)
    return replace(line, refund_status=state) if graver else line
