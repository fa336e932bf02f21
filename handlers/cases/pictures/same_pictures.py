"""Photos that were sent before: looked up by their prints, compared, and written down."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from media.prints import matching
from media.prints.values import Asked, Prints
from storage.database import Tx, queue_up
from storage.evidence import Evidence
from storage.orders import SANDBOX
from storage.pictures import prints as rows

COMPARED = 200  # prints of one look-up whose patterns are read, the nearest ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a look-up found: other pieces with how far apart they are, and the newest print that there was."""

    others: dict[int, int] = field(default_factory=dict)
    newest: int = 0


def look_up(tx: Tx, piece: Evidence, taken: Prints) -> Looked:
    """Return which pieces show the same picture; some milliseconds among a million, so not for the writer's thread."""
    newest = rows.newest(tx)
    return Looked(others=_others(tx, taken, sample=piece.channel == SANDBOX), newest=newest)


def record(tx: Tx, piece: Evidence, taken: Prints, looked: Looked) -> None:
    """Keep a piece's prints and what was found, and what came in between: one photo after the other."""
    queue_up(tx, "prints")
    sample = piece.channel == SANDBOX
    between = _others(tx, taken, sample=sample, after=looked.newest) if rows.newest(tx) > looked.newest else {}
    kept = [(matching.keys(one), one.bits, f"{one.pattern:064x}") for one in taken.kept]
    rows.add(tx, piece.id, kept, sample=sample)
    rows.match(tx, piece.id, {**between, **looked.others})


def _others(tx: Tx, taken: Prints, *, sample: bool, after: int = 0) -> dict[int, int]:
    asked = matching.asked_keys(taken)
    near: defaultdict[int, set[Asked]] = defaultdict(set)
    nearest: dict[int, int] = {}
    for key, number, bits in rows.candidates(tx, asked.keys(), sample=sample, after=after):
        for one in asked[key]:
            far = matching.bits_apart(one, bits)
            if far <= matching.BITS_APART:
                near[number].add(one)
                nearest[number] = min(far, nearest.get(number, far))
    best = sorted(nearest, key=nearest.__getitem__)[:COMPARED]
    return _compared(tx, taken, {number: near[number] for number in best})


def _compared(tx: Tx, taken: Prints, near: Mapping[int, set[Asked]]) -> dict[int, int]:
    found: dict[int, int] = {}
    for number, (piece, pattern) in rows.patterns(tx, near).items():
        apart = min(matching.apart(taken, one, int(pattern, 16)) for one in near[number])
        if apart <= matching.PATTERN_APART:
            found[piece] = min(apart, found.get(piece, apart))
    return found
