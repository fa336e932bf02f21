"""Decisions as the order system is told of them: what is sent of a line, and when it is overtaken or given up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from handlers.context import TurnContext
from handlers.messages.money import money
from handlers.tickets import desk_outbox, lifecycle
from handlers.tickets.outside import webhook_outages
from storage import events, outbox, ticket_lines, tickets
from storage.database import Tx
from storage.fulfilment import shipments
from storage.fulfilment.shipments import OUT
from storage.orders import Order, sampled
from storage.outbox import Mail
from storage.ticket_lines import Line
from storage.tickets import Ticket

TAKEN = "webhook_taken"  # the event of a decision that the order system took
BOX = KIND = "decision"  # mailboxes of this kind, one for each ticket, are carried to the order system


def decided(tx: Tx, ticket: Ticket, number: int, context: TurnContext) -> None:
    """Post what was granted on a line to the order system, unless it took that decision before.

    A line whose goods have to come back first is posted when they are in, so that nobody pays before.
    """
    if not context.order_webhook or sampled(ticket.desk):
        return
    line = _line(tx, ticket.no, number)
    if line is None or line.state == "goods_awaited":
        return
    assert line.decided_at, "granted"
    log = events.of_ticket(tx, ticket.no)
    version = sum(event.kind == "approved" and event.data.get("line") == number for event in log)
    key = f"{ticket.no}-{number}-{version}"
    if any(event.kind == TAKEN and event.data.get("key") == key for event in log):
        return
    payload = {
        "ticket": ticket.no,
        "desk": ticket.desk,
        "state": line.state,
        "key": key,
        "body": _body(line, tickets.order_of(tx, ticket), version),
    }
    box = f"{BOX}:{ticket.no}"
    outbox.put(tx, box, KIND, payload, due=context.now, now=context.now, priority=outbox.WORK)


def _body(line: Line, order: Order | None, version: int) -> Mapping[str, Any]:
    bought = next((one for one in order.lines if one.line_no == line.order_line_no), None) if order else None
    assert line.decided_at, "granted"
    return {
        "ticket": line.ticket_no,
        "line": line.line,
        "version": version,
        "order_no": order.order_no if order else None,
        "order_line": line.order_line_no,
        "sku": bought.sku if bought else "",
        "item": bought.item if bought else line.item,
        "quantity": line.quantity,
        "unit": line.unit,
        "problem": line.problem,
        "remedy": line.remedy,
        "amount": line.amount,
        "coupon": line.coupon_owed,
        "decided_at": line.decided_at.isoformat(),
    }


def first_current(tx: Tx, mails: Sequence[Mail]) -> Mail | None:
    """Return the first of a mailbox's rows whose decision still waits to be carried out.

    One that an appeal reopened, or that was paid or sent in another way meanwhile, is none.
    """
    return next((mail for mail in mails if _is_current(tx, mail.payload)), None)


def _is_current(tx: Tx, payload: Mapping[str, Any]) -> bool:
    body = payload["body"]
    line = _line(tx, body["ticket"], body["line"])
    if line is None or line.decided_at is None or line.state != payload["state"]:
        return False
    if (body["amount"] and not line.money_owed) or (line.goods_owed and _left(tx, line)):
        return False
    return bool(line.decided_at.isoformat() == body["decided_at"])


def _left(tx: Tx, line: Line) -> bool:
    """Return whether a line's goods are on their way already."""
    one = shipments.of_ticket(tx, line.ticket_no).get((line.line, OUT))
    return one is not None and one.sent_at is not None


def _line(tx: Tx, no: str, number: int) -> Line | None:
    return next((line for line in ticket_lines.of_ticket(tx, no) if line.line == number), None)


def stuck(tx: Tx, payload: Mapping[str, Any], why: str, context: TurnContext) -> None:
    """Tell the desk of one decision that the order system does not take while it takes others."""
    _note(tx, payload, "hook_stuck", why, context)


def died(tx: Tx, mail: Mail, why: str, context: TurnContext) -> None:
    """Tell the desk of a decision that was given up, with a button that sends it once more."""
    again = desk_outbox.button("act_resend", f"resend:{mail.payload['ticket']}:{mail.id}")
    _note(tx, mail.payload, "hook_dead", why, context, buttons=[[again]])
    data = {"line": mail.payload["body"]["line"], "key": mail.payload["key"], "why": why}
    lifecycle.log(tx, mail.payload["ticket"], "webhook_given_up", lifecycle.BOT, context, **data)


def _note(tx: Tx, payload: Mapping[str, Any], key: str, why: str, context: TurnContext, **more: Any) -> None:
    body, told = payload["body"], webhook_outages.told_why(why)
    sum_ = [money(body["amount"], desk_outbox.language())] if body["amount"] else []
    what = " ".join([desk_outbox.remedy(body["remedy"]), *sum_])
    text = desk_outbox.say(key, no=body["ticket"], line=body["line"], what=what, why=told)
    desk_outbox.note(tx, lifecycle.must(tx, body["ticket"]), text, context, **more)
