"""What follows when a payment is confirmed: the line is done, the promise kept, the customer informed."""

from __future__ import annotations

from datetime import datetime

from handlers.context import TurnContext
from handlers.messages.money import money
from handlers.tickets import clocks, desk_outbox, lifecycle, notices
from handlers.tickets.lifecycle import By
from storage import events, ticket_lines
from storage.database import Tx

PAYOUTS = By(actor="payouts")


def paid(tx: Tx, ticket_no: str, *, amount: int, at: datetime, reference: str, context: TurnContext) -> str:
    """Record a payment of `amount` 分; return "" when recorded, else why not: unknown, nothing_due, differs.

    A payment has to be what is still due on the ticket's approved lines, together or one of them.
    """
    if not any(ticket_lines.of_ticket(tx, ticket_no)):
        return "unknown"
    ticket = lifecycle.must(tx, ticket_no)
    log = events.of_ticket(tx, ticket_no)
    if any(event.kind == "paid" and event.data.get("reference") == reference for event in log):
        return ""
    due = [line for line in ticket_lines.of_ticket(tx, ticket_no) if line.state == "approved"]
    if not due:
        return "nothing_due"
    one = [line for line in due if line.amount == amount]
    settled = due if sum(line.amount for line in due) == amount else one[:1]
    if not settled:
        return "differs"
    for line in settled:
        lifecycle.move_line(tx, line, "done")
    when = at.isoformat()
    lifecycle.log(tx, ticket_no, "paid", PAYOUTS, context, amount=amount, paid_at=when, reference=reference)
    lines = ticket_lines.of_ticket(tx, ticket_no)
    if not any(line.state == "approved" for line in lines):
        clocks.stop(tx, ticket_no, ["refund_due"], context)
    if ticket.state == "decided" and lifecycle.outcome(lines) == "resolved":
        lifecycle.move(tx, ticket_no, "resolved")
    notices.tell(tx, ticket, "notice.paid", context, sum=money(amount, ticket.language))
    desk_outbox.refresh(tx, ticket_no, context)
    return ""
