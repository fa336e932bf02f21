"""More of a customer for an existing ticket: words, photos, voice, or the wish to speak to a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from handlers.cases import customer_answers, leader_review, photo_lines, recording
from handlers.context import TurnContext
from handlers.messages import phone_numbers
from handlers.messages.cleaning import quoted
from handlers.messages.money import refund
from handlers.tickets import clocks, decisions, desk_outbox, lifecycle, medical_papers, notices, queue_entry, warnings
from handlers.tickets.decisions import MONEY
from storage import clocks as clock_rows
from storage import events, ticket_lines
from storage import evidence as pieces
from storage import tickets as rows
from storage.database import Tx
from storage.tickets import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarked:
    """The result of a remark: `owned` when an agent reads it (the bot stays silent), `taken` pieces of evidence."""

    no: str
    state: str
    owned: bool
    taken: int


def remark(
    tx: Tx,
    ticket_no: str,
    *,
    conversation_id: int,
    at: datetime,
    text: str,
    evidence: Sequence[int],
    context: TurnContext,
    severity: str = "normal",
    signals: tuple[str, ...] = (),
    special: tuple[str, ...] = (),
    wish: str = "",
    shows: int | None = None,
) -> Remarked:
    """Add words, photos or voice to a ticket; they reach the owner, or the card. Severity may only rise."""
    ticket = lifecycle.must(tx, ticket_no)
    if wish:
        rewish(tx, ticket_no, wish, conversation_id=conversation_id, at=at, context=context)
    if text:
        words = [at.isoformat(), text]
        if words not in map(list, ticket.said):  # its draft may have brought them already
            rows.change(tx, ticket_no, said=[*map(list, ticket.said), words])
    taken = pieces.link(tx, ticket_no, ids=evidence) if evidence else 0
    medical_papers.arrived(tx, ticket, evidence, context)
    if evidence:
        photo_lines.arrived(tx, ticket, evidence, shows, notices.policy_of(tx, ticket, context))
    by = lifecycle.customer(tx, conversation_id)
    lifecycle.log(tx, ticket_no, "said", by, context, text=text, evidence=list(evidence))
    if recording.rise(tx, ticket_no, severity, signals, special, context):
        queue_entry.show_risen(tx, ticket_no, context)
    warnings.record(tx, ticket)
    if ticket.owner_id is not None:
        _to_owner(tx, ticket, by, text, evidence, context)
    if ticket.state == "waiting_customer":
        answered(tx, ticket, context, brought=bool(evidence))
    leader_review.remarked(tx, ticket_no, by, text, context)
    desk_outbox.refresh(tx, ticket_no, context)
    now = lifecycle.must(tx, ticket_no)
    return Remarked(no=ticket_no, state=now.state, owned=now.owner_id is not None, taken=taken)


def _to_owner(
    tx: Tx, ticket: Ticket, by: lifecycle.By, text: str, evidence: Sequence[int], context: TurnContext
) -> None:
    """Send the words under the card at once; media that are still being fetched follow by themselves."""
    known = [piece for piece in (pieces.get(tx, one) for one in evidence) if piece and not piece.restricted]
    found = [piece for piece in known if piece.media_key]
    if text or found:
        words = desk_outbox.say("relayed", no=ticket.no, name=by.name, text=quoted(phone_numbers.covered(text)))
        desk_outbox.relay(tx, ticket, words, context, media=[(piece.kind, piece.media_key) for piece in found])
    if not clock_rows.running(tx, ticket.no, ["handoff_idle"]):
        clocks.start(tx, ticket.no, "handoff_idle", notices.policy_of(tx, ticket, context), context)


def answered(tx: Tx, ticket: Ticket, context: TurnContext, *, brought: bool) -> None:
    """End the wait for the customer, unless an offer still waits for a yes or photos are still owed."""
    lines = ticket_lines.of_ticket(tx, ticket.no)
    owes = ticket.owner_id is None and not clock_rows.get(tx, ticket.no, "decision_due") and ticket.filed_at is not None
    if (owes and not brought) or all(line.state != "open" for line in lines):
        return
    clocks.stop(tx, ticket.no, ["idle_close"], context)
    lifecycle.waits(tx, ticket.no)
    if owes:
        queue_entry.promise(tx, lifecycle.must(tx, ticket.no), context)


def call(tx: Tx, ticket_no: str, context: TurnContext) -> None:
    """Call a person to a ticket because the customer asks for one (人工): its owner, or the agent who takes it."""
    ticket = lifecycle.must(tx, ticket_no)
    if ticket.state in lifecycle.AFTER:
        customer_answers.reopen(tx, ticket, lifecycle.BOT, context)
    elif ticket.owner_id is not None:
        customer_answers.tell_owner(tx, ticket, "called", context)
    elif not ticket.raised:
        rows.change(tx, ticket_no, raised=True, why="human")
        lifecycle.log(tx, ticket_no, "raised", lifecycle.BOT, context, why="human")
        lifecycle.waits(tx, ticket_no)
        if not clock_rows.running(tx, ticket_no, clocks.TO_ANSWER):
            policy = notices.policy_of(tx, ticket, context)
            for name in queue_entry.human_clocks(ticket):
                clocks.start(tx, ticket_no, name, policy, context, early=queue_entry.comes_first(ticket))
            clocks.refresh(tx, ticket_no)
        desk_outbox.card(tx, ticket_no, context)
        desk_outbox.board(tx, ticket.desk, context)


def rewish(tx: Tx, ticket_no: str, wish: str, *, conversation_id: int, at: datetime, context: TurnContext) -> None:
    """Set a remedy code as the wish of a ticket's open lines, with the sum that it comes to."""
    ticket = lifecycle.must(tx, ticket_no)
    problems = notices.policy_of(tx, ticket, context).problems
    lines = [line for line in ticket_lines.of_ticket(tx, ticket_no) if line.state == "open" and line.wish != wish]
    if wish in MONEY:  # what was wrong with the goods is paid for, not the delay beside it
        kinds = {line.line: problems.get(line.problem) for line in lines}
        paid = [line for line in lines if not (kind := kinds[line.line]) or MONEY & set(kind.remedies)]
        lines = paid or lines
    for line in lines:
        known = wish in MONEY and line.share
        amount = refund(decisions.paid(tx, ticket, line), Fraction(line.share)) if known else None
        ticket_lines.change(tx, ticket_no, line.line, wish=wish, wish_amount=amount)
    if lines:
        by = lifecycle.customer(tx, conversation_id)
        events.add(tx, ticket_no, "wish", {"remedy": wish}, actor=by.actor, at=at)
