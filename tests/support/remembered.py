"""What a test process computes once though the program computes it at every start: patterns, TOML, certificates."""

from __future__ import annotations

import pickle
import re
import ssl
import tomllib
from functools import cache
from typing import Any

PATTERNS = 1 << 16


def remember() -> None:
    """Keep what a policy or a client is made of, by its content; each user still gets an object of its own."""
    re._MAXCACHE = PATTERNS  # type: ignore[attr-defined]  # a policy has a thousand expressions, re keeps 512
    parse = tomllib.loads

    @cache
    def parsed(text: str) -> bytes:
        return pickle.dumps(parse(text))

    def loads(text: str, /) -> dict[str, Any]:
        found: dict[str, Any] = pickle.loads(parsed(text))
        return found

    tomllib.loads = loads  # type: ignore[assignment]
    ssl.create_default_context = cache(ssl.create_default_context)
