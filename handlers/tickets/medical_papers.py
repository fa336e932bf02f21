"""Medical papers: kept apart, and shown to a ticket's owner or a supervisor on request."""

from __future__ import annotations

from collections.abc import Collection

from handlers.context import TurnContext
from handlers.tickets import desk_outbox, lifecycle
from handlers.tickets.lifecycle import By
from storage import events, evidence
from storage.database import Tx
from storage.evidence import Evidence
from storage.tickets import Ticket

KINDS = ("photo", "document")


def expected(tx: Tx, ticket: Ticket) -> bool:
    """Return whether what comes now may be such papers: they were asked for on a safety ticket."""
    if ticket.severity != "safety":
        return False
    words = desk_outbox.spoken("words_papers")
    said = [
        str(event.data.get("text", "")).lower() for event in events.of_ticket(tx, ticket.no) if event.kind == "told"
    ]
    return any(word in text for text in said for word in words)


def arrived(tx: Tx, ticket: Ticket, ids: Collection[int], context: TurnContext) -> None:
    """Keep apart what may be such papers; a file on a safety ticket always is."""
    pieces = [piece for piece in (evidence.get(tx, one) for one in ids) if piece and piece.kind in KINDS]
    asked = expected(tx, ticket)
    restrict(tx, ticket, [piece for piece in pieces if asked or _file(ticket, piece)], lifecycle.BOT, context)


def _file(ticket: Ticket, piece: Evidence) -> bool:
    return ticket.severity == "safety" and piece.kind == "document"


def restrict(tx: Tx, ticket: Ticket, pieces: Collection[Evidence], by: By, context: TurnContext) -> None:
    ids = [piece.id for piece in pieces if not piece.restricted]
    if ids:
        evidence.restrict(tx, ids, restricted=True)
        lifecycle.log(tx, ticket.no, "papers_kept", by, context, evidence=ids)


def kept(tx: Tx, no: str) -> list[Evidence]:
    """Return a ticket's papers that can be shown."""
    return [piece for piece in evidence.of_ticket(tx, no) if piece.restricted and piece.media_key]


def on_sheet(piece: Evidence) -> bool:
    """Return whether a piece may be on the contact sheet."""
    return piece.kind == "photo" and bool(piece.media_key) and not piece.restricted
