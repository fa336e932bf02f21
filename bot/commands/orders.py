"""`claimdesk orders import FILE`: imports a file of orders while the service runs."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from handlers.orders.cells import TAGS
from handlers.orders.importer import COLUMNS, Gathered, OrderFile, Rejected, Repeated, opened
from handlers.orders.rows import Unusable
from storage.database import Tx
from storage.imports import taken, upsert

Write = Callable[[Callable[[Tx], Any]], Any]  # runs a function over one locked write transaction, gives its result

BATCH = 200  # rows; so long may a command hold the write lock


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of the rows so far."""

    read: int = 0
    added: int = 0
    updated: int = 0
    rejected: int = 0
    repeated: int = 0
    odd_tags: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        text = f"rows read: {self.read}, added: {self.added}, updated: {self.updated}, rejected: {self.rejected}"
        return f"{text}, repeated: {self.repeated}" if self.repeated else text


def import_orders(
    path: Path, *, write: Write, now: datetime, out: TextIO | None = None, err: TextIO | None = None
) -> int:
    """Import a file; return the exit code: 0, 1 if rows were rejected, 2 if the file is unusable.

    `write` takes the write lock and opens a transaction for each batch of at most 200 rows.
    """
    out, err = out or sys.stdout, err or sys.stderr
    beside = path.with_name(path.name + ".rejected.csv")
    tally = Tally()
    try:
        with ExitStack() as stack:
            rejects = Rejects(beside, stack)
            _run(path, tally, rejects, write=write, now=now, err=err)
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
    if tally.odd_tags:
        print(
            f"claimdesk: unknown tags (only a policy can use them): {' '.join(sorted(tally.odd_tags)[:20])}", file=err
        )
    return 1 if tally.rejected else 0


class Rejects:
    """The file of rejected rows, made with the first one; when it is imported again, no line number is missing."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        self._path, self._stack = path, stack
        self._writer: Any = None

    def add(self, row: Rejected) -> None:
        """Write a row with its number in the original file and the reason."""
        if self._writer is None:
            # spreadsheets know UTF-8 by its mark only
            file = self._stack.enter_context(self._path.open("w", encoding="utf-8-sig", newline=""))
            self._writer = csv.writer(file)
            self._writer.writerow(["row", "reason", *COLUMNS])
        self._writer.writerow([row.row, row.reason, *(row.cells.get(name, "") for name in COLUMNS)])


def _run(path: Path, tally: Tally, rejects: Rejects, *, write: Write, now: datetime, err: TextIO) -> None:
    with _bar("reading", None, err) as bar, opened(path, seen=bar.update) as file:
        bar.close()
        with _bar("storing", file.rows, err) as bar:
            for batch in _batches(file):
                _settle(batch, tally, rejects, write=write, now=now)
                bar.update(tally.read - bar.n)


def _bar(what: str, total: int | None, err: TextIO) -> Any:
    from tqdm import tqdm  # only this command needs it

    return tqdm(desc=what, total=total, unit=" rows", file=err, disable=not err.isatty(), dynamic_ncols=True)


def _batches(file: OrderFile) -> Iterator[list[Gathered | Rejected | Repeated]]:
    batch: list[Gathered | Rejected | Repeated] = []
    size = 0
    for each in file.orders():
        rows = _size(each)
        if size + rows > BATCH:
            yield batch
            batch, size = [], 0
        batch.append(each)
        size += rows
    yield batch


def _size(each: Gathered | Rejected | Repeated) -> int:
    return len(each.rows) if isinstance(each, Gathered) else 1


def _settle(
    batch: list[Gathered | Rejected | Repeated], tally: Tally, rejects: Rejects, *, write: Write, now: datetime
) -> None:
    whole = {each.order.order_no: each for each in batch if isinstance(each, Gathered)}

    def store(tx: Tx) -> tuple[int, int, dict[str, str]]:
        spelled = taken(tx, whole)
        fresh = [each.order for number, each in whole.items() if number not in spelled]
        return *upsert(tx, fresh, now=now), spelled

    added, updated, spelled = write(store) if whole else (0, 0, {})
    refused = [each for each in batch if isinstance(each, Rejected)]
    for number, stored in spelled.items():
        refused += whole[number].refused(f"order_no is stored as {stored}; write it the same way")
    for row in refused:
        rejects.add(row)
    tally.read += sum(map(_size, batch))
    tally.added += added
    tally.updated += updated
    tally.rejected += len(refused)
    tally.repeated += sum(isinstance(each, Repeated) for each in batch)
    for each in whole.values():
        tally.odd_tags |= {tag for line in each.order.lines for tag in line.tags} - TAGS
