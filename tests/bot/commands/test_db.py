"""`claimdesk db` where PostgreSQL is meant, as processes of their own."""

from __future__ import annotations

import many_talks
import postgres
import pytest
from doubles.service import Service
from sqlalchemy import create_engine, text

from storage import migration
from storage.database import open_writer, transaction
from storage.operations import processes

pytestmark = pytest.mark.postgres


@pytest.fixture
def url():
    server = postgres.server()
    made = server.empty()
    yield made
    server.drop(made)


@pytest.fixture
def shop(tmp_path):
    return stocked(tmp_path)


@pytest.fixture(scope="module")
def shop_of_all(tmp_path_factory):
    """An installation that no test changes."""
    return stocked(tmp_path_factory.mktemp("shop"))


def stocked(folder):
    """Return an installation on SQLite with a few orders."""
    service = Service(folder, {"SECRET_KEY": "x"})
    many_talks.write_orders(folder / "orders.csv", 5)
    imported = service.run("orders", "import", "orders.csv")
    assert imported.returncode == 0, imported.stderr
    return service


def orders(url: str) -> int:
    engine = create_engine(url)
    with engine.connect() as database:
        found = database.scalar(text("SELECT count(*) FROM orders WHERE NOT sample"))
    engine.dispose()
    return int(found or 0)


def test_a_shop_moves_to_postgres_and_goes_on_there(shop, url):
    moved = shop.run("db", "move", "--to", url)
    assert moved.returncode == 0, moved.stderr
    assert "rows of 6 tables, each compared" in moved.stdout
    assert orders(url) == 5
    again = shop.run("db", "move", "--to", url)
    assert (again.returncode, "holds rows already" in again.stderr) == (2, True)
    shop.more = {**shop.more, "DATABASE_URL": url}
    shop.start()
    assert shop.stop() == 0
    wrong = [line for line in shop.run("doctor").stdout.splitlines() if line.startswith("FAIL")]
    assert len(wrong) == 1 and "fsync = off" in wrong[0]  # the tests' own server is quick, not safe
    assert "the database is up to date" in shop.run("db", "upgrade").stdout
    backup = shop.run("db", "backup", "copy.db")
    assert (backup.returncode, "pg_dump" in backup.stderr) == (2, True)
    back = shop.run("db", "move", "--to", url)
    assert (back.returncode, "names PostgreSQL already" in back.stderr) == (2, True)


def test_a_live_service_is_not_moved(shop, url):
    with shop:
        refused = shop.run("db", "move", "--to", url)
        assert (refused.returncode, "another claimdesk serve" in refused.stderr) == (2, True)


@pytest.mark.parametrize("to", ["sqlite:///other.db", "postgresql://nobody@127.0.0.1:1/none", "mysql://x/y", "here"])
def test_a_place_that_is_none_is_named_in_one_sentence(shop_of_all, to):
    refused = shop_of_all.run("db", "move", "--to", to)
    assert refused.returncode == 2
    assert refused.stderr.startswith("claimdesk: ")
    assert "Traceback" not in refused.stderr


def test_the_schema_is_not_changed_under_processes_that_live(tmp_path, url, monkeypatch):
    engine = open_writer(url)
    shop = Service(tmp_path, {"SECRET_KEY": "x", "DATABASE_URL": url})
    assert shop.run("tickets", "list").returncode == 0
    with transaction(engine) as tx:
        processes.join(tx, "elsewhere:1:abcd")
        tx.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{migration.HEAD}'")
        monkeypatch.setattr("storage.migration.HEAD", "9999")
        monkeypatch.setattr("storage.migration._missing", lambda here: ["9999"])
    from bot.operations.preparation import alone
    from storage.database import Busy

    with pytest.raises(Busy, match="1 claimdesk processes of an older version"):
        alone(url, engine)
    with transaction(engine) as tx:
        processes.leave(tx, "elsewhere:1:abcd")
    alone(url, engine)
    engine.dispose()
