"""Two people report one problem differently: the card shows both."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from handlers.cases import recording
from handlers.cases.recording import Filing, FilingLine
from handlers.claims.slot_filling import CONDITION
from handlers.policy.policy import Policy
from handlers.tickets import desk_outbox, warnings
from storage.database import Tx
from storage.ticket_lines import Line
from storage.tickets import Ticket

CODES = {"leader": "leader_says", "buyer": "buyer_says"}
SHORT = 80  # characters of the words


def same(wanted: FilingLine, lines: Sequence[Line], *, loosely: bool) -> Line | None:
    """Return the line that claims the same; `loosely`: of the same goods, though their fault has another name."""
    key = (wanted.order_line_no, wanted.problem.problem)
    found = next((line for line in lines if (line.order_line_no, line.problem) == key), None)
    if found is not None or not loosely or wanted.order_line_no is None or wanted.problem.problem not in CONDITION:
        return found
    mine = (line for line in lines if line.order_line_no == wanted.order_line_no and line.problem in CONDITION)
    return next(mine, None)


def record(tx: Tx, ticket: Ticket, filing: Filing, lines: Sequence[Line], policy: Policy) -> None:
    """Warn of the figures, faults and wishes of a draft that are not those of the ticket it joins."""
    wished = {wish for _, wish in filing.claim.wishes}  # a wish that the rules gave is nobody's word
    for wanted in filing.lines:
        told = recording.columns(filing.order, wanted)
        line = same(wanted, lines, loosely=(filing.leader_id is None) != (ticket.leader_id is None))
        if line is None:
            continue
        quantity, unit = str(told["quantity"] or ""), str(told["unit"] or "")
        other = bool(quantity) and _count(quantity, unit, told["share"]) != _count(line.quantity, line.unit, line.share)
        wish = wanted.wish if wanted.wish in wished and wanted.wish != line.wish else ""
        code = wanted.problem.problem
        fault = policy.label(code, desk_outbox.language()) if code not in line.codes else ""
        if other or wish or fault:
            count = f"{quantity}{unit}" if other else ""
            parts = (line.item, fault, count, desk_outbox.remedy(wish) if wish else "")
            say(tx, ticket, filing.role, " ".join(part for part in parts if part))


def _count(quantity: str, unit: str, share: object) -> object:
    """Return what makes two quantities the same: the part of what was bought where it is known."""
    return Fraction(str(share)) if share else (quantity, unit)


def say(tx: Tx, ticket: Ticket, role: str, text: str) -> None:
    """Add a warning to a ticket of what its leader or its buyer says otherwise."""
    plain = " ".join(text.split())
    warnings.record(tx, ticket, f"{CODES[role]}:{plain if len(plain) <= SHORT else plain[: SHORT - 1] + '…'}")
