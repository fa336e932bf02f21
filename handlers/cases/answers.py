"""What customers answer: yes or no to an offer, content or not, arrived or not, or that they take it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.messages.messages import Reply
from handlers.tickets import clocks, decisions, desk_mail, notices, queueing, tickets, verdicts
from handlers.tools import Tools
from storage import ticket_lines
from storage import tickets as rows
from storage.database import Tx
from storage.ticket_lines import Line
from storage.tickets import Ticket

CONTENT = 3  # the lowest score that closes a ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Consented:
    """What became of an answer to an offer: `accepted` when it holds now, `stale` when nothing was on offer."""

    no: str
    state: str
    accepted: bool = False
    stale: bool = False


def consent(tx: Tx, ticket_no: str, *, accepted: bool, conversation_id: int, tools: Tools) -> Consented:
    """Book the customer's yes or no to what was offered (R113) and tell the customer what follows."""
    ticket = tickets.of_party(tx, ticket_no, conversation_id)
    if ticket is None:
        return Consented(no=ticket_no, state="", stale=True)
    by = tickets.customer(tx, conversation_id)
    offered = [line for line in ticket_lines.of_ticket(tx, ticket_no) if line.state == "offered"]
    if not offered or ticket.state not in tickets.DECIDABLE:
        return Consented(no=ticket_no, state=ticket.state, stale=True)
    clocks.stop(tx, ticket_no, ["idle_close"], tools)
    numbers = [line.line for line in offered]
    tickets.log(tx, ticket_no, "accepted" if accepted else "declined", by, tools, lines=numbers)
    held = accepted and all(line.amount <= decisions.room(tx, ticket, line) for line in offered)
    if held:
        for line in offered:
            _hold(tx, ticket, line, tools)
        decisions.conclude(tx, ticket_no, numbers, by, tools)
    else:
        _reopen_lines(tx, offered)
        tickets.waits(tx, ticket_no)
        notices.tell(tx, ticket, "notice.declined", tools)
    tell_owner(tx, ticket, "offer_accepted" if held else "offer_void" if accepted else "offer_declined", tools)
    desk_mail.refresh(tx, ticket_no, tools)
    return Consented(no=ticket_no, state=tickets.must(tx, ticket_no).state, accepted=held)


def _hold(tx: Tx, ticket: Ticket, line: Line, tools: Tools) -> None:
    """Let an offer hold as it was made: decided by whoever offered it."""
    by = tickets.By(actor=line.decided_by or tickets.BOT.actor)
    words = {"words" if verdicts.is_told(tx, line) else "reason": line.reason}
    ruling = decisions.Ruling(remedy=line.remedy, amount=line.amount, coupon=line.coupon, **words)
    decisions.grant(tx, ticket, line, ruling, by, tools)


def _reopen_lines(tx: Tx, lines: Sequence[Line]) -> None:
    for line in lines:
        tickets.move_line(tx, line, "open", remedy="", amount=0, coupon=0)


def tell_owner(tx: Tx, ticket: Ticket, key: str, tools: Tools) -> None:
    """Leave a line in a ticket's thread, naming its owner."""
    owner = [(ticket.owner_id, ticket.owner_name or "")] if ticket.owner_id else []
    desk_mail.note(tx, ticket, desk_mail.say(key, no=ticket.no), tools, mentions=owner)


def withdraw(tx: Tx, ticket_no: str, *, conversation_id: int, tools: Tools) -> bool:
    """Take a claim back for the customer; False when it is decided already, or about safety (a person looks)."""
    ticket = tickets.of_party(tx, ticket_no, conversation_id)
    if ticket is None:
        return False
    lines = ticket_lines.of_ticket(tx, ticket_no)
    by = tickets.customer(tx, conversation_id)
    decided = [line for line in lines if line.state not in tickets.UNDECIDED]
    if ticket.severity == "safety" or decided or ticket.state not in tickets.DECIDABLE:
        tickets.log(tx, ticket_no, "wants_out", by, tools)
        tell_owner(tx, ticket, "wants_out", tools)
        return False
    for line in lines:
        tickets.move_line(tx, line, "withdrawn")
    tickets.move(tx, ticket_no, "withdrawn", closed_at=tools.now)
    tickets.log(tx, ticket_no, "withdrawn", by, tools)
    clocks.stop_all(tx, ticket_no, tools)
    tell_owner(tx, ticket, "withdrawn", tools)
    desk_mail.refresh(tx, ticket_no, tools)
    return True


