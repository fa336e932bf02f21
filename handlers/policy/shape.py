"""Which keys the tables of a policy have, read off their classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from pydantic.fields import FieldInfo

from handlers.policy.kinds import NEEDED, Keyed, Kind


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Key:
    """What belongs at a key: a value of a kind, or a table."""

    kind: Kind | None
    table: Any  # a class or a Keyed, or the Key of what belongs at each key that a file makes up; None: a plain value
    needed: bool
    about: FieldInfo
    attribute: str = ""
    default: Any = None  # MISSING of tables


def key_of(annotation: Any) -> Key:
    """Return what an annotation says; of a type that may be None the other one counts."""
    notes = getattr(annotation, "__metadata__", ())
    of = annotation.__origin__ if notes else annotation
    of = next((one for one in get_args(of) if NoneType in get_args(of) and one is not NoneType), of)
    kind = next((note for note in notes if isinstance(note, Kind)), None)
    table: Any = next((note for note in notes if isinstance(note, Keyed)), kind.table if kind else None)
    if not kind and not table:
        table = key_of(get_args(of)[1]) if get_origin(of) is Mapping else of if is_dataclass(of) else None
    about = next((note for note in notes if isinstance(note, FieldInfo)), FieldInfo())
    return Key(kind=kind, table=table, needed=NEEDED in notes, about=about)


@cache
def keys(table: Any) -> Mapping[str, Key]:
    """Return the keys of a table by their names in files; none where a file makes them up."""
    if isinstance(table, Keyed):
        each = key_of(table.value)
        return {name: replace(each, needed=table.all_needed) for name in table.keys}
    hints = get_type_hints(table, include_extras=True) if isinstance(table, type) else {}
    found = {one: key_of(hints[one.name]) for one in fields(table)} if hints else {}
    return {
        key.about.alias or one.name: replace(key, attribute=one.name, default=one.default) for one, key in found.items()
    }


def below(table: Any, name: str) -> Any:
    """Return the table below a key of a table, None where there is none."""
    key = table if isinstance(table, Key) else keys(table).get(name)
    return key and key.table
