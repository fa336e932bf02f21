"""Warnings for an agent before deciding on a ticket."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from fractions import Fraction

from handlers.policy.policy import Policy
from handlers.tickets.photos import photo_signs
from storage import evidence, ticket_lines, tickets
from storage.database import Tx
from storage.evidence import Evidence
from storage.imports import PAID_LOWERED
from storage.imports.states import caveats
from storage.orders import Order
from storage.pictures import prints
from storage.pictures.prints import Twin
from storage.ticket_lines import Line
from storage.tickets import Ticket

MANY = 3  # earlier tickets of a buyer from which on the number is worth a look
GOOD = frozenset({"", "good"})
AGAIN = "claimed_again"
GUARDIAN = "guardian"
KEPT = frozenset(  # added once, not computed again
    {"late_claim", "photos_waived", "boss", AGAIN, GUARDIAN, "leader_says", "buyer_says", PAID_LOWERED}
)


def is_good(piece: Evidence) -> bool:
    """Return whether a piece was examined and shows something."""
    return piece.state == "stored" and piece.verdict in GOOD


def is_bad(piece: Evidence) -> bool:
    """Return whether a piece was examined and is of no use."""
    judged = piece.state == "stored" and piece.verdict != evidence.REPLACED
    return piece.state == "refused" or (judged and piece.verdict not in GOOD)


def photos_wanted(tx: Tx, ticket: Ticket, policy: Policy) -> int:
    """Return how many photos the policy asks for on a ticket."""
    problems = (policy.problems.get(line.problem) for line in ticket_lines.of_ticket(tx, ticket.no))
    return max((problem.photos for problem in problems if problem), default=0)


def of_people(special: Collection[str], policy: Policy) -> list[str]:
    """Return the warning that a ticket's money may go back on the way it came or to a guardian only, if it may."""
    return [GUARDIAN] if policy.wants_guardian(special) else []


def find(tx: Tx, ticket: Ticket, order: Order | None = None) -> list[str]:
    """Return a ticket's warnings as "code" or "code:value", anew from what is stored; `order` is its order if known."""
    found = [warning for warning in ticket.warnings if warning.partition(":")[0] in KEPT]
    lines = ticket_lines.on_order(tx, ticket.order_no) if ticket.order_no else []
    order = order or (tickets.order_of(tx, ticket) if ticket.order_no else None)
    found += _of_order(ticket, lines, order) if ticket.order_no else ["no_order"]
    found += _of_evidence(tx, ticket, order)
    found += [f"over_claimed:{line}" for line in _over_claimed(ticket, lines)]
    if (earlier := tickets.earlier_of(tx, ticket)) >= MANY:
        found.append(f"many_claims:{earlier}")
    return list(dict.fromkeys(found))


def record(tx: Tx, ticket: Ticket, *more: str) -> list[str]:
    """Store a ticket's warnings with these added; return all of them."""
    return store(tx, tickets.get(tx, ticket.no) or ticket, *more)


def store(tx: Tx, ticket: Ticket, *more: str, order: Order | None = None) -> list[str]:
    """Do the same for a ticket that was just read, with its order where that is known."""
    found = list(dict.fromkeys([*find(tx, ticket, order), *more]))
    if found != list(ticket.warnings):
        tickets.change(tx, ticket.no, warnings=found)
    return found


def _of_order(ticket: Ticket, lines: Sequence[Line], order: Order | None) -> list[str]:
    """Return what the order system says of the claimed lines: cancelled, refunded."""
    return caveats(order, {line.order_line_no for line in lines if line.ticket_no == ticket.no}) if order else []


def _of_evidence(tx: Tx, ticket: Ticket, order: Order | None) -> list[str]:
    pieces = evidence.of_ticket(tx, ticket.no)
    twins = prints.twins(tx, ticket.no) if pieces else []
    found = [f"{_reuse(ticket, twin)}:{twin.ticket_no}" for twin in twins]
    found += photo_signs.warnings(pieces, order)
    if any(piece.state == "gone" for piece in pieces):
        found.append("photo_gone")
    photos = [piece for piece in pieces if piece.kind == "photo" and piece.verdict != evidence.REPLACED]
    if photos and all(is_bad(piece) for piece in photos):
        found.append("photo_bad")
    return found


def _reuse(ticket: Ticket, twin: Twin) -> str:
    """Return what it means that another ticket has the same picture: of one order it is hardly a sign of anything."""
    same = twin.order_no is not None and twin.order_no == ticket.order_no
    what = "photo" if twin.kind == "photo" else "file"
    return f"{what}_of_order" if same else f"reused_{what}"


def _over_claimed(ticket: Ticket, lines: Sequence[Line]) -> list[int]:
    """Return the order lines of this ticket of which more is claimed, over all tickets, than was bought."""
    claimed: defaultdict[int, Fraction] = defaultdict(Fraction)
    mine = set()
    for line in lines:
        if line.order_line_no is not None and line.share:
            claimed[line.order_line_no] += Fraction(line.share)
            if line.ticket_no == ticket.no:
                mine.add(line.order_line_no)
    return sorted(number for number in mine if claimed[number] > 1)
