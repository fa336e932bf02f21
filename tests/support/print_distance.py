"""How the prints of one picture compare with the kept ones of another, as the look-up in the database does."""

from __future__ import annotations

from media.prints import matching
from media.prints.values import Prints


def prints_apart(asked: Prints, kept: Prints) -> int | None:
    """Return in how many of 256 places they differ at the best; None if they are not the same picture."""
    found = [
        matching.apart(asked, part, one.pattern)
        for key, parts in matching.asked_keys(asked).items()
        for one in kept.kept
        if key in matching.keys(one)
        for part in parts
        if matching.bits_apart(part, one.bits) <= matching.BITS_APART
    ]
    best = min(found, default=None)
    return best if best is not None and best <= matching.PATTERN_APART else None