def settle(tx: Tx, ticket_no: str, *, score: int, tools: Tools, conversation_id: int | None = None) -> bool:
    """Book how content the customer is (5 to 1): close the ticket, or bring it back to its owner; True when closed."""
    ticket = rows.get(tx, ticket_no)
    if ticket is None or ticket.state not in tickets.AFTER:
        return False
    speaker = conversation_id or ticket.conversation_id
    if tickets.of_party(tx, ticket_no, speaker) is None:
        return False
    by = tickets.customer(tx, speaker)
    tickets.log(tx, ticket_no, "rated", by, tools, score=score)
    content = score >= CONTENT
    if content:
        close(tx, ticket, by, tools)
    else:
        reopen(tx, ticket, by, tools)
    only = None if conversation_id is None else [conversation_id]
    text = notices.words(tx, ticket, "notice.thanks" if content else "notice.why", tools, no=ticket.no)
    notices.post(tx, ticket, Reply(text=text), tools, only=only)
    return content


def close(tx: Tx, ticket: Ticket, by: tickets.By, tools: Tools, **data: object) -> None:
    """Close a ticket; money and goods that are still owed keep their clocks."""
    if ticket.state != "closed":
        tickets.move(tx, ticket.no, "closed", closed_at=tools.now)
        tickets.log(tx, ticket.no, "closed", by, tools, **data)
    clocks.stop_all(tx, ticket.no, tools, but=clocks.LASTING)
    desk_mail.refresh(tx, ticket.no, tools)


def reopen(tx: Tx, ticket: Ticket, by: tickets.By, tools: Tools) -> None:
    """Bring a decided ticket back to its owner, or to the queue (R124)."""
    policy = notices.policy_of(tx, ticket, tools)
    state = "assigned" if ticket.owner_id else "queued"
    tickets.move(tx, ticket.no, state, closed_at=None)
    tickets.log(tx, ticket.no, "reopened", by, tools)
    clocks.stop(tx, ticket.no, ["idle_close", "follow_up"], tools)
    for name in queueing.human_clocks(ticket):
        clocks.start(tx, ticket.no, name, policy, tools)
    clocks.refresh(tx, ticket.no)
    tell_owner(tx, ticket, "reopened", tools)
    desk_mail.refresh(tx, ticket.no, tools)


def received(tx: Tx, ticket_no: str, *, arrived: bool, conversation_id: int, tools: Tools) -> bool:
    """Book whether what was sent again has come (R128); True when the answer was awaited."""
    ticket = tickets.of_party(tx, ticket_no, conversation_id)
    if ticket is None:
        return False
    owed = [line for line in ticket_lines.of_ticket(tx, ticket_no) if line.state == "owed"]
    if not owed:
        return False
    by = tickets.customer(tx, conversation_id)
    tickets.log(tx, ticket_no, "received" if arrived else "not_received", by, tools)
    if not arrived:
        if ticket.state in tickets.AFTER:
            reopen(tx, ticket, by, tools)
        notices.tell(tx, ticket, "notice.not_arrived", tools)
        return True
    for line in owed:
        tickets.move_line(tx, line, "done")
    clocks.stop(tx, ticket_no, ["exchange_due", "follow_up"], tools)
    if ticket.state == "decided" and tickets.outcome(ticket_lines.of_ticket(tx, ticket_no)) == "resolved":
        tickets.move(tx, ticket_no, "resolved")
    notices.tell(tx, ticket, "notice.arrived", tools, buttons=notices.survey(tx, ticket, tools))
    desk_mail.refresh(tx, ticket_no, tools)
    return True
