"""Papers about somebody's health: kept apart, and shown to a ticket's owner or a supervisor when they ask."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from handlers.context import TurnContext
from handlers.desk.request import ActionRequest, Answer, ask, told
from handlers.tickets import desk_outbox, lifecycle
from handlers.tickets.lifecycle import By
from storage import events, evidence
from storage.database import Tx
from storage.evidence import Evidence
from storage.tickets import Ticket

KINDS = ("photo", "document")


def expected(tx: Tx, ticket: Ticket) -> bool:
    """Tell whether what comes now may be such papers: somebody asked for them on a safety ticket."""
    if ticket.severity != "safety":
        return False
    words = desk_outbox.say("words_papers").split()
    said = [
        str(event.data.get("text", "")).lower() for event in events.of_ticket(tx, ticket.no) if event.kind == "told"
    ]
    return any(word in text for text in said for word in words)


def arrived(tx: Tx, ticket: Ticket, ids: Collection[int], context: TurnContext) -> None:
    """Keep what came to a ticket apart where it may be such papers; a file on a safety ticket always is."""
    pieces = [piece for piece in (evidence.get(tx, one) for one in ids) if piece and piece.kind in KINDS]
    asked = expected(tx, ticket)
    _restrict(tx, ticket, [piece for piece in pieces if asked or _file(ticket, piece)], lifecycle.BOT, context)


def _file(ticket: Ticket, piece: Evidence) -> bool:
    return ticket.severity == "safety" and piece.kind == "document"


def _restrict(tx: Tx, ticket: Ticket, pieces: Collection[Evidence], by: By, context: TurnContext) -> None:
    ids = [piece.id for piece in pieces if not piece.restricted]
    if ids:
        evidence.restrict(tx, ids, restricted=True)
        lifecycle.log(tx, ticket.no, "papers_kept", by, context, evidence=ids)


def kept(tx: Tx, no: str) -> list[Evidence]:
    """Give a ticket's papers that can be shown."""
    return [piece for piece in evidence.of_ticket(tx, no) if piece.restricted and piece.media_key]


def show(request: ActionRequest) -> Answer:
    """Bring a ticket's papers under its card, once for each time they are asked for; every view is logged."""
    found = kept(request.tx, request.no)
    if not found:
        return told("papers_none", alert=True, no=request.no)
    lifecycle.log(
        request.tx, request.no, "papers_shown", request.by, request.context, evidence=[piece.id for piece in found]
    )
    words = desk_outbox.say("papers_for", no=request.no, name=request.by.name)
    media = [(piece.kind, piece.media_key) for piece in found]
    desk_outbox.relay(request.tx, request.ticket, words, request.context, media=media)
    return told("papers_shown", no=request.no)


def mark(request: ActionRequest) -> Answer:
    """Ask which photos are such papers."""
    ask(request, "medical", "ask_medical")
    return Answer()


def mark_words(request: ActionRequest) -> Answer:
    """Keep the photos of these numbers of the contact sheet apart; 0 lets all be seen again."""
    numbers = [int(word) for word in re.findall(r"\d{1,3}", request.words)]
    if numbers == [0]:
        ids = [piece.id for piece in evidence.of_ticket(request.tx, request.no) if piece.restricted]
        evidence.restrict(request.tx, ids, restricted=False)
        lifecycle.log(request.tx, request.no, "papers_freed", request.by, request.context, evidence=ids)
    else:
        seen = [piece for piece in evidence.of_ticket(request.tx, request.no) if on_sheet(piece)]
        if not numbers or not all(0 < number <= len(seen) for number in numbers):
            return told("medical_numbers", alert=True, count=len(seen))
        _restrict(
            request.tx,
            request.ticket,
            [seen[number - 1] for number in sorted(set(numbers))],
            request.by,
            request.context,
        )
    desk_outbox.refresh(request.tx, request.no, request.context)
    return told("medical_done", no=request.no)


def on_sheet(piece: Evidence) -> bool:
    """Tell whether a piece has its place on the contact sheet."""
    return piece.kind == "photo" and bool(piece.media_key) and not piece.restricted


ABOUT: Mapping[str, Callable[[Evidence], bool]] = {
    "papers": lambda piece: piece.restricted and bool(piece.media_key),
    "medical": lambda piece: piece.restricted or on_sheet(piece),
}
"""The buttons that need a piece of evidence of some kind."""
