"""Findings that were noted and told before the order was known: they stay when it is, or are asked about."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from handlers.claims.claim import Claim, Problem, amount
from handlers.claims.shares import share_of
from handlers.claims.slot_filling import CONDITION, settled
from handlers.claims.summary import line_of
from handlers.policy.policy import Policy
from storage.orders import Order


def kept(known: Claim, claim: Claim, order: Order, policy: Policy, *, fine: Collection[int]) -> Claim:
    """Return a claim that was read again with its order, with what `known` held and the new reading lost.

    `fine` are the order lines of which nothing is claimed. What cannot be put to a line is left to be asked.
    """
    if fine and all(line.line_no in fine for line in order.lines):
        return claim
    problems = list(claim.problems)
    goods = [item for item in problems if item.problem and not _of_order(item, policy)]
    if not goods:
        for item in known.problems:
            if item.problem in CONDITION:  # what was missing may have turned up
                _restore(problems, settled(replace(item, line_no=None, among=()), order, policy))
    noted = [item for item in known.problems if amount(item) is not None and not _of_order(item, policy)]
    open_ = [place for place, item in enumerate(problems) if not item.quantity and not _of_order(item, policy)]
    if len(noted) == len(open_) == 1 and len(problems) - len(open_) == sum(
        _of_order(item, policy) for item in problems
    ):
        place, told = open_[0], noted[0]
        filled = replace(problems[place], quantity=told.quantity, unit=told.unit, share=told.share)
        line = line_of(order, filled.line_no)
        if told.problem == filled.problem in CONDITION and (line is None or share_of(filled, line) is not None):
            problems[place] = filled
    return replace(claim, problems=tuple(problems))


def _of_order(item: Problem, policy: Policy) -> bool:
    kind = policy.problems.get(item.problem)
    return bool(kind and kind.whole_order)


def _restore(problems: list[Problem], item: Problem) -> None:
    """Put a finding to the only goods that wait for one, else beside what there is."""
    waiting = [place for place, one in enumerate(problems) if not one.problem]
    if len(waiting) != 1:
        problems.append(item)
        return
    one = problems[waiting[0]]
    number = one if one.quantity else item
    problems[waiting[0]] = replace(
        one,
        problem=item.problem,
        also=item.also,
        quantity=number.quantity,
        unit=number.unit,
        share=number.share,
        at=item.at,
    )
