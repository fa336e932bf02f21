"""A leader's line cut into the parts that speak of the same people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.messages.patterns import pattern_of
from handlers.nlu.order_index import OrderIndex
from handlers.nlu.references import MASK, References

NOTHING = pattern_of(rf"[\s,。;!?{MASK}]")
JOINED = pattern_of(rf"[\s、,，和跟与及&+/{MASK}]*$")
NEAR = 3
"""Characters between a pickup number and a name up to which both mean one person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a line that speaks of the same people."""

    text: str
    pickups: tuple[str, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where people are named: by pickup numbers, or by names alone."""

    start: int
    end: int
    pickups: tuple[str, ...]
    names: tuple[str, ...]


def _places(references: References, index: OrderIndex) -> list[_Place]:
    """Return pickup numbers, and names by themselves: neither beside a number nor of one that is given."""
    given = {number for span in references.pickups for number in span.values}
    places = [_Place(span.start, span.end, span.values, ()) for span in references.pickups]
    for at, name in zip(references.named_at, references.names, strict=True):
        end = at + len(name)
        beside = any(
            0 <= at - one.end <= NEAR or 0 <= one.start - end <= NEAR or one.start <= at < one.end
            for one in places
            if one.pickups
        )
        own = any(one.buyer_name == name for number in given for one in index.by_pickup.get(number, ()))
        if not beside and not own:
            places.append(_Place(at, end, (), (name,)))
    return sorted(places, key=lambda place: place.start)


def _groups(text: str, places: Sequence[_Place]) -> list[_Place]:
    groups: list[_Place] = []
    for place in places:
        last = groups[-1] if groups else None
        if last and bool(last.pickups) == bool(place.pickups) and JOINED.match(text[last.end : place.start]):
            pickups = tuple(dict.fromkeys(last.pickups + place.pickups))
            groups[-1] = _Place(last.start, place.end, pickups, tuple(dict.fromkeys(last.names + place.names)))
        else:
            groups.append(place)
    return groups


def cut(references: References, index: OrderIndex) -> list[Part]:
    """Return a line cut before each person, or after each where they are named last."""
    text = references.masked
    groups = _groups(text, _places(references, index))
    if len(groups) < 2:
        return [Part(text=text, pickups=groups[0].pickups if groups else (), names=references.names)]
    last = not NOTHING.sub("", text[groups[-1].end :])
    first = not NOTHING.sub("", text[: groups[0].start])
    if last and not first:
        bounds = [0, *(group.end for group in groups)]
    else:
        bounds = [0, *(group.start for group in groups[1:]), len(text)]
    placed = list(zip(references.named_at, references.names, strict=True))
    return [
        Part(
            text=text[low:high],
            pickups=group.pickups,
            names=tuple(name for at, name in placed if low <= at < high) if group.pickups else group.names,
        )
        for low, high, group in zip(bounds, bounds[1:], groups, strict=False)
    ]
