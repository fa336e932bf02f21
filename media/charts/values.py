"""What a page of charts shows: big numbers, stacked columns, lines, and bars with their values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tile:
    """A big number with its name above and the counts it comes from below."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns over time, each stacked of one part per series; all series have a value for each label."""

    title: str
    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[int]]]
    empty: str = ""  # told where every value is 0


@dataclass(frozen=True, slots=True)
class Lines:
    """Shares from 0 to 1 over time; None leaves a gap."""

    title: str
    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[float | None]]]
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Bars:
    """Horizontal bars: name, size, and the value as text."""

    title: str
    rows: Sequence[tuple[str, float, str]]
    empty: str = ""


Panel = Columns | Lines | Bars


@dataclass(frozen=True, slots=True)
class Page:
    """A picture: its title, what it is about, a row of tiles, and rows of panels beside each other."""

    title: str
    about: str
    tiles: Sequence[Tile]
    panels: Sequence[Sequence[Panel]]
