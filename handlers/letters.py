"""Dead letters: what no door could carry, and who is told."""

from __future__ import annotations

from handlers import mail
from handlers.tickets import desk_of
from handlers.tools import Tools
from handlers.wording import say
from storage import conversations, outbox, tickets
from storage.database import Tx
from storage.outbox import Outcome


def died(tx: Tx, outcome: Outcome, tools: Tools) -> None:
    """Bury the row that was refused for good and tell the desk; the next row of its mailbox goes."""
    outbox.settle(tx, outcome, now=tools.now)
    kind, _, rest = outcome.mailbox.partition(":")
    if kind != "chat":
        return  # the desk cannot be told of its own silence: dead_letters and the log have it
    conversation = conversations.by_id(tx, int(rest))
    desk = desk_of(conversation.channel)
    open_ = [ticket for ticket in tickets.of_conversation(tx, conversation.id) if ticket.state in tickets.OPEN]
    number = open_[0].no if open_ else ""
    text = say("zh", "talk.undelivered", name=conversation.name or conversation.account, no=number, why=outcome.error)
    mail.to_desk(tx, desk, number, "note", {"text": text}, now=tools.now)
