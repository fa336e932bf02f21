"""Empty databases with the present schema: laid out once in a process, then copied."""

from __future__ import annotations

import sqlite3
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine

from storage.database import open_writer
from storage.migration import prepare
from storage.tables import METADATA


def lay_out(engine: Engine) -> None:
    """Give a database its tables; one that has them keeps its rows."""
    if engine.dialect.name != "sqlite":
        METADATA.create_all(engine)
        return
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        if not driver.execute("SELECT 1 FROM sqlite_master").fetchone():
            _tables().backup(driver)


def lay_file(folder: Path) -> None:
    """Lay a database as `serve` makes it into a data folder that has none."""
    file = folder / "claimdesk.db"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_prepared())


@cache
def _tables() -> sqlite3.Connection:
    engine = open_writer("sqlite://")
    METADATA.create_all(engine)
    kept = sqlite3.connect(":memory:", check_same_thread=False)
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.backup(kept)
    engine.dispose()
    return kept


@cache
def _prepared() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "claimdesk.db"
        engine = open_writer(f"sqlite:///{file}")
        prepare(engine)
        engine.dispose()
        return file.read_bytes()
