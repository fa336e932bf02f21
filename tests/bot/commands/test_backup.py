"""The drill: an installation is backed up while it serves, loses its disk, and is back with all that the set holds."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import many_talks
import postgres
import pytest
from doubles.service import Service
from sqlalchemy import create_engine, text

from media.store import open_store

PHOTO = b"\xff\xd8 not looked at \xff\xd9"
BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def shop(request, tmp_path):
    """An installation with orders and a photo, whose key is a file."""
    more = {}
    if request.param == "postgres":
        server = postgres.server()
        more = {"DATABASE_URL": server.empty()}
    made = Service(tmp_path / "shop", more)
    made.folder.mkdir()
    many_talks.write_orders(made.folder / "orders.csv", 5)
    assert made.run("orders", "import", "orders.csv").returncode == 0
    open_store(str(made.folder / "var/media")).put(PHOTO, ".jpg")
    yield made
    if more:
        server.drop(more["DATABASE_URL"])


def files(folder):
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def orders(shop):
    engine = create_engine(shop.more.get("DATABASE_URL") or f"sqlite:///{shop.folder}/var/claimdesk.db")
    with engine.connect() as rows:
        found = rows.execute(text("SELECT order_no, buyer_phone, imported_at FROM orders ORDER BY 1")).all()
    engine.dispose()
    return [tuple(row) for row in found]


def lose(shop):
    shutil.rmtree(shop.folder / "var")
    if url := shop.more.get("DATABASE_URL"):
        engine = create_engine(url)
        with engine.begin() as rows:
            rows.execute(text("DROP SCHEMA public CASCADE"))
            rows.execute(text("CREATE SCHEMA public"))
        engine.dispose()


def test_the_disk_is_lost_and_everything_comes_back(shop):
    before, key = orders(shop), (shop.folder / "var/secret.key").read_bytes()
    with shop:  # it serves
        done = shop.run("backup", "set")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == "set: a database with 0 tickets and 0 events, 1 files of media, and the key\n"
        refused = shop.run("restore", "set", "--replace")
        assert (refused.returncode, "stop" in refused.stderr) == (2, True)
    assert shop.run("orders", "import", "orders.csv").returncode == 0
    kept = files(shop.folder / "set")
    lose(shop)
    back = shop.run("restore", "set")
    assert (back.returncode, back.stderr) == (0, "")
    assert back.stdout.startswith("restored a database with 0 tickets and 0 events and 1 files of media, as of 20")
    assert orders(shop)[: len(before)] == before
    assert (shop.folder / "var/secret.key").read_bytes() == key
    assert open_store(str(shop.folder / "var/media")).get(next(iter(stored(shop)))) == PHOTO
    assert shop.run("audit", "verify").stdout == "the event log is complete and unchanged\n"
    assert files(shop.folder / "set") == kept  # reading a set changes nothing of it
    shop.start()
    assert shop.stop() == 0


def stored(shop):
    return open_store(str(shop.folder / "var/media")).keys()


def test_a_place_that_is_not_empty_is_left_alone_unless_told(shop):
    assert shop.run("backup", "set").returncode == 0
    before = orders(shop)
    for sentence in ("MEDIA_URL", "database" if shop.more else "claimdesk.db is not empty"):
        done = shop.run("restore", "set")
        assert (done.returncode, sentence in done.stderr) == (2, True), done.stderr
        shutil.rmtree(shop.folder / "var/media", ignore_errors=True)
    again = shop.run("backup", "set")
    assert (again.returncode, "set is not empty" in again.stderr) == (2, True)
    many_talks.write_orders(shop.folder / "orders.csv", 9)
    assert shop.run("orders", "import", "orders.csv").returncode == 0
    assert len(orders(shop)) == 9
    assert shop.run("restore", "set", "--replace").returncode == 0
    assert orders(shop) == before
    if not shop.more:
        assert (shop.folder / "var/claimdesk.db.before-restore").stat().st_size


def spoil(name):
    def act(folder: Path) -> None:
        (folder / name).write_bytes((folder / name).read_bytes()[:-1] + b"?")

    return act


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (spoil("claimdesk.db"), "claimdesk.db is missing or damaged"),
        (spoil("secret.key"), "secret.key is missing or damaged"),
        (lambda folder: (folder / "secret.key").unlink(), "secret.key is missing or damaged"),
        (lambda folder: (folder / "backup.json").unlink(), "no whole backup"),
        (lambda folder: (folder / "backup.json").write_text("[]"), "backup.json is damaged"),
        (lambda folder: shutil.rmtree(folder / "media"), "lacks files"),
        (lambda folder: next((folder / "media").rglob("*.jpg")).write_bytes(b"x"), "is damaged"),
    ],
)
def test_a_set_that_is_not_whole_is_refused_before_anything_is_touched(tmp_path, act, sentence):
    shop = Service(tmp_path)
    many_talks.write_orders(tmp_path / "orders.csv", 1)
    assert shop.run("orders", "import", "orders.csv").returncode == 0
    open_store(str(tmp_path / "var/media")).put(PHOTO, ".jpg")
    assert shop.run("backup", "set").returncode == 0
    act(tmp_path / "set")
    before = files(tmp_path / "var")
    done = shop.run("restore", "set", "--replace")
    assert (done.returncode, sentence in done.stderr) == (2, True), done.stderr
    assert files(tmp_path / "var") == before


def test_a_set_of_a_newer_version_is_refused(tmp_path):
    shop = Service(tmp_path)
    assert shop.run("parked", "list").returncode == 0
    engine = create_engine(f"sqlite:///{tmp_path}/var/claimdesk.db")
    with engine.begin() as rows:
        rows.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    assert shop.run("backup", "set").returncode == 0
    done = shop.run("restore", "set", "--replace")
    assert (done.returncode, "newer claimdesk" in done.stderr) == (2, True)


def test_another_key_in_the_settings_is_told(tmp_path):
    shop = Service(tmp_path)
    assert shop.run("parked", "list").returncode == 0
    assert shop.run("backup", "set").returncode == 0
    shop.more = {"SECRET_KEY": "another key than the one in the set"}
    done = shop.run("restore", "set", "--replace")
    assert done.returncode == 0
    assert "the event log goes over to it" in done.stdout
    assert shop.run("parked", "list").returncode == 0
    assert shop.run("audit", "verify").returncode == 0


@pytest.mark.postgres
def test_a_set_goes_from_one_database_to_the_other(tmp_path):
    """What was backed up from PostgreSQL comes back on SQLite, and the other way round."""
    server = postgres.server()
    url = server.empty()
    shop = Service(tmp_path, {"DATABASE_URL": url})
    many_talks.write_orders(tmp_path / "orders.csv", 3)
    assert shop.run("orders", "import", "orders.csv").returncode == 0
    before = orders(shop)
    assert shop.run("backup", "one").returncode == 0
    shop.more = {}
    shutil.rmtree(tmp_path / "var")
    assert shop.run("restore", "one").returncode == 0
    assert orders(shop) == before
    assert shop.run("backup", "two").returncode == 0
    shop.more = {"DATABASE_URL": url}
    assert shop.run("restore", "two", "--replace").returncode == 0
    assert orders(shop) == before
    assert json.loads((tmp_path / "two/backup.json").read_text())["installation"]
    server.drop(url)
