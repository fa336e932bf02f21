"""From every schema that was ever released to the present one, with rows in every table: nothing is lost on the way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import postgres
import pytest
from alembic import command
from sqlalchemy import JSON, Boolean, Float, Integer, MetaData, String, select, text

from storage import database, migration
from storage.database import open_writer, transaction
from storage.operations import audit, schema
from storage.operations.audit_verify import verify
from storage.seals import chain
from storage.tables import EPOCH

NOW = datetime(2026, 6, 12, 11, 0, tzinfo=UTC)
KEY = b"k" * 32
RELEASED = [f"{number:04d}" for number in range(1, int(migration.HEAD) + 1)]
ROWS = 3
CHANGED = {("ticket_lines", "state"), ("tickets", "head")}  # what a migration sets on purpose
DROPPED = {("evidence", "phash"), ("evidence", "phash256")}  # kept otherwise since
STATES = ("open", "refused", "withdrawn")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request, tmp_path):
    server = postgres.server() if request.param == "postgres" else None
    url = server.empty() if server else f"sqlite:///{tmp_path}/old.db"
    made = open_writer(url, key=KEY)
    yield made
    made.dispose()
    if server:
        server.drop(url)


def lay(engine, revision):
    """Bring an empty database to a revision, as a service of that time did."""
    with engine.connect() as connection, database.rebuilding(connection), connection.begin():
        config = migration._config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def value(table, column, number):
    name, kind = column.name, column.type
    if table == "events":
        return {"id": number, "ticket_no": "CD-1", "at": number * 1000, "actor": "bot", "kind": "noted",
                "data": {"n": number}, "chain": ""}[name]  # fmt: skip
    if (table, name) in {("tickets", "no")} or name == "ticket_no":
        return f"CD-{number}"
    if (table, name) == ("ticket_lines", "state"):
        return STATES[number % 3]
    if (table, name) == ("tickets", "version"):
        return ROWS if number == 1 else 0
    if name == "seal":
        return ""
    if isinstance(kind, Boolean):
        return number % 2 == 0
    if isinstance(kind, JSON):
        return [number, "草莓"]
    if isinstance(kind, Float | Integer):
        return number
    assert isinstance(kind, String), (table, name)
    return str(number)


def fill(tx, old):
    for table in old.sorted_tables:
        if table.name in (migration.alembic_version.name, "audit_keys", "ticket_register", "anchors"):
            continue
        for number in range(1, ROWS + 1):
            tx.execute(table.insert().values({c.name: value(table.name, c, number) for c in table.columns}))
    events, last = old.tables["events"], ""
    for number in range(1, ROWS + 1):
        at = EPOCH + timedelta(seconds=number)
        last = chain.plain_link(last, "CD-1", at, "bot", "noted", {"n": number})
        tx.execute(events.update().where(events.c.id == number).values(chain=last))
    if "head" in old.tables["tickets"].c:
        tx.execute(text("UPDATE tickets SET head = :last WHERE no = 'CD-1'"), {"last": last})
        tx.execute(text("UPDATE tickets SET head = '' WHERE no <> 'CD-1'"))


def rows(tx, old):
    """Return what every table holds, without the columns that a migration changes or drops on purpose."""
    return {
        table.name: [dict(row) for row in tx.execute(select(*kept(table)).order_by(*table.primary_key)).mappings()]
        for table in old.sorted_tables
        if table.name != migration.alembic_version.name
    }


def kept(table):
    return [column for column in table.c if (table.name, column.name) not in CHANGED | DROPPED]


@pytest.mark.parametrize("revision", RELEASED)
def test_every_row_of_a_released_schema_is_there_after_the_upgrade(engine, revision):
    lay(engine, revision)
    old = MetaData()
    with transaction(engine) as tx:
        old.reflect(tx)
        fill(tx, old)
        before = rows(tx, old)
    assert migration.prepare(engine) == RELEASED[RELEASED.index(revision) + 1 :]
    with transaction(engine) as tx:
        schema.check(tx)
        after = rows(tx, old)
        assert after == before
        assert not database.orphaned(tx)
        noted = audit.keep(tx, NOW, "2026-06-12", noted="")
        assert verify(tx, KEY, noted=noted) == []
