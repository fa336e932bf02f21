"""The sample photos: judged as they are named, the same for the same seed, and no two alike."""

from __future__ import annotations

from itertools import permutations

import pytest
import shots
from print_distance import prints_apart

from media.pictures import examine
from media.samples import NAMES, PHOTOS, PRINTED, draw

VERDICTS = {"too_dark": "dark", "too_blurry": "blurry"}


@pytest.fixture(scope="module")
def drawn():
    return {name: draw(name, 1) for name in NAMES}


def test_each_is_judged_as_it_is_named(drawn):
    assert {name: examine(data).verdict for name, data in drawn.items()} == {
        name: VERDICTS.get(name, "good") for name in NAMES
    }


def test_each_is_a_photo_of_twelve_hundred_pixels(drawn):
    for data in drawn.values():
        assert shots.opened(data).size == (1200, 900)
        assert 20_000 < len(data) < 500_000


def test_equal_seeds_give_equal_bytes_and_others_another_photo(drawn):
    assert draw("cod_for_salmon", 1) == drawn["cod_for_salmon"] != draw("cod_for_salmon", 2)


def test_no_two_of_them_are_taken_for_the_same(drawn):
    prints = [examine(data).prints for name, data in drawn.items() if name not in VERDICTS]  # those show goods again
    assert not [pair for pair in permutations(prints, 2) if prints_apart(*pair) is not None]


@pytest.mark.parametrize("name", NAMES)
def test_the_same_goods_sent_again_are_another_file(name):
    assert len({examine(draw(name, seed)).sha256 for seed in range(4)}) == 4


def test_every_name_has_its_file_and_every_file_its_name():
    assert {file.name for file in PHOTOS.iterdir()} == {f"{name}.jpg" for name in NAMES}
    assert max(file.stat().st_size for file in PHOTOS.iterdir()) < 120_000
    assert set(PRINTED) < set(NAMES)


@pytest.mark.parametrize("name", ["unicorn", "", "../photos/too_dark"])
def test_an_unknown_name_reads_no_file(name):
    with pytest.raises(KeyError):
        draw(name, 1)
