"""Frozen dataclasses as JSON and back: a value without what is empty, unknown keys dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(item.name for item in fields(kind))


def shape(value: Any) -> Any:
    """Return a value as JSON: a dataclass without its empty fields, a tuple as a list."""
    if is_dataclass(value):
        kind: type = type(value)
        return {name: shape(inner) for name in _names(kind) if (inner := getattr(value, name))}
    if isinstance(value, tuple):
        return [shape(item) for item in value]
    return value


def known(kind: type, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a dataclass's fields out of its JSON, a list as a tuple.

    Unknown keys are dropped and new fields stay empty: a new version never breaks a customer who waits.
    """
    names = _names(kind)
    return {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items() if key in names}


def pairs(raw: Mapping[str, Any], name: str) -> tuple[tuple[Any, Any], ...]:
    """Return a field of pairs out of the JSON; none when it is missing."""
    return tuple((first, second) for first, second in raw.get(name, ()))
