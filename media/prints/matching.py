"""Prints compared: the keys by which kept ones are looked up, and whether what is found is the same picture."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from media.prints.frequencies import ORDER
from media.prints.patterns import pattern
from media.prints.values import BANDS, KEYED, Asked, Kept, Prints

BITS_APART = 8  # of 31, at most
PATTERN_APART = 70  # of 256, at most

_BELOW = len(ORDER) - KEYED
_BANDS = tuple(
    (band << KEYED, sum(1 << (KEYED - 1 - at) for at in range(KEYED) if at % BANDS != band)) for band in range(BANDS)
)


def keys(kept: Kept) -> list[int]:
    """Return the keys under which a part is kept: whole numbers below 2**33."""
    first = kept.bits >> _BELOW
    return [mark | first & mask for mark, mask in _BANDS]


def asked_keys(prints: Prints) -> dict[int, list[Asked]]:
    """Return the keys to look up, each with the parts that ask for it."""
    found: dict[int, list[Asked]] = {}
    for one in prints.asked:
        first = one.bits >> _BELOW
        for doubt in _doubts(one.doubted >> _BELOW):
            for mark, mask in _BANDS:
                if doubt & mask == doubt:
                    found.setdefault(mark | (first ^ doubt) & mask, []).append(one)
    return found


def _doubts(mask: int) -> Iterator[int]:
    """Yield nothing changed, and each one and each two of the doubted bits."""
    yield 0
    single = []
    while mask:
        low = mask & -mask
        single.append(low)
        mask ^= low
    yield from single
    for one, other in combinations(single, 2):
        yield one | other


def bits_apart(one: Asked, bits: int) -> int:
    """Return in how many bits an asked part differs from a kept one; up to BITS_APART the pattern makes sure."""
    return (one.bits ^ bits).bit_count()


def apart(prints: Prints, one: Asked, kept_pattern: int) -> int:
    """Return in how many of 256 places the patterns differ."""
    return (pattern(prints.grids[one.grid], one.down, one.across, one.turn) ^ kept_pattern).bit_count()
