"""A leader's line cut into the stretches that speak of the same people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .pickups import Span
from .references import MASK, References

NOTHING = re.compile(rf"[\s,。;!?{MASK}]")
JOINED = re.compile(rf"[\s、,，和跟与及&/{MASK}]*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch of a line that speaks of the same people."""

    text: str
    pickups: tuple[str, ...]
    names: tuple[str, ...] = ()


def _groups(text: str, spans: Sequence[Span]) -> list[tuple[int, int, tuple[str, ...]]]:
    groups: list[tuple[int, int, tuple[str, ...]]] = []
    for span in spans:
        if groups and JOINED.match(text[groups[-1][1] : span.start]):
            start, _, values = groups[-1]
            groups[-1] = (start, span.end, tuple(dict.fromkeys(values + span.values)))
        else:
            groups.append((span.start, span.end, span.values))
    return groups


def cut(references: References) -> list[Part]:
    """A line with several pickup numbers, cut before each, or after each where they stand last."""
    text = references.masked
    groups = _groups(text, references.pickups)
    if len(groups) < 2:
        return [Part(text=text, pickups=groups[0][2] if groups else (), names=references.names)]
    last = not NOTHING.sub("", text[groups[-1][1] :])
    first = not NOTHING.sub("", text[: groups[0][0]])
    if last and not first:
        bounds = [0, *(end for _, end, _ in groups)]
    else:
        bounds = [0, *(start for start, _, _ in groups[1:]), len(text)]
    placed = list(zip(references.named_at, references.names, strict=True))
    return [
        Part(text=text[low:high], pickups=group[2], names=tuple(name for at, name in placed if low <= at < high))
        for low, high, group in zip(bounds, bounds[1:], groups, strict=False)
    ]
