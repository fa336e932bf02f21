"""What happens when a ticket's clock is due: the breach is recorded, people are called, what is silent is closed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from handlers.cases import apologies, customer_answers, leader_digest, leader_review
from handlers.context import TurnContext
from handlers.fulfilment import goods, goods_back
from handlers.reports import weekly
from handlers.tickets import clocks, desk_outbox, lifecycle, notices, paging
from storage import clocks as rows
from storage import ticket_lines, tickets
from storage.database import Tx
from storage.tickets import Ticket

SUPERVISED = frozenset({"decision_due", "major_human_response"})


def fire(tx: Tx, payload: Mapping[str, Any], context: TurnContext) -> None:
    """Carry out a timer of a ticket, if its clock still runs and is due: {"ticket", "clock"[, "near"]}.

    The timer of a leader's digest has the leader: {"digest", "since"}; that of a weekly report its desk: {"weekly",
    "desk", "due"}.
    """
    if "weekly" in payload:
        weekly.fire(tx, payload, context)
        return
    if "digest" in payload:
        leader_digest.fire(tx, payload, context)
        return
    tickets.hold(tx, payload["ticket"])
    ticket = lifecycle.must(tx, payload["ticket"])
    name = payload["clock"]
    if name == "page":
        paging.fire(tx, ticket, context)
        return
    clock = rows.get(tx, ticket.no, name)
    if clock is None or clock.stopped_at is not None:
        return
    if payload.get("near"):
        NEAR.get(name, _near)(tx, ticket, clock.due_at, context)
    elif payload.get("excuse"):
        apologies.excuse(tx, ticket, clock, context)
    elif clock.due_at <= context.now:
        context = desk_outbox.collecting(context)
        FIRES.get(name, _breach)(tx, ticket, name, context)
        desk_outbox.redraw(tx, context)


def _breach(tx: Tx, ticket: Ticket, name: str, context: TurnContext) -> None:
    """Record a broken promise among colleagues: the ticket rises on the board, agents are named."""
    rows.breach(tx, ticket.no, name, at=context.now)
    lifecycle.log(tx, ticket.no, "late", lifecycle.CLOCK, context, clock=name)
    clocks.refresh(tx, ticket.no)
    _name(tx, ticket, name, context)
    desk_outbox.refresh(tx, ticket.no, context)


def _apologise(tx: Tx, ticket: Ticket, name: str, context: TurnContext) -> None:
    """Record a broken promise to the customer."""
    if clock := rows.get(tx, ticket.no, name):
        apologies.breached(tx, ticket, clock, context)
    desk_outbox.refresh(tx, ticket.no, context)


def _name(tx: Tx, ticket: Ticket, name: str, context: TurnContext) -> None:
    whom = {ticket.owner_id: ticket.owner_name or ""} if ticket.owner_id else {}
    if name in SUPERVISED or not whom:
        whom |= {member.user_id: member.name for member in desk_outbox.supervisors(tx, ticket.desk)}
    text = desk_outbox.say("late_clock", no=ticket.no, what=desk_outbox.say(f"name_{name}"))
    desk_outbox.note(tx, ticket, text, context, mentions=[(user, called) for user, called in whom.items() if user])


def _near(tx: Tx, ticket: Ticket, due: datetime, context: TurnContext) -> None:
    """Remind the desk of money that has to be paid by tomorrow."""
    when = desk_outbox.moment(due, notices.policy_of(tx, ticket, context), context.now)
    whom = {ticket.owner_id: ticket.owner_name or ""} if ticket.owner_id else {}
    whom |= apologies.followers(tx, ticket.no, "refund_due")
    text = desk_outbox.say("near_refund", no=ticket.no, when=when)
    desk_outbox.note(tx, ticket, text, context, mentions=list(whom.items()))
    lifecycle.log(tx, ticket.no, "reminded", lifecycle.CLOCK, context, clock="refund_due")


def _idle(tx: Tx, ticket: Ticket, name: str, context: TurnContext) -> None:
    """Close what has ended and is silent; return an undecided ticket to the queue, where an agent decides alone."""
    rows.stop(tx, ticket.no, name, at=context.now)
    goods.assume(tx, ticket, context)
    goods_back.lapse(tx, ticket, context)
    ticket, lines = lifecycle.must(tx, ticket.no), ticket_lines.of_ticket(tx, ticket.no)
    if ticket.state in lifecycle.AFTER and lifecycle.outcome(lines) == "resolved":
        customer_answers.close(tx, ticket, lifecycle.CLOCK, context, why="idle")
    elif ticket.state == "waiting_customer":
        for line in lines:
            if line.state == "offered":
                lifecycle.move_line(tx, line, "open")
        lifecycle.waits(tx, ticket.no)
        lifecycle.log(tx, ticket.no, "no_answer", lifecycle.CLOCK, context)
        owner = [(ticket.owner_id, ticket.owner_name or "")] if ticket.owner_id else []
        desk_outbox.note(tx, ticket, desk_outbox.say("idle_customer", no=ticket.no), context, mentions=owner)
        desk_outbox.refresh(tx, ticket.no, context)


def _idle_owner(tx: Tx, ticket: Ticket, name: str, context: TurnContext) -> None:
    """Remind an owner whose customer waits for a word."""
    rows.breach(tx, ticket.no, name, at=context.now)
    rows.stop(tx, ticket.no, name, at=context.now)
    if ticket.owner_id:
        text = desk_outbox.say("idle_owner", no=ticket.no, name=ticket.owner_name or "")
        desk_outbox.note(tx, ticket, text, context, mentions=[(ticket.owner_id, ticket.owner_name or "")])
        lifecycle.log(tx, ticket.no, "late", lifecycle.CLOCK, context, clock=name)


def _follow_up(tx: Tx, ticket: Ticket, name: str, context: TurnContext) -> None:
    """Ask whether what was sent again has arrived."""
    rows.stop(tx, ticket.no, name, at=context.now)
    goods.ask(tx, ticket, context)


NEAR: Mapping[str, Callable[[Tx, Ticket, datetime, TurnContext], None]] = {"return_by": goods_back.remind}
FIRES: Mapping[str, Callable[[Tx, Ticket, str, TurnContext], None]] = {
    "idle_close": _idle,
    "handoff_idle": _idle_owner,
    "follow_up": _follow_up,
    "return_by": goods_back.over,
    "leader_review": leader_review.silent,
    **dict.fromkeys(apologies.GRACE, _apologise),
}
