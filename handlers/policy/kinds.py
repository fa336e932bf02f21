"""The kinds of values that a policy's keys take: the name of each in documents, and how a file's value is read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from handlers.messages.codes import LANGUAGES
from handlers.messages.durations import Duration
from handlers.nlu.text.weights import fault

TRUSTED = "trusted"
"""Validation context of what was checked before: a stored policy, and a preset, which the tests check."""
TOLD = frozenset({"no", "decision", "at"})  # what a template message of WeChat may say
NEEDED = "needed"
"""Note on a key that a policy cannot do without; only a stored policy of an older version may lack it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value. `read` returns what the rules use, or raises ValueError with the reason for an operator.

    `trust`, where checking is dear, reads a value that was checked before; `table` is the class of its keys.
    """

    takes: str
    read: Callable[[Any], Any]
    trust: Callable[[Any], Any] | None = None
    table: type | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return how pydantic validates a key of this kind."""
        trust = self.trust or self.read
        return core_schema.with_info_plain_validator_function(
            lambda value, info: trust(value) if info.context == TRUSTED else self.read(value)
        )


@dataclass(frozen=True, slots=True, eq=False)
class Keyed:
    """A table of keys that are given, each with what it means; `value` is what each takes, as an annotation."""

    keys: Mapping[str, str]
    value: Any
    all_needed: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return how pydantic validates such a table."""
        inner = handler.generate_schema(self.value)
        return core_schema.dict_schema(core_schema.literal_schema(list(self.keys)), inner)


def guess(value: object, known: Iterable[str]) -> str:
    """Suggest the known word that this one resembles."""
    near = get_close_matches(str(value), list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _fits(
    takes: str, fits: Callable[[Any], object], made: Callable[[Any], Any] = lambda value: value, why: str = ""
) -> Kind:
    """Return a kind of values for which `fits` is true and raises nothing; `made` converts them for the rules."""

    def read(value: Any) -> Any:
        try:
            right = fits(value)
        except (ArithmeticError, LookupError, OSError, TypeError, ValueError):
            right = False
        if not right:
            raise ValueError(why or f"must be {takes}")
        return made(value)

    return Kind(takes, read)


def whole(least: int, most: int) -> Kind:
    """Return the kind of a whole number between two bounds, both included."""
    return _fits(f"a whole number from {least} to {most}", lambda value: type(value) is int and least <= value <= most)


def one_of(*allowed: str) -> Kind:
    """Return the kind of one of these codes."""

    def read(value: Any) -> Any:
        if value not in allowed:
            raise ValueError(f"{value!r} is none of: {', '.join(allowed)}{guess(value, allowed)}")
        return value

    return Kind("one of " + " ".join(f"`{code}`" for code in allowed), read)


def list_of(inner: Kind, *, made: Callable[[list[Any]], Any] = tuple, twice: bool = False) -> Kind:
    """Return the kind of a list of right items, each once unless `twice`; `made` turns the items into the value."""

    def read(value: Any) -> Any:
        if not isinstance(value, list):
            raise ValueError("must be a list in [ ]")
        items = [inner.read(item) for item in value]
        for place, item in enumerate(() if twice else value):
            if item in value[:place]:
                raise ValueError(f"names {item!r} twice")
        return made(items)

    items = "texts in quotes" if inner is TEXT else inner.takes.removeprefix("one of ").replace("a list of", "lists of")
    return Kind(f"a list of {items}", read, made if inner.trust else None)


def _duration(value: Any) -> Duration:
    if not isinstance(value, str):
        raise ValueError('must be a duration in quotes, as "24h" or "7wd"')
    return Duration.parse(value)


def _seconds(value: Any) -> Duration:
    if (found := _duration(value)).workdays:
        raise ValueError("must not be in working days")
    return found


def _weights(value: Any) -> str:
    try:
        why = "" if value == "" else fault(json.loads(str(value)))
    except ValueError:
        why = "is no JSON: name a weights file by `weights` instead"
    if why:
        raise ValueError(why)
    return str(value)


@lru_cache(maxsize=4096)
def _pattern_fault(pattern: str) -> str:
    """Return what is wrong with a regular expression; each is compiled once in a process, its verdict is kept."""
    try:
        finds_nothing = re.compile(pattern, re.ASCII).fullmatch("")
    except re.error as error:
        return f"{pattern!r} does not compile as a regular expression: {error}"
    return f"{pattern!r} matches an empty text" if finds_nothing else ""


def _pattern(value: Any) -> str:
    if why := _pattern_fault(value) if isinstance(value, str) else "must be a text in quotes":
        raise ValueError(why)
    return str(value)


def _names(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def _fen(value: Any) -> Decimal:
    return Decimal("NaN") if isinstance(value, bool) else Decimal(str(value)) * 100


TEXT = _fits("a text in quotes", lambda value: isinstance(value, str) and value.strip())


def _worded(value: Any) -> Mapping[str, str]:
    """Read one text for every language, or a text in each."""
    if isinstance(value, str) and value.strip():
        return dict.fromkeys(LANGUAGES, value.strip())
    if (
        isinstance(value, Mapping)
        and value.keys() == {*LANGUAGES}
        and all(isinstance(one, str) and one.strip() for one in value.values())
    ):
        return {language: str(one).strip() for language, one in value.items()}
    raise ValueError(f"must be a text in quotes, or a text in {' and '.join(LANGUAGES)}")


WORDED = Kind("a text in quotes, or a text in `zh` and `en`", _worded)
FLAG = _fits("true or false", lambda value: isinstance(value, bool))
TABLE = _fits("a table of keys, not one value", lambda value: isinstance(value, Mapping))
CODE = _fits(
    "a code of A-Z, a-z, 0-9 and _ that begins with a letter",
    lambda value: value.isascii() and value.isidentifier() and value[0] != "_",
)
PROBABILITY = _fits("a number from 0 to 1, as 0.6", lambda value: type(value) in (int, float) and 0 <= value <= 1)
YUAN = _fits(
    'yuan with at most two decimals, as "50.00"',
    lambda value: _fen(value) >= 0 and _fen(value) == int(_fen(value)),
    lambda value: int(_fen(value)),  # the rules have 分
)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _weekly(value: str) -> bool:
    day, _, clock = value.partition(" ")
    return not value or (day in WEEKDAYS and time.fromisoformat(clock).isoformat("minutes") == clock)


WEEKLY = _fits('a day and a time, as "mon 09:00", or ""', _weekly)
CLOCK_TIME = _fits(
    'a time of day in quotes, as "20:00"',
    lambda value: time.fromisoformat(value).tzinfo is None,
    time.fromisoformat,
)
DAY = _fits("dates, as 2027-02-06", lambda value: date.fromisoformat(str(value)), lambda v: date.fromisoformat(str(v)))
ZONE = _fits("a time zone", ZoneInfo, why='is no time zone: write one as "Asia/Shanghai"')
FILLED = _fits(
    "a text that holds nothing in braces but {no}, {decision} or {at}", lambda value: _names(value or "{}") <= TOLD
)
DURATION = Kind('a duration, as "24h" or "7wd"', _duration)
SECONDS = Kind('a duration, as "30s", not in working days', _seconds)
WINDOW = Kind('a duration or "always"', lambda value: value if value == "always" else _duration(value))
PATTERN = Kind("regular expressions", _pattern, str)
WEIGHTS = Kind("weights as they are stored", _weights, str)
