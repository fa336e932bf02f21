"""A parcel that a message names, and the ticket whose goods are awaited back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handlers.claims.claim import Talk
from handlers.claims.lookup import Back
from handlers.messages.models import Inbound
from handlers.nlu.customer_questions import asks_of_return
from handlers.nlu.text import parcels
from handlers.nlu.text.lexicon import Lexicon
from handlers.nlu.text.parcels import Parcel
from storage.conversations import Conversation
from storage.database import Tx
from storage.fulfilment import shipments


def meant(tx: Tx, text: str, conversation: Conversation, talk: Talk, lexicon: Lexicon, named: Sequence[str]) -> Back:
    """Return the parcel that a text names and the ticket that it is for.

    That is the ticket named in it, else the one spoken of, else one that has no number yet. While goods are awaited
    back, letters of a carrier make a number a parcel's, though orders may look alike (SF and ten digits, as KT and
    ten digits). Else it is one, of no ticket, only if no order looks so.
    """
    parcel = parcels.find(text, lexicon.order_patterns) if text else None
    if parcel is None and not asks_of_return(text):
        return Back()
    awaited = shipments.awaited_by(tx, conversation.id)
    found = next((no for no in (*named, talk.ticket_no, *awaited) if no in awaited), "")
    if parcel and not found:
        alike = any(pattern.fullmatch(parcel.said) for pattern in lexicon.order_patterns)
        parcel = None if alike or parcel.number.isdecimal() else parcel
    return Back(ticket_no=found, parcel=parcel)


def without(inbound: Inbound, parcel: Parcel | None) -> Inbound:
    """Return a message without a parcel's number, in whose digits nothing else is to be found."""
    return replace(inbound, text=parcels.without(inbound.text, parcel)) if parcel else inbound
