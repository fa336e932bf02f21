"""`claimdesk customer export` and `erase` at the terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from zipfile import ZipFile

import many_talks
import pytest
from doubles.service import Service

from bot.operations.preparation import open_to_write
from bot.settings import Settings
from media.store import open_store
from storage import conversations, evidence, people
from storage.database import run

NOW = datetime(2026, 6, 12, 11, 0, tzinfo=UTC)
PHOTO = b"\xff\xd8 a photo \xff\xd9"


@pytest.fixture
def shop(tmp_path):
    """A customer with an order who sent a photo that the store has, and one that it lost."""
    made = Service(tmp_path)
    many_talks.write_orders(tmp_path / "orders.csv", 1)
    assert made.run("orders", "import", "orders.csv").returncode == 0
    store = open_store(str(tmp_path / "var/media"))
    key = store.put(PHOTO, ".jpg")
    engine = open_to_write(Settings(data_dir=str(tmp_path / "var")))

    def fill(tx):
        talk = conversations.open_(tx, "telegram", "1001", name="李婷", now=NOW)
        people.bind(tx, talk.id, people.customer(tx, "13800002231", "李婷", sample=False, now=NOW).id)
        conversations.note(tx, "telegram:b:1001:1", at=NOW, kind="text", text="草莓坏了", conversation_id=talk.id)
        for place in (key, "00/" + "0" * 64 + ".jpg"):
            one = evidence.add(tx, conversation_id=talk.id, claim_id=None, kind="photo", channel="telegram",
                               ref="r", at=NOW, ticket_no=None, side="customer")  # fmt: skip
            evidence.update_fetched(tx, one, state="stored", at=NOW, verdict="good", media_key=place)

    run(engine, fill)
    engine.dispose()
    return made


def test_what_is_stored_is_handed_out_with_the_files(shop):
    done = shop.run("customer", "export", "telegram:1001", "--out", "her.zip")
    assert (done.returncode, done.stdout) == (0, "her.zip: 0 tickets, 1 messages, 1 files\n")
    file = shop.folder / "her.zip"
    assert file.stat().st_mode & 0o777 == 0o600
    with ZipFile(file) as zipped:
        whole = json.loads(zipped.read("data.json"))
        assert whole["phone"] == "13800002231"
        assert whole["messages"][0]["text"] == "草莓坏了"
        (name,) = (each for each in zipped.namelist() if each.startswith("files/"))
        assert zipped.read(name) == PHOTO
    again = shop.run("customer", "export", "telegram:1001", "--out", "her.zip")
    assert (again.returncode, "her.zip: File exists." in again.stderr) == (2, True)


def test_a_person_is_taken_out_with_the_files(shop):
    store = open_store(str(shop.folder / "var/media"))
    done = shop.run("customer", "erase", "telegram:1001")
    assert done.returncode == 0
    assert done.stdout.startswith("erased: 1 accounts, 0 tickets, 0 orders, 2 files\nwhat agents read in their group")
    assert list(store.keys()) == []
    gone = shop.run("customer", "erase", "telegram:1001")
    assert (gone.returncode, "no account telegram:1001 ever wrote here" in gone.stderr) == (2, True)
    assert shop.run("audit", "verify").returncode == 0


@pytest.mark.parametrize("account", ["1001", "telegram", "telegram:", "wechat:1001"])
def test_an_account_that_is_none_is_told_in_one_sentence(shop, account):
    for words in (("erase", account), ("export", account, "--out", "x.zip")):
        done = shop.run("customer", *words)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert not (shop.folder / "x.zip").exists()
