"""What is decided on a ticket line: granted as wished, offered instead, refused; and the consequences."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from handlers.context import TurnContext
from handlers.costs import caps, ledger
from handlers.policy.policy import Policy
from handlers.tickets import clocks, decision_notices, lifecycle, returns
from handlers.tickets.lifecycle import By
from handlers.tickets.outside import order_webhook
from storage import ticket_lines, tickets
from storage.database import Tx
from storage.fulfilment import shipments
from storage.ticket_lines import Line
from storage.tickets import Ticket

MONEY = frozenset({"refund", "partial_refund", "return_refund"})
STATE_OF: dict[str, str] = {
    "refund": "owed",
    "partial_refund": "owed",
    "return_refund": "goods_awaited",
    "resend": "owed",
    "exchange": "owed",
    "compensation": "owed",
    "apology": "done",
    "explanation": "done",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A remedy as decided: refund and coupon in 分; `words` go to the customer, `reason` is internal."""

    remedy: str
    amount: int = 0
    coupon: int = 0
    words: str = ""
    reason: str = ""
    rule: str = ""  # code of the policy's rule
    coupon_kind: str = ""  # the policy's coupon that was chosen
    address: str = ""  # where goods that come back go to, as the agent typed it


def paid(tx: Tx, ticket: Ticket, line: Line) -> int:
    """Return what was paid for the order line that a ticket line is about, or for the whole order, in 分.

    What the order system refunded itself is deducted; 0 where a line's own part of a common sum is not known.
    """
    order = tickets.order_of(tx, ticket)
    if order is None or (order.shared_paid and line.order_line_no is not None):
        return 0
    return order.left(line.order_line_no)


def is_wished(line: Line, ruling: Ruling) -> bool:
    """Return whether a remedy is final at once: the customer wished it, or no wish was ever stated."""
    if not line.wish:
        return True
    if line.wish in MONEY and ruling.remedy in MONEY:
        if ruling.remedy == "return_refund" and line.wish != "return_refund":
            return False  # sending goods back was not agreed
        return line.wish_amount is None or ruling.amount >= line.wish_amount
    return line.wish == ruling.remedy


def grant(tx: Tx, ticket: Ticket, line: Line, ruling: Ruling, by: By, context: TurnContext) -> None:
    """Grant a remedy on a line. The caller has checked that its sum fits into `caps.room`."""
    policy = context.policy_of(tx, ticket.policy_hash)
    refund_due, freight = None, 0
    if ruling.amount:
        freight = caps.room(tx, ticket, policy).freight_in(line.order_line_no, ruling.amount)
    if ruling.remedy == "return_refund":  # its money is owed once the goods are in
        returns.begin(tx, ticket, line, policy, context)
    elif ruling.amount:
        refund_due = clocks.start_beside(tx, ticket.no, "refund_due", policy, context)
    elif ruling.remedy in ticket_lines.GOODS:
        clocks.start_beside(tx, ticket.no, "exchange_due", policy, context)
        shipments.put(tx, ticket.no, line.line, shipments.OUT, **shipments.NOTHING_YET)
    code = _code_for_all(ruling, policy)
    issued = {"issued_at": context.now if code else None, "coupon_code": code}
    state = STATE_OF[ruling.remedy]
    if ruling.coupon and state == "done" and not code:
        state = "owed"
    elif code and ruling.remedy == "compensation":
        state = "done"
    columns = {**issued, **_columns(ruling, by, context), "freight": freight}
    lifecycle.move_line(tx, line, state, refund_due_at=refund_due, **columns)
    more = {"freight": freight} if freight else {}
    lifecycle.log(tx, ticket.no, "approved", by, context, **_data(line, ruling), **more)
    if code:
        data = {"line": line.line, "coupon": ruling.coupon, "code": code}
        lifecycle.log(tx, ticket.no, "issued", lifecycle.BOT, context, **data)
        ledger.issued(tx, ticket.no, line.line, ruling.coupon, actor=lifecycle.BOT.actor, at=context.now)
    order_webhook.decided(tx, ticket, line.line, context)


