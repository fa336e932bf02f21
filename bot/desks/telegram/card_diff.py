"""A ticket's card as drawn now, beside the one that the group shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from bot.channels.telegram.text import CAPTION, units
from bot.desks.telegram import rate_limit as pace
from bot.desks.telegram.inbound import NAME
from bot.desks.telegram.topics import KIND as TOPIC
from handlers.context import TurnContext
from handlers.desk import cards
from handlers.desk.cards import Card
from storage import tickets
from storage.database import Tx
from storage.desk import desk_messages
from storage.desk.desk_messages import DeskMessage
from storage.tickets import Ticket

KIND = "card"
LINK = 2  # units that each person called takes besides the name


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A ticket with its card as drawn now and as the group shows it."""

    drawn: Card
    ticket: Ticket
    card: DeskMessage | None
    topic: DeskMessage | None
    called: Sequence[tuple[str, str]]  # by name, in the card itself

    @property
    def fits(self) -> bool:
        """Return whether the text fits under a picture."""
        room = sum(units(name) + LINK for _, name in self.called)
        return bool(self.drawn.photos) and units(self.drawn.text) + room <= CAPTION

    @property
    def mark(self) -> str:
        """Return what distinguishes one state of the card from another."""
        shown = repr((self.drawn.text, self.drawn.buttons, self.drawn.photos, self.drawn.captions))
        return sha256(shown.encode()).hexdigest()[:16]

    @property
    def rank(self) -> int:
        """Return how urgent the card is: safety, major, the answer to a pick-up, any other."""
        if self.ticket.owner_id:
            return pace.PICKED
        return {"safety": pace.SAFETY, "major": pace.MAJOR}.get(self.ticket.severity, pace.CARD)


def look(tx: Tx, ticket_no: str, context: TurnContext, called: Sequence[tuple[str, str]] = ()) -> Seen:
    """Return a ticket's card, drawn, and what the group shows of it."""
    ticket = tickets.get(tx, ticket_no)
    if ticket is None:
        raise LookupError(f"no ticket {ticket_no}")
    drawn = cards.card(tx, ticket_no, context)
    return Seen(
        drawn=drawn,
        called=[*drawn.mentions, *(one for one in called if one not in drawn.mentions)],
        ticket=ticket,
        card=desk_messages.newest(tx, NAME, KIND, ticket_no),
        topic=desk_messages.newest(tx, NAME, TOPIC, ticket_no),
    )
