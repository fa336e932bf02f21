"""Another wish for a claim that is filed and not decided: the customer changes their mind, the desk sees it."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from handlers.context import TurnContext
from handlers.messages.money import refund
from handlers.tickets import decisions, lifecycle
from handlers.tickets.decisions import MONEY
from storage import events, ticket_lines
from storage.database import Tx


def rewish(tx: Tx, ticket_no: str, wish: str, *, conversation_id: int, at: datetime, context: TurnContext) -> None:
    """Put a remedy code to the open lines of a ticket as what is wished now, with the sum that it comes to."""
    ticket = lifecycle.must(tx, ticket_no)
    lines = [line for line in ticket_lines.of_ticket(tx, ticket_no) if line.state == "open" and line.wish != wish]
    for line in lines:
        known = wish in MONEY and line.share
        amount = refund(decisions.paid(tx, ticket, line), Fraction(line.share)) if known else None
        ticket_lines.change(tx, ticket_no, line.line, wish=wish, wish_amount=amount)
    if lines:
        by = lifecycle.customer(tx, conversation_id)
        events.add(tx, ticket_no, "wish", {"remedy": wish}, actor=by.actor, at=at)
