"""The course of a period, day by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from handlers.policy import calendar
from handlers.policy.policy import Policy
from handlers.reports.cases import Case, Facts
from handlers.reports.figures import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Each day's counts, and how many tickets of each problem type began on it, the commonest type first.

    A ticket counts for the problem of its first line; "" for those without a line.
    """

    days: Sequence[date]
    counts: Sequence[Tally]
    problems: Mapping[str, Sequence[int]]


def course(facts: Facts, policy: Policy) -> Course:
    """Return the course of a report's period."""
    zone, days = calendar.zone(policy), facts.days()
    counts = {day: Tally() for day in days}
    problems = {day: Counter[str]() for day in days}
    for case in facts.cases:
        day = case.ticket.begun.astimezone(zone).date()
        counts[day].count(case)
        problems[day][_problem(case)] += 1
    total = sum(problems.values(), Counter[str]())
    order = sorted(total, key=lambda code: (-total[code], code))
    return Course(
        days=days,
        counts=[counts[day] for day in days],
        problems={code: [problems[day][code] for day in days] for code in order},
    )


def _problem(case: Case) -> str:
    return case.lines[0].problem if case.lines else ""
