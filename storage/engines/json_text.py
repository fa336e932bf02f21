"""JSON as both databases keep it."""

from __future__ import annotations

import json
from typing import Any


def to_json(value: Any) -> str:
    """Return compact JSON that keeps Chinese readable."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
