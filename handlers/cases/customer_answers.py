"""What customers answer: yes or no to an offer, a rating, whether goods arrived, or a withdrawal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.context import TurnContext
from handlers.costs import caps
from handlers.fulfilment import goods
from handlers.messages.models import Reply
from handlers.tickets import clocks, decision_notices, decisions, desk_outbox, lifecycle, notices, queue_entry
from storage import events, ticket_lines
from storage import tickets as rows
from storage.database import Tx
from storage.ticket_lines import Line
from storage.tickets import Ticket

CONTENT = 3  # the lowest score that closes a ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Consented:
    """The result of an answer to an offer: `accepted` when it is final now, `stale` when nothing was on offer."""

    no: str
    state: str
    accepted: bool = False
    stale: bool = False


def consent(tx: Tx, ticket_no: str, *, accepted: bool, conversation_id: int, context: TurnContext) -> Consented:
    """Record the customer's yes or no to an offer and inform the customer of the consequences."""
    ticket = lifecycle.of_party(tx, ticket_no, conversation_id)
    if ticket is None:
        return Consented(no=ticket_no, state="", stale=True)
    by = lifecycle.customer(tx, conversation_id)
    offered = [line for line in ticket_lines.of_ticket(tx, ticket_no) if line.state == "offered"]
    if not offered or ticket.state not in lifecycle.DECIDABLE:
        return Consented(no=ticket_no, state=ticket.state, stale=True)
    clocks.stop(tx, ticket_no, ["idle_close"], context)
    numbers = [line.line for line in offered]
    lifecycle.log(tx, ticket_no, "accepted" if accepted else "declined", by, context, lines=numbers)
    room = caps.room(tx, ticket, notices.policy_of(tx, ticket, context))
    held = accepted and room.fits((line.order_line_no, line.amount) for line in offered)
    if held:
        for line in offered:
            _hold(tx, ticket, line, context)
        decisions.conclude(tx, ticket_no, numbers, by, context)
    else:
        _reopen_lines(tx, offered)
        lifecycle.waits(tx, ticket_no)
        notices.tell(tx, ticket, "notice.declined", context)
    tell_owner(tx, ticket, "offer_accepted" if held else "offer_void" if accepted else "offer_declined", context)
    desk_outbox.refresh(tx, ticket_no, context)
    return Consented(no=ticket_no, state=lifecycle.must(tx, ticket_no).state, accepted=held)


def _hold(tx: Tx, ticket: Ticket, line: Line, context: TurnContext) -> None:
    """Make an offer final as it was made: decided by the agent who offered it."""
    by = lifecycle.By(actor=line.decided_by or lifecycle.BOT.actor)
    words = {"words" if decision_notices.is_told(tx, line) else "reason": line.reason}
    ruling = decisions.Ruling(
        remedy=line.remedy, amount=line.amount, coupon=line.coupon, coupon_kind=line.coupon_kind, **words
    )
    decisions.grant(tx, ticket, line, ruling, by, context)


def _reopen_lines(tx: Tx, lines: Sequence[Line]) -> None:
    for line in lines:
        lifecycle.move_line(tx, line, "open", remedy="", amount=0, coupon=0, coupon_kind="")


def tell_owner(tx: Tx, ticket: Ticket, key: str, context: TurnContext) -> None:
    """Post a line in a ticket's thread, naming its owner."""
    owner = [(ticket.owner_id, ticket.owner_name or "")] if ticket.owner_id else []
    desk_outbox.note(tx, ticket, desk_outbox.say(key, no=ticket.no), context, mentions=owner)


def withdraw(tx: Tx, ticket_no: str, *, conversation_id: int, context: TurnContext) -> bool:
    """Withdraw a claim for the customer; return False when it is decided already, or about safety."""
    ticket = lifecycle.of_party(tx, ticket_no, conversation_id)
    if ticket is None:
        return False
    lines = ticket_lines.of_ticket(tx, ticket_no)
    by = lifecycle.customer(tx, conversation_id)
    decided = [line for line in lines if line.state not in lifecycle.UNDECIDED | {"withdrawn"}]
    if ticket.severity == "safety" or decided or ticket.state not in lifecycle.DECIDABLE:
        lifecycle.log(tx, ticket_no, "wants_out", by, context)
        tell_owner(tx, ticket, "wants_out", context)
        return False
    for line in lines:
        if line.state != "withdrawn":
            lifecycle.move_line(tx, line, "withdrawn")
    end(tx, ticket, by, context)
    return True


