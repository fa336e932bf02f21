"""What a test process makes once though the program makes it at every start: patterns, TOML, SQL, certificates.

Each is kept by all that it depends on, so a test sees no difference but the time.
"""

from __future__ import annotations

import pickle
import re
import ssl
import tomllib
from functools import cache
from typing import Any

from sqlalchemy import Engine, String
from sqlalchemy.util import LRUCache

PATTERNS = 1 << 16
STATEMENTS = 4000


def remember() -> None:
    """Begin to remember; to be called before anything of the program is imported."""
    re._MAXCACHE = PATTERNS  # type: ignore[attr-defined]  # a policy has a thousand expressions, re keeps 512
    _toml()
    _sql()
    ssl.create_default_context = cache(ssl.create_default_context)  # type: ignore[assignment]


def _toml() -> None:
    parse = tomllib.loads

    @cache
    def parsed(text: str) -> bytes:
        return pickle.dumps(parse(text))

    def loads(text: str, /) -> dict[str, Any]:
        found: dict[str, Any] = pickle.loads(parsed(text))
        return found

    tomllib.loads = loads  # type: ignore[assignment]


class _Statements(LRUCache[Any, Any]):
    """Compiled statements of all engines: what is SQL for one database of a kind is SQL for the next."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_shared(key), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_shared(key), value)


def _shared(key: Any) -> Any:
    dialect, *rest = key
    return (type(dialect), dialect._json_serializer, dialect.colspecs.get(String), dialect.server_version_info, *rest)


def _sql() -> None:
    statements = _Statements(STATEMENTS)
    Engine._compiled_cache = property(lambda _: statements, lambda _, _own: None)  # type: ignore[assignment]