def _code_for_all(ruling: Ruling, policy: Policy) -> str:
    """Return the code under which everybody has a coupon, so that it is issued with the decision; "" where none is."""
    known = policy.coupons.get(ruling.coupon_kind) if ruling.coupon else None
    return known.code if known and known.value == ruling.coupon else ""


def offer(tx: Tx, ticket: Ticket, line: Line, ruling: Ruling, by: By, context: TurnContext) -> None:
    """Offer a remedy that needs the customer's yes."""
    lifecycle.move_line(tx, line, "offered", **_columns(ruling, by, context))
    lifecycle.log(tx, ticket.no, "offered", by, context, **_data(line, ruling))


def refuse(tx: Tx, ticket: Ticket, line: Line, reason: str, by: By, context: TurnContext) -> None:
    """Refuse a line for a stated reason."""
    columns = {"remedy": "", "amount": 0, "coupon": 0, "coupon_kind": "", "reason": reason, "decided_by": by.actor}
    lifecycle.move_line(tx, line, "refused", decided_at=context.now, **columns)
    lifecycle.log(tx, ticket.no, "refused", by, context, line=line.line, reason=reason)


def _columns(ruling: Ruling, by: By, context: TurnContext) -> dict[str, Any]:
    return {
        "remedy": ruling.remedy,
        "amount": ruling.amount,
        "coupon": ruling.coupon,
        "coupon_kind": ruling.coupon_kind,
        "reason": ruling.words or ruling.reason,
        "decided_by": by.actor,
        "decided_at": context.now,
    }


def _data(line: Line, ruling: Ruling) -> dict[str, Any]:
    data = {"line": line.line, "remedy": ruling.remedy, "amount": ruling.amount, "coupon": ruling.coupon}
    extra = {"words": ruling.words, "reason": ruling.reason, "rule": ruling.rule}
    return {**data, **{key: value for key, value in extra.items() if value}}


def conclude(
    tx: Tx, no: str, decided: Collection[int], by: By, context: TurnContext, *, tell: bool = True, rule: str = ""
) -> None:
    """Apply the consequences of decided lines: the ticket's state, its clocks, and the customer's notice."""
    ticket = lifecycle.must(tx, no)
    lines = ticket_lines.of_ticket(tx, no)
    answered = {} if ticket.answered_at or by == lifecycle.BOT else {"answered_at": context.now}
    state, values = _state(ticket, lines, context)
    lifecycle.move(tx, no, state, **answered, **values)
    clocks.stop(tx, no, clocks.TO_ANSWER, context)
    policy = context.policy_of(tx, ticket.policy_hash)
    if state in lifecycle.AFTER:
        clocks.stop_all(tx, no, context, but=clocks.LASTING)
        if lifecycle.outcome(lines) == "resolved":  # what is owed still keeps a ticket from its end
            clocks.start(tx, no, "idle_close", policy, context)
        lifecycle.log(tx, no, state, by, context)
    elif state == "waiting_customer":
        clocks.start(tx, no, "idle_close", policy, context)
    clocks.refresh(tx, no)
    ledger.settle(tx, ticket, lines, policy, actor=by.actor, at=context.now)
    if tell:
        decision_notices.tell(tx, no, decided, context, was_appeal=ticket.state == "appealed", rule=rule)


def _state(ticket: Ticket, lines: list[Line], context: TurnContext) -> tuple[str, dict[str, Any]]:
    if reached := lifecycle.outcome(lines):
        # an appeal's decision leads to decided, whatever it was
        return ("decided" if ticket.state == "appealed" else reached), {"decided_at": context.now}
    if ticket.state == "appealed":
        return "appealed", {}
    if any(line.state == "open" for line in lines):
        return ("assigned" if ticket.owner_id else "queued"), {}
    return "waiting_customer", {}
