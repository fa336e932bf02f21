"""Stories in plain text: what was said and done when, and what must hold after it.

    # D1 Everything in one sentence
    now: 2026-06-12 19:10
    bound: 李婷
    policy: money.auto_approve_cap = "50.00"

    0:00 李婷: 草莓坏了2盒，KT260612-0003，退款
    > says 照片
    0:04 李婷: [photo x2 good]
    0:15 李婷 taps 提交
    > ticket 1: lines=1 quantity=2 wish=refund amount=3980
    2:10 A1 taps 同意
    > says 6月24日

Times are [days d] [hours:] minutes:seconds after the beginning. Expectations hold for what arrives until the next line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

WHEN = re.compile(r"(?:(\d+)d\s+)?(?:(\d+):)?(\d+):(\d\d(?:\.\d)?)\s+(.+)")


@dataclass(slots=True, kw_only=True)
class Step:
    """One line of a story with what must hold after it."""

    number: int  # of the line in its file
    at: timedelta
    deed: str
    wants: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Story:
    """A story as read."""

    name: str
    head: dict[str, list[str]]
    steps: list[Step]


class Unreadable(Exception):
    """A line of a story that cannot be understood."""


def read(file: Path) -> Story:
    """Read a story. Raises Unreadable."""
    head: dict[str, list[str]] = {}
    steps: list[Step] = []
    for number, raw in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith(">"):
            if not steps:
                raise Unreadable(f"{file.name}:{number}: an expectation before the first line")
            steps[-1].wants.append((number, line[1:].strip()))
        elif found := WHEN.fullmatch(line):
            days, hours, minutes, seconds, deed = found.groups()
            at = timedelta(days=int(days or 0), hours=int(hours or 0), minutes=int(minutes), seconds=float(seconds))
            if steps and at < steps[-1].at:
                raise Unreadable(f"{file.name}:{number}: this line comes before the one above it")
            steps.append(Step(number=number, at=at, deed=deed))
        elif not steps and ":" in line:
            key, _, value = line.partition(":")
            head.setdefault(key.strip(), []).append(value.strip())
        else:
            raise Unreadable(f"{file.name}:{number}: {line}")
    return Story(name=file.stem, head=head, steps=steps)
