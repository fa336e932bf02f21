"""Appeals: another person reviews what was refused or was less than the wish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.cases import leader_review
from handlers.context import TurnContext
from handlers.messages import texts
from handlers.messages.models import Reply
from handlers.policy import calendar
from handlers.tickets import clocks, desk_outbox, lifecycle, notices
from storage import events, people, ticket_lines
from storage import evidence as pieces
from storage import tickets as rows
from storage.database import Tx
from storage.ticket_lines import Line
from storage.tickets import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Appealed:
    """The result of an appeal: `due` promises the final result; not `taken` when late or without ground."""

    no: str
    state: str
    taken: bool
    due: datetime | None = None


def appeal(
    tx: Tx,
    ticket_no: str,
    *,
    conversation_id: int,
    at: datetime,
    text: str,
    evidence: Sequence[int] = (),
    context: TurnContext,
) -> Appealed:
    """Accept an appeal and inform the customer; it comes to the desk as a card for another reviewer."""
    ticket = lifecycle.of_party(tx, ticket_no, conversation_id)
    if ticket is None:
        return Appealed(no=ticket_no, state="", taken=False)
    if text:
        rows.change(tx, ticket_no, said=[*map(list, ticket.said), [at.isoformat(), text]])
    if evidence:
        pieces.link(tx, ticket_no, ids=evidence)
    lines = [line for line in ticket_lines.of_ticket(tx, ticket_no) if _falls_short(line)]
    if ticket.state not in lifecycle.AFTER or not lines or _heard_before(tx, ticket):
        return Appealed(no=ticket_no, state=ticket.state, taken=False)
    if not _in_time(tx, ticket, at, context):
        span = texts.span(notices.policy_of(tx, ticket, context).clocks["appeal_window"], ticket.language)
        text = notices.words(tx, ticket, "notice.appeal_too_late", context, no=ticket_no, span=span)
        notices.post(tx, ticket, Reply(text=text), context, only=[conversation_id])
        return Appealed(no=ticket_no, state=ticket.state, taken=False)
    return _open(tx, ticket, lines, lifecycle.customer(tx, conversation_id), text, context)


def _open(tx: Tx, ticket: Ticket, lines: list[Line], by: lifecycle.By, text: str, context: TurnContext) -> Appealed:
    no = ticket.no
    for line in lines:
        # decided_by stays: the agent who decided first may not take the appeal
        lifecycle.move_line(tx, line, "open", remedy="", amount=0, coupon=0, refund_due_at=None)
    lifecycle.move(tx, no, "appealed", owner_id=None, owner_name=None, owned_at=None, closed_at=None)
    lifecycle.log(tx, no, "appealed", by, context, text=text)
    clocks.stop_all(tx, no, context, but=clocks.LASTING)
    due = clocks.start(tx, no, "appeal_final", notices.policy_of(tx, ticket, context), context)
    clocks.refresh(tx, no)
    leader_review.testify(tx, lifecycle.must(tx, no), context)
    desk_outbox.card(tx, no, context)
    desk_outbox.board(tx, ticket.desk, context)
    when = notices.moment(tx, ticket, due or context.now, context)
    notices.tell(tx, ticket, "notice.appealed", context, when=when)
    return Appealed(no=no, state="appealed", taken=True, due=due)


def _falls_short(line: Line) -> bool:
    if line.state == "refused":
        return True
    if line.state == "done" and line.remedy in ("apology", "explanation"):
        return line.wish not in ("", line.remedy)
    return False


def _heard_before(tx: Tx, ticket: Ticket) -> bool:
    """Return whether an appeal was decided before: its result is final."""
    return events.happened(tx, ticket.no, "appealed")


def _in_time(tx: Tx, ticket: Ticket, at: datetime, context: TurnContext) -> bool:
    policy = notices.policy_of(tx, ticket, context)
    decided = ticket.decided_at or context.now
    return calendar.within(decided, at, policy.clocks.get("appeal_window"), policy)


def barred(tx: Tx, ticket: Ticket, actor: str) -> str:
    """Return who decided an appeal's ticket before, if that is `actor` and another person could review it; else "".

    "" lets the actor go on. With no other eligible reviewer a supervisor may (see `same_reviewer`).
    """
    if ticket.state != "appealed" or not _decided(tx, ticket, actor):
        return ""
    member = next((one for one in people.staff_of(tx, ticket.desk) if _actor(ticket, one.user_id) == actor), None)
    alone = not [
        one for one in people.staff_of(tx, ticket.desk) if not _decided(tx, ticket, _actor(ticket, one.user_id))
    ]
    if alone and member and member.role == "supervisor":
        return ""
    return member.name if member else actor


def same_reviewer(tx: Tx, ticket: Ticket, actor: str) -> bool:
    """Return whether an appeal is reviewed by the agent who decided first, which is marked and reported."""
    return ticket.state == "appealed" and _decided(tx, ticket, actor)


def _decided(tx: Tx, ticket: Ticket, actor: str) -> bool:
    return actor in lifecycle.deciders(ticket_lines.of_ticket(tx, ticket.no))


def _actor(ticket: Ticket, user: str) -> str:
    return lifecycle.agent(ticket.desk, user, "").actor
