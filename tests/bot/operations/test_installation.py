"""A database that was emptied, exchanged or is written under another key is not taken for this installation's own."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import UTC, datetime, timedelta

import many_talks
import postgres
import pytest
from doubles.service import Service
from sqlalchemy import create_engine, text

from bot.operations import anchors, installation
from bot.operations.preparation import lay, open_to_write
from bot.settings import Settings
from storage.database import run
from storage.operations import audit, processes

NOW = datetime(2026, 6, 12, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai


@pytest.fixture
def shop(tmp_path):
    made = Service(tmp_path)
    many_talks.write_orders(tmp_path / "orders.csv", 2)
    assert made.run("orders", "import", "orders.csv").returncode == 0
    return made


def refused(shop, sentence):
    for words in (("tickets", "list"), ("orders", "import", "orders.csv"), ("db", "upgrade"), ("serve",)):
        done = shop.run(*words)
        assert (done.returncode, sentence in done.stderr) == (2, True), (words, done.stderr)
        assert "Traceback" not in done.stderr


def test_the_same_database_is_known_again(shop):
    assert shop.run("orders", "import", "orders.csv").returncode == 0
    kept = json.loads((shop.folder / "var/installation.json").read_text())
    assert len(kept["number"]) == len(kept["key"]) == 16
    verified = shop.run("audit", "verify")
    assert (verified.returncode, verified.stdout) == (0, "the event log is complete and unchanged\n")


@pytest.mark.parametrize("content", [b"", None])
def test_an_emptied_database_is_not_taken_for_a_new_one(shop, content):
    for file in (shop.folder / "var").glob("claimdesk.db*"):
        file.unlink()
    if content is not None:
        (shop.folder / "var/claimdesk.db").write_bytes(content)
    refused(shop, "is empty, but")
    (shop.folder / "var/installation.json").unlink()  # as the sentence says
    assert shop.run("tickets", "list").returncode == 0


def test_the_database_of_another_installation_is_refused(shop, tmp_path):
    other = Service(tmp_path / "other")
    other.folder.mkdir()
    assert other.run("parked", "list").returncode == 0
    (other.folder / "var/claimdesk.db").replace(shop.folder / "var/claimdesk.db")
    done = shop.run("orders", "import", "orders.csv")
    assert (done.returncode, "belongs to another installation" in done.stderr) == (2, True)


def test_a_damaged_note_is_named(shop):
    (shop.folder / "var/installation.json").write_text("{")
    done = shop.run("orders", "import", "orders.csv")
    assert (done.returncode, "installation.json is damaged" in done.stderr) == (2, True)


def test_rows_of_the_audit_that_are_gone_are_told_at_each_start(shop, caplog):
    settings = Settings(data_dir=str(shop.folder / "var"))
    engine = open_to_write(settings)
    with engine.begin() as tx:
        for table in ("audit_keys", "ticket_register", "anchors"):
            tx.execute(text(f"DELETE FROM {table}"))
    lay(settings, engine, NOW)
    assert "the rows that say so are gone" in caplog.text
    assert run(engine, audit.kept_under) == ""
    engine.dispose()
    verified = shop.run("audit", "verify")
    assert (verified.returncode, "the rows that say so are gone" in verified.stdout) == (1, True)


@pytest.mark.postgres
def test_a_process_with_another_key_is_refused_beside_others(tmp_path):
    url = postgres.server().emptied()
    one, two = (Settings(data_dir=str(tmp_path / name), database_url=url, secret_key=name * 32) for name in ("a", "b"))
    engine = open_to_write(one)
    lay(one, engine, NOW)
    run(engine, lambda tx: processes.join(tx, "one"))
    stranger = open_to_write(two)
    with pytest.raises(audit.Foreign):
        lay(two, stranger, NOW)
    same = Settings(data_dir=str(tmp_path / "c"), database_url=url, secret_key=one.secret_key)
    lay(same, engine, NOW)
    assert installation.noted(same.folder) == installation.noted(one.folder)
    run(engine, lambda tx: processes.leave(tx, "one"))
    for each in (engine, stranger):
        each.dispose()


def test_each_day_is_anchored_once(shop, caplog, monkeypatch):
    settings = Settings(data_dir=str(shop.folder / "var"))
    engine, clock = open_to_write(settings), [NOW + timedelta(days=400)]
    looks = []

    async def do(work):
        looks.append(clock[0])
        if len(looks) == 2:
            raise OSError("the disk")
        return run(engine, work)

    async def sleep(seconds):
        assert seconds == anchors.LOOK
        clock[0] += timedelta(hours=0.5 if len(looks) == 1 else 1)
        if len(looks) == 5:
            raise asyncio.CancelledError

    monkeypatch.setattr(anchors.asyncio, "sleep", sleep)
    caplog.set_level(logging.INFO)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(anchors.each_day(do, lambda: clock[0]))
    engine.dispose()
    days = [line.partition(":")[0] for line in caplog.messages if "is anchored" in line]
    assert days == ["the event log is anchored for 2027-07-17", "the event log is anchored for 2027-07-18"]
    assert "could not be anchored: the disk" in caplog.text
    reader = create_engine(settings.database)
    with reader.connect() as rows:
        assert rows.scalar(text("SELECT count(*) FROM anchors")) == 3  # with that of the beginning
    reader.dispose()


def test_a_lost_key_is_replaced_on_purpose_only(shop):
    shop.more = {"SECRET_KEY": "another key, and this is its text"}
    (shop.folder / "var/installation.json").unlink()  # as on another machine
    refused_ = shop.run("orders", "import", "orders.csv")
    assert (refused_.returncode, "claimdesk audit renew" in refused_.stderr) == (2, True)
    assert shop.run("audit", "verify").returncode == 1
    renewed = shop.run("audit", "renew")
    assert (renewed.returncode, renewed.stderr) == (0, "")
    assert shop.run("orders", "import", "orders.csv").returncode == 0
    assert shop.run("audit", "verify").returncode == 0


def sql(*statements):
    def act(file):
        engine = create_engine(f"sqlite:///{file}")
        with engine.begin() as rows:
            for statement in statements:
                rows.execute(text(statement))
        engine.dispose()

    return act


def half(file):
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def beheaded(file):
    file.write_bytes(bytes(100) + file.read_bytes()[100:])


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (half, "is cut short"),
        (beheaded, "no SQLite database"),
        (sql("DELETE FROM alembic_version"), "alembic_version is empty or gone"),
        (sql("DROP TABLE alembic_version"), "alembic_version is empty or gone"),
        (sql("DROP TABLE anchors"), "lacks table anchors:"),
        (sql("ALTER TABLE clocks DROP COLUMN first_due_at", "DROP INDEX ix_orders_buyer_phone"),
         "lacks index ix_orders_buyer_phone, column clocks.first_due_at:"),
    ],
)  # fmt: skip
def test_half_a_database_is_refused_in_one_sentence(shop, act, sentence):
    act(shop.folder / "var/claimdesk.db")
    for words in (("orders", "import", "orders.csv"), ("serve",)):
        done = shop.run(*words)
        assert (done.returncode, sentence in done.stderr) == (2, True), (words, done.stderr)
        assert "Traceback" not in done.stderr


def test_a_part_written_database_is_not_completed_though_nothing_remembers_it(shop):
    (shop.folder / "var/installation.json").unlink()
    sql("DELETE FROM alembic_version")(shop.folder / "var/claimdesk.db")
    refused(shop, "was made or restored in part")
