"""`claimdesk read --train FILE`: trains weights for reading from labelled messages, and reports whether they help."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, TextIO

from handlers.nlu.models.evaluation import FOLDS, Score, cross_checked
from handlers.nlu.models.examples import NONE, Lesson, Seen, lesson_of, of_ticket, seen
from handlers.nlu.models.training import Content, train
from handlers.nlu.text.lexicon import Lexicon, compile_words
from handlers.nlu.text.weights import fault
from handlers.policy.embedded_weights import words_hash
from handlers.policy.policy import Policy
from storage.desk.corrections import Example

FEWEST = 200
"""Fewest messages with which training is useful."""
GAIN = 0.005
"""How much the F1 of the types must rise for weights to be written."""
SEED = 20_200  # the same lessons give the same file


def learn(
    target: Path,
    files: Sequence[Path],
    examples: Sequence[Example],
    policy: Policy,
    *,
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """Train on example files and tickets; return 0 when weights were written, 1 when they would not help.

    Raises ValueError for a line that is no example, and for a target that holds something else.
    """
    out, err = out or sys.stdout, err or sys.stderr
    _spare(target)
    codes = [code for code in policy.problems if code != NONE]
    lessons = _lessons(files, examples, codes)
    if len(lessons) < FEWEST:
        few = f"{len(lessons)} labelled messages are too few to learn from: {FEWEST} are needed, better 1,000"
        print(f"claimdesk: {few}. Nothing was written.", file=err)
        return 1
    rows = _seen(lessons, compile_words(policy.words, policy.orders.patterns))
    print(f"learning from {len(rows)} messages", file=err)
    with _progress(len(codes) + 1, err) as tell:
        tables, both = cross_checked(rows, codes, policy.reading, Random(SEED), tell)
        content = train(rows, codes, Random(SEED), tell)
    content["made"] = _made(examples, rows, policy, tables, both)
    _figures(content["made"], tables, both, out)
    if both.types < tables.types + GAIN:
        print("claimdesk: weights from these messages would not help. Nothing was written.", file=err)
        return 1
    size = _write(target, content)
    print(
        f'{target}: {size // 1000} KB. A policy beside it uses it with: [reading] weights = "{target.name}"', file=out
    )
    return 0


def _spare(target: Path) -> None:
    """Refuse to write over a file that is no weights file."""
    if not target.parent.is_dir():
        raise ValueError(f"{target.parent} is no folder; name a file in an existing folder.")
    if not target.exists():
        return
    try:
        why = fault(json.loads(target.read_text(encoding="utf-8")))
    except (ValueError, IsADirectoryError):
        why = "is no weights file"
    if why:
        raise ValueError(f"{target} exists and is no weights file; name another file, or remove it first.")


def _lessons(files: Sequence[Path], examples: Sequence[Example], codes: Sequence[str]) -> list[Lesson]:
    """Return what is labelled; a text that occurs twice counts once, with its last labels."""
    found: dict[str, Lesson] = {}
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            if line.strip():
                try:
                    lesson = lesson_of(line, codes)
                except ValueError as error:
                    raise ValueError(f"{file}:{number}: {error}.") from None
                found[lesson.text] = lesson
    for one in examples:
        lesson = of_ticket(one, codes)
        found[lesson.text] = lesson
    return list(found.values())


def _seen(lessons: Sequence[Lesson], tables: Lexicon) -> list[Seen]:
    return [seen(lesson, tables) for lesson in lessons]


def _made(
    examples: Sequence[Example], rows: Sequence[Seen], policy: Policy, tables: Score, both: Score
) -> dict[str, Any]:
    newest = max((one.at for one in examples), default=None)
    return {
        "messages": len(rows),
        "of_tickets": len(examples),
        "put_right": sum(one.corrected for one in examples),
        "newest": newest.date().isoformat() if newest else None,
        "words": words_hash(policy.words),
        "types": [round(tables.types, 3), round(both.types, 3)],
        "serious": [round(both.recall, 3), round(both.precision, 3)],
    }


def _figures(made: dict[str, Any], tables: Score, both: Score, out: TextIO) -> None:
    newest = f", the newest of {made['newest']}" if made["newest"] else ""
    told = f"{made['of_tickets']} from tickets, {made['put_right']} corrected by agents"
    print(f"{made['messages']} messages ({told}{newest})", file=out)
    print(f"{'held out':28}{'tables':>10}{'with weights':>14}", file=out)
    for name, key in (
        ("problem types, micro-F1", "types"),
        ("serious, recall", "recall"),
        ("serious, precision", "precision"),
    ):
        print(f"{name:28}{getattr(tables, key):10.3f}{getattr(both, key):14.3f}", file=out)


def _write(target: Path, content: Content) -> int:
    """Write the file completely or not at all, one row a line; return its bytes."""
    tables = ",\n".join(f"{_json(key)}:{_rows(value)}" for key, value in sorted(content.items()))
    text = f"{{\n{tables}\n}}\n"
    part = target.with_name(target.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(target)
    return len(text.encode())


def _rows(value: Any) -> str:
    if not isinstance(value, dict):
        return _json(value)
    rows = ",\n".join(f"{_json(key)}:{_json(inner)}" for key, inner in sorted(value.items()))
    return f"{{\n{rows}\n}}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@contextmanager
def _progress(codes: int, err: TextIO) -> Iterator[Any]:
    from tqdm import tqdm  # only this and the import need it

    total = codes * (FOLDS + 1)
    with tqdm(
        desc="learning", total=total, unit=" fits", file=err, disable=not err.isatty(), dynamic_ncols=True
    ) as bar:
        yield bar.update
