"""A decision that did not reach the order system, sent once more by an agent."""

from __future__ import annotations

from handlers.desk.request import ActionRequest, Answer, told
from handlers.tickets import lifecycle
from handlers.tickets.outside import order_webhook
from storage.desk import dead_letters


def resend(request: ActionRequest) -> Answer:
    """Put a dead letter back into the outbox, unless its decision was changed or carried out since."""
    number = int(request.argument) if request.argument.isdecimal() and len(request.argument) < 18 else 0
    mail = dead_letters.get(request.tx, number)
    if mail is None or mail.payload.get("ticket") != request.no or mail.kind != order_webhook.KIND:
        return told("hook_resent_before", alert=True, no=request.no)
    if order_webhook.first_current(request.tx, [mail]) is None:
        return told("hook_overtaken", alert=True, no=request.no)
    dead_letters.revive(request.tx, number, now=request.context.now)
    key = mail.payload["key"]
    lifecycle.log(request.tx, request.no, "webhook_resent", request.by, request.context, key=key)
    return told("hook_resent", no=request.no)
