"""Order numbers as people write them: their shapes, and slips of the finger."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import String, bindparam, select

from storage.database import Tx
from storage.prepared import Prepared, Upserts
from storage.tables import meta

SHAPES = "order_shapes"  # the row of meta that holds them
MOST = 40  # shapes; beyond them only the length of a number is kept
LONGEST = 64
OTHER = "?"
SIGNS = {
    ord(sign): "9" if sign.isdigit() else "A" if sign.isalpha() else "-" if sign in "-_ " else OTHER
    for sign in map(chr, range(128))
}

_KNOWN = Prepared(select(meta.c.value).where(meta.c.key == bindparam("name", type_=String)))
_KEEP = Upserts(meta, "key")


def shape_of(number: str) -> str:
    """Return how a number is made: 9 for a digit, A for a letter, - for what stands between; "" for other signs."""
    made = number.translate(SIGNS)
    return made if made.isascii() and OTHER not in made else ""


def shapes(tx: Tx) -> tuple[str, ...]:
    """Return the shapes of all numbers that were imported, see `shape_of`; "*21" stands for any of that length."""
    found = _KNOWN.first(tx, name=SHAPES)
    return tuple(json.loads(found[0])) if found else ()


def learn(tx: Tx, numbers: Iterable[str]) -> None:
    """Keep the shapes of numbers, so that texts are searched for others of the same kind."""
    told = {shape_of(number) for number in numbers} - {""}
    known = shapes(tx)
    fresh = sorted(told - set(known))
    if not fresh:
        return
    room = MOST - sum(not shape.startswith("*") for shape in known)
    lengths = {f"*{sum(char != '-' for char in shape)}" for shape in fresh[max(0, room) :]}
    kept = [*known, *fresh[: max(0, room)], *sorted(lengths - set(known))]
    if len(kept) > len(known):
        _KEEP.run(tx, key=SHAPES, value=json.dumps(kept))


def one_slip(given: str, true: str) -> bool:
    """Return whether one key was hit wrongly: one replaced, two neighbours swapped, one missing or doubled."""
    if len(given) == len(true):
        wrong = [place for place, pair in enumerate(zip(given, true, strict=True)) if pair[0] != pair[1]]
        if len(wrong) == 2 and wrong[1] == wrong[0] + 1:
            first, second = wrong
            return (given[first], given[second]) == (true[second], true[first])
        return len(wrong) == 1
    if len(given) == len(true) - 1:
        return any(true[:place] + true[place + 1 :] == given for place in range(len(true)))
    doubled = (place for place in range(1, len(given)) if given[place] == given[place - 1])
    return len(given) == len(true) + 1 and any(given[:place] + given[place + 1 :] == true for place in doubled)
