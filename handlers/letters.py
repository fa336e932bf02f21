"""Dead letters: what no door could carry, and who is told."""

from __future__ import annotations

from handlers import mail
from handlers.tickets import desk_of
from handlers.tools import Tools
from handlers.wording import say
from storage import conversations, outbox, tickets
from storage.conversations import Conversation
from storage.database import Tx
from storage.outbox import Outcome
from storage.tickets import Ticket


def died(tx: Tx, outcome: Outcome, tools: Tools) -> None:
    """Bury the row that was refused for good and tell the desk; the next row of its mailbox goes."""
    outbox.settle(tx, outcome, now=tools.now)
    kind, _, rest = outcome.mailbox.partition(":")
    if kind != "chat":
        return  # the desk cannot be told of its own silence: dead_letters and the log have it
    conversation = conversations.by_id(tx, int(rest))
    _tell_desk(tx, conversation, "undelivered", tools, why=outcome.error)


def left(tx: Tx, conversation: Conversation, kind: str, tools: Tools) -> None:
    """Tell the desk that a customer with an open ticket blocked the bot, or let it speak again."""
    if _open(tx, conversation):
        _tell_desk(tx, conversation, kind, tools)


def _open(tx: Tx, conversation: Conversation) -> list[Ticket]:
    return [ticket for ticket in tickets.of_conversation(tx, conversation.id) if ticket.state in tickets.OPEN]


def _tell_desk(tx: Tx, conversation: Conversation, key: str, tools: Tools, why: str = "") -> None:
    open_ = _open(tx, conversation)
    number = open_[0].no if open_ else ""
    name = conversation.name or conversation.account
    text = say("zh", f"talk.{key}", name=name, no=number, why=why)
    mail.to_desk(tx, desk_of(conversation.channel), number, "note", {"text": text}, now=tools.now)
