"""The migrations: they end in exactly the tables of storage.tables, and lose nothing on the way."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import postgres
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Integer, MetaData, Table, inspect, select
from sqlalchemy.exc import IntegrityError

from storage import migration
from storage import tables as t
from storage.database import open_writer, transaction
from storage.tables import METADATA, leader_sites, leaders

HEAD = migration.HEAD
AFTER = f"{int(HEAD) + 1:04d}"
NOW = datetime(2026, 6, 12, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TOLD = (
    "storage/tables/ and the migrations differ: write a new file in storage/migrations/versions that does the same,"
    " and raise HEAD in storage/migration.py."
)
MADE = {  # SHA-256 of what installations may have run: such a file is never changed, a change is a file of its own
    "first_schema.py": "85cdccfe3777f43784dc92eb2f2e4c8bc5baa7dc51753f625ee4260280625144",
    "versions/0001_first.py": "d1cf3d7719bca089f47a64ec387d429c74ef7e102c3fefad2b9755fae5ac359a",
    "versions/0002_order_guards.py": "4e10e7bdb6728a7ef3aa402f9d6515bef967ae5093961fddebb6080d9c8e36a9",
    "versions/0003_processes.py": "b249e769f24f954d61e92f951e3e062eed871452c6afc8baaf8a0726e7ad61ba",
    "versions/0004_order_states.py": "14bd4f61a239458b20d5af04b7047eaa98bc88cad349e77536402d33bc9c8960",
    "versions/0005_money.py": "6749a657105ef3fbe854feb76132a1bc5fd97ece0acac652c15abe426b81384e",
    "versions/0006_shipments.py": "1929cd1d0cb92a503625a8d259be07d82c1eab58ed9dff903eb146ea2888768d",
    "versions/0007_priorities.py": "66798018f4593765f26082ac6b3b7907592939ff58bbdeb124d970e540a2fa75",
    "versions/0008_costs.py": "89094b1b3987634a61c82d8356958905cc8961357953e2286251b27206fa50c2",
    "versions/0009_prints.py": "6c4346cc0764d5a83c1354011277ad099c4e4c4272c1b8482d58640b8eb154fc",
    "versions/0010_audit.py": "53daeb34ad9fe87857d321c1609aec23e1b4f15e67e1c18e66e4dd485bfc2188",
}
NEXT = '''
"""Rebuilds a table that others refer to.

