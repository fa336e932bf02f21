"""What agents do with medical papers: see them, and mark photos as such."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from handlers.desk.request import ActionRequest, Answer, ask, told
from handlers.tickets import desk_outbox, lifecycle, medical_papers
from storage import evidence
from storage.evidence import Evidence


def show(request: ActionRequest) -> Answer:
    """Post a ticket's papers under its card, once for each request; every view is logged."""
    found = medical_papers.kept(request.tx, request.no)
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
    """Keep the photos of these numbers off the contact sheet; 0 shows all of them again."""
    numbers = [int(word) for word in re.findall(r"\d{1,3}", request.words)]
    if numbers == [0]:
        ids = [piece.id for piece in evidence.of_ticket(request.tx, request.no) if piece.restricted]
        evidence.restrict(request.tx, ids, restricted=False)
        lifecycle.log(request.tx, request.no, "papers_freed", request.by, request.context, evidence=ids)
    else:
        seen = [piece for piece in evidence.of_ticket(request.tx, request.no) if medical_papers.on_sheet(piece)]
        if not numbers or not all(0 < number <= len(seen) for number in numbers):
            return told("medical_numbers", alert=True, count=len(seen))
        medical_papers.restrict(
            request.tx,
            request.ticket,
            [seen[number - 1] for number in sorted(set(numbers))],
            request.by,
            request.context,
        )
    desk_outbox.refresh(request.tx, request.no, request.context)
    return told("medical_done", no=request.no)


ABOUT: Mapping[str, Callable[[Evidence], bool]] = {
    "papers": lambda piece: piece.restricted and bool(piece.media_key),
    "medical": lambda piece: piece.restricted or medical_papers.on_sheet(piece),
}
"""The buttons that need a piece of evidence of some kind."""
