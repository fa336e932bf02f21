"""A whole database as one SQLite file, of one moment, while others write; and such a file put in place again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from sqlalchemy import func, select

from storage import database, migration
from storage.database import Tx, open_snapshots, open_writer, snapshot, transaction
from storage.operations import identity
from storage.operations.move import CHUNK, NotPresent, Told, arrived, compare, move, tables
from storage.tables import events, evidence, meta, tickets

COUNTED = (tickets.name, events.name, evidence.name)


class Held(NamedTuple):
    """What a copy holds."""

    revision: str
    installation: str
    tickets: int
    events: int
    evidence: int


def copy_out(url: str, target: Path, told: Told) -> None:
    """Copy a database to a new SQLite file as it is at one moment. Raises OSError, NotPresent, Unlike."""
    if not database.several(url):
        database.back_up(url, target)
        return
    with _reading(url) as source, _laid(target) as made:
        if migration.version(source) != migration.HEAD:
            raise NotPresent
        source.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")  # writing the file takes its time
        for table in tables():
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            places = ", ".join("?" for _ in table.columns)
            insert = f'INSERT INTO "{table.name}" ({names}) VALUES ({places})'
            for rows in _chunks(arrived(source, table)):
                made.exec_driver_sql(insert, rows)
                told(len(rows))
        for table in tables():
            compare(made, source, table, sha256(), lambda _rows: None)


@contextmanager
def _reading(url: str) -> Iterator[Tx]:
    engine = open_snapshots(url)
    try:
        with snapshot(engine) as tx:
            yield tx
    finally:
        engine.dispose()


@contextmanager
def _laid(target: Path) -> Iterator[Tx]:
    """Yield a transaction over a new file with all tables."""
    engine = open_writer(f"sqlite:///{target}")
    try:
        with transaction(engine) as tx:
            migration.create(tx)
            yield tx
    finally:
        engine.dispose()


def _chunks(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    chunk: list[tuple[Any, ...]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def held(file: Path) -> Held:
    """Return what a copy holds, which is only read. Raises ValueError for what is no whole database."""
    with closing(sqlite3.connect(f"file:{quote(str(file.absolute()))}?mode=ro&immutable=1", uri=True)) as copy:
        try:
            (wrong,) = copy.execute("PRAGMA quick_check(1)").fetchone()
            (revision,) = copy.execute(f"SELECT version_num FROM {migration.alembic_version.name}").fetchone()
            number = copy.execute(f"SELECT value FROM {meta.name} WHERE key = ?", (identity.NUMBER,)).fetchone()
            counts = [copy.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in COUNTED]
        except (sqlite3.DatabaseError, TypeError) as error:
            raise ValueError(f"{file} is no whole database of Claimdesk ({error}).") from None
    if wrong != "ok":
        raise ValueError(f"{file} is damaged: {wrong}.")
    return Held(revision, number[0] if number else "", *counts)


def count(url: str) -> int:
    """Return how many rows of PostgreSQL are to be copied; 0 for SQLite, which is copied page by page."""
    if not database.several(url):
        return 0
    with _reading(url) as tx:
        return sum(tx.scalar(select(func.count()).select_from(table)) or 0 for table in tables())


def copy_in(file: Path, url: str, *, replace: bool, told: Told) -> None:
    """Put a copy into PostgreSQL. Raises Newer, NotEmpty, Unlike; then nothing was changed there."""
    older = open_writer(f"sqlite:///{file}")
    target = open_writer(url)
    source = open_snapshots(f"sqlite:///{file}")
    try:
        migration.upgrade(older)
        older.dispose()
        with snapshot(source) as rows:
            move(rows, target, copied=told, checked=lambda _rows: None, emptied=replace)
    finally:
        for engine in (older, target, source):
            engine.dispose()
