"""The tables of docs/policy.md, made from the classes of the policy; run as a script it writes them into the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from unread_keys import NOT_YET

from handlers.messages.codes import CLOCKS
from handlers.policy import words
from handlers.policy.content import Content, written
from handlers.policy.kinds import Keyed
from handlers.policy.shape import Key, keys

DOCS = Path(__file__).parents[2] / "docs" / "policy.md"
HEAD = ("key", "takes", "default", "means")
TEXTS = "a text in `zh` and `en`"


def tables() -> dict[str, list[str]]:
    """Return the lines of every table by the heading that it stands under."""
    found = {"[clocks]": _table(("clock", "runs from, until"), [(f"`{name}`", text) for name, text in CLOCKS.items()
                                                                 if f"clocks.{name}" not in NOT_YET])}  # fmt: skip
    for name, key in keys(Content).items():
        each = isinstance(key.table, Key)
        table = key.table.table if each else key.table
        heading = f"[{name}.CODE]" if each else f"[{name}]"
        if isinstance(table, type) and (rows := list(_rows(table, f"{name}.*" if each else name))):
            found[heading] = _table(HEAD, rows)
    found["[words]"] = _table(("table", "holds"), [(f"`{name}`", key.about.description or "")
                                                   for name, key in keys(words.Words).items()])  # fmt: skip
    found["A row of words"] = _table(HEAD, [*_rows(words.Row, ""), *list(_rows(words.SignalRow, ""))[-1:]])
    found["[words.items]"] = _table(("key", "takes", "means"), [row[:2] + row[3:] for row in _rows(words.Items, "")])
    found["[words.phrases]"] = _table(("row", "tells"), [(f"`{name}`", text) for name, text in words.PHRASES.items()])
    found["Accepted, and not acted on yet"] = _table(("key", "what is missing"), list(_missing()))
    return found


def _missing() -> Iterator[tuple[str, str]]:
    for path, why in NOT_YET.items():
        table, _, key = path.replace(".*", ".CODE").rpartition(".")
        key, _, value = key.partition(": ")
        yield f"`[{table}] {key}`" + (f', the value `"{value}"`' if value else ""), why


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    return [f"| {' | '.join(row)} |".replace("|  |", "| |") for row in (head, ("---",) * len(head), *rows)]


def _rows(table: type, path: str) -> Iterator[tuple[str, ...]]:
    for name, key in keys(table).items():
        if f"{path}.{name}" not in NOT_YET:
            unread = [one.partition(": ")[2] for one in NOT_YET if one.startswith(f"{path}.{name}: ")]
            takes = _takes(key)
            for value in unread:
                takes = takes.replace(f" `{value}`", "")
            yield f"`{name}`", takes, "needed" if key.needed else _default(key.default), key.about.description or ""


def _takes(key: Key) -> str:
    if key.kind:
        return key.kind.takes
    if isinstance(key.table, Keyed):
        inner = next(iter(keys(key.table).values())).kind
        return TEXTS if inner and inner.takes.startswith("a text") else f"{inner and inner.takes}, in `zh` and `en`"
    inner = key.table.kind if isinstance(key.table, Key) else None
    return f"a table, each key with {inner.takes}" if inner else "a table"


def _default(value: Any) -> str:
    if isinstance(value, tuple):
        return "all" if value else ""
    said = written(value)
    return f"`{json.dumps(said, ensure_ascii=False)}`" if isinstance(said, (str, int, float)) and said != "" else ""


def rewritten(text: str) -> str:
    """Return docs/policy.md with every table as it should be; KeyError names a table that has no place in it."""
    wanted, out, lines = tables(), [], text.splitlines()
    heading = ""
    for place, line in enumerate(lines):
        if line.startswith("#"):
            heading = line.lstrip("# ").replace("`", "")
        first = line.startswith("|") and not lines[place - 1].startswith("|")
        if first and heading in wanted:
            out += wanted.pop(heading)
            heading = f"{heading}, written"
        if not (line.startswith("|") and heading.endswith(", written")):
            out.append(line)
    if wanted:
        raise KeyError(f"no table under a heading: {', '.join(wanted)}")
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    DOCS.write_text(rewritten(DOCS.read_text(encoding="utf-8")), encoding="utf-8")
