"""Orders on their way in, from a file or pushed: what one write transaction takes of them, and what becomes of rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.context import TurnContext
from handlers.orders.gathering import Found
from handlers.orders.importer import OrderFile
from handlers.orders.records import Gathered, Rejected, Repeated
from handlers.tickets import desk_outbox
from storage.database import Tx
from storage.imports import Stored, take

BATCH = 500  # rows; so long may an import hold the write lock: it costs a turn hardly more than 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one write transaction may hold: orders and refused rows, made of so many rows."""

    found: Sequence[Found]
    rows: int

    @property
    def orders(self) -> list[Gathered]:
        """Return the orders of the batch."""
        return [each for each in self.found if isinstance(each, Gathered)]


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of the rows so far."""

    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    repeated: int = 0

    def count(self, batch: Batch, stored: Stored) -> list[Rejected]:
        """Count a batch that was stored; return what was rejected of it."""
        rejected = [each for each in batch.found if isinstance(each, Rejected)]
        for each in batch.orders if stored.misspelt else ():
            if spelled := stored.misspelt.get(each.head[0]):
                rejected += each.refused(f"order_no is stored as {spelled}; write it the same way")
        self.read += batch.rows
        self.added += stored.added
        self.updated += stored.updated
        self.unchanged += stored.unchanged
        self.rejected += len(rejected)
        self.repeated += sum(isinstance(each, Repeated) for each in batch.found)
        return rejected

    def __str__(self) -> str:
        counts = {"rows read": self.read, "added": self.added, "updated": self.updated}
        counts |= {"unchanged": self.unchanged} if self.unchanged else {}
        counts |= {"rejected": self.rejected}
        counts |= {"repeated": self.repeated} if self.repeated else {}
        return ", ".join(f"{name}: {count}" for name, count in counts.items())


def store(tx: Tx, incoming: Sequence[Gathered], now: datetime, context: TurnContext | None) -> Stored:
    """Store orders; with a context the cards of tickets that they concern are drawn anew."""
    stored = take(tx, incoming, now=now)
    if stored.warned and context:
        for number in sorted(stored.warned):
            desk_outbox.refresh(tx, number, context)
    return stored


def batches(file: OrderFile) -> Iterator[Batch]:
    """Yield the orders of a file in parts of at most 500 rows or lines."""
    found: list[Found] = []
    lines = rows = 0
    for each in file.orders():
        most = more = 1
        if isinstance(each, Gathered):
            more = len(each.rows)
            most = max(more, len(each.lines))
        if lines + most > BATCH:
            yield Batch(found=found, rows=rows)
            found, lines, rows = [], 0, 0
        found.append(each)
        lines += most
        rows += more
    yield Batch(found=found, rows=rows)
