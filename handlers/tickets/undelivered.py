"""Dead letters: what could not be delivered, and who is informed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from handlers.context import TurnContext
from handlers.messages import mailboxes
from handlers.messages.texts import say
from handlers.tickets import desk_outbox
from handlers.tickets.lifecycle import BOT, desk_of, log, must
from handlers.tickets.notices import FAR
from handlers.tickets.outside import alerts, order_webhook
from storage import conversations, outbox, tickets
from storage.conversations import Conversation
from storage.database import Tx
from storage.desk import dead_letters
from storage.outbox import Mail, Outcome
from storage.tickets import Ticket

WAITED = "waited"  # in the payload of rows that the desk knows to be waiting
BRIEFLY = "told by template"  # a channel's answer that the decision was announced by template
WHY: Mapping[str, str] = {  # channels' words for why a customer cannot be written to
    "window": "untold_window",
    "quota": "untold_quota",
    "not following": "untold_left",
    "refused by the customer": "untold_refused",
    "permission": "untold_passive",
    "passive only": "untold_passive",
}


def died(tx: Tx, outcome: Outcome, context: TurnContext) -> None:
    """Record the row that was refused for good and inform the desk; the next row of its mailbox is sent."""
    outbox.settle(tx, outcome, now=context.now)
    kind, _, rest = outcome.mailbox.partition(":")
    if kind == "chat":
        conversation = conversations.by_id(tx, int(rest))
        _tell_desk(tx, conversation, "undelivered", context, why=outcome.error)
        return
    mail = dead_letters.get(tx, outcome.dead)
    if mail and kind == order_webhook.BOX:
        order_webhook.died(tx, mail, outcome.error, context)
    elif mail and mail.payload.get("severity") == "safety":  # the desk cannot be informed of its own failure
        alerts.undelivered(tx, rest.partition(":")[0], mail.payload["ticket"], outcome.error, context)


def told(tx: Tx, mails: Sequence[Mail], outcome: Outcome, context: TurnContext) -> None:
    """Inform the desk of tickets whose messages wait for the customer, and of those that were delivered."""
    if outcome.mailbox.partition(":")[0] != "chat":
        return
    came = [one for one in mails if one.id <= outcome.sent and WAITED in one.payload]
    waits = outcome.again is not None and outcome.again > context.now + FAR  # else it is tried again soon
    stay = [one for one in mails if one.id > outcome.sent and one.payload.get("ticket")] if waits else []
    fresh = [one for one in stay if WAITED not in one.payload and outbox.mark(tx, one, **{WAITED: True})]
    for no in dict.fromkeys(one.payload["ticket"] for one in came):
        _note(tx, no, "told_late", context)
    why, _, brief = outcome.error.partition("; ")
    reason = "; ".join(part for part in (desk_outbox.say(WHY[why]) if why in WHY else why, brief) if part)
    for no in dict.fromkeys(one.payload["ticket"] for one in fresh):
        _note(tx, no, "untold_brief" if brief == BRIEFLY else "untold", context, why=reason)
    if waits and outbox.holds_more(tx, outcome.mailbox, mails[-1].id):
        outbox.lift(tx, outcome.mailbox, beyond=context.now + FAR)  # rows added while these were sent


def _note(tx: Tx, no: str, key: str, context: TurnContext, **values: str) -> None:
    ticket = must(tx, no)
    desk_outbox.note(tx, ticket, desk_outbox.say(key, no=no, **values), context)
    log(tx, no, key, BOT, context, **values)


def line(tx: Tx, channel: str, key: str, why: str, *, now: datetime) -> None:
    """Inform a channel's desk that its platform cannot be reached (line_down) or is back (line_up)."""
    mailboxes.to_desk(tx, desk_of(channel), "", "note", {"text": desk_outbox.say(key, why=why)}, now=now)


def left(tx: Tx, conversation: Conversation, kind: str, context: TurnContext) -> None:
    """Inform the desk that a customer with an open ticket blocked the bot, or allowed it again."""
    if _open(tx, conversation):
        _tell_desk(tx, conversation, kind, context)


def _open(tx: Tx, conversation: Conversation) -> list[Ticket]:
    return [ticket for ticket in tickets.of_conversation(tx, conversation.id) if ticket.state in tickets.OPEN]


def _tell_desk(tx: Tx, conversation: Conversation, key: str, context: TurnContext, why: str = "") -> None:
    open_ = _open(tx, conversation)
    number = open_[0].no if open_ else ""
    name = conversation.name or conversation.account
    text = say(desk_outbox.language(), f"talk.{key}", name=name, no=number, why=why)
    mailboxes.to_desk(tx, desk_of(conversation.channel), number, "note", {"text": text}, now=context.now)
