"""The figures by agent, site, supplier, carrier, lot, item, problem type and cause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from handlers.messages import texts
from handlers.policy.policy import Policy
from handlers.reports.cases import BY_ITSELF, BY_ORDERS, Case, Facts, problems_of
from handlers.reports.figures import Tally
from storage.reports.rows import LineRow
from storage.reports.sums import CostRow

AGENT = "agent:"  # how the actors begin who are agents


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The counts of one agent, site, ...; `key` "" is what is not known, `name` what people call it."""

    key: str
    name: str
    counts: Tally
    orders: int | None  # None where orders cannot be told apart so


@dataclass(frozen=True, slots=True, kw_only=True)
class _By:
    """How tickets, lines and costs are sorted; a ticket counts once for each key of its lines."""

    of_case: Callable[[Case], str] | None = None
    of_line: Callable[[LineRow], tuple[str, ...]] | None = None
    of_cost: Callable[[CostRow], str]

    def keys(self, case: Case) -> set[str]:
        if self.of_case:
            return {self.of_case(case)}
        assert self.of_line
        return {key for line in case.lines for key in self.of_line(line)} or {""}


def _user(actors: Iterable[str]) -> str:
    """Return the user id of the first agent among actors, else the bot, else "".

    An appealed ticket has no owner, but whoever decided it first.
    """
    known = sorted(actors, key=lambda actor: not actor.startswith(AGENT))[:1]
    return next((actor.rpartition(":")[2] for actor in known if actor.startswith((AGENT, BY_ITSELF))), "")


def _agent(case: Case) -> str:
    return case.ticket.owner_id or _user(line.decided_by for line in case.lines)


BY: Mapping[str, _By] = {
    "agent": _By(of_case=_agent, of_cost=lambda cost: cost.owner_id or _user([cost.actor])),
    "site": _By(of_case=lambda case: case.ticket.site_no, of_cost=lambda cost: cost.site_no),
    "supplier": _By(of_line=lambda line: (line.supplier,), of_cost=lambda cost: cost.supplier),
    "carrier": _By(of_line=lambda line: (line.carrier,), of_cost=lambda cost: cost.carrier),
    "lot": _By(of_line=lambda line: (line.lot,), of_cost=lambda cost: cost.lot),
    "item": _By(of_line=lambda line: (line.item,), of_cost=lambda cost: cost.item),
    "problem": _By(of_line=problems_of, of_cost=lambda cost: cost.problem),
    "cause": _By(of_line=lambda line: (line.cause,), of_cost=lambda cost: cost.cause),
}


def breakdown(facts: Facts, name: str, policy: Policy, language: str) -> list[Row]:
    """Return the rows of one of BY, those with most tickets first, what is not known last."""
    by, counts = BY[name], defaultdict[str, Tally](Tally)
    for case in facts.cases:
        for key in by.keys(case):
            counts[key].count(case)
    for cost in facts.costs:
        counts[by.of_cost(cost)].book(cost)
    orders = facts.orders_by[name] if name in BY_ORDERS else None
    called = _names(facts, name, policy, language)
    rows = [
        Row(key=key, name=called.get(key, ""), counts=each, orders=None if orders is None else orders.get(key, 0))
        for key, each in counts.items()
    ]
    return sorted(rows, key=lambda row: (row.key == "", -row.counts.tickets, -row.counts.spent, row.key))


def _names(facts: Facts, name: str, policy: Policy, language: str) -> Mapping[str, str]:
    if name == "agent":
        return {BY_ITSELF: texts.say(language, "report.by_itself"), **facts.agents}
    if name == "site":
        return facts.leaders
    if name == "problem":
        return {code: policy.label(code, language) for code in policy.problems}
    if name == "cause":
        return {code: cause.label.get(language, "") for code, cause in policy.causes.items()}
    return {}
