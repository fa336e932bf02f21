"""What a draft lacks: the slots of a claim, each with its test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from handlers.claims.claim import Claim, Problem, drafted_time
from handlers.claims.photo_places import lacking, unclear, wanting
from handlers.claims.shares import left_open, share_of
from handlers.claims.summary import besides, line_of
from handlers.claims.voice import Voice
from handlers.policy.calendar import due
from storage.orders import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Everything a question is made from: the claim, its order, what others claimed already, and the voice."""

    claim: Claim
    order: Order | None
    claimed: Mapping[int, Fraction]
    voice: Voice
    told: bool = False  # the same reply shows the facts already

    @property
    def late(self) -> bool:
        """Return whether the customer came after the claim window of any of the problems."""
        return self.late_rule_problem is not None

    @property
    def late_rule_problem(self) -> Problem | None:
        """Return the problem whose window was over when it was first reported."""
        start = self.voice.policy.window_start(self.order) if self.order else None
        if not start:
            return None
        reported = drafted_time(self.claim.opened_at) or self.voice.now
        for problem in self.claim.problems:
            line = line_of(self.order, problem.line_no)
            window = self.voice.policy.window(problem.problem, line.tags if line else ())
            if problem.problem and window and reported > due(start, window, self.voice.policy):
                return problem
        return None

    @property
    def brief(self) -> bool:
        """Return whether the customer is served with short sentences and few buttons."""
        groups = self.voice.policy.special
        return any(groups[code].brief for code in self.claim.special if code in groups)


def _kind_collects(view: View, problem: Problem, what: str) -> bool:
    kind = view.voice.policy.problems.get(problem.problem)
    return bool(kind and what in kind.collects)


def _first(view: View, lacks: Callable[[Problem], bool]) -> int | None:
    return next((index for index, problem in enumerate(view.claim.problems) if lacks(problem)), None)


def lacks_order(view: View) -> int | None:
    """Return 0 while no order is found."""
    return None if view.claim.order_no else 0


def lacks_item(view: View) -> int | None:
    """Return the index of the first problem whose item is open."""
    if not view.claim.problems:
        return 0 if view.order and len(view.order.lines) > 1 else None

    def lacks(problem: Problem) -> bool:
        kind = view.voice.policy.problems.get(problem.problem)
        needs = not kind or ("item" in kind.collects and not kind.whole_order)
        return problem.line_no is None and needs and bool(view.order)

    return _first(view, lacks)


def lacks_problem(view: View) -> int | None:
    """Return the index of the first problem without a type; 0 while there is none at all."""
    return _first(view, lambda problem: not problem.problem) if view.claim.problems else 0


def lacks_reason(view: View) -> int | None:
    """Return 0 while a late claim has neither taken the coupon nor insisted."""
    return 0 if view.late and not view.claim.late_reason else None


def lacks_received(view: View) -> int | None:
    """Return the index of the first wrong item without what came instead."""
    return _first(view, lambda problem: _kind_collects(view, problem, "received") and not problem.received)


def lacks_quantity(view: View) -> int | None:
    """Return the index of the first problem whose share is unknown; a late claim takes the whole line."""
    if view.claim.late_reason:
        return None

    def lacks(problem: Problem) -> bool:
        line = line_of(view.order, problem.line_no)
        if not line or not _kind_collects(view, problem, "quantity"):
            return False
        return share_of(problem, line) is None and not left_open(problem, line)

    return _first(view, lacks)


def photos_needed(view: View) -> int:
    """Return how many photos the problem types ask for that have not come yet."""
    if view.claim.photos_waived or view.claim.late_reason:
        return 0
    claim, policy = view.claim, view.voice.policy
    if len(wanting(claim, policy)) > 1:  # each of the goods has photos of its own
        left = lacking(claim, policy)
        return 0 if claim.photos_later and len(left) < len(wanting(claim, policy)) else len(left)
    kinds = [policy.problems.get(problem.problem) for problem in claim.problems]
    needed = max((kind.photos for kind in kinds if kind), default=0)
    return max(0, needed - claim.photo_count)


def lacks_place(view: View) -> int | None:
    """Return 0 while it has to be asked which goods the photos show."""
    return 0 if not view.claim.late_reason and unclear(view.claim, view.voice.policy) else None


def lacks_photos(view: View) -> int | None:
    """Return 0 while photos are wanted."""
    return 0 if photos_needed(view) else None


def lacks_wish(view: View) -> int | None:
    """Return the index of the first problem without a wish; a late claim wishes what the rules give first."""
    if view.claim.late_reason:
        return None
    beside = besides(view.claim, view.voice.policy)
    wished = any(problem.wish for problem in view.claim.problems)
    lacks = (place for place, problem in enumerate(view.claim.problems) if not problem.wish)
    return next((place for place in lacks if not (wished and place in beside)), None)


def never(view: View) -> int | None:
    """Return None for the confirmation: the last question, when nothing else is missing."""
    return 0
