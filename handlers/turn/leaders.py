"""What the turn of a leader has beside that of every customer: files that are read, and what waits for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from handlers.claims import list_draft
from handlers.claims.claim import Talk
from handlers.claims.list_draft import Listed
from handlers.context import TurnContext
from handlers.dialogue.lists import lookup, sheets
from handlers.messages import mailboxes
from handlers.messages.models import Inbound, to_raw
from handlers.policy.calendar import local_date
from handlers.policy.lexicons import lexicon_of
from storage.conversations import Conversation
from storage.database import Tx


def turn(
    tx: Tx,
    inbound: Inbound,
    conversation: Conversation,
    talk: Talk,
    context: TurnContext,
    *,
    waited: bool,
    handle: Callable[[], Talk],
) -> Talk:
    """Return the talk after a leader's message: it waits while a file that came before it is read, else `handle` runs.

    A message that `waited` comes back and does not wait again.
    """
    if not waited and sheets.holds(talk, inbound, context.now, lexicon_of(context.policy), _today(context)):
        mailboxes.hold(tx, conversation.id, to_raw(inbound), due=sheets.until(talk), now=context.now)
        return sheets.counted(talk)
    talk, done = sheets.released(handle(), inbound, context.now)
    if done:
        mailboxes.let_go(tx, conversation.id, now=context.now)
    return talk


def _today(context: TurnContext) -> date:
    return local_date(context.now, context.policy)


def listed(tx: Tx, inbound: Inbound, conversation: Conversation, talk: Talk, context: TurnContext) -> Listed:
    """Return the orders that a leader's list may be about."""
    quoted = inbound.data.get("reply_to")
    said = inbound.text.splitlines() if "sheet" in inbound.data else [inbound.text]
    texts = [*said, inbound.origin.name if inbound.origin else "", quoted["text"] if quoted else ""]
    draft = list_draft.of(talk)
    return lookup.find(tx, conversation, texts, draft, lexicon_of(context.policy), now=context.now)


def sheet_of(inbound: Inbound, talk: Talk, context: TurnContext) -> tuple[str, Mapping[str, Any] | None]:
    """Return what a leader's files are ("sheet", "paper" or ""), and of a sheet the message kept until it is read."""
    what = sheets.meant(inbound, talk, leads=True)
    if what != "sheet":
        return what, None
    text = sheets.caption(inbound, lexicon_of(context.policy), _today(context))
    return what, to_raw(replace(inbound, text=text, media=()))
