"""The perceptual hashes against their textbook definition."""

from __future__ import annotations

import math
import statistics

import pytest
import shots
from PIL import Image

from media.phash import phash


def textbook(image: Image.Image, side: int) -> str:
    """The two-dimensional cosine transform written out as it is defined, slowly."""
    size = 32
    grey = image.convert("L").resize((size, size), Image.Resampling.BILINEAR).load()
    wave = [[math.cos(math.pi * k * (2 * n + 1) / (2 * size)) for n in range(size)] for k in range(side)]
    values = [
        sum(grey[x, y] * wave[v][y] * wave[u][x] for y in range(size) for x in range(size))
        for v in range(side)
        for u in range(side)
    ]
    middle = statistics.median(values)
    return f"{int(''.join('1' if value > middle else '0' for value in values), 2):0{side * side // 4}x}"


@pytest.mark.parametrize("seed", [1, 2])
def test_they_are_the_signs_of_low_frequencies_against_their_median(seed):
    image = shots.scene(seed=seed)
    assert phash(image) == (textbook(image, 8), textbook(image, 16))


def test_another_picture_has_other_hashes():
    one, other = phash(shots.scene()), phash(shots.scene(seed=2))
    assert [len(hashed) for hashed in one] == [16, 64]
    assert one[0] != other[0] and one[1] != other[1]


def test_flat_pictures_share_one_hash_of_a_single_bit():
    flat = {phash(Image.new("RGB", (50, 40), shade)) for shade in ("white", "grey", "navy")}
    assert flat == {("8" + "0" * 15, "8" + "0" * 63)}
