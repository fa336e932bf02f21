"""`claimdesk db`: the database as a whole: brought to this version, copied, moved to PostgreSQL."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from bot.commands.serve import only_one
from bot.operations.preparation import alone, lay, open_to_write
from bot.settings import Settings, clock
from storage import database
from storage.migration import pending
from storage.operations.move import Moved, count
from storage.operations.move import move as copy_all

Out = Callable[[str], object]


def upgrade(settings: Settings, out: Out) -> int:
    """Bring the schema to this version. Raises Busy beside a service of another version."""
    url = settings.database
    with nullcontext() if database.several(url) else only_one(settings.folder):
        engine = open_to_write(settings)
        try:
            alone(url, engine)
            applied = pending(engine)
            lay(settings, engine, clock(settings)())
        finally:
            engine.dispose()
    out("applied: " + ", ".join(applied) if applied else "the database is up to date")
    return 0


def back_up(settings: Settings, target: Path, out: Out) -> int:
    """Copy the database, consistent also while the service writes."""
    size = database.back_up(settings.database, target)
    out(f"{target}: {size / 1e6:.1f} MB; the photos are in {settings.media}, copy them too")
    return 0


def move(settings: Settings, to: str, out: Out) -> int:
    """Move everything from SQLite to an empty PostgreSQL; the file is left as it was. Raises Busy beside a service."""
    here = settings.database
    if database.several(here):
        raise ValueError("DATABASE_URL names PostgreSQL already; what is moved is a SQLite database.")
    if not database.several(to):
        raise ValueError("--to must begin with postgresql://.")
    with only_one(settings.folder), database.write_lock(settings.folder):
        source, target = database.open_snapshots(here), database.open_writer(to)
        try:
            with database.snapshot(source) as rows:
                moved = _moved(rows, target)
        finally:
            source.dispose()
            target.dispose()
    out(f"moved {moved.rows} rows of {moved.tables} tables, each compared (SHA-256 {moved.digest[:16]})")
    out(f"now set DATABASE_URL to it and start; {here.removeprefix('sqlite:///')} is left as it was")
    return 0


def _moved(rows: database.Tx, target: database.Writer) -> Moved:
    from tqdm import tqdm  # only commands need it

    quiet = not sys.stderr.isatty()
    total = count(rows)
    with (
        tqdm(desc="copying", total=total, unit=" rows", disable=quiet, dynamic_ncols=True) as copying,
        tqdm(desc="comparing", total=total, unit=" rows", disable=quiet, dynamic_ncols=True) as comparing,
    ):
        return copy_all(rows, target, copied=copying.update, checked=comparing.update)
