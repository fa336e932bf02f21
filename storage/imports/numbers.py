"""The shapes of the order numbers that were imported, so that texts can be searched for others of their kind."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import String, bindparam, select

from storage.database import Tx
from storage.prepared import Prepared, Upserts
from storage.tables import meta, orders

SHAPES = "order_shapes"  # the row of meta that holds them
MOST = 40  # shapes; beyond them only the length of a number is kept
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


def latest(tx: Tx, limit: int = 1000) -> list[str]:
    """Return the numbers of the orders that were imported last, samples left out."""
    newest = select(orders.c.order_no).where(~orders.c.sample).order_by(orders.c.imported_at.desc()).limit(limit)
    return list(tx.execute(newest).scalars())


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
