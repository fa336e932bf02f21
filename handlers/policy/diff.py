"""What differs between two policies, key by key, for those who must agree to it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from handlers.policy.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A key with its value in each policy, as JSON; "" where a policy does not have it."""

    key: str
    before: str
    after: str


def _leaves(content: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in content.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", json.dumps(value, ensure_ascii=False)


def changes(before: Policy, after: Policy) -> tuple[Change, ...]:
    """List the keys whose values differ, sorted by key; empty when both say the same."""
    old, new = dict(_leaves(json.loads(before.text))), dict(_leaves(json.loads(after.text)))
    return tuple(
        Change(key=key, before=old.get(key, ""), after=new.get(key, ""))
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    )