Revision ID: {later}
"""
import sqlalchemy as sa
from alembic import op

revision = "{later}"
down_revision = "{head}"

def upgrade():
    rebuilt = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("leaders", recreate=rebuilt) as batch:
        batch.add_column(sa.Column("note", sa.Text(), server_default="", nullable=False))
    {more}
'''


REVISIONS = [f"{number:04d}" for number in range(1, int(migration.HEAD) + 1)]
LATER = f"{int(migration.HEAD) + 1:04d}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def place(request, tmp_path):
    """Give the addresses of databases without tables."""
    server = postgres.server() if request.param == "postgres" else None
    made = []

    def new():
        made.append(server.empty() if server else f"sqlite:///{tmp_path}/{len(made)}.db")
        return made[-1]

    yield new
    for url in made if server else ():
        server.drop(url)


@pytest.fixture
def engine(place):
    engine = open_writer(place())
    yield engine
    engine.dispose()


CATALOGUE = (
    "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default"
    " FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2",
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    "SELECT conrelid::regclass::text, pg_get_constraintdef(oid), conname FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2, 3",
)


def differences(engine, metadata=METADATA):
    with engine.connect() as connection:
        # PostgreSQL keeps no length; that the types are the same stands in test_a_fresh_database_has_the_same_schema
        types = {"compare_type": connection.dialect.name == "sqlite"}
        return compare_metadata(MigrationContext.configure(connection, opts=types), metadata)


def schema(engine):
    """Give every statement that made the database, without its white space; of PostgreSQL what they came to."""
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            return {query: connection.exec_driver_sql(query).all() for query in CATALOGUE}
        rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").all()
    return {row.name: sorted(re.sub(r"\s+", " ", part).strip(" ()") for part in row.sql.split(",")) for row in rows}


def test_the_migrations_end_in_the_tables(engine):
    assert migration.upgrade(engine) == REVISIONS
    assert not differences(engine), TOLD


def test_a_change_without_migration_would_be_seen(engine):
    migration.upgrade(engine)
    changed = MetaData()
    for table in METADATA.sorted_tables:
        table.to_metadata(changed)
    Table("orders", changed, Column("weight", Integer), extend_existing=True)
    assert [difference[0] for difference in differences(engine, changed)] == ["add_column"]


def test_a_fresh_database_has_the_same_schema(engine, place):
    migration.upgrade(engine)
    fresh = open_writer(place())
    with transaction(fresh) as tx:
        migration.create(tx)
    assert schema(fresh) == schema(engine), TOLD
    assert migration.pending(fresh) == migration.upgrade(fresh) == []
    fresh.dispose()


def test_head_is_the_newest_revision():
    script = ScriptDirectory(str(migration.FOLDER))
    assert script.get_heads() == [migration.HEAD]


def test_what_is_pending(engine):
    with transaction(engine) as tx:
        assert migration.version(tx) == ""
    assert migration.pending(engine) == migration.upgrade(engine) == REVISIONS
    assert migration.pending(engine) == migration.upgrade(engine) == []
    with transaction(engine) as tx:
        assert migration.version(tx) == migration.HEAD


def test_a_newer_database_is_refused(engine):
    with transaction(engine) as tx:
        migration.create(tx)
        migration.stamp(tx, "9999")
    for act in (migration.pending, migration.upgrade):
        with pytest.raises(migration.Newer):
            act(engine)


@pytest.fixture
def later(engine, tmp_path, monkeypatch):
    """Pretend that one more migration exists, over a database that holds a leader with a site."""
    migration.upgrade(engine)
    with transaction(engine) as tx:
        tx.execute(leaders.insert().values(id=1, name="王姐", created_at=NOW))
        tx.execute(leader_sites.insert().values(leader_id=1, site_no="Z07"))
    folder = tmp_path / "100% migrations"
    shutil.copytree(migration.FOLDER, folder)
    monkeypatch.setattr(migration, "FOLDER", folder)
    head = migration.HEAD
    monkeypatch.setattr(migration, "HEAD", LATER)

    def write(more=""):
        text = NEXT.format(more=more, head=head, later=LATER)
        (folder / "versions" / f"{LATER}_next.py").write_text(text, encoding="utf-8")

    return write


def sites(engine):
    with transaction(engine) as tx:
        return tx.execute(select(leader_sites.c.site_no)).scalars().all()


def guarded(engine):
    if engine.dialect.name == "postgresql":
        return 1
    with engine.connect() as connection:
        return connection.exec_driver_sql("PRAGMA foreign_keys").scalar()


def test_rebuilding_a_table_keeps_what_refers_to_it(engine, later):
    later()
    assert migration.upgrade(engine) == [LATER]
    assert sites(engine) == ["Z07"]
    assert guarded(engine) == 1
    assert "note" in {column["name"] for column in inspect(engine).get_columns("leaders")}


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ("op.execute('DELETE FROM leaders')", (migration.Broken, IntegrityError)),  # PostgreSQL sees to it by itself
        ("raise ZeroDivisionError", ZeroDivisionError),
    ],
)
def test_a_migration_that_fails_leaves_everything_as_it_was(engine, later, more, error):
    later(more)
    before = schema(engine)
    with pytest.raises(error):
        migration.upgrade(engine)
    assert schema(engine) == before
    assert sites(engine) == ["Z07"]
    assert guarded(engine) == 1
    assert migration.pending(engine) == [LATER]


@pytest.fixture
def before_money(engine, tmp_path):
    """A database of revision 0004 with a ticket: two lines, and a clock that was moved when it was breached."""
    folder = tmp_path / "migrations of 0004"
    newer = [path.name for path in (migration.FOLDER / "versions").glob("[0-9]*.py") if path.name >= "0005"]
    shutil.copytree(migration.FOLDER, folder, ignore=shutil.ignore_patterns(*newer))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migration, "FOLDER", folder)
        patch.setattr(migration, "HEAD", "0004")
        migration.upgrade(engine)
    words = {"severity": "normal", "desk": "telegram", "language": "zh", "policy_hash": "h", "state": "decided"}
    lists = {"signals": [], "special": [], "said": [], "warnings": []}
    times = {"reported_at": NOW, "created_at": NOW, "updated_at": NOW}
    of_line = dict.fromkeys(("problem", "quantity", "unit", "share", "detail", "item"), "")
    with transaction(engine) as tx:
        tx.execute(t.policies.insert().values(hash="h", name="p", text="", stored_at=NOW))
        talk = {"channel": "telegram", "account": "1", "name": "", "talk": {}, "updated_at": NOW, "created_at": NOW}
        known = {name: value for name, value in talk.items() if name in t.conversations.c}
        number = tx.execute(t.conversations.insert().values(**known)).inserted_primary_key[0]
        tx.execute(
            t.tickets.insert().values(
                no="CD-1", claim_id="c", conversation_id=number, rank=3, version=0, **words, **lists, **times
            )
        )
        for line, state, amount in ((1, "approved", 3980), (2, "owed", 0), (3, "approved", 0)):
            tx.execute(
                t.ticket_lines.insert().values(ticket_no="CD-1", line=line, state=state, amount=amount, **of_line)
            )
        moved = {"started_at": NOW, "due_at": NOW + DAY, "breached_at": NOW}
        for name, values in (("refund_due", moved), ("review_notice", {"started_at": NOW, "due_at": NOW + DAY})):
            tx.execute(t.clocks.insert().values(ticket_no="CD-1", name=name, **values))
    return engine


def test_granted_money_is_owed_and_clocks_know_what_was_promised_first(before_money):
    migration.upgrade(before_money)
    with transaction(before_money) as tx:
        lines = tx.execute(select(t.ticket_lines.c.state, t.ticket_lines.c.paid_at).order_by(t.ticket_lines.c.line))
        assert [tuple(row) for row in lines] == [("owed", None), ("owed", None), ("approved", None)]
        clocks = tx.execute(select(t.clocks.c.name, t.clocks.c.first_due_at).order_by(t.clocks.c.name)).all()
        assert dict(map(tuple, clocks)) == {"refund_due": NOW, "review_notice": NOW + DAY}


def test_starting_costs_no_alembic():
    code = (
        "import sys; from storage import migration, database;"
        "engine = database.open_writer('sqlite://');"
        "tx = engine.connect(); migration.create(tx); tx.commit();"
        "assert migration.pending(engine) == []; assert 'alembic' not in sys.modules"
    )
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


def test_a_migration_is_never_changed_once_made():
    """A new migration is listed with the next one at the latest."""
    folder = Path(migration.__file__).parent / "migrations"
    for name, made in MADE.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == made, f"{name}: {TOLD}"
    unlisted = {path.name for path in (folder / "versions").glob("[0-9]*.py") if f"versions/{path.name}" not in MADE}
    assert all(name.startswith(HEAD) for name in unlisted), "list the migrations before the newest in MADE"
