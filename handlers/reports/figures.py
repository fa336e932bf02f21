"""The figures of service: each a value with the raw counts that it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction

from handlers.reports.cases import Case, Facts
from storage.reports.sums import CostRow

CONTENT = 4  # the lowest score that counts as satisfied, of 5
SOON = timedelta(hours=24)
MILLISECOND = timedelta(milliseconds=1)
MINUTE, HOUR = 60_000, 3_600_000  # milliseconds
RECOVERY = "recovery"
KINDS = ("refund", "freight", "coupon", "goods", "labour")  # of costs


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure; `unit` share, rate, count, yuan, minutes, hours or number. Without a denominator it is a count or sum.

    `numerator` and the value of a sum are in yuan, of a time in minutes or hours.
    """

    name: str
    unit: str
    numerator: Fraction
    denominator: int | None = None
    per: int = 1

    @property
    def value(self) -> Fraction | None:
        """Return the value; None where nothing is there to divide by."""
        if self.denominator is None:
            return self.numerator
        return self.numerator * self.per / self.denominator if self.denominator else None


@dataclass(slots=True, kw_only=True)
class Tally:
    """Raw counts over some tickets; times in milliseconds, money in 分."""

    tickets: int = 0
    filed: int = 0
    resolved: int = 0
    resolved_soon: int = 0
    on_time: int = 0
    pending: int = 0
    answers: int = 0
    satisfied: int = 0
    complaints: int = 0
    appeals: int = 0
    withdrawn: int = 0
    decided: int = 0
    automatic: int = 0
    again: int = 0
    answered: int = 0
    answering: int = 0
    handling: int = 0
    costs: dict[str, int] = field(default_factory=dict)
    problems: dict[str, int] = field(default_factory=dict)

    def count(self, case: Case) -> None:
        """Count a ticket; one that has several problems counts for each."""
        ticket = case.ticket
        self.tickets += 1
        self.answers += len(case.scores)
        self.satisfied += sum(score >= CONTENT for score in case.scores)
        self.complaints += case.complaint
        self.appeals += ticket.appealed is not None
        for code in case.problems:
            self.problems[code] = self.problems.get(code, 0) + 1
        if ticket.answered_at is not None:
            self.answered += 1
            self.answering += (ticket.answered_at - ticket.reported_at) // MILLISECOND
        if ticket.filed_at is None:
            return
        self.filed += 1
        self.withdrawn += ticket.state == "withdrawn"
        self.resolved += case.resolved
        ended = ticket.resolved
        self.resolved_soon += case.resolved and ended is not None and ended - ticket.filed_at <= SOON
        self.on_time += case.on_time
        self.pending += case.pending
        self.automatic += case.automatic
        self.again += case.again
        if ticket.decided is not None:
            self.decided += 1
            self.handling += (ticket.decided - ticket.filed_at) // MILLISECOND

    def book(self, cost: CostRow) -> None:
        """Count what was booked."""
        self.costs[cost.kind] = self.costs.get(cost.kind, 0) + cost.amount

    @property
    def spent(self) -> int:
        """分 that were spent, without what came back."""
        return sum(amount for kind, amount in self.costs.items() if kind != RECOVERY)

    @property
    def recovered(self) -> int:
        """分 that came back."""
        return -self.costs.get(RECOVERY, 0)

    def service(self, orders: int | None) -> list[Figure]:
        """Return the figures that procedures name; without a count of orders those that need none."""
        found = [
            _share("satisfaction", self.satisfied, self.answers),
            _share("resolution", self.resolved, self.filed),
            _share("on_time", self.on_time, self.filed),
        ]
        if orders is not None:
            found.append(_rate("complaint_rate", self.complaints, orders))
            found.append(_rate("ticket_rate", self.tickets, orders))
        return found

    def times(self) -> list[Figure]:
        """Return how long people took to answer first, and how long filed claims took to be decided."""
        first, handling = Fraction(self.answering, MINUTE), Fraction(self.handling, HOUR)
        return [
            Figure(name="first_response_minutes", unit="minutes", numerator=first, denominator=self.answered),
            Figure(name="handling_hours", unit="hours", numerator=handling, denominator=self.decided),
        ]


def _share(name: str, part: int, whole: int) -> Figure:
    return Figure(name=name, unit="share", numerator=Fraction(part), denominator=whole)


def _rate(name: str, part: int, orders: int, per: int = 1000) -> Figure:
    return Figure(name=name, unit="rate", numerator=Fraction(part), denominator=orders, per=per)


def _count(name: str, number: int) -> Figure:
    return Figure(name=name, unit="count", numerator=Fraction(number))


def _yuan(name: str, fen: int, over: int | None = None) -> Figure:
    return Figure(name=name, unit="yuan", numerator=Fraction(fen, 100), denominator=over)


def tally(cases: Iterable[Case], costs: Iterable[CostRow] = ()) -> Tally:
    """Return the counts over tickets and costs."""
    made = Tally()
    for case in cases:
        made.count(case)
    for cost in costs:
        made.book(cost)
    return made


def figures(facts: Facts) -> Sequence[Figure]:
    """Return every figure of a report, those that procedures name first."""
    of = tally(facts.cases, facts.costs)
    said, told = facts.messages
    return [
        *of.service(facts.orders),
        _rate("complaints_per_10000", of.complaints, facts.orders, per=10_000),
        _share("resolved_24h", of.resolved_soon, of.filed),
        *of.times(),
        Figure(name="turns_per_claim", unit="number", numerator=Fraction(said), denominator=told),
        _share("automation", of.automatic, of.decided),
        _share("recontact_7d", of.again, of.decided),
        _yuan("cost_per_ticket", of.spent, of.tickets),
        _yuan("cost", of.spent),
        *(_yuan(f"cost_{kind}", of.costs.get(kind, 0)) for kind in KINDS),
        _yuan("recovered", of.recovered),
        _count("orders", facts.orders),
        _count("tickets", of.tickets),
        _count("filed", of.filed),
        _count("decided", of.decided),
        _count("not_due_yet", of.pending),
        _count("withdrawn", of.withdrawn),
        _count("complaints", of.complaints),
        _count("appeals", of.appeals),
    ]
