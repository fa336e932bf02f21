"""PostgreSQL: many write beside each other, so rows are locked, and transactions that collide run again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zlib import crc32

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    String,
    any_,
    create_engine,
    event,
    literal,
)
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.ext.compiler import compiles

from storage.engines.json_text import to_json

WRITES = "claimdesk_writes"  # an engine's option: rows that are read here are read to decide by them
PROCESS = "claimdesk_process"  # an engine's option: the name of the process
SPARE = 3  # connections beside the workers': the courier's, a command's, a second try
CONNECT = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,  # milliseconds until a server that is gone is noticed
    "prepare_threshold": 2,  # a statement that comes a third time is prepared by the server
}
PREPARED = 400  # statements that one connection keeps prepared
WRITING = (
    # a process that hangs or is stopped within a transaction must not keep its locks from the others
    "SET idle_in_transaction_session_timeout = '5s'",
    # what is acknowledged is on the disk, whatever the server's default
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
)
READING = (
    "SET idle_in_transaction_session_timeout = '60s'",
    "SET default_transaction_read_only = on",
    "SET default_transaction_isolation = 'repeatable read'",
)
ADVISORY = 20_260_612  # the class of our advisory locks
COLLIDED = ("40001", "40P01")  # serialisation failure, deadlock
# what comes of the connection, a transaction cut off or read-only, full disks, shutdowns and the server's own faults
FAILURES = ("08", "25006", "25P03", "25P04", "53", "57", "58", "F0", "XX")
FAILED, GONE = 3, 4  # libpq's words for a transaction of which a statement failed, and for a lost connection


@compiles(String, "postgresql")
def _without_bound(_type: String, _compiler: Any, **_: Any) -> str:
    """Keep texts however long they are, as SQLite does: what a platform or an order system calls a thing is theirs."""
    return "VARCHAR"


class _Holdable(String):
    """A text without the one character that PostgreSQL's texts cannot hold."""

    render_bind_cast = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        return lambda text: text.replace("\0", "") if text and "\0" in text else text


def _set_up(engine: Engine, settings: Sequence[str]) -> None:
    engine.dialect.colspecs = {**engine.dialect.colspecs, String: _Holdable}
    event.listen(engine, "connect", lambda dbapi, _: _connected(dbapi, settings))


def _options() -> dict[str, Any]:
    return {
        "connect_args": {**CONNECT, "application_name": "claimdesk"},
        "json_serializer": to_json,
        "use_native_hstore": False,
        "hide_parameters": True,  # what people wrote stays out of error messages
    }


def _connected(dbapi: Any, settings: Sequence[str]) -> None:
    getattr(dbapi, "driver_connection", dbapi).prepared_max = PREPARED
    cursor = dbapi.cursor()
    for setting in settings:
        cursor.execute(setting)
    cursor.close()
    dbapi.commit()


def open_writer(url: str, *, process: str, workers: int, options: Mapping[str, Any]) -> Engine:
    """Open the writing engine: a pool for so many threads."""
    engine = create_engine(
        url,
        pool_size=workers + SPARE,
        max_overflow=2,
        pool_timeout=10,
        execution_options={WRITES: True, PROCESS: process, **options},
        **_options(),
    )
    _set_up(engine, WRITING)
    return engine


def open_readers(url: str) -> AsyncEngine:
    """Open the pool of readers: each sees the rows as they were committed when it began, and cannot write."""
    engine = create_async_engine(url, pool_size=4, max_overflow=4, **_options())
    _set_up(engine.sync_engine, READING)
    return engine


def open_snapshots(url: str) -> Engine:
    """Open readers for synchronous functions."""
    engine = create_engine(url, pool_size=1, max_overflow=1, **_options())
    _set_up(engine, READING)
    return engine


def _status(tx: Connection) -> int:
    if tx.invalidated:
        return GONE
    connection: Any = tx.connection.driver_connection
    return int(connection.pgconn.transaction_status)


def among(column: ColumnElement[int], values: list[int]) -> ColumnElement[bool]:
    """Return the condition that a column is one of these."""
    return column == any_(literal(values, ARRAY(BigInteger)))


def is_intact(tx: Connection) -> bool:
    """Return whether the transaction can be committed: after an error its COMMIT would roll back without a word."""
    return _status(tx) not in (FAILED, GONE)


def can_go_back(tx: Connection) -> bool:
    """Return whether a savepoint can still be gone back to."""
    return _status(tx) != GONE


def _code(error: BaseException) -> str:
    return getattr(getattr(error, "orig", error), "sqlstate", None) or ""


def collided(error: BaseException) -> bool:
    """Return whether the transaction stood in another's way: it is to be run again from its start."""
    return _code(error) in COLLIDED


def failed(error: BaseException) -> bool:
    """Return whether it was the server or the way to it that failed, and not the work done with it."""
    if isinstance(error, (OperationalError, InterfaceError)) and not _code(error):
        return True  # the connection broke, or none came about
    return _code(error).startswith(FAILURES)


def locks(tx: Connection) -> bool:
    """Return whether rows have to be locked before they are decided by."""
    return bool(tx.get_execution_options().get(WRITES))


def process_of(tx: Connection) -> str | None:
    """Return the name of the process whose transaction this is."""
    return tx.get_execution_options().get(PROCESS) or None


def queue_up(tx: Connection, what: str) -> None:
    """Wait until no other transaction does the same, and keep others from it until the end of this one."""
    tx.exec_driver_sql("SELECT pg_advisory_xact_lock(%s, %s)", (ADVISORY, crc32(what.encode()) - (1 << 31)))


def hold_table(tx: Connection, name: str) -> None:
    """Wait for who writes to a table, and let nobody else until the end of the transaction."""
    tx.exec_driver_sql(f'LOCK TABLE "{name}" IN SHARE MODE')


@contextmanager
def rebuilding(_connection: Connection) -> Iterator[None]:
    """Do nothing: no table has to be rebuilt."""
    yield


def orphaned(_connection: Connection) -> bool:
    """Return whether rows refer to nothing: never, the server sees to it."""
    return False


def fault(connection: Connection) -> str:
    """Return what is wrong with the database; "" for nothing."""
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
    if encoding != "UTF8":
        return f"the database is encoded as {encoding}: make one with ENCODING 'UTF8'."
    if connection.exec_driver_sql("SHOW fsync").scalar() != "on":
        return "the server runs with fsync = off: a power cut may damage the database; turn it on."
    return ""


def back_up(_url: str, _target: Path) -> int:
    """Raise: the server has its own tools for backups."""
    raise ValueError("PostgreSQL is copied by its own tools: pg_dump -Fc --file=FILE DATABASE_URL.")
