"""SQLite: one writer, readers beside it, and what a full disk may do to a transaction."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from errno import ENOENT
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import ColumnElement, Connection, Engine, StaticPool, create_engine, event, func, make_url, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.engines.json_text import to_json

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=10000",
    "foreign_keys=ON",
    "cache_size=-16384",
    "journal_size_limit=67108864",
    "trusted_schema=OFF",
)


def _connected(dbapi: Any, _record: Any) -> None:
    dbapi.isolation_level = None  # we say BEGIN ourselves
    cursor = dbapi.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def open_writer(url: str, *, process: str, workers: int, options: Mapping[str, Any]) -> Engine:
    """Open the writing engine: one connection, to be used by one thread at a time."""
    engine = create_engine(
        url,
        poolclass=StaticPool,
        connect_args={"check_same_thread": False},
        execution_options=dict(options),
        json_serializer=to_json,
    )
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def open_readers(url: str) -> AsyncEngine:
    """Open the pool of readers: they see committed rows only and cannot write."""
    engine = create_async_engine(
        url.replace("sqlite:///", "sqlite+aiosqlite:///", 1), pool_size=2, max_overflow=2, json_serializer=to_json
    )
    _read_only(engine.sync_engine)
    return engine


def open_snapshots(url: str) -> Engine:
    """Open a reader for synchronous functions: one connection, to be used by one thread at a time."""
    connect = {"check_same_thread": False}
    engine = create_engine(url, poolclass=StaticPool, connect_args=connect, json_serializer=to_json)
    _read_only(engine)
    return engine


def _read_only(engine: Engine) -> None:
    def connected(dbapi: Any, record: Any) -> None:
        _connected(dbapi, record)
        cursor = dbapi.cursor()
        cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))


def among(column: ColumnElement[int], values: list[int]) -> ColumnElement[bool]:
    """Return the condition that a column is one of these."""
    return column.in_(select(func.json_each(json.dumps(values)).table_valued("value").c.value))


def is_intact(tx: Connection) -> bool:
    """Return whether the transaction can still be committed; SQLite ends it by itself on a full disk or an I/O error.

    Later statements would then run on their own, and COMMIT would "succeed".
    """
    return bool(tx.connection.driver_connection.in_transaction)  # type: ignore[union-attr]


can_go_back = is_intact  # to a savepoint


def failed(error: BaseException) -> bool:
    """Return whether it was the database that failed, and not the work done with it."""
    return isinstance(error, OperationalError)


def collided(_error: BaseException) -> bool:
    """Return whether the transaction stood in another's way: never, for there is one writer."""
    return False


def locks(_tx: Connection) -> bool:
    """Return whether rows have to be locked: never, for there is one writer."""
    return False


def process_of(_tx: Connection) -> str | None:
    """Return None: there is one process, which needs no name."""
    return None


def queue_up(_tx: Connection, _what: str) -> None:
    """Wait for others who do the same: there is one writer, so nobody does."""


def hold_table(_tx: Connection, _name: str) -> None:
    """Let nobody write to a table until the end of the transaction: there is one writer, so nobody does."""


@contextmanager
def rebuilding(connection: Connection) -> Iterator[None]:
    """Suspend foreign keys: rebuilding a table drops it, and its children's rows would go with it."""
    dbapi: Any = connection.connection.driver_connection  # by SQLAlchemy it would be inside a transaction: no effect
    dbapi.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        dbapi.execute("PRAGMA foreign_keys=ON")


def orphaned(connection: Connection) -> bool:
    """Return whether rows refer to nothing."""
    return connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None


def fault(connection: Connection) -> str:
    """Return what is wrong with the database; "" for nothing."""
    found = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
    return "" if found == "ok" else f"the database is damaged: {found}"


def back_up(url: str, target: Path) -> int:
    """Copy the database to a new file, consistent while others write; return its size in bytes.

    Raises OSError when there is no database or the file exists already.
    """
    source = Path(make_url(url).database or "")
    if not source.is_file():
        raise FileNotFoundError(ENOENT, "there is no database to copy", str(source))
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    origin = sqlite3.connect(f"file:{quote(str(source))}?mode=ro", uri=True)
    with closing(origin) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
    return target.stat().st_size
