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


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """What a file tells of the whole order, in 分: its freight, a discount, all that was paid; 0 where it does not."""

    freight: int = 0
    discount: int = 0
    paid: int = 0

    def explained(self, worth: int, total: int) -> Common | None:
        """Return what a total that was paid for goods of this worth holds; None where nothing told explains it.

        Of two readings the one counts that says less was paid.
        """
        for less, freight in (
            (self.discount, self.freight),
            (0, self.freight),
            (self.discount, 0),
            (0, 0),
        ):
            if worth - less + freight == total:
                return Common(freight=freight, discount=less, paid=total)
        return None


def net(lines: Sequence[OrderLine], common: Common) -> tuple[list[OrderLine], int]:
    """Return lines with what was paid of each after the order's discount, and the freight that was paid.

    The discount is shared in proportion to the lines' sums, to the 分. Sums that hold it already stay.
    """
    whole, worth = sum(line.paid for line in lines), _all_worth(lines)
    if len(lines) == 1 and worth is not None and worth != whole and not common.paid:
        held = common.explained(worth, whole)
        if held and held.freight:  # the only line's sum is that of the whole order
            lines, whole, common = [replace(lines[0], paid=worth)], worth, held
    freight, goods, less = common.freight, common.paid - common.freight, 0
    if common.paid and goods != whole - common.discount:
        if common.paid == whole or goods < 0:
            goods, freight = common.paid, 0
        back = sum(line.refunded or 0 for line in lines)
        less = 0 if goods + back == whole else max(0, whole - goods)
    elif common.paid or worth == whole:
        less = min(whole, common.discount)
    parts = apportioned(less, [line.paid for line in lines])
    return [
        replace(line, paid=line.paid - part, discount=part) for line, part in zip(lines, parts, strict=True)
    ], freight


def apportioned(sum_: int, weights: Sequence[int]) -> list[int]:
    """Share a sum in 分 in proportion to weights; the parts come to it exactly.

    Each gets its part rounded down; what is left over goes to the largest remainders, the first of equal ones. No part
    is above its weight while the sum is not above all of them.
    """
    whole = sum(weights)
    if not whole:
        return [0 for _ in weights]
    parts = [sum_ * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: -(sum_ * weights[place] % whole))
    for place in by_remainder[: sum_ - sum(parts)]:
        parts[place] += 1
    return parts


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


def shared_out(
    rows: Sequence[tuple[int, Sequence[OrderLine]]], shares: Sequence[Share], common: Common
) -> tuple[list[OrderLine], int, Common]:
    """Give each line its own part of the sums that it shares; `rows` are the lines by the number of their row.

    Where prices and quantities, with what is told of the whole order, do not come to such a sum it stays one for the
    whole order: it is returned in 分, and no line's sum is guessed. Without `shares` all lines bear that of the whole
    order. What of it is freight and discount is returned for `net`.
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
        held = common.explained(_all_worth(lines) or 0, share.total) if len(shares) == 1 else None
        if held and not own.keys() - set(share.rows):
            common = held
        elif _all_worth(lines) != share.total:
            return [replace(line, paid=0) for _, lines in rows for line in lines], whole, Common()
        parts = iter(worth)
        for number in share.rows:
            own[number] = [replace(line, paid=next(parts) or 0) for line in own.get(number, ())]
    return [line for number, _ in rows for line in own[number]], 0, common


def is_repeated_total(lines: Sequence[OrderLine], common: Common | None = None) -> bool:
    """Return whether every line bears the sum of the whole order instead of its own."""
    total = lines[0].paid
    if len(lines) < 2 or not total or any(line.paid != total for line in lines):
        return False
    worth = _all_worth(lines)
    return worth is not None and (common or Common()).explained(worth, total) is not None


def _all_worth(lines: Sequence[OrderLine]) -> int | None:
    own = [_worth(line) for line in lines]
    return None if None in own else sum(sum_ or 0 for sum_ in own)


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
