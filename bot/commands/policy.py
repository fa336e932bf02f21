"""The commands `claimdesk policy list`, `show` and `check`."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from handlers.policy import calendar, embedded_weights, loader
from handlers.policy.diff import changes

WIDEST = 70
Write = Callable[[str], object]


def list_presets(write: Write) -> int:
    """Print each preset's name and purpose; return exit code 0."""
    rows = list(loader.summaries())
    width = max((len(name) for name, _ in rows), default=0)
    for name, title in rows:
        write(f"{name:{width}}  {title}")
    return 0


def show(name: str, write: Write) -> int:
    """Print the whole policy with its hash, as TOML that could be put in force again; return 1 if it is refused."""
    try:
        policy = loader.load(name)
    except loader.PolicyError as error:
        return _refuse(error.findings, write)
    write(f"# {policy.name}")
    write(f"# hash {policy.hash}")
    for line in _tables(json.loads(policy.text)):
        write(line)
    return 0


def check(path: str, write: Write) -> int:
    """Write what is wrong with a policy, one line each with line, key and reason; exit code 1 if anything is.

    Of one in order, write what it changes in the policy that it extends.
    """
    if findings := loader.check(path):
        return _refuse(findings, write)
    policy = loader.load(path)
    write(f"{path}: no errors. Policy {policy.name}, hash {policy.hash[:12]}.")
    write(
        f"Chinese holidays are known until {calendar.known_years()[1]}; later years come from [calendar] and weekends."
    )
    if embedded_weights.older(policy):
        write("Its weights were learned with other words: they hold, `claimdesk read --train` makes them anew.")
    if below := loader.extended(path):
        write(f"What it changes in {below.name}:")
        for change in changes(below, policy):
            write(f"  {change.key}: {_short(change.before)} -> {_short(change.after)}")
    return 0


def _short(value: str) -> str:
    return textwrap.shorten(value, WIDEST, placeholder=" ...") if value else "nothing"


def _refuse(findings: list[loader.Finding], write: Write) -> int:
    for finding in findings:
        write(str(finding))
    return 1


def _tables(content: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[str]:
    """Return tables as TOML, plain values before inner tables."""
    plain = {key: value for key, value in content.items() if not isinstance(value, Mapping)}
    if path and (plain or not content):
        yield ""
        yield f"[{'.'.join(map(_key, path))}]"
    for key, value in plain.items():
        yield f"{_key(key)} = {_value(value)}"
    for key, value in content.items():
        if isinstance(value, Mapping):
            yield from _tables(value, (*path, key))


def _key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() and key.isascii() else _value(key)


def _value(value: object) -> str:
    """Return one value as TOML: JSON's texts, numbers and lists are valid TOML, its inner tables are not."""
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(inner)}" for key, inner in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
