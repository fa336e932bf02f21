"""What an agent may choose on a line: the wish with its sum, and the policy's other remedies with suggested sums."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from handlers import decisions, desk_mail
from handlers.decisions import MONEY, Ruling
from handlers.messages import Button
from handlers.policy import Policy
from handlers.remedies import money, refund
from storage.database import Tx
from storage.ticket_lines import Line
from storage.tickets import Ticket

HALF = Fraction(1, 2)


def coupon(policy: Policy) -> int:
    """Give the value in 分 of the coupon that the policy gives by default, 0 if it has none."""
    named = policy.coupons.get(policy.late_coupon)
    first = next(iter(policy.coupons.values()), None)
    found = named or first
    return found.value if found else 0


def worth(tx: Tx, ticket: Ticket, line: Line) -> int | None:
    """Give what the claimed quantity comes to in 分; None while the quantity is unknown."""
    if line.wish in MONEY and line.wish_amount:
        return line.wish_amount
    return refund(decisions.paid(tx, ticket, line), Fraction(line.share)) if line.share else None


def wished(tx: Tx, ticket: Ticket, line: Line, policy: Policy) -> Ruling | None:
    """Give the customer's wish as a ruling; None without a wish, or when its sum cannot be told."""
    if line.wish in MONEY:
        # how much a part is, only a stated sum tells
        sum_ = line.wish_amount if line.wish == "partial_refund" else worth(tx, ticket, line)
        return Ruling(remedy=line.wish, amount=sum_) if sum_ else None
    if line.wish == "compensation":
        value = line.wish_amount or coupon(policy)
        return Ruling(remedy=line.wish, coupon=value) if value else None
    return Ruling(remedy=line.wish) if line.wish else None


def kind_of_refund(tx: Tx, ticket: Ticket, line: Line, amount: int) -> str:
    """Name a refund by whether it covers what is claimed."""
    whole = worth(tx, ticket, line) or decisions.paid(tx, ticket, line)
    return "refund" if amount >= whole else "partial_refund"


def allowed(policy: Policy, line: Line) -> tuple[str, ...]:
    """Name the remedies that may be given on a line: the problem type's own and those open to every agent."""
    kind = policy.problems.get(line.problem)
    own = kind.remedies if kind else ()
    return tuple(dict.fromkeys([*own, *policy.agent_remedies, *([line.wish] if line.wish else [])]))


def remedies(tx: Tx, ticket: Ticket, line: Line, policy: Policy, mark: str) -> list[list[Button]]:
    """Give one button for each remedy, refunds with sums that are within what is left; `mark` names the line."""
    room = decisions.room(tx, ticket, line)
    codes = allowed(policy, line)
    sums = []
    if {"refund", "partial_refund"} & set(codes):
        whole = worth(tx, ticket, line) or decisions.paid(tx, ticket, line)
        sums = [one for one in dict.fromkeys([whole, refund(whole, HALF)]) if 0 < one <= room]
    rows = [[_button(ticket, mark, "refund", one)] for one in sums]
    for code in codes:
        if code == "compensation" and (value := coupon(policy)):
            rows.append([_button(ticket, mark, code, value)])
        elif code not in MONEY and code != "compensation":
            rows.append([_button(ticket, mark, code, 0)])
    return [[button for row in rows[at : at + 2] for button in row] for at in range(0, len(rows), 2)]


def _button(ticket: Ticket, mark: str, code: str, sum_: int) -> Button:
    label = desk_mail.remedy(code) + (f" {money(sum_, desk_mail.LANGUAGE)}" if sum_ else "")
    return Button(label=label, tap=f"change:{ticket.no}:{mark}:{code}" + (f":{sum_}" if sum_ else ""))


def lines(no: str, action: str, found: Mapping[str, Line]) -> list[list[Button]]:
    """Give one button for each line by its mark, to say which is meant."""
    return [
        [Button(label=f"{mark.lstrip('o')}. {one.item}", tap=f"{action}:{no}:{mark}")] for mark, one in found.items()
    ]
