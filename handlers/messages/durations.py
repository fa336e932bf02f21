"""Durations as a policy writes them and as people read them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from handlers.messages.patterns import pattern_of

UNITS: Mapping[str, int] = {"s": 1, "m": 60, "h": 3600, "d": 86400}


SHAPE = pattern_of(r"(\d+(?:\.\d+)?)(s|m|h|d|wd)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """A span of seconds, or of whole working days when `workdays` is not 0."""

    seconds: float = 0.0
    workdays: int = 0
    unit: str = field(default="s", compare=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "30s", "5m", "24h", "3d" or "7wd". Raises ValueError for anything else."""
        if not (match := SHAPE.fullmatch(text)):
            raise ValueError(f'"{text}" is no duration: write a number and s, m, h, d or wd, as "24h" or "7wd"')
        number, unit = match.groups()
        if unit != "wd":
            return cls(seconds=float(number) * UNITS[unit], unit=unit)
        if not number.isdigit() or int(number) < 1:
            raise ValueError(f'"{text}" is no duration: working days are whole and at least 1, as "7wd"')
        return cls(workdays=int(number), unit=unit)

    @property
    def rough(self) -> float:
        """Return seconds for comparing: a working day counts as a day."""
        return self.seconds + self.workdays * UNITS["d"]

    def __str__(self) -> str:
        """Return the duration in the unit in which it was written: 72h and 3d are the same duration."""
        if self.workdays:
            return f"{self.workdays}wd"
        return f"{self.seconds / UNITS[self.unit]:g}{self.unit}"
