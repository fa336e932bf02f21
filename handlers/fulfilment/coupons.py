"""Coupons that were granted: issued with their code, once."""

from __future__ import annotations

from handlers.context import TurnContext
from handlers.costs import ledger
from handlers.fulfilment import completion
from handlers.messages.money import money
from handlers.tickets import decision_notices, lifecycle, notices
from handlers.tickets.lifecycle import By
from storage import ticket_lines
from storage.database import Tx
from storage.ticket_lines import Line
from storage.tickets import Ticket


def issue(tx: Tx, ticket: Ticket, line: Line, code: str, by: By, context: TurnContext) -> bool:
    """Record that a line's coupon was issued under a code, "" when it lies in the customer's account; tell it.

    False when it was issued before.
    """
    if not line.coupon_owed:
        return False
    ticket_lines.change(tx, ticket.no, line.line, issued_at=context.now, coupon_code=code)
    lifecycle.log(tx, ticket.no, "issued", by, context, line=line.line, coupon=line.coupon, code=code)
    ledger.issued(tx, ticket.no, line.line, line.coupon, actor=by.actor, at=context.now)
    end = completion.hand_over(tx, ticket.no, [line.line], context)
    notices.tell(
        tx,
        ticket,
        "notice.coupon_issued" if code else "notice.coupon_in_account",
        context,
        buttons=end.buttons,
        coupon=decision_notices.coupon(tx, ticket, line, context),
        sum=money(line.coupon, ticket.language),
        code=code,
        where=decision_notices.coupon_where(tx, ticket, line, context),
        ask=end.ask,
    )
    return True
