"""aiogram's models, each built when it is first used."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

_eager = BaseModel.model_rebuild.__func__  # type: ignore[attr-defined]
_names: dict[str, Any] = {}


def _model_rebuild(
    cls: type[BaseModel],
    *,
    force: bool = False,
    raise_errors: bool = True,
    _parent_namespace_depth: int = 2,
    _types_namespace: dict[str, Any] | None = None,
) -> bool | None:
    if any(base.__module__.startswith("aiogram.") for base in cls.__mro__):
        if _types_namespace is not None:  # aiogram.types asks for it at its import, for each of its 444 models
            _names.update(_types_namespace)
            return None
        _types_namespace = _names  # pydantic asks for it when one is used
    built: bool | None = _eager(
        cls,
        force=force,
        raise_errors=raise_errors,
        _parent_namespace_depth=_parent_namespace_depth + 1,
        _types_namespace=_types_namespace,
    )
    return built


def defer() -> None:
    """Build no model of aiogram at its import: all of them take four seconds and 110 MB, those in use a tenth of it."""
    BaseModel.model_rebuild = classmethod(_model_rebuild)  # type: ignore[method-assign, assignment]
