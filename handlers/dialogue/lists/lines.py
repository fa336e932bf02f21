"""From what a leader's line says to a line of the list: which order, which item, what is still to be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from handlers.claims.claim import Problem, amount
from handlers.claims.list_draft import Listed, ListLine
from handlers.claims.shares import CONTAINERS, share_of
from handlers.claims.slot_filling import settled
from handlers.claims.summary import line_of, sum_of
from handlers.messages.codes import strongest
from handlers.messages.patterns import pattern_of
from handlers.nlu.models.llm_overlay import MARK
from handlers.nlu.reading import ReadClaim
from handlers.policy.calendar import due
from handlers.policy.policy import Policy
from storage.orders import Order, OrderLine
from storage.ticket_lines import Line

SHORT = 200
AGED = ("senior", "elderly", "disabled")
MARKS = pattern_of(r"[\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What lines are tied to: the orders and tickets that were looked up, and the business's rules."""

    listed: Listed
    policy: Policy

    def fits(self, told: ReadClaim) -> tuple[Order, ...]:
        """Return the orders that a read claim could mean; never one that was not looked up."""
        orders = self.listed.orders
        if told.order_no:
            return tuple(order for order in orders if order.order_no == told.order_no)
        if told.candidates:
            open_ = {number for number, _ in told.candidates}
            orders = tuple(order for order in orders if order.order_no in open_)
        if told.pickup_no is not None:
            number = told.pickup_no.lstrip("0")
            return tuple(order for order in orders if order.participate_no.lstrip("0") == number)
        if told.customer:
            return tuple(order for order in orders if order.buyer_name == told.customer)
        if told.phone_tail:
            return tuple(order for order in orders if order.phone_tail == told.phone_tail)
        return ()

    def filed(self, order_no: str, problem: Problem) -> Line | None:
        """Find the ticket line that claims this already."""
        same = (line for line in self.listed.lines.get(order_no, ()) if line.problem == problem.problem)
        return next((line for line in same if line.order_line_no == problem.line_no), None)

    def any_filed(self, orders: Sequence[Order], line_no: int | None) -> Line | None:
        """Find a ticket line on one of these orders (on this line of it, if one is named)."""
        rows = (line for order in orders for line in self.listed.lines.get(order.order_no, ()))
        return next((line for line in rows if line_no is None or line.order_line_no == line_no), None)


def same(text: str) -> str:
    """Reduce a pasted line to what makes two of them the same."""
    return MARKS.sub("", text).casefold()


def stated(told: ReadClaim) -> bool:
    """Return whether the words say who is meant: an item that only one order happens to have does not."""
    named = told.pickup_no or told.customer or told.phone_tail
    return bool(named or {"order_no", "phone", "phone_tail"} & set(told.evidence))


def of_claim(told: ReadClaim, shelf: Shelf, *, key: int, text: str, who: str = "") -> ListLine:
    """Make a line of the list from what one line says."""
    fits = shelf.fits(told) if stated(told) else ()
    codes = tuple(code for code in told.problems if code in shelf.policy.problems)
    problem = Problem(
        line_no=told.line_no if len(fits) == 1 else None,
        problem=codes[0] if codes else "",
        also=codes[1:],
        quantity="" if told.quantity is None else str(told.quantity),
        unit=told.unit or "",
        share=told.fraction,
        received=told.received or "",
        absent=told.absent if len(fits) == 1 else "",
        among=tuple(number for order, number in told.candidates if len(fits) == 1 and order == fits[0].order_no),
    )
    line = ListLine(
        key=key,
        text=text[:SHORT],
        pickup=told.pickup_no or (fits[0].participate_no if len({one.participate_no for one in fits}) == 1 else ""),
        who=who or ("" if fits or told.pickup_no else told.customer or ""),
        order_no=fits[0].order_no if len(fits) == 1 else "",
        among=tuple(order.order_no for order in fits) if len(fits) > 1 else (),
        problem=problem,
        wish=told.remedy or "",
        ask="" if fits else ("number" if stated(told) and not who else "who"),
        severity=told.severity,
        signals=told.signals,
        special=told.special,
        aided=tuple(told.evidence.get(MARK, "").split()),
    )
    if told.question and not codes:
        return _asks_back(line, fits, shelf)
    return judged(line, shelf, unsure=not told.certain)


def _asks_back(line: ListLine, fits: Sequence[Order], shelf: Shelf) -> ListLine:
    """35号 已经退了吧？ is answered by a ticket that is there, else asked about."""
    known = shelf.any_filed(fits, line.problem.line_no)
    if known:
        return replace(line, state="already", ticket_no=known.ticket_no, order_no=line.order_no or fits[0].order_no)
    return replace(line, state="ask", ask=line.ask or "refunded")


