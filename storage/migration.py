"""Which schema a database has, and bringing it to the present one.

Alembic takes half a second to import, so a fresh or present database is handled without it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, inspect

from storage.database import Tx, intact, orphaned, queue_up, rebuilding
from storage.tables import METADATA

HEAD = "0011"  # the newest of migrations/versions
SHARED = "0003"  # since when processes are written down
SCHEMA = "schema"  # what processes that start at the same time queue up for
FOLDER = Path(__file__).parent / "migrations"

# Alembic's own table, as Alembic makes it
alembic_version = Table(
    "alembic_version",
    MetaData(naming_convention={"pk": "%(table_name)s_pkc"}),
    Column("version_num", String(32), primary_key=True),
)


class Newer(Exception):
    """This database was made by a newer claimdesk; install that version, or go back to a backup."""


class Broken(Exception):
    """The migration would leave rows that refer to nothing; the database was left as it was."""


def version(tx: Tx) -> str:
    """Return the revision of a database; "" for one without tables of ours."""
    known = inspect(tx)
    if not known.has_table(alembic_version.name):
        return ""
    return tx.execute(alembic_version.select()).scalar() or ""


def stamp(tx: Tx, revision: str = HEAD) -> None:
    """Write down that the database is at a revision."""
    alembic_version.create(tx, checkfirst=True)
    tx.execute(alembic_version.delete())
    tx.execute(alembic_version.insert().values(version_num=revision))


def create(tx: Tx) -> None:
    """Lay the present schema into an empty database; the same as all migrations would."""
    METADATA.create_all(tx)
    stamp(tx)


def pending(engine: Engine) -> list[str]:
    """Return the revisions that `upgrade` would apply, oldest first. Raises Newer."""
    with engine.connect() as connection:
        here = version(connection)
    return [] if here == HEAD else _missing(here)


def upgrade(engine: Engine) -> list[str]:
    """Apply what is pending in one transaction; return the revisions. Raises Newer or Broken.

    The caller holds the write lock alone: no `serve` may run.
    """
    revisions = pending(engine)
    if revisions:
        with engine.connect() as connection, rebuilding(connection), connection.begin():
            queue_up(connection, SCHEMA)
            _run(connection)
            if orphaned(connection):
                raise Broken
            intact(connection)
    return revisions


def prepare(engine: Engine) -> list[str]:
    """Bring any database to the present schema; an empty one gets it at once. Return the revisions applied.

    The caller holds the write lock. Raises Newer or Broken.
    """
    with engine.begin() as tx:
        queue_up(tx, SCHEMA)
        if not version(tx):
            create(tx)
            return []
    return upgrade(engine)


def _missing(here: str) -> list[str]:
    from alembic.script import ScriptDirectory

    revisions = [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()][::-1]
    if here and here not in revisions:
        raise Newer
    return revisions[revisions.index(here) + 1 :] if here else revisions


def _run(connection: Connection) -> None:
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config
