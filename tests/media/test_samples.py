"""The sample photos: named truly, drawn the same every time, and no two alike."""

from __future__ import annotations

from itertools import combinations

import pytest
import shots

from media.fingerprints import Fingerprint, tier
from media.pictures import examine
from media.samples import LABELLED, NAMES, draw

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
    photos = {name: examine(data) for name, data in drawn.items()}
    prints = {
        name: Fingerprint(sha256=photo.sha256, phash=photo.phash, phash256=photo.phash256)
        for name, photo in photos.items()
    }
    assert {tier(one, other) for one, other in combinations(prints.values(), 2)} == {"different"}


def test_names_are_known():
    assert set(LABELLED) < set(NAMES)
    with pytest.raises(KeyError):
        draw("unicorn", 1)
