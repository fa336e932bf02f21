"""What the desk sees: a ticket's card with all that a decision needs, and the board of those that wait."""

from __future__ import annotations

from dataclasses import dataclass

from handlers.context import TurnContext
from handlers.desk import actions
from handlers.desk.views import card_lines
from handlers.desk.views.board import Board, board, row
from handlers.messages.models import Button
from handlers.tickets import desk_outbox, lifecycle, medical_papers
from handlers.tickets.clocks import PAGES
from storage import clocks, evidence
from storage.database import Tx
from storage.evidence import Evidence
from storage.tickets import Ticket

__all__ = ["LONGEST", "Board", "Card", "board", "card", "row"]

LONGEST = 3500  # characters of a card: a chat platform takes 4096, and what is added needs room


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A ticket for the agents: plain text, buttons in rows, media by key; `mentions` are to be called by name."""

    ticket_no: str
    text: str
    buttons: tuple[tuple[Button, ...], ...]
    photos: tuple[str, ...]
    captions: tuple[str, ...]
    voice: tuple[str, ...]
    severity: str
    state: str
    mentions: tuple[tuple[str, str], ...] = ()


def card(tx: Tx, ticket_no: str, context: TurnContext) -> Card:
    """Return a ticket's card, drawn from its rows. Raises LookupError for an unknown number."""
    desk_outbox.speak(context.policy)
    ticket = lifecycle.must(tx, ticket_no)
    pieces = [piece for piece in evidence.of_ticket(tx, ticket_no) if piece.media_key]
    photos = [piece for piece in pieces if medical_papers.on_sheet(piece)]
    text = "\n".join(card_lines.all_lines(tx, ticket, context))
    called = desk_outbox.agents(tx, ticket.desk) if _pages(tx, ticket) else []
    return Card(
        ticket_no=ticket_no,
        text=text if len(text) <= LONGEST else text[: LONGEST - 1] + "…",
        buttons=actions.buttons(tx, ticket, context),
        photos=tuple(piece.media_key for piece in photos),
        captions=tuple(_caption(piece, place) for place, piece in enumerate(photos, 1)),
        voice=tuple(piece.media_key for piece in pieces if piece.kind == "voice"),
        severity=ticket.severity,
        state=ticket.state,
        mentions=tuple((member.user_id, member.name) for member in called),
    )


def _pages(tx: Tx, ticket: Ticket) -> bool:
    return ticket.owner_id is None and bool(clocks.running(tx, ticket.no, PAGES))


def _caption(piece: Evidence, place: int) -> str:
    return str(place) if piece.verdict in ("", "good") else desk_outbox.say(f"verdict_{piece.verdict}", place=place)
