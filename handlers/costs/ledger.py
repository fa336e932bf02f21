"""The ledger of a ticket: refunds as they are granted, the labour, coupons issued, goods sent again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

from handlers.messages.money import part_of, refund
from handlers.policy.policy import Policy
from storage import tickets
from storage.database import Tx
from storage.money import costs
from storage.orders import Order
from storage.ticket_lines import GRANTED, Line
from storage.tickets import Ticket

HOUSE = "house"
SETTLED = frozenset({"refund", "freight", "labour"})  # follow from the lines; the rest is booked when it happens
AGENT = "agent:"  # how the actors begin who cost labour
HOUR = 60  # minutes


def settle(tx: Tx, ticket: Ticket, lines: Sequence[Line], policy: Policy, *, actor: str, at: datetime) -> None:
    """Book the money that a ticket's lines give as they stand now, and the labour, less what was booked before.

    What is no longer granted is booked once more with the other sign: no row is ever changed.
    """
    due: dict[tuple[int | None, str], int] = {
        (line.line, kind): amount
        for line in lines
        for kind, amount in (("refund", line.amount - line.freight), ("freight", line.freight))
        if amount and line.state in GRANTED
    }
    if labour := _labour(lines, policy):
        due[None, "labour"] = labour
    before = costs.sums(tx, ticket.no)
    for line_no, kind in sorted({*due, *before}, key=lambda one: (one[0] or 0, one[1])):
        more = due.get((line_no, kind), 0) - before.get((line_no, kind), 0)
        if more and kind in SETTLED:
            costs.add(tx, ticket.no, line_no, kind, more, party=HOUSE, at=at, actor=actor)


def issued(tx: Tx, ticket_no: str, line: int, coupon: int, *, actor: str, at: datetime) -> None:
    """Book a coupon of so many 分 that was issued on a line."""
    costs.add(tx, ticket_no, line, "coupon", coupon, party=HOUSE, at=at, actor=actor)


def sent(tx: Tx, ticket: Ticket, lines: Sequence[Line], policy: Policy, *, actor: str, at: datetime) -> None:
    """Book the goods of lines that were sent again; where they did not come and are sent once more, that counts too."""
    order = tickets.order_of(tx, ticket)
    for line in lines:
        if worth := _worth(order, line, policy):
            costs.add(tx, ticket.no, line.line, "goods", worth, party=HOUSE, at=at, actor=actor)


def _worth(order: Order | None, line: Line, policy: Policy) -> int:
    """Return what the goods of a line cost the house in 分, by what was paid for them; 0 where that is not known."""
    meant = [one for one in order.lines if line.order_line_no in (None, one.line_no)] if order else []
    share = Fraction(line.share) if line.share else Fraction(1)
    return refund(sum(one.paid for one in meant), share * policy.costs.goods / 100)


def _labour(lines: Sequence[Line], policy: Policy) -> int:
    """Return what the work on a ticket costs in 分: once, and only if a person decided on it."""
    if not any((line.decided_by or "").startswith(AGENT) for line in lines):
        return 0
    return part_of(policy.costs.labour_rate, Fraction(policy.costs.labour_minutes, HOUR))
