"""The sheet that accounting returns: what it says was paid, row by row, and what of it can be booked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time
from itertools import dropwhile, islice
from pathlib import Path

from handlers.context import TurnContext
from handlers.fulfilment import payments
from handlers.fulfilment.payments import Booking, Confirmation
from handlers.fulfilment.payouts import ALIASES, NEEDED
from handlers.messages import ticket_numbers
from handlers.messages.money import money
from handlers.orders import cells
from handlers.orders.importer import SUM_ROW
from handlers.orders.rows import Rows, Unusable, sheets
from handlers.orders.texts import Unclear, name_of
from handlers.tickets.lifecycle import By
from media.tables.titles import plain_title
from media.values import MERGED_CELL
from storage import payments as stored
from storage import ticket_lines
from storage.database import Tx
from storage.payments import Payment

PAYOUTS = By(actor="payouts")
HEAD_ROWS = 10  # titles may stand above the header
KNOWN = {plain_title(title): name for name, titles in ALIASES.items() for title in (name, *titles)}
LINE, AMOUNT, PAID_AT, REFERENCE = (
    cells.Column(name, reader)
    for name, reader in (
        ("line", cells.place),
        ("amount", cells.money),
        ("paid_at", cells.moment),
        ("reference", name_of),
    )
)
NO_LINE = "ticket {no} has no line of this number"
OTHER: Mapping[str, str] = {
    "nothing_due": "no money is owed: it was not granted, was withdrawn, or waits for goods that come back",
    "too_early": "paid_at is before the decision",
    "future": "paid_at is in the future",
}
READ = ("ticket_no", "line", "amount", "paid_at", "reference")
REPEATED = ("ticket_no", "paid_at", "reference")  # a merged cell of these counts for the rows below it


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """One row as it came: its number in the file, and its cells by column."""

    row: int
    cells: Mapping[str, str]
    fault: str = ""

    @property
    def open(self) -> bool:
        """Return whether nothing was filled in: it is not paid yet."""
        return not self.cells["paid_at"] and not self.cells["reference"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a row: "paid", "known", "open", "differing" or "rejected", with a reason for the last two.

    `amount` in 分 was booked now.
    """

    result: str
    reason: str = ""
    ticket_no: str = ""
    amount: int = 0


@contextmanager
def opened(path: Path) -> Iterator[Iterator[Returned]]:
    """Open a returned file, CSV or XLSX. Raises Unusable, also while it is read."""
    with sheets(path) as found:
        yield _rows(path, found)


def _rows(path: Path, found: Sequence[Rows]) -> Iterator[Returned]:
    heads = [(sheet, *_header(sheet)) for sheet in found]
    missing = [[name for name in NEEDED if name not in places] for _, places, _ in heads]
    if all(missing):
        raise Unusable(
            f"{path} lacks the columns {', '.join(sorted(missing, key=len)[0])}; name them in its first row as"
            " `claimdesk payouts export` does."
        )
    sheet, places, head = next(one for one, lacks in zip(heads, missing, strict=True) if not lacks)
    above: dict[str, str] = {}
    for number, row, fault in dropwhile(lambda each: each[0] <= head, sheet.read()):
        cells_ = {name: row[places[name]].strip() if places.get(name, len(row)) < len(row) else "" for name in READ}
        for name in REPEATED:
            if cells_[name] == MERGED_CELL:
                cells_[name] = above.get(name, "")
        above = cells_
        if not any(cells_.values()) or _is_sum(row) or _is_head(cells_):
            continue
        yield Returned(row=number, cells=cells_, fault=fault)


def _header(sheet: Rows) -> tuple[dict[str, int], int]:
    """Find the header among the first rows: the places of the columns, and the row it is in."""
    best: dict[str, int] = {}
    at = 0
    for number, row, _ in islice(sheet.read(), HEAD_ROWS):
        places: dict[str, int] = {}
        for place, title in enumerate(row):
            if name := KNOWN.get(plain_title(title)):
                places.setdefault(name, place)
        if sum(name in places for name in NEEDED) > sum(name in best for name in NEEDED):
            best, at = places, number
    return best, at


def _is_sum(row: Sequence[str]) -> bool:
    first = next((cell.strip() for cell in row if cell.strip()), "")
    return bool(SUM_ROW.fullmatch(first))


