"""What a customer changes of a filed ticket: counts, problems and lines taken back, while they are undecided."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from typing import Any

from handlers.cases import customer_answers, recording
from handlers.cases.recording import FilingLine
from handlers.cases.remarks import answered, remark
from handlers.claims import lookup
from handlers.claims.claim import Claim, Problem
from handlers.claims.outcomes import Change
from handlers.claims.shares import share_of
from handlers.claims.summary import dues, line_of
from handlers.context import TurnContext
from handlers.messages.cleaning import quoted
from handlers.policy.policy import Policy
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

Due = Callable[[Problem], int | None]
GONE = ("withdrawn", "refused")
KINDS = {"changed": "amended", "dropped": "line_withdrawn", "late": "wants_change"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """What became of the changes: lines as they are now, lines taken back, and those that could not be changed."""

    changed: tuple[Line, ...] = ()
    dropped: tuple[Line, ...] = ()
    late: tuple[Line, ...] = ()  # decided, or put right by an agent: a person hears of it
    over: tuple[Line, ...] = ()  # more than was bought
    ended: bool = False  # no line is left
    claimed: Mapping[int, Fraction] = field(default_factory=dict)  # shares of order lines beside what was changed


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
    fixed, claimed = corrections.as_read(tx, no), lookup.claimed(tx, order, but=no) if order else {}
    policy = context.policy_of(tx, ticket.policy_hash)
    found: dict[str, list[int]] = {"changed": [], "dropped": [], "late": [], "over": []}
    steps = [Step(kind="said", actor=by.actor, at=context.now, data={"text": text, "evidence": []})] if text else []
    for change in changes:
        line = there.get(change.line)
        if line is None or line.state == "withdrawn":
            continue
        beside = tuple(problem_of(one) for one in there.values() if one is not line and one.state not in GONE)
        due = partial(_due, beside=beside, order=order, claimed=claimed, policy=policy)
        how, data = _done(tx, ticket, line, change, order, due, fixed=line.line in fixed)
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
    for line in lines.values():
        if line.line not in found["changed"] and line.state not in GONE and line.share and line.order_line_no:
            claimed[line.order_line_no] = claimed.get(line.order_line_no, Fraction(0)) + Fraction(line.share)
    return Amended(
        ended=ended, claimed=claimed, **{name: tuple(lines[one] for one in numbers) for name, numbers in found.items()}
    )


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
    due: Due,
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
    values = _columns(line, change, order, due)
    if values is None:
        return "over", {}
    ticket_lines.change(tx, ticket.no, line.line, **values)
    return "changed", {"was": {name: getattr(line, name) for name in values}, "now": values}


def _columns(line: Line, change: Change, order: Order | None, due: Due) -> dict[str, Any] | None:
    """Return a line's columns after a change; None when it claims more than was bought."""
    bought = line_of(order, line.order_line_no)
    told = problem_of(line)
    if change.problem:
        told = replace(told, problem=change.problem, also=())
    if change.quantity:
        told = replace(told, quantity=change.quantity, unit=change.unit, share=change.share)
    share = share_of(told, bought) if bought else None
    if change.quantity and bought and share is None:
        return None
    if share is None and not change.quantity and line.share:
        share = Fraction(line.share)
    wanted = FilingLine(
        problem=told, item=line.item, order_line_no=line.order_line_no, share=share, wish=line.wish,
        amount=due(told), detail=line.detail,
    )  # fmt: skip
    values = recording.columns(order, wanted)
    return {name: values[name] for name in ("problem", "also", "quantity", "unit", "share", "wish_amount")}


def _due(
    told: Problem,
    *,
    beside: tuple[Problem, ...],
    order: Order | None,
    claimed: Mapping[int, Fraction],
    policy: Policy,
) -> int | None:
    """Return the 分 that a problem's wish comes to: at most what other lines and tickets leave."""
    if told.wish not in MONEY:
        return None
    return dues(Claim(id="", problems=(*beside, told)), order, claimed, policy)[-1][1]


def problem_of(line: Line) -> Problem:
    """Return a ticket's line as the problem that it was made of."""
    share = bool(line.share and line.quantity == line.share and not line.unit)
    return Problem(
        line_no=line.order_line_no, problem=line.problem, quantity=line.quantity, unit=line.unit, share=share,
        wish=line.wish, also=tuple(line.also.split()),
    )  # fmt: skip


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
