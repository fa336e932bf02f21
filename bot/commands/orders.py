"""`claimdesk orders import FILE`: imports a file of orders while the service runs."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from random import SystemRandom
from typing import Any, TextIO

from bot.commands.order_notes import Notes
from handlers.cases import order_intake
from handlers.cases.order_intake import Batch, Tally, batches
from handlers.context import TurnContext
from handlers.orders.columns import COLUMNS
from handlers.orders.importer import OrderFile, opened
from handlers.orders.records import Rejected
from handlers.orders.rows import Unusable
from handlers.policy.policy import Policy
from media.tables.writing import Rejects
from storage import policies
from storage.database import Tx
from storage.imports import Stored

Write = Callable[[Callable[[Tx], Any]], Any]  # runs a function over one locked write transaction, gives its result

SELDOM = (500_000, 5, 5)  # objects made between two collections of garbage


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
    tally, notes = Tally(), Notes(policy=policy)
    context = TurnContext(now=now, random=SystemRandom(), policy=policy, policy_of=_policy) if policy else None

    def store(batch: Batch) -> list[Rejected]:
        whole = batch.orders
        stored: Stored = write(lambda tx: order_intake.store(tx, whole, now, context)) if whole else Stored()
        notes.see(whole)
        return tally.count(batch, stored)

    try:
        with ExitStack() as stack, _rare_collections():
            file = _run(path, store, Rejects(beside, COLUMNS, stack), err)
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
    for sentence in notes.sentences(file):
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


def _policy(tx: Tx, policy_hash: str) -> Policy:
    return Policy.from_text(policies.text_of(tx, policy_hash))


def _run(path: Path, store: Callable[[Batch], list[Rejected]], rejects: Rejects, err: TextIO) -> OrderFile:
    with _bar("reading", None, err) as bar, opened(path, seen=bar.update) as file:
        bar.close()
        with _bar("storing", file.rows, err) as bar:
            for batch in batches(file):
                for row in store(batch):
                    rejects.add(row.row, row.reason, row.cells)
                bar.update(batch.rows)
    return file


def _bar(what: str, total: int | None, err: TextIO) -> Any:
    from tqdm import tqdm  # only this command needs it

    return tqdm(desc=what, total=total, unit=" rows", file=err, disable=not err.isatty(), dynamic_ncols=True)
