"""Moving everything from SQLite to PostgreSQL: in one transaction, compared row by row before it is committed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from itertools import zip_longest
from typing import Any, NamedTuple

from sqlalchemy import JSON, Boolean, Column, Integer, String, Table, Text, func, select

from storage import migration, outbox
from storage.database import Tx, Writer, queue_up, transaction
from storage.tables import METADATA, duties, processes

LEFT_OUT = (processes, duties)  # of the processes that ran where the rows come from
CHUNK = 2_000  # rows that are fetched at a time

Row = tuple[Any, ...]
Told = Callable[[int], object]  # how many rows were done since it was told last


class NotEmpty(Exception):
    """The database to move to holds rows already; name an empty one."""


class NotPresent(Exception):
    """The database to move from is of another version; run claimdesk db upgrade first."""


class Unlike(Exception):
    """What arrived is not what was sent; nothing was moved."""


class Moved(NamedTuple):
    """What was moved: tables with rows, rows, and the SHA-256 over all of them, the same on both sides."""

    tables: int
    rows: int
    digest: str


def tables() -> list[Table]:
    """Return the tables that are moved, parents before their children."""
    return [table for table in METADATA.sorted_tables if table not in LEFT_OUT]


def count(source: Tx) -> int:
    """Count the rows that are to be moved."""
    return sum(source.scalar(select(func.count()).select_from(table)) or 0 for table in tables())


def move(source: Tx, target: Writer, *, copied: Told, checked: Told, emptied: bool = False) -> Moved:
    """Copy every row from a SQLite database to an empty PostgreSQL, and compare. All of it or nothing.

    `emptied`: what the target holds goes. Raises NotPresent, NotEmpty or Unlike.
    """
    if migration.version(source) != migration.HEAD:
        raise NotPresent
    with transaction(target) as tx:
        tx.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")  # a large table takes its time to read
        queue_up(tx, migration.SCHEMA)
        if emptied:
            METADATA.drop_all(tx)
            migration.alembic_version.drop(tx, checkfirst=True)
        _lay_out(tx)
        for table in tables():
            _copy(source, tx, table, copied)
            _set_numbers(source, tx, table)
        digest, full, rows = sha256(), 0, 0
        for table in tables():
            found = compare(source, tx, table, digest, checked)
            full += found > 0
            rows += found
        outbox.free_leases(tx)  # of a process that is gone
        return Moved(full, rows, digest.hexdigest())


def _lay_out(tx: Tx) -> None:
    known = migration.version(tx)
    if not known:
        migration.create(tx)
    elif known != migration.HEAD or any(tx.execute(select(table).limit(1)).first() for table in tables()):
        raise NotEmpty


def _copy(source: Tx, tx: Tx, table: Table, copied: Told) -> None:
    """Stream a table over; numbers, texts and JSON go as they lie there."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    driver: Any = tx.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as stream:
        for row in _rows(source, table):
            stream.write_row(row)
            copied(1)


def _rows(source: Tx, table: Table) -> Iterator[Row]:
    """Yield a table's rows in the order of their keys, as plain values."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    keys = ", ".join(f'"{column.name}"' for column in table.primary_key)
    reads = [_read(column) for column in table.columns]
    for row in source.exec_driver_sql(f'SELECT {names} FROM "{table.name}" ORDER BY {keys}'):
        yield tuple(value if value is None else read(value) for read, value in zip(reads, row, strict=True))


def _read(column: Column[Any]) -> Callable[[Any], Any]:
    if isinstance(column.type, Boolean):
        return bool
    if isinstance(column.type, String | Text | JSON):
        return lambda text: str(text).replace("\0", "")  # the one character that PostgreSQL cannot hold
    return lambda value: value


def arrived(tx: Tx, table: Table) -> Iterator[Row]:
    """Yield the same rows as they lie in PostgreSQL, JSON as the text that it is."""
    names = ", ".join(f'"{c.name}"' + "::text" * isinstance(c.type, JSON) for c in table.columns)
    # texts in the order of their bytes, as SQLite has them
    keys = ", ".join(f'"{c.name}"' + ' COLLATE "C"' * isinstance(c.type, String) for c in table.primary_key)
    driver: Any = tx.connection.driver_connection
    with driver.cursor("arrived") as cursor:
        cursor.itersize = CHUNK
        cursor.execute(f'SELECT {names} FROM "{table.name}" ORDER BY {keys}')
        yield from cursor


def compare(source: Tx, tx: Tx, table: Table, digest: Any, checked: Told) -> int:
    """Compare a table row by row; return how many there are."""
    number = 0
    for sent, found in zip_longest(_rows(source, table), arrived(tx, table)):
        if sent != found:
            raise Unlike(f"{table.name}: {_key(table, sent or found)} is not what was sent; nothing was moved")
        digest.update(repr((table.name, sent)).encode())
        number += 1
        checked(1)
    return number


def _key(table: Table, row: Sequence[Any]) -> str:
    names = [column.name for column in table.columns]
    return ", ".join(f"{column.name} {row[names.index(column.name)]}" for column in table.primary_key)


def _set_numbers(source: Tx, tx: Tx, table: Table) -> None:
    """Let numbers go on where they were: one once given must not come back."""
    (*rest, key) = table.primary_key
    if rest or not isinstance(key.type, Integer) or key is not table.autoincrement_column:
        return
    last = source.scalar(select(func.coalesce(func.max(key), 0))) or 0
    if table.dialect_options["sqlite"]["autoincrement"]:
        given = source.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = ?", (table.name,)).scalar()
        last = max(last, given or 0)
    sequence = func.pg_get_serial_sequence(table.name, key.name)
    tx.execute(select(func.setval(sequence, max(last, 1), last > 0)))
