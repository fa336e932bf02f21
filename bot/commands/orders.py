"""`claimdesk orders import FILE`: imports a file of orders while the service runs."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import SystemRandom
from typing import Any, TextIO

from bot.commands.order_notes import Notes
from handlers.context import TurnContext
from handlers.orders.columns import COLUMNS
from handlers.orders.gathering import Found
from handlers.orders.importer import OrderFile, opened
from handlers.orders.records import Gathered, Rejected, Repeated
from handlers.orders.rows import Unusable
from handlers.policy.policy import Policy
from handlers.tickets import desk_outbox
from media.tables.writing import Rejects
from storage import policies
from storage.database import Tx
from storage.imports import Stored, take

Write = Callable[[Callable[[Tx], Any]], Any]  # runs a function over one locked write transaction, gives its result

SELDOM = (500_000, 5, 5)  # objects made between two collections of garbage
BATCH = 500  # rows; so long may a command hold the write lock: it costs a turn hardly more than 200


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of the rows so far."""

    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    repeated: int = 0

    def __str__(self) -> str:
        counts = {"rows read": self.read, "added": self.added, "updated": self.updated}
        counts |= {"unchanged": self.unchanged} if self.unchanged else {}
        counts |= {"rejected": self.rejected}
        counts |= {"repeated": self.repeated} if self.repeated else {}
        return ", ".join(f"{name}: {count}" for name, count in counts.items())


def import_orders(
    path: Path,
    *,
    write: Write,
    now: datetime,
    policy: Policy | None = None,
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """Import a file; return the exit code: 0, 1 if rows were rejected, 2 if the file is unusable.

    `write` takes the write lock and opens a transaction for each batch of at most 500 rows. With the `policy` that is
    in force it is told where numbers or times of the orders do not fit it, and cards show what changed.
    """
    out, err = out or sys.stdout, err or sys.stderr
    beside = path.with_name(path.name + ".rejected.csv")
    intake = Intake(write=write, now=now, notes=Notes(policy=policy))
    tally = intake.tally
    try:
        with ExitStack() as stack, _rare_collections():
            file = _run(path, intake, Rejects(beside, COLUMNS, stack), err)
        if not tally.rejected:
            beside.unlink(missing_ok=True)
    except Unusable as unusable:
        print(f"claimdesk: {unusable}", file=err)
        return 2
    except OSError as error:
        print(f"claimdesk: {error.filename or beside} cannot be written ({error.strerror}); {tally}.", file=err)
        return 2
    print(tally, file=out)
    if tally.rejected:
        print(f"rejected rows and reasons: {beside}", file=out)
    for sentence in intake.notes.sentences(file):
        print(f"claimdesk: {sentence}", file=err)
    return 1 if tally.rejected else 0


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Look for cyclic garbage seldom, for rows make none, and never among what was there before."""
    known = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*known)
        gc.unfreeze()


@dataclass(slots=True, kw_only=True)
class Intake:
    """Stores batches, and counts what becomes of them."""

    write: Write
    now: datetime
    notes: Notes
    tally: Tally = field(default_factory=Tally)

    def store(self, batch: list[Found]) -> list[Rejected]:
        """Store what can be taken of a batch in one transaction; return what was rejected of it."""
        whole = [each for each in batch if isinstance(each, Gathered)]
        stored: Stored = self.write(lambda tx: self._take(tx, whole)) if whole else Stored()
        rejected = [each for each in batch if isinstance(each, Rejected)]
        for each in whole if stored.misspelt else ():
            if spelled := stored.misspelt.get(each.head[0]):
                rejected += each.refused(f"order_no is stored as {spelled}; write it the same way")
        self.tally.added += stored.added
        self.tally.updated += stored.updated
        self.tally.unchanged += stored.unchanged
        self.tally.rejected += len(rejected)
        if len(whole) + len(rejected) != len(batch):
            self.tally.repeated += sum(isinstance(each, Repeated) for each in batch)
        self.notes.see(whole)
        return rejected

    def _take(self, tx: Tx, incoming: list[Gathered]) -> Stored:
        stored = take(tx, incoming, now=self.now)
        if stored.warned and self.notes.policy:
            context = TurnContext(now=self.now, random=SystemRandom(), policy=self.notes.policy, policy_of=_policy)
            for number in sorted(stored.warned):
                desk_outbox.refresh(tx, number, context)
        return stored


def _policy(tx: Tx, policy_hash: str) -> Policy:
    return Policy.from_text(policies.text_of(tx, policy_hash))


def _run(path: Path, intake: Intake, rejects: Rejects, err: TextIO) -> OrderFile:
    with _bar("reading", None, err) as bar, opened(path, seen=bar.update) as file:
        bar.close()
        with _bar("storing", file.rows, err) as bar:
            for batch, rows in _batches(file):
                for row in intake.store(batch):
                    rejects.add(row.row, row.reason, row.cells)
                intake.tally.read += rows
                bar.update(rows)
    return file


def _bar(what: str, total: int | None, err: TextIO) -> Any:
    from tqdm import tqdm  # only this command needs it

    return tqdm(desc=what, total=total, unit=" rows", file=err, disable=not err.isatty(), dynamic_ncols=True)


def _batches(file: OrderFile) -> Iterator[tuple[list[Found], int]]:
    """Yield what one write transaction may hold, and how many rows that are."""
    batch: list[Found] = []
    lines = rows = 0
    for each in file.orders():
        most = more = 1
        if isinstance(each, Gathered):
            more = len(each.rows)
            most = max(more, len(each.lines))
        if lines + most > BATCH:
            yield batch, rows
            batch, lines, rows = [], 0, 0
        batch.append(each)
        lines += most
        rows += more
    yield batch, rows
