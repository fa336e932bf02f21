"""What a line takes over from lines said earlier: the fault of the goods, never somebody else's illness."""

from __future__ import annotations

from dataclasses import replace

from handlers.nlu.lists.reader import ListReading
from handlers.nlu.reading import ReadClaim

ILLNESS, OBJECT = "illness", "foreign_object"


def mild(behind: ListReading, own: ListReading) -> ListReading:
    """Give lines read behind earlier ones without the harm that only those told of; `own`: the lines by themselves."""
    harmed = {one.line for one in (*own.claims, *own.named) if one.severity == "safety"}
    return replace(
        behind,
        claims=tuple(
            _without_harm(one) if one.severity == "safety" and one.line not in harmed else one for one in behind.claims
        ),
    )


def _without_harm(told: ReadClaim) -> ReadClaim:
    problems = tuple(code for code in told.problems if code != ILLNESS)
    kept = OBJECT in problems
    return replace(
        told,
        problems=problems,
        severity="major" if kept else "normal",
        signals=(OBJECT,) if kept else (),
        special=(),
        certain=told.certain and bool(problems),
    )
