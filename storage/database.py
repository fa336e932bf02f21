"""The engine, its settings, and the transaction: the only place that knows which database it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_UN, flock
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, make_url
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engines import postgres, sqlite
from storage.engines.json_text import to_json
from storage.seals.chain import KEY

__all__ = ["DRIVER_ERRORS", "Readers", "Tx", "Writer", "to_json"]

Tx = Connection
Writer = Engine
Readers = AsyncEngine
DRIVER_ERRORS = (DBAPIError, sqlite3.Error)
T = TypeVar("T")

TRIES = 20  # of a transaction that collides with others each time
PAUSE = 0.005  # seconds before its second try, twice as long before its third, and so on
HELD = "claimdesk_held"  # what a transaction has locked already


class DatabaseGone(Exception):
    """The database ended the transaction by itself; nothing of this batch may be acknowledged."""


class Collided(DatabaseGone):
    """Transactions stood in each other's way; this one has to run again from its start."""


class Busy(Exception):
    """Another claimdesk process is at work on this database."""


# the one switch between the two databases


def _of(url: str) -> Any:
    try:
        name = make_url(url).get_backend_name()
    except ArgumentError:
        name = ""
    if name not in ("sqlite", "postgresql"):
        raise ValueError("DATABASE_URL must begin with sqlite:/// or postgresql://")
    return postgres if name == "postgresql" else sqlite


def _behind(tx: Tx | Engine) -> Any:
    return postgres if tx.dialect.name == "postgresql" else sqlite


def several(url: str) -> bool:
    """Return whether several processes may work on this database at the same time."""
    return _of(url) is postgres


# opening


def open_writer(url: str, *, process: str = "", workers: int = 1, key: bytes = b"") -> Engine:
    """Open the writing engine, for so many threads; on SQLite it is one connection, to be used by one at a time.

    `process` is the name under which mail of this process is kept, `key` that of the event log.
    Raises ValueError for another database.
    """
    engine: Engine = _of(url).open_writer(url, process=process, workers=workers, options={KEY: key} if key else {})
    return engine


def open_readers(url: str) -> AsyncEngine:
    """Open the pool of readers: they see committed rows only and cannot write."""
    engine: AsyncEngine = _of(url).open_readers(url)
    return engine


def open_snapshots(url: str) -> Engine:
    """Open a reader for synchronous functions, to be used by one thread at a time."""
    engine: Engine = _of(url).open_snapshots(url)
    return engine


# the transaction


@contextmanager
def snapshot(engine: Engine) -> Iterator[Tx]:
    """Yield a transaction that sees committed rows as they are now, for reading."""
    with engine.begin() as tx:
        yield tx


def intact(tx: Tx) -> None:
    """Raise DatabaseGone if the database has given the transaction up: its COMMIT would "succeed" with nothing."""
    if not _behind(tx).is_intact(tx):
        raise DatabaseGone


@contextmanager
def transaction(engine: Engine) -> Iterator[Tx]:
    """Yield one write transaction: committed at the end, rolled back on any exception."""
    with engine.begin() as tx:
        tx.info.pop(HELD, None)
        yield tx
        intact(tx)


def run(engine: Engine, work: Callable[[Tx], T]) -> T:
    """Do work in one write transaction, again from its start each time it collides with others.

    Raises what the work raises, and Collided when there is no end to it.
    """
    for number in range(TRIES):
        Event().wait(number * PAUSE)  # so that who was in the way gets past
        try:
            with transaction(engine) as tx:
                return work(tx)
        except Collided:
            pass
        except DRIVER_ERRORS as error:
            if not collided(engine, error):
                raise
    raise Collided("the database let others go first too many times")


def collided(engine: Engine, error: BaseException) -> bool:
    """Return whether a transaction failed because others stood in its way."""
    return bool(_behind(engine).collided(error))


def failed(engine: Engine, error: BaseException) -> bool:
    """Return whether it was the database that failed, and not the work done with it."""
    return isinstance(error, PoolTimeout) or bool(_behind(engine).failed(error))


@contextmanager
def savepoint(tx: Tx) -> Iterator[None]:
    """Undo what the block wrote if it raises; raises DatabaseGone if the whole transaction is lost."""
    tx.exec_driver_sql("SAVEPOINT turn")
    try:
        yield
    except BaseException as error:
        if not _behind(tx).can_go_back(tx):
            raise DatabaseGone from error
        if _behind(tx).collided(error):
            raise Collided from error
        tx.exec_driver_sql("ROLLBACK TO turn")
        tx.exec_driver_sql("RELEASE turn")
        tx.info.pop(HELD, None)  # locks taken within are let go
        raise
    tx.exec_driver_sql("RELEASE turn")


async def read(readers: AsyncEngine, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run a synchronous storage function on a reader's connection."""
    async with readers.connect() as connection:
        return await connection.run_sync(function, *args, **kwargs)


def insert(_tx: Tx) -> Callable[..., Any]:
    """Return the insert() that knows ON CONFLICT; SQLite compiles the clause of PostgreSQL."""
    return postgresql.insert


def among(tx: Tx, column: ColumnElement[int], values: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that a column is one of many whole numbers, which go as one parameter."""
    condition: ColumnElement[bool] = _behind(tx).among(column, list(values))
    return condition


# locks


def locks(tx: Tx) -> bool:
    """Return whether others write beside this transaction, so that the rows it decides by have to be locked."""
    return bool(_behind(tx).locks(tx))


def first_time(tx: Tx, name: str) -> bool:
    """Return whether a lock is still to be taken in this transaction, and note that it is."""
    held: set[str] = tx.info.setdefault(HELD, set())
    new = name not in held
    held.add(name)
    return new


def process_of(tx: Tx) -> str | None:
    """Return the name of the process whose transaction this is; None where only one may be."""
    name: str | None = _behind(tx).process_of(tx)
    return name


def queue_up(tx: Tx, what: str) -> None:
    """Let transactions that do the same go one after the other: each until the end of the one before."""
    _behind(tx).queue_up(tx, what)


def hold_table(tx: Tx, name: str) -> None:
    """Wait for who writes to a table, and let nobody else write to it until the end of the transaction."""
    _behind(tx).hold_table(tx, name)


class WriteLock:
    """`{data_dir}/write.lock`, held by the process that writes: SQLite before 3.51.3 must have one writer at a time.

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
        """Close the file."""
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
def turn_to_write(url: str, data_dir: Path) -> Iterator[None]:
    """Hold the write lock where the database bears one writer only."""
    if several(url):
        yield
        return
    with write_lock(data_dir):
        yield


# the database as a whole


@contextmanager
def rebuilding(connection: Connection) -> Iterator[None]:
    """Let tables be rebuilt within the block; it begins outside of a transaction."""
    with _behind(connection).rebuilding(connection):
        yield


def orphaned(connection: Connection) -> bool:
    """Return whether rows refer to nothing."""
    return bool(_behind(connection).orphaned(connection))


def fault(connection: Connection) -> str:
    """Return what is wrong with the database; "" for nothing."""
    return str(_behind(connection).fault(connection))


def back_up(url: str, target: Path) -> int:
    """Copy a SQLite database to a new file, consistent while others write; return its size in bytes.

    Raises OSError when there is no database or the file exists already, ValueError for PostgreSQL.
    """
    return int(_of(url).back_up(url, target))