def _is_head(found: Mapping[str, str]) -> bool:
    return KNOWN.get(plain_title(found["ticket_no"])) == "ticket_no"


def book(tx: Tx, rows: Sequence[Returned], context: TurnContext, *, samples: bool) -> list[Verdict]:
    """Book what rows confirm; one that says what is known, or that nothing is paid yet, changes nothing.

    What several rows say of one ticket is told to its customer in one message. `samples`: whether the sandbox's
    tickets count, which are invented.
    """
    verdicts = [_booked(tx, one, context, samples=samples) for one in rows]
    sums: Counter[str] = Counter()
    for verdict in verdicts:
        if verdict.result == "paid":
            sums[verdict.ticket_no] += verdict.amount
    for no, amount in sums.items():
        payments.announce(tx, no, amount, context)
    return verdicts


def _booked(tx: Tx, one: Returned, context: TurnContext, *, samples: bool) -> Verdict:
    try:
        no, line = _ticket(one)
        if not samples and stored.is_sample(tx, no):
            raise Unclear(f"there is no ticket {no}")
        if one.open:
            return _still(tx, no, line)
        meant = _confirmation(one, no, line)
    except Unclear as unclear:
        return Verdict(result="rejected", reason=str(unclear))
    booking = payments.paid(tx, meant, PAYOUTS, context, tell=False)
    if booking.result in ("paid", "known"):
        return Verdict(result=booking.result, ticket_no=no, amount=meant.amount if booking.result == "paid" else 0)
    result = "differing" if booking.result == "differs" else "rejected"
    return Verdict(result=result, reason=_reason(tx, meant, booking))


def _ticket(one: Returned) -> tuple[str, int | None]:
    """Read which line is meant, or which ticket as a whole."""
    if one.fault:
        raise Unclear(one.fault)
    text = one.cells["ticket_no"]
    no = ticket_numbers.parse(text.lstrip("'`’‘"))
    if no is None:
        raise Unclear(
            "ticket_no is empty" if not text else "ticket_no is no number of a ticket; one letter may be wrong"
        )
    return no, LINE[one.cells["line"]] if one.cells["line"] else None


def _confirmation(one: Returned, no: str, line: int | None) -> Confirmation:
    amount: int = AMOUNT[one.cells["amount"]]
    at: datetime | None = PAID_AT[one.cells["paid_at"]]
    if at is None:
        raise Unclear("paid_at is empty")
    if not amount:
        raise Unclear("amount is zero")
    local = at.astimezone(cells.ZONE)
    reference = REFERENCE[one.cells["reference"]]
    whole_day = local.time() == time()  # a day without a time of day
    return Confirmation(ticket_no=no, line=line, amount=amount, paid_at=at, reference=reference, whole_day=whole_day)


def _still(tx: Tx, no: str, number: int | None) -> Verdict:
    """Tell of a row that was not filled in whether its money is still owed."""
    lines = [line for line in ticket_lines.of_ticket(tx, no) if number in (None, line.line)]
    if not lines:
        return Verdict(
            result="rejected", reason=f"there is no ticket {no}" if number is None else NO_LINE.format(no=no)
        )
    return Verdict(result="open" if any(line.money_owed for line in lines) else "known")


def _reason(tx: Tx, one: Confirmation, booking: Booking) -> str:
    """Return why a row was not booked, as one clause that says what is known instead."""
    if booking.result == "unknown":
        return (
            NO_LINE.format(no=one.ticket_no)
            if ticket_lines.of_ticket(tx, one.ticket_no)
            else f"there is no ticket {one.ticket_no}"
        )
    if booking.result == "differs":
        return f"amount {_yuan(one.amount)} is not what is owed: {_yuan(booking.due)}"
    if booking.result == "reference_used":
        return f"reference {one.reference} is booked for {booking.other}"
    if booking.result == "paid_already":
        known = [_payment(row) for row in stored.of_ticket(tx, one.ticket_no) if one.line in (None, row.line)]
        return f"it is paid already: {'; '.join(known)}"
    return OTHER[booking.result]


def _yuan(fen: int) -> str:
    return money(fen, "zh")


def _payment(row: Payment) -> str:
    when = row.paid_at.astimezone(cells.ZONE)
    return f"{_yuan(row.amount)} on {when:%Y-%m-%d %H:%M}, reference {row.reference or 'none'}"
