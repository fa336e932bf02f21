"""The note to a sender of very many files: the rest is looked at later."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.context import TurnContext
from handlers.messages import mailboxes
from handlers.messages.models import Reply
from handlers.messages.texts import languages, say
from storage import conversations
from storage.database import Tx


def tell(tx: Tx, conversation_id: int, context: TurnContext) -> None:
    """Inform the sender in the talk's language."""
    talk = conversations.by_id(tx, conversation_id).talk
    known = str(talk.get("language", "")) if isinstance(talk, Mapping) else ""
    text = say(known or languages()[0], "files.later")
    mailboxes.to_customer(tx, conversation_id, Reply(text=text), now=context.now)
