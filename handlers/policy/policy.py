"""A business's procedure as a value: problem types, clocks, caps, routes and texts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Self

from handlers.messages.codes import strongest
from handlers.messages.durations import Duration
from handlers.policy.content import Content, restored
from handlers.policy.values import Template, pick
from storage.orders import Order

__all__ = ["Duration", "Policy", "Template", "pick"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(Content):
    """The policy in force or the one a ticket was filed under: its tables, its stored text and that text's hash."""

    text: str
    hash: str

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Restore a policy from its stored `text`; keys of other versions are passed over."""
        whole = restored(json.loads(text))
        tables = {one.name: getattr(whole, one.name) for one in fields(whole)}
        offered = whole.head.problems or tuple(whole.problems)
        tables["problems"] = {code: whole.problems[code] for code in offered if code in whole.problems}
        return cls(**tables, text=text, hash=hashlib.sha256(text.encode()).hexdigest())

    @property
    def name(self) -> str:
        """Return the name that is shown and stored."""
        return self.head.name

    def labels(self, language: str) -> dict[str, str]:
        """Return the labels of all problem types by their codes."""
        return {code: self.label(code, language) for code in self.problems}

    def label(self, problem: str, language: str) -> str:
        """Return the name of a problem type; its code when the policy does not have it."""
        known = self.problems.get(problem)
        return pick(known.label, language) if known else problem

    def window(self, problem: str, tags: Iterable[str] = ()) -> Duration | None:
        """Return how long after delivery a claim is in time; None when it always is."""
        kind = self.problems.get(problem)
        if kind and kind.window:
            return kind.window if isinstance(kind.window, Duration) else None
        own = [self.windows[tag] for tag in tags if tag in self.windows]
        # two tags that differ: the longer window, in the customer's favour
        return max(own, key=lambda window: window.rough) if own else self.clocks["claim_window"]

    def window_start(self, order: Order) -> datetime | None:
        """Return when the claim windows of an order start; None while no claim on it can be late."""
        stands_in = {"promised": order.promised_at, "placed": order.placed_at}
        return order.delivered_at or stands_in.get(self.orders.window_from)

    def freight_back(self, order: Order) -> int:
        """Return the 分 of an order's freight that go back with the last of its goods."""
        return order.freight if self.costs.freight == "whole_order" and order.left() > 0 else 0

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
        found += [rule.severity for rule in self.severity_rules.values() if rule.holds(problem, has, who, sum_)]
        return strongest(*found)

    def groups(self, tags: Iterable[str] = (), named: Iterable[str] = ()) -> tuple[str, ...]:
        """Return the special groups of order-line tags and those `named` by the customer, the first served first."""
        has, who = frozenset(tags), frozenset(named)
        found = [code for code, group in self.special.items() if code in who or not has.isdisjoint(group.tags)]
        return tuple(sorted(found, key=lambda code: -self.special[code].priority))

    def precedence(self, groups: Iterable[str]) -> int:
        """Return the highest priority of special groups, the queue's key among them; 0 where there is none."""
        return max((self.special[code].priority for code in groups if code in self.special), default=0)

    def wants_guardian(self, groups: Iterable[str]) -> bool:
        """Return whether one of these groups may settle nothing without an adult."""
        return any(self.special[code].guardian for code in groups if code in self.special)
