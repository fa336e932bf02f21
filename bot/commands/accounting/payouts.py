"""`claimdesk payouts export` and `import`: what accounting has to pay, and what it says was paid."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from random import SystemRandom
from typing import Any, TextIO

from handlers.context import TurnContext
from handlers.costs import caps
from handlers.fulfilment import returned_payouts
from handlers.fulfilment.payouts import COLUMNS, row
from handlers.fulfilment.returned_payouts import READ, Returned, Verdict
from handlers.orders.rows import Unusable
from handlers.policy.policy import Policy
from handlers.tickets import desk_outbox
from media.tables.text import inert
from media.tables.writing import Rejects, put
from storage import orders, payments, policies
from storage.database import Tx
from storage.payments import Due

Run = Callable[[Callable[[Tx], Any]], Any]  # runs a function over one transaction, gives its result

BATCH = 50  # rows of one write transaction: each payment is some twenty statements
WIDE = frozenset({"order_no", "item", "decided_at", "paid_at", "reference"})
AS_TEXT = frozenset({"paid_at", "reference"})  # a spreadsheet would round a long reference


def export(target: Path, *, read: Run, policy: Policy, samples: bool, out: TextIO | None = None) -> int:
    """Write what is owed, each line once, as XLSX or CSV by the file's name; return the exit code.

    Raises OSError when the file cannot be written.
    """
    kind = target.suffix.lower()
    if kind not in WRITERS:
        print(f"claimdesk: {target} must end in .xlsx or .csv.", file=sys.stderr)
        return 2
    due, held = read(lambda tx: _due(tx, samples=samples))
    rows = [row(one, policy) for one in due]
    target.write_bytes(WRITERS[kind]([[each[name] for name in COLUMNS] for each in rows]))
    sum_ = sum(one.amount for one in due)
    print(f"{target}: lines owed: {len(due)}, {_yuan(sum_)} yuan", file=out or sys.stdout)
    if held:
        why = "their orders say by now that less was paid, or that the shop gave money back"
        print(f"claimdesk: left out until somebody has looked: {', '.join(held)}; {why}.", file=sys.stderr)
    return 0


def _due(tx: Tx, *, samples: bool) -> tuple[list[Due], list[str]]:
    """Return what may be paid, and the tickets on whose orders more was granted than is left."""
    due, known = payments.due(tx, samples=samples), dict[str, bool]()
    for one in due:
        if one.order_no not in known:
            order = orders.by_number(tx, one.order_no, sample=orders.sampled(one.channel)) if one.order_no else None
            known[one.order_no] = order is not None and caps.overdrawn(tx, order)
    held = dict.fromkeys(one.ticket_no for one in due if known[one.order_no])
    return [one for one in due if one.ticket_no not in held], list(held)


def _csv(rows: Sequence[Sequence[Any]]) -> bytes:
    kept = StringIO(newline="")
    writer = csv.writer(kept)
    writer.writerow(COLUMNS)
    for each in rows:
        writer.writerow([f"{cell:.2f}" if isinstance(cell, Decimal) else inert(str(cell)) for cell in each])
    return kept.getvalue().encode("utf-8-sig")  # spreadsheets know UTF-8 by its mark only


def _xlsx(rows: Sequence[Sequence[Any]]) -> bytes:
    from openpyxl import Workbook  # costs a third of a second
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    page: Any = book.active
    page.title = "payouts"
    put(page, 1, COLUMNS)
    for number, each in enumerate(rows, 2):
        put(page, number, each)
    for place, name in enumerate(COLUMNS, 1):
        page.cell(1, place).font = Font(bold=True)
        page.column_dimensions[get_column_letter(place)].width = 22 if name in WIDE else 12
        for number in range(2, len(rows) + 2) if name in AS_TEXT else ():
            page.cell(number, place).number_format = "@"
    page.freeze_panes = "A2"
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


WRITERS: dict[str, Callable[[Sequence[Sequence[Any]]], bytes]] = {".csv": _csv, ".xlsx": _xlsx}


@dataclass(slots=True, kw_only=True)
class Intake:
    """Books batches of rows, and counts what became of them."""

    write: Run
    policy: Policy
    now: datetime
    samples: bool
    counts: Counter[str] = field(default_factory=Counter)
    paid: int = 0  # 分 that were booked now
    _known: dict[str, Policy] = field(default_factory=dict)

    def book(self, batch: Sequence[Returned]) -> list[tuple[Returned, Verdict]]:
        """Book a batch in one transaction; return the rows that were rejected, with their reasons."""
        verdicts: list[Verdict] = self.write(lambda tx: self._book(tx, batch))
        self.counts.update(verdict.result for verdict in verdicts)
        self.paid += sum(verdict.amount for verdict in verdicts)
        found = zip(batch, verdicts, strict=True)
        return [(one, verdict) for one, verdict in found if verdict.reason]

    def _book(self, tx: Tx, batch: Sequence[Returned]) -> list[Verdict]:
        plain = TurnContext(now=self.now, random=SystemRandom(), policy=self.policy, policy_of=self._policy_of)
        context = desk_outbox.collecting(plain)
        verdicts = returned_payouts.book(tx, batch, context, samples=self.samples)
        desk_outbox.redraw(tx, context)
        return verdicts

    def _policy_of(self, tx: Tx, number: str) -> Policy:
        if number not in self._known:
            self._known[number] = Policy.from_text(policies.text_of(tx, number))
        return self._known[number]

    def __str__(self) -> str:
        names = {"rows read": self.counts.total(), "paid": self.counts["paid"], "still open": self.counts["open"]}
        names |= {"already known": self.counts["known"], "differing": self.counts["differing"]}
        names |= {"rejected": self.counts["rejected"]}
        return ", ".join(f"{name}: {count}" for name, count in names.items())

    @property
    def refused(self) -> int:
        """Return how many rows were not taken."""
        return self.counts["rejected"] + self.counts["differing"]


def import_file(
    path: Path,
    *,
    write: Run,
    policy: Policy,
    now: datetime,
    samples: bool,
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """Book what a file confirms; return the exit code: 0, 1 if rows were rejected or differ, 2 if it is unusable.

    `write` takes the write lock and opens a transaction for each batch.
    """
    out, err = out or sys.stdout, err or sys.stderr
    beside = path.with_name(path.name + ".rejected.csv")
    desk_outbox.speak(policy)
    intake = Intake(write=write, policy=policy, now=now, samples=samples)
    try:
        with ExitStack() as stack:
            rows = list(stack.enter_context(returned_payouts.opened(path)))
            rejects = Rejects(beside, READ, stack)
            bar = stack.enter_context(_bar(len(rows), err))
            for batch in _batches(rows):
                for one, verdict in intake.book(batch):
                    rejects.add(one.row, verdict.reason, one.cells)
                bar.update(len(batch))
        if not intake.refused:
            beside.unlink(missing_ok=True)
    except Unusable as unusable:
        print(f"claimdesk: {unusable}", file=err)
        return 2
    except OSError as error:
        print(f"claimdesk: {error.filename or beside} cannot be written ({error.strerror}); {intake}.", file=err)
        return 2
    print(intake, file=out)
    owed: list[Due] = write(lambda tx: payments.due(tx, samples=samples))
    left = f"{_yuan(sum(one.amount for one in owed))} yuan, lines: {len(owed)}"
    print(f"booked now: {_yuan(intake.paid)} yuan; still owed: {left}", file=out)
    if intake.refused:
        print(f"rejected and differing rows with reasons: {beside}", file=out)
    return 1 if intake.refused else 0


def _batches(rows: Sequence[Returned]) -> Iterator[Sequence[Returned]]:
    """Yield what one write transaction takes: the rows of a ticket that follow each other stay together."""
    batch: list[Returned] = []
    for one in rows:
        if len(batch) >= BATCH and one.cells["ticket_no"] != batch[-1].cells["ticket_no"]:
            yield batch
            batch = []
        batch.append(one)
    if batch:
        yield batch


def _bar(total: int, err: TextIO) -> Any:
    from tqdm import tqdm  # only commands that import need it

    return tqdm(desc="booking", total=total, unit=" rows", file=err, disable=not err.isatty(), dynamic_ncols=True)


def _yuan(fen: int) -> str:
    return f"{Decimal(fen) / 100:.2f}"
