"""The command `sheet`: a line per photo, one contact sheet, a sentence for everything that goes wrong."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import get_args

import pytest

from bot.commands.sheet import REASONS, REMARKS, sheet
from media import samples
from media.values import MAX_BYTES, PhotoRefusal, Verdict


@pytest.fixture(scope="module")
def album(tmp_path_factory):
    """A folder of usable and unusable files."""
    folder = tmp_path_factory.mktemp("album")
    for name in ("peach_mouldy", "too_dark", "too_blurry"):
        (folder / f"{name}.jpg").write_bytes(samples.draw(name, 1))
    good = (folder / "peach_mouldy.jpg").read_bytes()
    (folder / "half.jpg").write_bytes(good[: len(good) // 2])
    (folder / "empty.jpg").touch()
    (folder / "text.jpg").write_text("no picture")
    (folder / "moving.gif").write_bytes(b"GIF89a" + bytes(30))
    with (folder / "large.jpg").open("wb") as file:
        file.write(good)
        file.truncate(MAX_BYTES * 2)
    return folder


def run(paths: list[Path], out: Path) -> tuple[int, list[str]]:
    lines: list[str] = []
    status = sheet(paths, out, write=lines.append)
    assert all(line and "\n" not in line and "Traceback" not in line for line in lines)
    return status, lines


def test_good_photos_give_a_line_each_a_sheet_and_zero(album, tmp_path):
    photos = [album / "peach_mouldy.jpg", album / "too_dark.jpg", album / "too_blurry.jpg"]
    status, lines = run(photos, tmp_path / "out.jpg")
    assert status == 0 and len(lines) == 4
    assert lines[0].startswith(f"{photos[0]}: accepted: 1200 x 900 pixels (jpeg); fingerprint ")
    assert "no bar code" in lines[0] and "too" not in lines[0].split("accepted")[1]
    assert lines[1].endswith("too dark to judge") and lines[2].endswith("too blurry to judge")
    assert lines[3].startswith(f"{tmp_path / 'out.jpg'}: contact sheet of 3 photos")
    assert (tmp_path / "out.jpg").read_bytes().startswith(b"\xff\xd8\xff")


WHY = {
    "half.jpg": "a part of the picture is missing",
    "empty.jpg": "the file is empty",
    "text.jpg": "it is not a JPEG, PNG or WebP picture",
    "moving.gif": "it is not a JPEG, PNG or WebP picture but gif",
    "large.jpg": "it has 40.0 MB, at most 20 MB are taken",
    "nowhere.jpg": "there is no such file",
    "": "it is a folder, name the files in it",
}


def test_refused_files_are_named_with_their_reason_and_give_one(album, tmp_path):
    status, lines = run([album / name for name in (*WHY, "peach_mouldy.jpg")], tmp_path / "out.jpg")
    assert status == 1
    assert lines[: len(WHY)] == [f"{album / name}: refused: {why}" for name, why in WHY.items()]
    assert "contact sheet of 1 photo," in lines[-1] and (tmp_path / "out.jpg").exists()


def test_no_usable_photo_gives_two_and_no_sheet(album, tmp_path):
    status, lines = run([album / "text.jpg", album / "nowhere.jpg"], tmp_path / "out.jpg")
    assert status == 2 and lines[-1].startswith("No photo could be used")
    assert not (tmp_path / "out.jpg").exists()
    assert run([], tmp_path / "out.jpg")[0] == 2


@pytest.mark.parametrize("out", ["nowhere/out.jpg", "."])
def test_a_sheet_that_cannot_be_written_is_one_sentence(album, tmp_path, out):
    status, lines = run([album / "peach_mouldy.jpg"], tmp_path / out)
    assert status == 2
    assert "cannot be written" in lines[-1] and "name a file" in lines[-1]


def test_the_sheet_never_overwrites_a_photo(album):
    photo = album / "peach_mouldy.jpg"
    before = photo.read_bytes()
    status, lines = run([album / "too_dark.jpg", photo], album / "." / "peach_mouldy.jpg")
    assert status == 2 and "would overwrite" in lines[0]
    assert photo.read_bytes() == before


def test_more_photos_than_a_sheet_shows_and_odd_names(album, tmp_path):
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.jpg"))
    odd.write_bytes((album / "too_dark.jpg").read_bytes())
    status, lines = run([odd] * 13, tmp_path / "out.jpg")
    assert status == 0 and "13 photos" in lines[-1]
    BytesIO("\n".join(lines).encode())  # any terminal can show them


def test_every_refusal_and_verdict_has_its_words():
    assert set(REASONS) == set(get_args(PhotoRefusal)) and set(REMARKS) == set(get_args(Verdict))
