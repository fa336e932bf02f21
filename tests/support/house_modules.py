"""Every module of the four floors, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import house_rules as rules
from house_rules import Module

ROOT = Path(__file__).parents[2]


@cache
def house() -> tuple[Module, ...]:
    """Read every module of the four floors."""
    files = [file for floor in rules.FLOORS for file in sorted((ROOT / floor).rglob("*.py"))]
    return tuple(Module(file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")) for file in files)
