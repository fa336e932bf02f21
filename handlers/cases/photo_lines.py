"""Which lines of a ticket the photos show, and which lines still wait for theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from handlers.policy.policy import Policy
from handlers.tickets.lifecycle import UNDECIDED
from storage import evidence, ticket_lines
from storage.database import Tx
from storage.evidence import Evidence
from storage.ticket_lines import Line
from storage.tickets import Ticket

ALL = -1  # as the order line of a piece: it shows all that is claimed


def shown(pieces: Sequence[Evidence]) -> Counter[int | None]:
    """Return how many usable pictures show which order line; None counts those of which nobody has said it."""
    usable = (one for one in pieces if one.kind in ("photo", "video") and one.state not in ("refused", "gone"))
    return Counter(one.order_line_no for one in usable if one.verdict != evidence.REPLACED)


def waiting(ticket: Ticket, lines: Sequence[Line], pieces: Sequence[Evidence], policy: Policy) -> tuple[Line, ...]:
    """Return the undecided lines whose photos are to come: others have theirs, and none is left to be put to goods."""
    counts = shown(pieces)
    placed = sum(count for line, count in counts.items() if line is not None)
    if not placed or counts[None] or "photos_waived" in ticket.warnings:
        return ()
    found = []
    for line in lines:
        kind = policy.problems.get(line.problem)
        wanted = kind.photos if kind and line.order_line_no is not None and line.state in UNDECIDED else 0
        if wanted > counts[line.order_line_no] + counts[ALL]:
            found.append(line)
    return tuple(found)


def arrived(tx: Tx, ticket: Ticket, ids: Collection[int], shows: int | None, policy: Policy) -> None:
    """Put pieces that have just come to the goods that their words name, else to the only goods that wait for some."""
    if shows is None:
        pieces = [one for one in evidence.of_ticket(tx, ticket.no) if one.id not in ids]
        left = {line.order_line_no for line in waiting(ticket, ticket_lines.of_ticket(tx, ticket.no), pieces, policy)}
        shows = left.pop() if len(left) == 1 else None
    if shows is not None:
        evidence.place(tx, dict.fromkeys(ids, shows))
