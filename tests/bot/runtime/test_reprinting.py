"""Photos that were stored before there were prints get theirs while the service runs, and are then known again."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest
import shots
from PIL import ImageOps

from bot.runtime.photos import reprinting
from bot.runtime.photos.reprinting import Reprinter
from handlers.cases.pictures import same_pictures
from media.guard import NotStarted
from media.prints.taking import take
from media.store import Store
from storage import conversations, evidence
from storage.database import open_writer, transaction
from storage.pictures import prints
from storage.tables import METADATA

NOW = datetime(2026, 6, 12, tzinfo=UTC)
PICTURE = shots.noise(Random(1), (400, 300), 20)


class Taker:
    """An examiner that fails as often as it is told to."""

    def __init__(self, failures=0):
        self.failures = failures

    def prints(self, thumbnail):
        if self.failures:
            self.failures -= 1
            raise NotStarted
        return take(shots.opened(thumbnail).convert("L"))


@pytest.fixture
def engine(tmp_path):
    made = open_writer(f"sqlite:///{tmp_path}/a.db")
    METADATA.create_all(made)
    yield made
    made.dispose()


async def reprinted(engine, store, examiner):
    async def do(work):
        with transaction(engine) as tx:
            return work(tx)

    await Reprinter(read=do, do=do, store=store, examiner=examiner).run()


def photo(engine, key, channel="telegram"):
    with transaction(engine) as tx:
        talk = conversations.open_(tx, channel, "1", name="", now=NOW).id
        one = evidence.add(tx, conversation_id=talk, kind="photo", channel=channel, ref="r", at=NOW)
        evidence.update_fetched(tx, one, state="stored", at=NOW, media_key=key, thumb_key=key)
    return one


async def test_old_photos_are_found_after_it(engine, tmp_path, monkeypatch):
    monkeypatch.setattr(reprinting, "PAUSE", 0)
    monkeypatch.setattr(reprinting, "TRY_AGAIN", 0)
    monkeypatch.setattr(reprinting, "BATCH", 2)
    store = Store(tmp_path / "media")
    old = photo(engine, store.put(shots.jpeg(PICTURE), ".jpg"))
    again = photo(engine, store.put(shots.jpeg(ImageOps.mirror(PICTURE)), ".jpg"))
    play = photo(engine, store.put(shots.jpeg(PICTURE), ".jpg"), "sandbox")
    lost = photo(engine, f"aa/{'a' * 64}.jpg")
    await reprinted(engine, store, Taker(failures=2))
    with transaction(engine) as tx:
        assert prints.unprinted(tx, limit=9) == []
        pairs = tx.exec_driver_sql("SELECT piece_id, other_id FROM print_matches ORDER BY 1").fetchall()
        assert [tuple(pair) for pair in pairs] == [(old, again), (again, old)]
        piece = evidence.get(tx, play)
        assert set(same_pictures.look_up(tx, piece, take(PICTURE)).others) == {play}
        assert lost
