"""Pictures kept by content: keys, two writers, no way out of the folder."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from media.store import Missing, Store, open_store


def test_equal_bytes_have_one_key_and_come_back(tmp_path):
    store = Store(tmp_path / "deep" / "media")
    key = store.put(b"peach", ".jpg")
    assert store.put(b"peach", ".jpg") == key != store.put(b"plum", ".jpg")
    assert store.get(key) == b"peach"
    assert key.endswith(".jpg") and store.has(key)


def test_deleted_is_missing_and_deleting_twice_is_no_error(tmp_path):
    store = Store(tmp_path)
    key = store.put(b"peach", ".jpg")
    store.delete(key)
    store.delete(key)
    assert not store.has(key)
    with pytest.raises(Missing):
        store.get(key)


@pytest.mark.parametrize(
    "key", ["../secret", "/etc/passwd", "ab/../../x", "", "ab/" + "a" * 63, "ab/" + "g" * 64, "a\0b"]
)
def test_what_is_no_key_reaches_no_file(tmp_path, key):
    store = Store(tmp_path / "media")
    for ask in (store.get, store.has, store.delete):
        with pytest.raises(ValueError, match="not a media key"):
            ask(key)


@pytest.mark.parametrize("suffix", ["jpg", "./../x", ".JPG", ".a/b", "."])
def test_odd_suffixes_are_refused(tmp_path, suffix):
    with pytest.raises(ValueError, match="not a file suffix"):
        Store(tmp_path).put(b"peach", suffix)


def test_a_file_damaged_on_disk_is_written_again(tmp_path):
    store = Store(tmp_path)
    key = store.put(b"peach", ".jpg")
    (tmp_path / key).write_bytes(b"")
    assert store.get(store.put(b"peach", ".jpg")) == b"peach"


def test_many_writers_of_the_same_bytes_leave_one_whole_file(tmp_path):
    data = b"x" * 300_000
    writers = [threading.Thread(target=Store(tmp_path).put, args=(data, ".jpg")) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(files) == 1 and files[0].read_bytes() == data


def test_a_failed_write_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("media.store.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        Store(tmp_path).put(b"peach", ".jpg")
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []


def test_a_place_is_opened_by_path_or_file_url_and_others_are_named(tmp_path):
    by_path, by_url = open_store(str(tmp_path)), open_store(f"file://{tmp_path}")
    assert by_url.get(by_path.put(b"peach", ".jpg")) == b"peach"
    assert isinstance(open_store("var/media"), Store) and not Path("var/media/x").exists()
    with pytest.raises(ValueError, match="s3://"):
        open_store("s3://bucket/prefix")
