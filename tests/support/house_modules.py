"""Every module of the four floors and of the tests, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import house_rules as rules
from house_rules import Module

ROOT = Path(__file__).parents[2]


@cache
def house() -> tuple[Module, ...]:
    """Return every module of the four floors."""
    return tuple(module for floor in rules.FLOORS for module in _read(floor))


@cache
def of_tests() -> tuple[Module, ...]:
    """Return every module of the tests and what they share."""
    return _read("tests")


def _read(folder: str) -> tuple[Module, ...]:
    files = sorted((ROOT / folder).rglob("*.py"))
    return tuple(Module(file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")) for file in files)
