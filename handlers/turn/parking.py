"""Messages whose turn failed twice: kept, reported, and tried again on request."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from handlers.context import TurnContext
from handlers.messages import mailboxes
from handlers.messages.models import DeskInbound, Inbound, Reply, from_raw, to_raw
from handlers.messages.texts import say
from handlers.nlu.text.keyphrases import language_of
from handlers.tickets import desk_outbox
from handlers.tickets.lifecycle import desk_of
from storage import conversations, parked
from storage.database import DatabaseGone, Tx, savepoint

LOG = logging.getLogger(__name__)


def park(tx: Tx, message: Inbound | DeskInbound, error: str, context: TurnContext) -> None:
    """Keep a message once, with an apology to its sender and an alert to the desk."""
    door = message.desk if isinstance(message, DeskInbound) else message.channel
    if not parked.keep(tx, key=message.key, door=door, raw=to_raw(message), error=error, at=context.now):
        return
    if isinstance(message, DeskInbound):
        desk = message.desk
    else:
        desk = desk_of(message.channel)
        _apologise(tx, message, context)
    text = say(desk_outbox.language(), "talk.parked_alert", name=message.name or message.key)
    mailboxes.to_desk(tx, desk, "", "note", {"text": text}, now=context.now)


def guarded(tx: Tx, message: Inbound | DeskInbound, execution: Callable[[], object], context: TurnContext) -> None:
    """Do the work of a message that waited inside, within a transaction of others; what fails twice is parked."""
    failure: Exception | None = None
    for _ in range(2):
        try:
            with savepoint(tx):
                execution()
            return
        except DatabaseGone:
            raise
        except Exception as error:  # noqa: BLE001  one message's failure is that message's alone
            failure = error
    LOG.error("parked %s", message.key, exc_info=failure)
    park(tx, message, f"{type(failure).__name__}: {failure}", context)


def _apologise(tx: Tx, message: Inbound, context: TurnContext) -> None:
    conversation = conversations.open_(tx, message.channel, message.account, name=message.name, now=context.now)
    conversations.note(
        tx, message.key, at=message.at, kind="parked", text=message.text, conversation_id=conversation.id
    )
    known = str(conversation.talk.get("language", "")) if isinstance(conversation.talk, Mapping) else ""
    language = language_of(message.text, known) or "zh"
    mailboxes.to_customer(tx, conversation.id, Reply(text=say(language, "talk.sorry_parked")), now=context.now)


def again(tx: Tx, row: Mapping[str, Any]) -> Inbound | DeskInbound:
    """Return a kept message back for another turn; the caller books what becomes of it."""
    message = from_raw(row["raw"])
    if isinstance(message, Inbound):
        conversations.forget(tx, message.key)
    return message
