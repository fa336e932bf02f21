"""The course of a period: what began on each of its days, or in longer steps where there are many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from handlers.policy import calendar
from handlers.policy.policy import Policy
from handlers.reports.cases import DAY, Case, Facts
from handlers.reports.figures import Tally

MOST = 31  # steps of a period
LENGTHS = (1, 7, 30, 91, 365)  # of a step, in days


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Each step's first day and counts, and how many tickets of each problem type began in it, the commonest first.

    A step has `length` days, the last may have fewer. A ticket counts for the problem of its first line; "" for those
    without a line.
    """

    length: int
    begins: Sequence[date]
    counts: Sequence[Tally]
    problems: Mapping[str, Sequence[int]]


def course(facts: Facts, policy: Policy) -> Course:
    """Return the course of a report's period."""
    zone, days = calendar.zone(policy), (facts.last - facts.first).days + 1
    length = next((length for length in LENGTHS if days <= length * MOST), LENGTHS[-1])
    steps = -(-days // length)
    counts, problems = [Tally() for _ in range(steps)], [Counter[str]() for _ in range(steps)]
    for case in facts.cases:
        place = (case.ticket.begun.astimezone(zone).date() - facts.first).days // length
        counts[place].count(case)
        problems[place][_problem(case)] += 1
    total = sum(problems, Counter[str]())
    order = sorted(total, key=lambda code: (-total[code], code))
    return Course(
        length=length,
        begins=[facts.first + DAY * length * place for place in range(steps)],
        counts=counts,
        problems={code: [step[code] for step in problems] for code in order},
    )


def _problem(case: Case) -> str:
    return case.lines[0].problem if case.lines else ""
