"""Papers about somebody's health: kept apart, and shown to a ticket's owner or a supervisor when they ask."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from handlers.desk.deeds import Deed, Told, ask, told
from handlers.tickets import desk_mail, tickets
from handlers.tickets.tickets import By
from handlers.tools import Tools
from storage import events, evidence
from storage.database import Tx
from storage.evidence import Evidence
from storage.tickets import Ticket

KINDS = ("photo", "document")


def expected(tx: Tx, ticket: Ticket) -> bool:
    """Tell whether what comes now may be such papers: somebody asked for them on a safety ticket."""
    if ticket.severity != "safety":
        return False
    words = desk_mail.say("words_papers").split()
    said = [
        str(event.data.get("text", "")).lower() for event in events.of_ticket(tx, ticket.no) if event.kind == "told"
    ]
    return any(word in text for text in said for word in words)


def arrived(tx: Tx, ticket: Ticket, ids: Collection[int], tools: Tools) -> None:
    """Keep what came to a ticket apart where it may be such papers; a file on a safety ticket always is."""
    pieces = [piece for piece in (evidence.get(tx, one) for one in ids) if piece and piece.kind in KINDS]
    asked = expected(tx, ticket)
    _restrict(tx, ticket, [piece for piece in pieces if asked or _file(ticket, piece)], tickets.BOT, tools)


def _file(ticket: Ticket, piece: Evidence) -> bool:
    return ticket.severity == "safety" and piece.kind == "document"


def _restrict(tx: Tx, ticket: Ticket, pieces: Collection[Evidence], by: By, tools: Tools) -> None:
    ids = [piece.id for piece in pieces if not piece.restricted]
    if ids:
        evidence.restrict(tx, ids, restricted=True)
        tickets.log(tx, ticket.no, "papers_kept", by, tools, evidence=ids)


def kept(tx: Tx, no: str) -> list[Evidence]:
    """Give a ticket's papers that can be shown."""
    return [piece for piece in evidence.of_ticket(tx, no) if piece.restricted and piece.media_key]


def show(deed: Deed) -> Told:
    """Bring a ticket's papers under its card, once for each time they are asked for; every view is logged."""
    found = kept(deed.tx, deed.no)
    if not found:
        return told("papers_none", alert=True, no=deed.no)
    tickets.log(deed.tx, deed.no, "papers_shown", deed.by, deed.tools, evidence=[piece.id for piece in found])
    words = desk_mail.say("papers_for", no=deed.no, name=deed.by.name)
    media = [(piece.kind, piece.media_key) for piece in found]
    desk_mail.relay(deed.tx, deed.ticket, words, deed.tools, media=media)
    return told("papers_shown", no=deed.no)


def mark(deed: Deed) -> Told:
    """Ask which photos are such papers."""
    ask(deed, "medical", "ask_medical")
    return Told()


def mark_words(deed: Deed) -> Told:
    """Keep the photos of these numbers of the contact sheet apart; 0 lets all be seen again."""
    numbers = [int(word) for word in re.findall(r"\d{1,3}", deed.words)]
    if numbers == [0]:
        ids = [piece.id for piece in evidence.of_ticket(deed.tx, deed.no) if piece.restricted]
        evidence.restrict(deed.tx, ids, restricted=False)
        tickets.log(deed.tx, deed.no, "papers_freed", deed.by, deed.tools, evidence=ids)
    else:
        seen = [piece for piece in evidence.of_ticket(deed.tx, deed.no) if on_sheet(piece)]
        if not numbers or not all(0 < number <= len(seen) for number in numbers):
            return told("medical_numbers", alert=True, count=len(seen))
        _restrict(deed.tx, deed.ticket, [seen[number - 1] for number in sorted(set(numbers))], deed.by, deed.tools)
    desk_mail.refresh(deed.tx, deed.no, deed.tools)
    return told("medical_done", no=deed.no)


def on_sheet(piece: Evidence) -> bool:
    """Tell whether a piece has its place on the contact sheet."""
    return piece.kind == "photo" and bool(piece.media_key) and not piece.restricted


ABOUT: Mapping[str, Callable[[Evidence], bool]] = {
    "papers": lambda piece: piece.restricted and bool(piece.media_key),
    "medical": lambda piece: piece.restricted or on_sheet(piece),
}
"""The buttons that need a piece of evidence of some kind."""
