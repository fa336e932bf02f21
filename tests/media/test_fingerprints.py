"""How alike two photos are."""

from __future__ import annotations

import pytest

from media.fingerprints import Fingerprint, bands, distance, tier

BASE, BASE_256 = 0xD4F8_6BC5_4AB3_0A2E, 0xD4F8_6BC5_4AB3_0A2E * ((1 << 192) + (1 << 128) + (1 << 64) + 1)


def shot(sha256: str, flipped: int, flipped_256: int | None = None) -> Fingerprint:
    """A fingerprint that many bits away from the base; without a 256-bit hash if None."""
    finely = "" if flipped_256 is None else f"{BASE_256 ^ ((1 << flipped_256) - 1):064x}"
    return Fingerprint(sha256=sha256, phash=f"{BASE ^ ((1 << flipped) - 1):016x}", phash256=finely)


@pytest.mark.parametrize(
    ("flipped", "flipped_256", "expected"),
    [
        (0, 0, "same"),
        (4, 32, "same"),
        (4, 33, "alike"),  # the same goods on the same table, photographed again
        (5, 0, "alike"),
        (10, 80, "alike"),
        (10, 81, "different"),
        (0, 81, "different"),
        (11, 0, "different"),
        (4, None, "same"),
        (10, None, "alike"),
        (11, None, "different"),
    ],
)
def test_tiers(flipped, flipped_256, expected):
    one, other = shot("a", 0, 0), shot("b", flipped, flipped_256)
    assert tier(one, other) == tier(other, one) == expected


def test_equal_files_are_the_same_whatever_else():
    assert tier(Fingerprint(sha256="a", phash=""), Fingerprint(sha256="a", phash="ffffffffffffffff")) == "same"


def test_unknown_and_flat_pictures_are_like_none():
    unknown = Fingerprint(sha256="", phash="")
    wall = [Fingerprint(sha256=sha256, phash="8000000000000000") for sha256 in "ab"]
    assert tier(unknown, unknown) == "different"
    assert tier(*wall) == "different"


def test_distance_counts_bits_and_refuses_unequal_lengths():
    assert distance("ff00", "0ff0") == 8
    for one, other in (("ff", "ff00"), ("", "")):
        with pytest.raises(ValueError, match="equal length"):
            distance(one, other)


def test_hashes_three_bits_apart_share_a_band():
    assert bands("0001000200030004") == (1, 2, 3, 4)
    base = bands(f"{BASE:016x}")
    for places in ((0, 16, 32), (5, 40, 63), (1, 2, 3)):
        near = BASE
        for place in places:
            near ^= 1 << place
        assert any(one == other for one, other in zip(base, bands(f"{near:016x}"), strict=True))
