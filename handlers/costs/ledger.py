"""The ledger of a ticket: what was granted on its lines, the labour, and what suppliers and carriers gave back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction

from handlers.messages.money import part_of, refund
from handlers.policy.policy import Policy
from storage import tickets
from storage.database import Tx
from storage.money import costs
from storage.money.costs import RECOVERY
from storage.orders import Order
from storage.ticket_lines import GRANTED, Line
from storage.tickets import Ticket

GOODS = frozenset({"resend", "exchange"})
HOUSE, BOOKED_BY_HAND = "house", frozenset({RECOVERY})
AGENT = "agent:"  # how the actors begin who cost labour
HOUR = 60  # minutes


def settle(tx: Tx, ticket: Ticket, lines: Sequence[Line], policy: Policy, *, actor: str, at: datetime) -> None:
    """Book what a ticket's lines cost as they stand now, less what was booked before.

    What is no longer granted is booked once more with the other sign: no row is ever changed.
    """
    due: dict[tuple[int | None, str], int] = {
        (line.line, kind): amount
        for line in lines
        for kind, amount in _costs_of(tx, ticket, line, policy).items()
        if amount
    }
    if labour := _labour(lines, policy):
        due[None, "labour"] = labour
    before = costs.sums(tx, ticket.no)
    for line_no, kind in sorted({*due, *before}, key=lambda one: (one[0] or 0, one[1])):
        more = due.get((line_no, kind), 0) - before.get((line_no, kind), 0)
        if more and kind not in BOOKED_BY_HAND:
            costs.add(tx, ticket.no, line_no, kind, more, party=HOUSE, at=at, actor=actor)


def _costs_of(tx: Tx, ticket: Ticket, line: Line, policy: Policy) -> Mapping[str, int]:
    if line.state not in GRANTED:
        return {}
    found = {"refund": line.amount - line.freight, "freight": line.freight, "coupon": line.coupon}
    if line.remedy in GOODS:
        found["goods"] = goods_of(tickets.order_of(tx, ticket), line, policy)
    return found


def goods_of(order: Order | None, line: Line, policy: Policy) -> int:
    """Return what the goods of a line cost the house in 分, by what was paid for them; 0 where that is not known."""
    meant = [one for one in order.lines if line.order_line_no in (None, one.line_no)] if order else []
    share = Fraction(line.share) if line.share else Fraction(1)
    return refund(sum(one.paid for one in meant), share * policy.costs.goods / 100)


def _labour(lines: Sequence[Line], policy: Policy) -> int:
    """Return what the work on a ticket costs in 分: once, and only if a person decided on it."""
    if not any((line.decided_by or "").startswith(AGENT) for line in lines):
        return 0
    return part_of(policy.costs.labour_rate, Fraction(policy.costs.labour_minutes, HOUR))
