"""Regular expressions of modules, compiled when they are first used: a start does not wait for all of them."""

from __future__ import annotations

import re
from typing import Any, cast

_WAITING: list[_Later] = []


class _Later:
    """Stands in for a compiled pattern; the first use compiles it and takes its methods over."""

    __slots__ = ("__dict__", "_body", "_flags")

    def __init__(self, body: str, flags: int) -> None:
        self._body, self._flags = body, flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = re.compile(self._body, self._flags)
        self.__dict__ |= {one: getattr(made, one) for one in dir(made) if not one.startswith("_")}
        return self.__dict__[name]


def pattern_of(body: str, flags: int = 0) -> re.Pattern[str]:
    """Return what acts as the compiled pattern. Broken ones are found by the first use only, so by `compile_all`."""
    later = _Later(body, flags)
    _WAITING.append(later)
    return cast("re.Pattern[str]", later)


def compile_all() -> None:
    """Compile what waits, so that no message has to."""
    while _WAITING:
        _ = cast(Any, _WAITING.pop()).pattern
