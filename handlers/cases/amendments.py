"""What a customer changes of a filed ticket: counts, problems and lines taken back, while they are undecided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from handlers.cases import customer_answers, recording
from handlers.cases.recording import FilingLine
from handlers.cases.remarks import answered, remark
from handlers.claims import lookup
from handlers.claims.claim import Problem
from handlers.claims.outcomes import Change
from handlers.claims.shares import share_of
from handlers.claims.summary import line_of
from handlers.context import TurnContext
from handlers.messages.cleaning import quoted
from handlers.messages.money import refund
from handlers.tickets import decisions, desk_outbox, lifecycle, warnings
from handlers.tickets.decisions import MONEY
from storage import events, ticket_lines
from storage import tickets as rows
from storage.database import Tx
from storage.desk import corrections
from storage.events import Step
from storage.orders import Order
from storage.ticket_lines import Line
from storage.tickets import Ticket

KINDS = {"changed": "amended", "dropped": "line_withdrawn", "late": "wants_change"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """What became of the changes: lines as they are now, lines taken back, and those that could not be changed."""

    changed: tuple[Line, ...] = ()
    dropped: tuple[Line, ...] = ()
    late: tuple[Line, ...] = ()  # decided, or put right by an agent: a person hears of it
    over: tuple[Line, ...] = ()  # more than was bought
    ended: bool = False  # no line is left


def amend(
    tx: Tx,
    no: str,
    changes: Sequence[Change],
    *,
    conversation_id: int,
    order: Order | None,
    text: str,
    context: TurnContext,
) -> Amended:
    """Change the undecided lines of a ticket as its customer says; what is decided is passed on in the words said."""
    ticket = lifecycle.of_party(tx, no, conversation_id)
    if ticket is None:
        return Amended()
    by = lifecycle.customer(tx, conversation_id)
    if text and ticket.owner_id is not None:
        remark(tx, no, conversation_id=conversation_id, at=context.now, text=text, evidence=(), context=context)
    elif text:
        rows.change(tx, no, said=[*map(list, ticket.said), [context.now.isoformat(), text]])
    there = {line.line: line for line in ticket_lines.of_ticket(tx, no)}
    fixed, claimed = corrections.as_read(tx, no), lookup.claimed(tx, order) if order else {}
    found: dict[str, list[int]] = {"changed": [], "dropped": [], "late": [], "over": []}
    steps = [Step(kind="said", actor=by.actor, at=context.now, data={"text": text, "evidence": []})] if text else []
    for change in changes:
        line = there.get(change.line)
        if line is None or line.state == "withdrawn":
            continue
        how, data = _done(tx, ticket, line, change, order, claimed, fixed=line.line in fixed)
        found[how].append(line.line)
        if how != "over":
            steps.append(Step(kind=KINDS[how], actor=by.actor, at=context.now, data={"line": line.line, **data}))
    events.add_all(tx, no, steps if ticket.owner_id is None or not text else steps[1:])
    _tell_desk(tx, ticket, by, found, text, context)
    if found["dropped"]:
        _settle(tx, no, by, context)
    warnings.store(tx, ticket, order=order)
    desk_outbox.refresh(tx, no, context)
    lines = {line.line: line for line in ticket_lines.of_ticket(tx, no)}
    ended = all(line.state == "withdrawn" for line in lines.values())
    return Amended(ended=ended, **{name: tuple(lines[one] for one in numbers) for name, numbers in found.items()})


def _tell_desk(
    tx: Tx, ticket: Ticket, by: lifecycle.By, found: dict[str, list[int]], text: str, context: TurnContext
) -> None:
    """Let the owner know that lines have changed; without owner the desk hears what could not be changed any more."""
    if ticket.owner_id is not None and (found["changed"] or found["dropped"]):
        owner = [(ticket.owner_id, ticket.owner_name or "")]
        desk_outbox.note(tx, ticket, desk_outbox.say("amended", no=ticket.no), context, mentions=owner)
    elif ticket.owner_id is None and found["late"]:
        words = desk_outbox.say("amend_late", no=ticket.no, name=by.name, text=quoted(text))
        desk_outbox.note(tx, ticket, words, context)


def _done(
    tx: Tx,
    ticket: Ticket,
    line: Line,
    change: Change,
    order: Order | None,
    claimed: Mapping[int, Fraction],
    *,
    fixed: bool,
) -> tuple[str, dict[str, Any]]:
    """Change one line; return what became of it (changed, dropped, late, over), and how it was and is for the log."""
    undecided = line.state == "open" and ticket.state in lifecycle.DECIDABLE and ticket.severity != "safety"
    if not undecided or (fixed and not change.dropped):
        return "late", {}
    if change.dropped:
        lifecycle.move_line(tx, line, "withdrawn")
        return "dropped", {}
    values = _columns(ticket, line, change, order, claimed)
    if values is None:
        return "over", {}
    ticket_lines.change(tx, ticket.no, line.line, **values)
    return "changed", {"was": {name: getattr(line, name) for name in values}, "now": values}


def _columns(
    ticket: Ticket, line: Line, change: Change, order: Order | None, claimed: Mapping[int, Fraction]
) -> dict[str, Any] | None:
    """Return a line's columns after a change; None when it claims more than was bought."""
    bought = line_of(order, line.order_line_no)
    told = Problem(
        line_no=line.order_line_no,
        problem=change.problem or line.problem,
        quantity=change.quantity or line.quantity,
        unit=change.unit if change.quantity else line.unit,
        share=change.share if change.quantity else bool(line.share and line.quantity == line.share and not line.unit),
        also=tuple(line.also.split()) if not change.problem else (),
    )
    share = share_of(told, bought) if bought else None
    if change.quantity and bought and share is None:
        return None
    if share is None and not change.quantity and line.share:
        share = Fraction(line.share)
    wanted = FilingLine(
        problem=told, item=line.item, order_line_no=line.order_line_no, share=share, wish=line.wish,
        amount=_amount(line, share, order, claimed), detail=line.detail,
    )  # fmt: skip
    values = recording.columns(order, wanted)
    return {name: values[name] for name in ("problem", "also", "quantity", "unit", "share", "wish_amount")}


def _amount(line: Line, share: Fraction | None, order: Order | None, claimed: Mapping[int, Fraction]) -> int | None:
    """Return the 分 that the line's wish comes to: at most what other lines and tickets leave of the goods."""
    bought = line_of(order, line.order_line_no)
    if share is None or line.wish not in MONEY or order is None or bought is None or bought.unclear:
        return None
    taken = claimed.get(bought.line_no, Fraction(0)) - Fraction(line.share or 0)
    paid = 0 if order.shared_paid else order.left(bought.line_no)
    return refund(paid, min(share, max(Fraction(0), 1 - taken)))


def _settle(tx: Tx, no: str, by: lifecycle.By, context: TurnContext) -> None:
    """Let a ticket go on without the lines that were taken back: it may be decided, or complete, by now."""
    ticket, lines = lifecycle.must(tx, no), ticket_lines.of_ticket(tx, no)
    if all(line.state == "withdrawn" for line in lines):
        customer_answers.end(tx, ticket, by, context)
    elif lifecycle.outcome(lines):
        decisions.conclude(tx, no, (), by, context, tell=False)
    elif ticket.state == "waiting_customer" and any(line.state == "open" for line in lines):
        policy = context.policy_of(tx, ticket.policy_hash)
        answered(tx, ticket, context, brought=not warnings.photos_wanted(tx, ticket, policy))
