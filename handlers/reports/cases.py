"""What became of each ticket of a period, judged once, and what else its figures need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from handlers.policy import calendar
from handlers.policy.policy import Policy
from storage.database import Tx
from storage.reports import rows, sums
from storage.reports.period import Period
from storage.reports.rows import LineRow, TicketRow
from storage.reports.sums import CostRow

CONDUCT = "service_attitude"  # the problem type whose tickets are complaints
COMPLAINING = ("投诉", "投訴", "举报", "舉報", "complaint")  # the words whose tickets are complaints
AGAIN = timedelta(days=7)  # within which a customer who comes back had no lasting help
DAY = timedelta(days=1)
FINISHED = frozenset({"resolved", "closed"})
ENDED = frozenset({"done", "refused", "withdrawn"})
BY_ITSELF = "bot"
BY_ORDERS = ("site", "supplier", "carrier", "lot", "item")  # what orders are counted by


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A ticket and what is counted of it; `scores` are the last ones given, one for each person who gave one."""

    ticket: TicketRow
    lines: tuple[LineRow, ...]
    scores: tuple[int, ...]
    problems: frozenset[str]  # of all lines
    resolved: bool
    on_time: bool
    pending: bool  # undecided, and the time that was promised at first has not passed
    complaint: bool
    automatic: bool
    again: bool


def problems_of(line: LineRow) -> tuple[str, ...]:
    """Return the problem types of a line."""
    return (line.problem, *line.also.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that a report of the days `first` to `last` is reckoned from; money in 分."""

    first: date
    last: date
    cases: Sequence[Case]
    costs: Sequence[CostRow]
    messages: tuple[int, int]  # messages in which claims were told, and those claims
    orders: int
    orders_by: Mapping[str, Mapping[str, int]]
    leaders: Mapping[str, str]  # by site
    agents: Mapping[str, str]  # by user id


def gather(tx: Tx, first: date, last: date, policy: Policy, *, now: datetime, sample: bool) -> Facts:
    """Return the facts of a period of days that begin at midnight where the business is.

    `sample`: those of the sandbox's invented people alone; otherwise none of theirs.
    """
    zone = calendar.zone(policy)
    begin, end = datetime.combine(first, time(), zone), datetime.combine(last + DAY, time(), zone)
    period = Period(first=begin, end=end, sample=sample)
    return Facts(
        first=first,
        last=last,
        cases=_cases(tx, period, now),
        costs=sums.costs_of(tx, period),
        messages=rows.messages(tx, period),
        orders=sums.orders_of(tx, period),
        orders_by={name: sums.orders_by(tx, period, name) for name in BY_ORDERS},
        leaders=sums.leaders_by_site(tx, period),
        agents=sums.agents(tx),
    )


def _cases(tx: Tx, period: Period, now: datetime) -> list[Case]:
    lines, scores = defaultdict[str, list[LineRow]](list), defaultdict[str, list[int]](list)
    others: defaultdict[str, list[datetime]] = defaultdict(list)
    for line in rows.lines_of(tx, period):
        lines[line.ticket_no].append(line)
    for (ticket_no, _), score in rows.ratings(tx, period).items():
        scores[ticket_no].append(score)
    for ticket_no, at in rows.others_on_order(tx, period):
        others[ticket_no].append(at)
    return [
        _judged(ticket, tuple(lines[ticket.no]), tuple(scores[ticket.no]), others.get(ticket.no, ()), now)
        for ticket in rows.tickets_of(tx, period, COMPLAINING)
    ]


def _judged(
    ticket: TicketRow, lines: tuple[LineRow, ...], scores: tuple[int, ...], others: Sequence[datetime], now: datetime
) -> Case:
    decided, due = ticket.decided, ticket.due
    came_back = [*others, *filter(None, (ticket.reopened,))]
    deciders = {line.decided_by for line in lines if line.decided_by}
    problems = frozenset(code for line in lines for code in problems_of(line))
    return Case(
        ticket=ticket,
        lines=lines,
        scores=scores,
        problems=problems,
        resolved=decided is not None and ticket.state in FINISHED and all(line.state in ENDED for line in lines),
        on_time=decided is not None and (due is None or decided <= due),
        pending=decided is None and due is not None and now <= due and ticket.state not in (*FINISHED, "withdrawn"),
        complaint=CONDUCT in problems or ticket.complains or ticket.appealed is not None,
        automatic=decided is not None and deciders == {BY_ITSELF},
        again=decided is not None and any(decided < at <= decided + AGAIN for at in came_back),
    )
