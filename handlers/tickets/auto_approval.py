"""What the bot grants by itself: simple refunds within the policy's cap, on good evidence, without anything odd."""

from __future__ import annotations

from handlers.context import TurnContext
from handlers.costs import caps
from handlers.policy.policy import Policy
from handlers.tickets import decisions, leader_statements, lifecycle, warnings
from handlers.tickets.decisions import Ruling
from storage import evidence, ticket_lines
from storage.database import Tx
from storage.ticket_lines import Line
from storage.tickets import Ticket


def grant(tx: Tx, ticket: Ticket, context: TurnContext, *, tell: bool = False) -> bool:
    """Approve a ticket if the policy allows it; `tell`: the customer gets a notice of its own."""
    no = ticket.no
    policy = context.policy_of(tx, ticket.policy_hash)
    if not policy.money.auto_approve_cap or leader_statements.holds(tx, no):
        return False
    lines = ticket_lines.of_ticket(tx, no)
    if not (_untouched(ticket) and _simple(lines, policy) and _affordable(tx, ticket, lines, policy)):
        return False
    if not _proven(tx, ticket, policy):
        return False
    for line in lines:
        ruling = Ruling(remedy=line.wish, amount=line.wish_amount or 0)
        decisions.grant(tx, ticket, line, ruling, lifecycle.BOT, context)
    decisions.conclude(tx, no, [line.line for line in lines], lifecycle.BOT, context, tell=tell)
    return True


def _untouched(ticket: Ticket) -> bool:
    return (
        ticket.state in ("queued", "waiting_customer")
        and ticket.filed_at is not None
        and not ticket.raised
        and ticket.owner_id is None
        and ticket.order_no is not None
        and ticket.severity == "normal"
        and not ticket.signals
        and not ticket.warnings
    )


def _simple(lines: list[Line], policy: Policy) -> bool:
    kinds = [policy.problems.get(line.problem) for line in lines]
    return bool(lines) and all(
        kind
        and kind.decides == "auto"
        and line.state == "open"
        and line.wish == "refund"
        and (line.wish_amount or 0) > 0
        for kind, line in zip(kinds, lines, strict=True)
    )


def _affordable(tx: Tx, ticket: Ticket, lines: list[Line], policy: Policy) -> bool:
    """Return whether the order as a whole stays under the cap, so that splitting a claim gains nothing."""
    sum_ = sum(line.wish_amount or 0 for line in lines)
    roomy = caps.room(tx, ticket, policy).fits((line.order_line_no, line.wish_amount or 0) for line in lines)
    before = sum(amount for amount, _ in ticket_lines.granted_by_line(tx, ticket.order_no or "").values())
    return roomy and before + sum_ <= policy.money.auto_approve_cap


def _proven(tx: Tx, ticket: Ticket, policy: Policy) -> bool:
    photos = [piece for piece in evidence.of_ticket(tx, ticket.no) if piece.kind in ("photo", "video")]
    good = sum(warnings.is_good(piece) for piece in photos)
    return good == len(photos) and good >= warnings.photos_wanted(tx, ticket, policy)