def end(tx: Tx, ticket: Ticket, by: lifecycle.By, context: TurnContext) -> None:
    """End a ticket whose lines were all taken back."""
    lifecycle.move(tx, ticket.no, "withdrawn", closed_at=context.now)
    lifecycle.log(tx, ticket.no, "withdrawn", by, context)
    clocks.stop_all(tx, ticket.no, context)
    tell_owner(tx, ticket, "withdrawn", context)
    desk_outbox.refresh(tx, ticket.no, context)


def settle(tx: Tx, ticket_no: str, *, score: int, context: TurnContext, conversation_id: int | None = None) -> bool:
    """Record a rating (5 to 1): close the ticket, or return it to its owner; return True when closed."""
    ticket = rows.get(tx, ticket_no)
    if ticket is None or ticket.state not in lifecycle.AFTER:
        return False
    speaker = conversation_id or ticket.conversation_id
    if lifecycle.of_party(tx, ticket_no, speaker) is None:
        return False
    by = lifecycle.customer(tx, speaker)
    content = score >= CONTENT
    if content and events.happened(tx, ticket_no, "rated", actor=by.actor):
        text = notices.words(tx, ticket, "notice.rated_already", context, no=ticket.no)
        notices.post(tx, ticket, Reply(text=text), context, only=[speaker])
        return ticket.state == "closed"
    lifecycle.log(tx, ticket_no, "rated", by, context, score=score)
    if content:
        close(tx, ticket, by, context)
    else:
        reopen(tx, ticket, by, context)
    only = None if conversation_id is None else [conversation_id]
    text = notices.words(tx, ticket, "notice.thanks" if content else "notice.why", context, no=ticket.no)
    notices.post(tx, ticket, Reply(text=text), context, only=only)
    return content


def close(tx: Tx, ticket: Ticket, by: lifecycle.By, context: TurnContext, **data: object) -> None:
    """Close a ticket; money and goods that are still owed keep their clocks."""
    if ticket.state != "closed":
        lifecycle.move(tx, ticket.no, "closed", closed_at=context.now)
        lifecycle.log(tx, ticket.no, "closed", by, context, **data)
    clocks.stop_all(tx, ticket.no, context, but=clocks.LASTING)
    desk_outbox.refresh(tx, ticket.no, context)


def reopen(tx: Tx, ticket: Ticket, by: lifecycle.By, context: TurnContext) -> None:
    """Return a decided ticket to its owner, or to the queue."""
    policy = notices.policy_of(tx, ticket, context)
    state = "assigned" if ticket.owner_id else "queued"
    lifecycle.move(tx, ticket.no, state, closed_at=None)
    lifecycle.log(tx, ticket.no, "reopened", by, context)
    clocks.stop(tx, ticket.no, ["idle_close", "follow_up"], context)
    for name in queue_entry.human_clocks(ticket):
        clocks.start(tx, ticket.no, name, policy, context)
    clocks.refresh(tx, ticket.no)
    tell_owner(tx, ticket, "reopened", context)
    desk_outbox.refresh(tx, ticket.no, context)


def received(tx: Tx, ticket_no: str, *, arrived: bool, conversation_id: int, context: TurnContext) -> bool:
    """Record whether goods sent again have come; return True when the answer was awaited.

    What did not come waits for a decision again; of what nobody sent yet it is told how far it is.
    """
    ticket = lifecycle.of_party(tx, ticket_no, conversation_id)
    if ticket is None:
        return False
    under_way = goods.on_the_way(tx, ticket_no)
    to_send = [line for line in ticket_lines.of_ticket(tx, ticket_no) if line.goods_owed]
    by = lifecycle.customer(tx, conversation_id)
    if arrived and (lines := under_way or to_send):
        end = goods.came(tx, ticket, lines, by, context)
        notices.tell(tx, ticket, "notice.arrived", context, buttons=end.buttons, ask=end.ask)
        return True
    if not arrived and under_way:
        _did_not_come(tx, ticket, by, context)
        return True
    if told := goods.where(tx, ticket, context):
        notices.post(tx, ticket, Reply(text=told), context, only=[conversation_id])
    return bool(told)


def _did_not_come(tx: Tx, ticket: Ticket, by: lifecycle.By, context: TurnContext) -> None:
    goods.missing(tx, ticket, goods.on_the_way(tx, ticket.no), by, context)
    if ticket.state in lifecycle.AFTER:
        reopen(tx, ticket, by, context)
    else:
        tell_owner(tx, ticket, "goods_missing", context)
    clocks.refresh(tx, ticket.no)
    desk_outbox.refresh(tx, ticket.no, context)
    notices.tell(tx, ticket, "notice.not_arrived", context)
