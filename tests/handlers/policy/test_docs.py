from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from handlers.messages.codes import GROUPS, PROBLEMS, REMEDIES, SIGNALS
from handlers.policy.schema import SHAPE

TEXT = (Path(__file__).parents[3] / "docs" / "policy.md").read_text(encoding="utf-8")


def sections() -> Iterator[tuple[str, str]]:
    """Yield every table and key that a policy may have."""
    for table, shape in SHAPE.items():
        inner = shape.get("*", shape) if isinstance(shape, Mapping) else {}
        yield table, ""
        for key in inner if isinstance(inner, Mapping) else ():
            if table != "texts":
                yield table, key


@pytest.mark.parametrize(("table", "key"), list(sections()))
def test_every_key_is_explained(table, key):
    if not key:
        assert f"`{table}`" in TEXT or f"[{table}" in TEXT
    else:
        assert any(form in TEXT for form in (f"`{key}`", f"`{key}.", f"`{table}.{key}`", f"`{key} ="))


@pytest.mark.parametrize("code", (*PROBLEMS, *REMEDIES, *SIGNALS, *GROUPS))
def test_every_code_is_named(code):
    assert f"`{code}`" in TEXT
