"""A business's procedure as a value: problem types, clocks, caps, routes and texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from handlers.messages.codes import SEVERITIES
from handlers.messages.durations import Duration
from handlers.nlu.text.weights import Weights
from handlers.policy.content import fields
from handlers.policy.values import (
    Coupon,
    Group,
    Hours,
    Labels,
    Lookup,
    MediaLimits,
    Playbook,
    Problem,
    Rule,
    SeverityRule,
    Template,
    pick,
)

__all__ = [
    "Coupon",
    "Duration",
    "Group",
    "Hours",
    "Labels",
    "Lookup",
    "MediaLimits",
    "Playbook",
    "Policy",
    "Problem",
    "Rule",
    "SeverityRule",
    "Template",
    "Weights",
    "pick",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The policy in force or the one a ticket was filed under; money in 分, `quiet` and `quiet_max` in seconds."""

    name: str
    title: Labels
    hash: str
    text: str
    activation: str
    problems: Mapping[str, Problem]
    remedies: tuple[str, ...]  # all that the business gives
    agent_remedies: tuple[str, ...]  # what an agent may choose on any line, besides the problem type's own
    clocks: Mapping[str, Duration]
    windows: Mapping[str, Duration]  # tag of an order line -> claim window instead of the clock's
    suggest_cap: int
    auto_approve_cap: int
    quiet: float
    quiet_max: float
    misses: int
    proof: str
    lookup: Lookup
    order_patterns: tuple[str, ...]
    hours: Hours
    holidays: frozenset[date]
    workdays: frozenset[date]
    severity_rules: tuple[SeverityRule, ...]
    special: Mapping[str, Group]
    departments: Mapping[str, Labels]
    coupons: Mapping[str, Coupon]
    late_coupon: str  # code of the coupon offered for a late claim, or ""
    rules: Mapping[str, Rule]
    late_rule: str  # code of the rule that a late claim is refused by, or ""
    playbooks: Mapping[str, Playbook]
    texts: Mapping[str, Mapping[str, str]]
    words: Mapping[str, Any]
    weights: Weights
    media: MediaLimits
    survey: bool
    leader_review: bool
    desk_language: str  # of the agents' group
    template: Template | None  # of WeChat, for decisions that cannot be sent otherwise

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Restore a policy from its stored `text`; keys of other versions are passed over."""
        return cls(**fields(text))

    def labels(self, language: str) -> dict[str, str]:
        """Return the labels of all problem types by their codes."""
        return {code: self.label(code, language) for code in self.problems}

    def label(self, problem: str, language: str) -> str:
        """Name a problem type; its code when the policy does not have it."""
        known = self.problems.get(problem)
        return pick(known.labels, language) if known else problem

    def window(self, problem: str, tags: Iterable[str] = ()) -> Duration | None:
        """Return how long after delivery a claim is in time; None when it always is."""
        kind = self.problems.get(problem)
        if kind and kind.always:
            return None
        if kind and kind.claim_window:
            return kind.claim_window
        own = [self.windows[tag] for tag in tags if tag in self.windows]
        # two tags that differ: the longer window, in the customer's favour
        return max(own, key=lambda window: window.rough) if own else self.clocks["claim_window"]

    def severity(
        self,
        problem: str,
        *,
        heard: str = "normal",
        tags: Iterable[str] = (),
        groups: Iterable[str] = (),
        sum_: int = 0,
    ) -> str:
        """Return the worst severity that the problem type, what the reading `heard` and the rules call for; 分."""
        kind = self.problems.get(problem)
        has, who = frozenset(tags), frozenset(groups)
        found = [heard, kind.severity if kind else "normal"]
        found += [rule.severity for rule in self.severity_rules if rule.holds(problem, has, who, sum_)]
        return max(found, key=SEVERITIES.index)

    def groups(self, tags: Iterable[str] = (), named: Iterable[str] = ()) -> tuple[str, ...]:
        """Name the special groups of order-line tags and those `named` by the customer, the first served first."""
        has, who = frozenset(tags), frozenset(named)
        found = [group for group in self.special.values() if group.code in who or not has.isdisjoint(group.tags)]
        return tuple(group.code for group in sorted(found, key=lambda group: -group.priority))
