"""The perceptual hash against its textbook definition."""

from __future__ import annotations

import math
import statistics

import pytest
import shots
from PIL import Image

from media.phash import phash


def textbook(image: Image.Image, side: int) -> str:
    """The two-dimensional cosine transform written out as it is defined, slowly."""
    size = side * 4
    grey = image.convert("L").resize((size, size), Image.Resampling.LANCZOS).load()
    wave = [[math.cos(math.pi * k * (2 * n + 1) / (2 * size)) for n in range(size)] for k in range(side)]
    values = [
        sum(grey[x, y] * wave[v][y] * wave[u][x] for y in range(size) for x in range(size))
        for v in range(side)
        for u in range(side)
    ]
    middle = statistics.median(values)
    return f"{int(''.join('1' if value > middle else '0' for value in values), 2):0{side * side // 4}x}"


@pytest.mark.parametrize("seed", [1, 2])
def test_it_is_the_sign_of_low_frequencies_against_their_median(seed):
    image = shots.scene(seed=seed)
    assert phash(image, 8) == textbook(image, 8)


def test_two_sizes_have_sixteen_and_sixty_four_digits():
    assert [len(phash(shots.scene(), side)) for side in (8, 16)] == [16, 64]
    assert phash(shots.scene(), 8) != phash(shots.scene(seed=2), 8)


def test_flat_pictures_share_one_hash_of_a_single_bit():
    assert {phash(Image.new("RGB", (50, 40), shade)) for shade in ("white", "grey", "navy")} == {"8" + "0" * 15}