def judged(line: ListLine, shelf: Shelf, *, unsure: bool = False) -> ListLine:
    """Settle what the order leaves no choice about; say what is still open, what was filed, what is serious."""
    order = shelf.listed.order(line.order_no)
    ask = line.ask if line.ask in ("number", "who") and not order and not line.among else ""
    if not ask and not order:
        ask = "order"
    if order:
        line = _of_order(line, order, shelf.policy)
        ask = _open(line, order, shelf.policy, unsure=unsure)
    line = replace(line, ask=ask)
    if line.state == "raised" or line.severity in ("major", "safety"):
        return replace(line, state="raised" if line.ticket_no else "serious")
    if ask:
        return replace(line, state="ask")
    known = shelf.filed(line.order_no, line.problem)
    return replace(line, state="already", ticket_no=known.ticket_no) if known else replace(line, state="ready")


def _of_order(line: ListLine, order: Order, policy: Policy) -> ListLine:
    problem = settled(line.problem, order, policy)
    kind = policy.problems.get(problem.problem)
    if kind and kind.whole_order and not problem.quantity:
        problem = replace(problem, quantity="all")  # what never came never came whole
    bought = line_of(order, problem.line_no)
    tags = bought.tags if bought else ()
    groups = policy.groups([tag for one in order.lines for tag in one.tags if tag in AGED])
    special = tuple(dict.fromkeys((*line.special, *groups)))
    sum_ = (sum_of(problem, bought) if bought else None) or 0
    severity = policy.severity(problem.problem, heard=line.severity, tags=tags, groups=special, sum_=sum_)
    worst = strongest(severity, line.severity)
    if line.state == "raised" and severity == policy.severity(problem.problem):
        worst = line.severity  # its type raised it once; a supervisor may have made it milder since
    return replace(
        line,
        problem=problem,
        pickup=line.pickup or order.participate_no,
        who="",
        among=(),
        special=special,
        severity=worst,
    )


def _open(line: ListLine, order: Order, policy: Policy, *, unsure: bool) -> str:
    problem, kind = line.problem, policy.problems.get(line.problem.problem)
    if kind is None:
        return "problem"
    wants_item = "item" in kind.collects and not kind.whole_order
    several = len(order.lines) > 1 and (wants_item or problem.among or unsure)
    if problem.line_no is None and (several or problem.absent):
        return "item"
    bought = line_of(order, problem.line_no)
    return "quantity" if bought and _too_many(problem, bought) else ""


def _too_many(problem: Problem, line: OrderLine) -> bool:
    """Return whether more is claimed than was bought; what part of a box three of its fruits are, an agent tells."""
    count = amount(problem)
    if count is None or problem.share or share_of(problem, line) is not None:
        return False
    boxes = problem.unit == line.unit or {problem.unit.lower(), line.unit} <= CONTAINERS
    return boxes and count > Fraction(str(line.quantity))


def with_order(line: ListLine, order: Order, shelf: Shelf, said: ReadClaim | None = None) -> ListLine:
    """Tie a line to the order that the leader named; `said` is the line read again with that order's items."""
    if said:
        codes = tuple(code for code in said.problems if code in shelf.policy.problems)
        problem = replace(
            line.problem,
            line_no=said.line_no,
            among=tuple(number for number_of, number in said.candidates if number_of == order.order_no),
            absent=said.absent,
            problem=codes[0] if codes else line.problem.problem,
            also=codes[1:] if codes else line.problem.also,
            quantity=line.problem.quantity or ("" if said.quantity is None else str(said.quantity)),
            unit=line.problem.unit or said.unit or "",
        )
        line = replace(line, problem=problem, wish=line.wish or said.remedy or "")
    line = replace(line, order_no=order.order_no, pickup=line.pickup or order.participate_no, among=(), ask="")
    return judged(line, shelf)


def late(line: ListLine, order: Order, policy: Policy) -> bool:
    """Return whether the claim window was over when the leader told of it."""
    bought = line_of(order, line.problem.line_no)
    window, start = policy.window(line.problem.problem, bought.tags if bought else ()), policy.window_start(order)
    if not window or not start or not line.at:
        return False
    return datetime.fromisoformat(line.at) > due(start, window, policy)


def owes_photos(line: ListLine, policy: Policy) -> bool:
    """Return whether the business's rules want a photo of a line."""
    kind = policy.problems.get(line.problem.problem)
    return bool(kind and kind.photos) and line.state in ("ready", "ask", "filed", "raised", "serious")
