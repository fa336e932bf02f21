"""Moving from SQLite to PostgreSQL: every kind of row arrives as it was, or nothing does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import postgres
import pytest
from sqlalchemy import JSON, Boolean, Float, Integer, String, func, select

from storage import migration, outbox
from storage import tables as t
from storage.database import open_snapshots, open_writer, snapshot, transaction
from storage.operations import move
from storage.tables import METADATA, Instant

pytestmark = pytest.mark.postgres
NOW = datetime(2026, 6, 12, 11, 0, tzinfo=UTC)
WORDS = ("草莓坏了2盒", "a\tb\nc\\.\r", "\\N", "'; DROP TABLE orders; --", "😀 \u202e", "nul\0nul", "")
ROWS = 4


@pytest.fixture
def old(tmp_path):
    """An old database with a few rows in every table, and nothing that they refer to missing."""
    url = f"sqlite:///{tmp_path}/old.db"
    engine = open_writer(url)
    with transaction(engine) as tx:
        migration.create(tx)
        fill(tx, Random(1))
    engine.dispose()
    readers = open_snapshots(url)
    yield readers
    readers.dispose()


@pytest.fixture
def new():
    server = postgres.server()
    url = server.empty()
    engine = open_writer(url)
    yield engine
    engine.dispose()
    server.drop(url)


def fill(tx, chance):
    for table in METADATA.sorted_tables:
        for number in range(1, ROWS + 1):
            values = {column.name: value(column, number, chance) for column in table.columns}
            tx.execute(table.insert().values(**values))


def value(column, number, chance):
    """Make a value; keys and what refers to them hold the number of the row."""
    key = column.primary_key or column.foreign_keys or column.unique or column.name in ("phone", "account")
    kind = column.type
    if isinstance(kind, Boolean):
        return chance.random() < 0.5
    if isinstance(kind, JSON):
        return {"said": [chance.choice(WORDS), number, 0.1, None, {"z": 1, "a": 2}]}
    if isinstance(kind, Instant):
        return (
            None if column.nullable and chance.random() < 0.3 else NOW + timedelta(milliseconds=chance.random() * 1e6)
        )
    if isinstance(kind, Float):
        return chance.choice((1.0, 0.1, 1e-7, 123456.789))
    if isinstance(kind, Integer):
        return number if key else chance.choice((0, -1, 2**31 - 1))
    assert isinstance(kind, String), column
    return f"{'Zaß红'[number - 1]}{number}" if key else chance.choice(WORDS)


def moved(old, new, **how):
    ticks = {"copied": lambda n: None, "checked": lambda n: None, **how}
    with snapshot(old) as source:
        return move.move(source, new, **ticks)


def test_every_row_of_every_table_arrives(old, new):
    done = {"copied": 0, "checked": 0}

    def tick(what):
        return lambda n: done.update({what: done[what] + n})

    found = moved(old, new, copied=tick("copied"), checked=tick("checked"))
    assert found.tables == len(METADATA.sorted_tables) - 2
    assert found.rows == found.tables * ROWS == done["copied"] == done["checked"]
    for table in move.tables():
        query = select(table).order_by(*table.primary_key)
        with transaction(new) as there, snapshot(old) as here:
            arrived = {tuple(row._mapping[c.name] for c in table.primary_key): row for row in there.execute(query)}
            for row in here.execute(query):
                other = arrived[tuple(row._mapping[column.name] for column in table.primary_key)]
                for name, sent in row._mapping.items():
                    if not (table is t.mailboxes and name in ("lease", "lease_until", "upto")):
                        assert other._mapping[name] == plain(sent), (table.name, name)


def plain(sent):
    return sent.replace("\0", "") if isinstance(sent, str) else sent


def test_numbers_go_on_where_they_were(tmp_path, new):
    url = f"sqlite:///{tmp_path}/old.db"
    engine = open_writer(url)
    with transaction(engine) as tx:
        migration.create(tx)
        fill(tx, Random(2))
        tx.execute(t.outbox.delete().where(t.outbox.c.id > 2))  # 3 and 4 were given and struck off
    readers = open_snapshots(url)
    moved(readers, new)
    with transaction(new) as tx:
        assert outbox.put(tx, "chat:1", "reply", {}, due=NOW, now=NOW) == ROWS + 1
        made = tx.execute(t.customers.insert().values(phone="x", name="y", created_at=NOW))
        assert made.inserted_primary_key[0] == ROWS + 1
    readers.dispose()
    engine.dispose()


def test_leases_stay_behind(old, new):
    moved(old, new)
    with transaction(new) as tx:
        assert tx.scalar(select(func.count()).select_from(t.mailboxes).where(t.mailboxes.c.lease.is_not(None))) == 0


def test_a_database_with_rows_is_not_written_over(old, new):
    moved(old, new)
    with pytest.raises(move.NotEmpty):
        moved(old, new)


def test_one_that_is_laid_out_already_may_be_moved_to(old, new):
    with transaction(new) as tx:
        migration.create(tx)
    assert moved(old, new).rows


def test_an_older_database_is_not_moved(old, new, monkeypatch):
    monkeypatch.setattr(migration, "HEAD", "9999")
    with pytest.raises(move.NotPresent):
        moved(old, new)


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE orders SET buyer_name = 'x' WHERE order_no = 'Z1'",
        "DELETE FROM corrections WHERE id = 4",
        "INSERT INTO meta VALUES ('more', '')",
        "UPDATE events SET data = '{}' WHERE id = 2",
    ],
)
def test_what_does_not_arrive_as_it_was_undoes_all(old, new, spoil, monkeypatch):
    real = move._set_numbers

    def spoiling(source, tx, table):
        real(source, tx, table)
        if table is move.tables()[-1]:
            tx.exec_driver_sql(spoil)

    monkeypatch.setattr(move, "_set_numbers", spoiling)
    with pytest.raises(move.Unlike, match="nothing was moved"):
        moved(old, new)
    with transaction(new) as tx:
        assert migration.version(tx) == ""


def test_a_move_that_is_cut_off_leaves_nothing(old, new):
    def cut(_n):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        moved(old, new, checked=cut)
    with transaction(new) as tx:
        assert migration.version(tx) == ""
