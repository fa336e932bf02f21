"""The engine, its settings, and the transaction: the only place that knows which database it is."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from errno import ENOENT
from fcntl import LOCK_EX, LOCK_UN, flock
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

Tx = Connection
Writer = Engine
Readers = AsyncEngine
DRIVER_ERRORS = (DBAPIError, sqlite3.Error)  # prepared statements raise the driver's own
T = TypeVar("T")

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=10000",
    "foreign_keys=ON",
    "cache_size=-16384",
    "journal_size_limit=67108864",
    "trusted_schema=OFF",
)


class DatabaseGone(Exception):
    """The database ended the transaction by itself; nothing of this batch may be acknowledged."""


class Busy(Exception):
    """Another claimdesk process is at work on this database."""


def to_json(value: Any) -> str:
    """Compact JSON that keeps Chinese readable."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _connected(dbapi: Any, _record: Any) -> None:
    dbapi.isolation_level = None  # we say BEGIN ourselves
    cursor = dbapi.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def open_writer(url: str) -> Engine:
    """Open the writing engine; on SQLite it is one connection, to be used by one thread at a time."""
    if make_url(url).get_backend_name() != "sqlite":
        raise ValueError("DATABASE_URL must begin with sqlite:/// in this version")
    engine = create_engine(
        url,
        poolclass=StaticPool,
        connect_args={"check_same_thread": False},
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


@contextmanager
def snapshot(engine: Engine) -> Iterator[Tx]:
    """Give committed rows as they are now, for reading."""
    with engine.begin() as tx:
        yield tx


def intact(tx: Tx) -> None:
    """Raise DatabaseGone if SQLite has rolled the transaction back behind our back.

    A full disk or an I/O error does that; later statements would run on their own and COMMIT would "succeed".
    """
    if not tx.connection.driver_connection.in_transaction:  # type: ignore[union-attr]
        raise DatabaseGone


class WriteLock:
    """`{data_dir}/write.lock`, held by whoever writes: SQLite before 3.51.3 must have one writer at a time.

    Checkpoints count as writes. A context manager to be used again and again by one thread.
    """

    def __init__(self, data_dir: Path) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        self._handle = (data_dir / "write.lock").open("a")

    def __enter__(self) -> None:
        flock(self._handle, LOCK_EX)

    def __exit__(self, *_: object) -> None:
        flock(self._handle, LOCK_UN)

    def close(self) -> None:
        """Let go of the file."""
        self._handle.close()


@contextmanager
def write_lock(data_dir: Path) -> Iterator[None]:
    """Hold the write lock once."""
    lock = WriteLock(data_dir)
    try:
        with lock:
            yield
    finally:
        lock.close()


@contextmanager
def transaction(engine: Engine) -> Iterator[Tx]:
    """Give one write transaction: committed at the end, rolled back on any exception."""
    with engine.begin() as tx:
        yield tx
        intact(tx)


@contextmanager
def savepoint(tx: Tx) -> Iterator[None]:
    """Undo what the block wrote if it raises; raises DatabaseGone if the whole transaction is lost."""
    tx.exec_driver_sql("SAVEPOINT turn")
    try:
        yield
    except BaseException:
        intact(tx)
        tx.exec_driver_sql("ROLLBACK TO turn")
        tx.exec_driver_sql("RELEASE turn")
        raise
    tx.exec_driver_sql("RELEASE turn")


async def read(readers: AsyncEngine, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run a synchronous storage function on a reader's connection."""
    async with readers.connect() as connection:
        return await connection.run_sync(function, *args, **kwargs)


def insert(tx: Tx) -> Callable[..., Any]:
    """Return the insert() of this dialect, which knows ON CONFLICT."""
    return postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert


def back_up(url: str, target: Path) -> int:
    """Copy a SQLite database to a new file, consistent while others write; return its size in bytes.

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
