"""What happens when a ticket's clock runs out: the breach is booked, named and, where promised, excused in advance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from handlers.cases import answers, leader_digest, leader_review
from handlers.desk import card_lines
from handlers.policy import deadlines
from handlers.policy.policy import Duration
from handlers.tickets import clocks, desk_mail, notices, paging, tickets
from handlers.tools import Tools
from storage import clocks as rows
from storage import ticket_lines
from storage.database import Tx
from storage.tickets import Ticket

# how long after a broken promise the new one is set; nothing promises "soon" (R174)
GRACE: Mapping[str, Duration] = {
    "review_notice": Duration(seconds=4 * 3600),
    "refund_due": Duration(workdays=2),
    "exchange_due": Duration(workdays=1),
    "appeal_final": Duration(seconds=12 * 3600),
}
EXCUSES: Mapping[str, str] = {
    "review_notice": "notice.late_review",
    "refund_due": "notice.late_refund",
    "exchange_due": "notice.late_goods",
    "appeal_final": "notice.late_appeal",
}
SUPERVISED = frozenset({"decision_due", "refund_due", "appeal_final", "major_human_response"})


def fire(tx: Tx, payload: Mapping[str, Any], tools: Tools) -> None:
    """Carry out a timer of a ticket, if its clock still runs and is really due: {"ticket", "clock"[, "near"]}.

    That of a leader's digest names the leader: {"digest", "since"}.
    """
    if "digest" in payload:
        leader_digest.fire(tx, payload, tools)
        return
    ticket = tickets.must(tx, payload["ticket"])
    name = payload["clock"]
    if name == "page":
        paging.fire(tx, ticket, tools)
        return
    clock = rows.get(tx, ticket.no, name)
    if clock is None or clock.stopped_at is not None:
        return
    if payload.get("near"):
        _near(tx, ticket, clock.due_at, tools)
    elif clock.due_at <= tools.now:
        FIRES.get(name, _breach)(tx, ticket, name, tools)


def _breach(tx: Tx, ticket: Ticket, name: str, tools: Tools) -> None:
    """Book a broken promise: the ticket rises on the board and is named; the customer hears before asking."""
    rows.breach(tx, ticket.no, name, at=tools.now)
    tickets.log(tx, ticket.no, "late", tickets.CLOCK, tools, clock=name)
    if name in EXCUSES:
        policy = notices.policy_of(tx, ticket, tools)
        due = deadlines.due(tools.now, GRACE[name], policy)
        clocks.set_to(tx, ticket.no, name, due, tools)
        tell = notices.day if GRACE[name].workdays else notices.moment
        notices.tell(tx, ticket, EXCUSES[name], tools, when=tell(tx, ticket, due, tools))
    clocks.refresh(tx, ticket.no)
    _name(tx, ticket, name, tools)
    desk_mail.refresh(tx, ticket.no, tools)


def _name(tx: Tx, ticket: Ticket, name: str, tools: Tools) -> None:
    whom = {ticket.owner_id: ticket.owner_name or ""} if ticket.owner_id else {}
    if name in SUPERVISED or not whom:
        whom |= {member.user_id: member.name for member in desk_mail.supervisors(tx, ticket.desk)}
    text = desk_mail.say("late_clock", no=ticket.no, what=desk_mail.say(f"name_{name}"))
    desk_mail.note(tx, ticket, text, tools, mentions=[(user, called) for user, called in whom.items() if user])


def _near(tx: Tx, ticket: Ticket, due: datetime, tools: Tools) -> None:
    """Remind the desk of money that has to be paid by tomorrow."""
    when = card_lines.moment(due, notices.policy_of(tx, ticket, tools), tools.now)
    owner = [(ticket.owner_id, ticket.owner_name or "")] if ticket.owner_id else []
    desk_mail.note(tx, ticket, desk_mail.say("near_refund", no=ticket.no, when=when), tools, mentions=owner)
    tickets.log(tx, ticket.no, "reminded", tickets.CLOCK, tools, clock="refund_due")


def _idle(tx: Tx, ticket: Ticket, name: str, tools: Tools) -> None:
    """Close what is decided and silent; an undecided ticket goes back to a human, who decides without the customer."""
    rows.stop(tx, ticket.no, name, at=tools.now)
    if ticket.state in tickets.AFTER:
        answers.close(tx, ticket, tickets.CLOCK, tools, why="idle")
    elif ticket.state == "waiting_customer":
        for line in ticket_lines.of_ticket(tx, ticket.no):
            if line.state == "offered":
                tickets.move_line(tx, line, "open")
        tickets.waits(tx, ticket.no)
        tickets.log(tx, ticket.no, "no_answer", tickets.CLOCK, tools)
        owner = [(ticket.owner_id, ticket.owner_name or "")] if ticket.owner_id else []
        desk_mail.note(tx, ticket, desk_mail.say("idle_customer", no=ticket.no), tools, mentions=owner)
        desk_mail.refresh(tx, ticket.no, tools)


def _idle_owner(tx: Tx, ticket: Ticket, name: str, tools: Tools) -> None:
    """Remind an owner whose customer waits for a word."""
    rows.breach(tx, ticket.no, name, at=tools.now)
    rows.stop(tx, ticket.no, name, at=tools.now)
    if ticket.owner_id:
        text = desk_mail.say("idle_owner", no=ticket.no, name=ticket.owner_name or "")
        desk_mail.note(tx, ticket, text, tools, mentions=[(ticket.owner_id, ticket.owner_name or "")])
        tickets.log(tx, ticket.no, "late", tickets.CLOCK, tools, clock=name)


def _follow_up(tx: Tx, ticket: Ticket, name: str, tools: Tools) -> None:
    """Ask whether what was sent again has arrived (R128)."""
    rows.stop(tx, ticket.no, name, at=tools.now)
    owed = [line.item for line in ticket_lines.of_ticket(tx, ticket.no) if line.state == "owed"]
    if not owed:
        return
    row = tuple(notices.button(tx, ticket, f"notice.got_{a}", f"got:{ticket.no}:{a}", tools) for a in ("yes", "no"))
    items = notices.listed(tx, ticket, owed, tools)
    notices.tell(tx, ticket, "notice.follow_up", tools, buttons=(row,), items=items)
    tickets.log(tx, ticket.no, "followed_up", tickets.CLOCK, tools)


FIRES: Mapping[str, Callable[[Tx, Ticket, str, Tools], None]] = {
    "idle_close": _idle,
    "handoff_idle": _idle_owner,
    "follow_up": _follow_up,
    "leader_review": leader_review.silent,
}
