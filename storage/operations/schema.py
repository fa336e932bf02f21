"""Whether a database has the tables that this version works with, and is whole as a file."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect

from storage.migration import alembic_version
from storage.tables import METADATA

HEADER, MAGIC = 100, b"SQLite format 3\0"  # bytes at the beginning of a SQLite file


class Unfit(Exception):
    """The database lacks what this version needs."""


def check(tx: Connection) -> None:
    """Raise Unfit for a database of the present version whose tables, columns or indexes are not all there."""
    found = inspect(tx)
    columns, indexes = found.get_multi_columns(), found.get_multi_indexes()
    here = {name: {column["name"] for column in rows} for (_, name), rows in columns.items()}
    lacking = []
    for table in METADATA.sorted_tables:
        if table.name not in here:
            lacking.append(f"table {table.name}")
            continue
        lacking += [f"column {table.name}.{c.name}" for c in table.columns if c.name not in here[table.name]]
        there = {index["name"] for (_, name), rows in indexes.items() if name == table.name for index in rows}
        lacking += [f"index {index.name}" for index in table.indexes if index.name not in there]
    if lacking:
        more = f" and {len(lacking) - 3} more" if len(lacking) > 3 else ""
        raise Unfit(
            f"the database says that it is of this version but lacks {', '.join(lacking[:3])}{more}: "
            "it was changed by hand or restored in part; bring a whole backup back."
        )


def unmade(tx: Connection) -> None:
    """Raise Unfit for a database that has tables of ours but does not say of which version they are."""
    ours = sorted({table.name for table in METADATA.sorted_tables} & set(inspect(tx).get_table_names()))
    if ours:
        raise Unfit(
            f"the database holds tables ({', '.join(ours[:3])}) but its {alembic_version.name} is empty or gone: "
            "it was made or restored in part; empty it, or bring a whole backup back."
        )


def cut_short(file: Path) -> str:
    """Return what is wrong with a SQLite file on the face of it; "" for nothing, or where there is none."""
    size = file.stat().st_size if file.is_file() else 0
    log = file.with_name(f"{file.name}-wal")
    if not size or (log.exists() and log.stat().st_size):  # what the file lacks may be in its log
        return ""
    with file.open("rb") as handle:
        head = handle.read(HEADER)
    page = int.from_bytes(head[16:18]) or 0
    pages = int.from_bytes(head[28:32])
    if len(head) < HEADER or not head.startswith(MAGIC):
        return f"{file} is no SQLite database, or its beginning is gone: bring a backup back."
    if size < pages * (65536 if page == 1 else page):
        return f"{file} is cut short, its end is missing: bring a backup back."
    return ""
