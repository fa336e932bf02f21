"""What is wrong with the tables of a file: unknown keys, values that do not fit, keys that are missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from handlers.policy.content import Content, adapter
from handlers.policy.kinds import TRUSTED, guess
from handlers.policy.shape import Key, below, keys

Path = tuple[str, ...]
Wrong = tuple[Path, str]


def wrongs(content: Mapping[str, Any], *, trusted: bool = False) -> Iterator[Wrong]:
    """Yield every key that a file should not have or whose value is not what the key takes.

    In a `trusted` file regular expressions, words and weights count as checked: that is most of the work.
    """
    try:
        adapter().validate_python(content, extra="forbid", context=TRUSTED if trusted else None)
    except ValidationError as error:
        for one in error.errors(include_url=False, include_input=False):
            path = tuple(str(part) for part in one["loc"] if part != "[key]")
            yield path, _reason(one, path)


def _reason(error: ErrorDetails, path: Path) -> str:
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    if error["type"] in ("unexpected_keyword_argument", "literal_error"):
        known = keys(reduce(below, path[:-1], Content))
        return "unknown key" + (guess(path[-1], known) or f"; known here: {', '.join(known)}")
    return "must be a table of keys, not one value"


def missing(content: Mapping[str, Any], table: Any = Content, path: Path = ()) -> Iterator[Path]:
    """Yield every key that a whole policy needs and does not have."""
    if isinstance(table, Key):
        for name, value in content.items():
            yield from missing(value, table.table, (*path, name))
    for name, key in keys(table).items():
        if key.kind and key.needed and name not in content:
            yield (*path, name)
        elif not key.kind and (name in content or key.needed or table is Content):
            yield from missing(content.get(name, {}), key.table, (*path, name))
