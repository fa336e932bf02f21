"""The weights that a policy file names: their content becomes part of the policy."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from handlers.nlu.text import weights
from handlers.policy.policy import Policy
from handlers.policy.schema import Wrong

NAMED = ("reading", "weights")


def embedded(content: Mapping[str, Any], policy: Path) -> tuple[Mapping[str, Any], list[Wrong]]:
    """Return the table with the file that `[reading] weights` names, beside the policy, in its place as `learned`.

    A policy is stored and hashed as the text it then is, so that it reads the same when the file is gone.
    """
    reading = content.get("reading")
    name = reading.get("weights") if isinstance(reading, Mapping) else None
    if not isinstance(reading, Mapping) or not isinstance(name, str):
        return content, []
    text, why = stored(policy.parent / name) if name else ("", "")
    rest = {key: value for key, value in reading.items() if key != "weights"}
    return {**content, "reading": {**rest, "learned": text}}, [(NAMED, why)] if why else []


def stored(file: Path) -> tuple[str, str]:
    """Read a weights file; return its content in the form that is stored, or why it cannot be used."""
    try:
        text, why = _stored(file.read_text(encoding="utf-8"))
    except OSError as error:
        return "", f"{file} cannot be read: {error.strerror}"
    except ValueError as error:
        return "", f"{file} is no JSON in UTF-8 ({error}): make one with `claimdesk read --train`"
    return text, f"{file} {why}" if why else ""


@lru_cache(maxsize=4)
def _stored(text: str) -> tuple[str, str]:
    content = json.loads(text)
    if why := weights.fault(content):
        return "", why
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")), ""


def words_hash(words: Mapping[str, Any]) -> str:
    """Return a short hash of the word tables that weights are learned with."""
    return hashlib.sha256(json.dumps(words, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:12]


def older(policy: Policy) -> bool:
    """Return whether a policy's weights were learned with other words than it has."""
    text = policy.reading.learned
    return bool(text) and json.loads(text).get("made", {}).get("words") != words_hash(policy.words)
