"""Goods that come back: the customer's number, the reminder, more time, giving up, silence, and their arrival."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from handlers.context import TurnContext
from handlers.costs import ledger
from handlers.fulfilment import completion
from handlers.messages import texts
from handlers.messages.models import Button, Reply
from handlers.messages.money import money
from handlers.nlu.text.parcels import Parcel
from handlers.policy import calendar
from handlers.tickets import clocks, desk_outbox, lifecycle, notices, returns
from handlers.tickets.lifecycle import By
from handlers.tickets.outside import order_webhook
from storage import clocks as rows
from storage import events, ticket_lines
from storage.database import Tx
from storage.fulfilment import shipments
from storage.fulfilment.shipments import BACK
from storage.ticket_lines import Line
from storage.tickets import Ticket

MORE = timedelta(days=3)  # by how much a customer may put the deadline off, once


def awaited(tx: Tx, no: str) -> list[Line]:
    """Return the lines of a ticket whose goods are awaited back."""
    return returns.awaited(ticket_lines.of_ticket(tx, no))


def _unsent(tx: Tx, no: str) -> list[Line]:
    """Return those of which nobody knows that they were sent."""
    known = shipments.of_ticket(tx, no)
    return [line for line in awaited(tx, no) if not ((one := known.get((line.line, BACK))) and one.sent_at)]


def noted(
    tx: Tx, ticket: Ticket, parcel: Parcel, text: str, *, conversation_id: int, at: datetime, context: TurnContext
) -> None:
    """Record the number under which a customer sends goods back: repeated to the customer, told to the owner."""
    known = shipments.of_ticket(tx, ticket.no)
    lines = awaited(tx, ticket.no)
    before = {(one.carrier, one.tracking) for line in lines if (one := known.get((line.line, BACK))) and one.tracking}
    again = before == {(parcel.carrier, parcel.number)}
    for line in lines:
        fresh = {"carrier": parcel.carrier, "tracking": parcel.number, "asked_at": None}
        shipments.put(tx, ticket.no, line.line, BACK, sent_at=at, **fresh)
    by = lifecycle.customer(tx, conversation_id)
    data = {"lines": [line.line for line in lines], "carrier": parcel.carrier, "tracking": parcel.number}
    if not again:
        lifecycle.log(tx, ticket.no, "sent_back", by, context, **data, text=text)
        clocks.stop(tx, ticket.no, ["idle_close"], context)
    one = shipments.of_ticket(tx, ticket.no)[lines[0].line, BACK]
    what = returns.parcel(tx, ticket, one, context)
    key = "notice.back_known" if again else "notice.back_changed" if before else "notice.back_noted"
    told = notices.words(tx, ticket, key, context, no=ticket.no, parcel=what)
    notices.post(tx, ticket, Reply(text=told), context, only=[conversation_id])
    if not again:
        _to_owner(tx, ticket, desk_outbox.say("sent_back", no=ticket.no, name=by.name, parcel=what), context)
        desk_outbox.refresh(tx, ticket.no, context)


def _to_owner(tx: Tx, ticket: Ticket, text: str, context: TurnContext) -> None:
    owner = [(ticket.owner_id, ticket.owner_name or "")] if ticket.owner_id else []
    desk_outbox.note(tx, ticket, text, context, mentions=owner)


def told(tx: Tx, ticket: Ticket, lines: Sequence[Line], context: TurnContext) -> str:
    """Return what is to be done in a return; of one that is on its way, what happens then."""
    if _unsent(tx, ticket.no):
        how = returns.how(tx, ticket, lines, context)
        return notices.words(tx, ticket, "notice.back_how", context, no=ticket.no, how=how)
    one = shipments.of_ticket(tx, ticket.no)[lines[0].line, BACK]
    span = texts.span(notices.policy_of(tx, ticket, context).clocks["refund_due"], ticket.language)
    sum_ = money(sum(line.amount for line in lines), ticket.language)
    parcel = returns.parcel(tx, ticket, one, context)
    return notices.words(tx, ticket, "notice.back_money", context, no=ticket.no, parcel=parcel, span=span, sum=sum_)


def remind(tx: Tx, ticket: Ticket, due: datetime, context: TurnContext) -> None:
    """Remind the customer, the day before, of goods that nobody said to be sent: more time, or no return at all."""
    lines = _unsent(tx, ticket.no)
    if not lines:
        return
    more = due + MORE
    row = []
    if not events.happened(tx, ticket.no, "extended"):
        when = notices.day(tx, ticket, more, context)
        label = notices.words(tx, ticket, "notice.back_more", context, when=when)
        zone = calendar.zone(notices.policy_of(tx, ticket, context))
        row.append(Button(label=label, tap=f"back:{ticket.no}:{more.astimezone(zone):%Y%m%d}"))
    row.append(notices.button(tx, ticket, "notice.back_no", f"back:{ticket.no}:no", context))
    items = notices.listed(tx, ticket, [line.item for line in lines], context)
    day = notices.day(tx, ticket, due, context)
    key = "notice.back_soon" if len(row) > 1 else "notice.back_soon_last"
    notices.tell(tx, ticket, key, context, buttons=(tuple(row),), items=items, when=day)
    lifecycle.log(tx, ticket.no, "reminded", lifecycle.CLOCK, context, clock="return_by")


def extend(tx: Tx, ticket: Ticket, until: str, *, conversation_id: int, context: TurnContext) -> None:
    """Put the deadline off to a day, YYYYMMDD ("": as far as it goes), once; the customer hears which day holds."""
    due = clocks.due_of(tx, ticket.no, "return_by") or context.now
    lines, before = _unsent(tx, ticket.no), events.happened(tx, ticket.no, "extended")
    zone = calendar.zone(notices.policy_of(tx, ticket, context))
    more = due + MORE
    key = "notice.back_until"
    if not lines:
        key = "notice.back_settled"
    elif before:
        key = "notice.back_until" if until == f"{due.astimezone(zone):%Y%m%d}" else "notice.back_extended"
    elif until in ("", f"{more.astimezone(zone):%Y%m%d}"):
        _put_off(tx, ticket, lines, more, lifecycle.customer(tx, conversation_id), context)
        due = more
    when = notices.day(tx, ticket, due, context)
    told_ = notices.words(tx, ticket, key, context, no=ticket.no, when=when)
    notices.post(tx, ticket, Reply(text=told_), context, only=[conversation_id])


def _put_off(tx: Tx, ticket: Ticket, lines: Sequence[Line], until: datetime, by: By, context: TurnContext) -> None:
    if not rows.running(tx, ticket.no, ["return_by"]):  # it ran out, and the customer asks for more time only now
        clocks.start(tx, ticket.no, "return_by", notices.policy_of(tx, ticket, context), context)
    clocks.set_to(tx, ticket.no, "return_by", until, context)
    lifecycle.log(tx, ticket.no, "extended", by, context, until=until.isoformat())
    clocks.stop(tx, ticket.no, ["idle_close"], context)
    for line in lines:
        shipments.put(tx, ticket.no, line.line, BACK, asked_at=None)
    desk_outbox.refresh(tx, ticket.no, context)


def give_up(tx: Tx, ticket: Ticket, *, conversation_id: int, context: TurnContext) -> None:
    """End a return that the customer does not want any more; the goods stay with the customer, no money moves."""
    lines = _unsent(tx, ticket.no)
    by = lifecycle.customer(tx, conversation_id)
    key = "notice.back_given_up" if lines else "notice.back_settled"
    if lines:
        items = notices.listed(tx, ticket, [line.item for line in lines], context)
        _end(tx, ticket, lines, by, context)
        _to_owner(tx, ticket, desk_outbox.say("back_given_up", no=ticket.no, items=items), context)
    told = notices.words(tx, ticket, key, context, no=ticket.no)
    notices.post(tx, ticket, Reply(text=told), context, only=[conversation_id])


def _end(tx: Tx, ticket: Ticket, lines: Sequence[Line], by: By, context: TurnContext) -> None:
    for line in lines:
        lifecycle.move_line(tx, line, "withdrawn")
    lifecycle.log(tx, ticket.no, "return_ended", by, context, lines=[line.line for line in lines])
    policy = notices.policy_of(tx, ticket, context)
    ledger.settle(tx, ticket, ticket_lines.of_ticket(tx, ticket.no), policy, actor=by.actor, at=context.now)
    if not awaited(tx, ticket.no):
        clocks.stop(tx, ticket.no, ["return_by"], context)
    completion.wind_up(tx, ticket.no, context)
    desk_outbox.refresh(tx, ticket.no, context)


def over(tx: Tx, ticket: Ticket, name: str, context: TurnContext) -> None:
    """Say that the deadline is over, and until when a word keeps the return; of what was sent the desk is told."""
    rows.stop(tx, ticket.no, name, at=context.now)
    lines = _unsent(tx, ticket.no)
    if not lines:
        if awaited(tx, ticket.no):
            _to_owner(tx, ticket, desk_outbox.say("back_missing", no=ticket.no), context)
            lifecycle.log(tx, ticket.no, "late", lifecycle.CLOCK, context, clock=name)
        return
    for line in lines:
        shipments.put(tx, ticket.no, line.line, BACK, asked_at=context.now)
    last = clocks.start(tx, ticket.no, "idle_close", notices.policy_of(tx, ticket, context), context)
    row = (notices.button(tx, ticket, "notice.back_no", f"back:{ticket.no}:no", context),)
    items = notices.listed(tx, ticket, [line.item for line in lines], context)
    when = notices.moment(tx, ticket, last or context.now, context)
    notices.tell(tx, ticket, "notice.back_over", context, buttons=(row,), items=items, when=when)
    lifecycle.log(tx, ticket.no, "return_over", lifecycle.CLOCK, context, lines=[line.line for line in lines])


def lapse(tx: Tx, ticket: Ticket, context: TurnContext) -> None:
    """End a return whose customer was told that the deadline is over, and said nothing since."""
    known = shipments.of_ticket(tx, ticket.no)
    silent = [line for line in _unsent(tx, ticket.no) if (one := known.get((line.line, BACK))) and one.asked_at]
    if silent:
        _end(tx, ticket, silent, lifecycle.CLOCK, context)


def take_in(tx: Tx, ticket: Ticket, lines: Sequence[Line], by: By, context: TurnContext) -> bool:
    """Record that these lines' goods are in: their money is owed from now on, the customer hears until when.

    False when none of them was awaited.
    """
    here = returns.awaited(lines)
    if not here:
        return False
    policy = notices.policy_of(tx, ticket, context)
    due = clocks.start_beside(tx, ticket.no, "refund_due", policy, context)
    for line in here:
        shipments.put(tx, ticket.no, line.line, BACK, received_at=context.now)
        lifecycle.move_line(tx, line, "owed", refund_due_at=due)
        order_webhook.decided(tx, ticket, line.line, context)
    lifecycle.log(tx, ticket.no, "goods_in", by, context, lines=[line.line for line in here])
    if not awaited(tx, ticket.no):
        clocks.stop(tx, ticket.no, ["return_by", "idle_close"], context)
    items = notices.listed(tx, ticket, [line.item for line in here], context)
    sum_ = money(sum(line.amount for line in here), ticket.language)
    day = notices.day(tx, ticket, due, context) if due else ""
    notices.tell(tx, ticket, "notice.goods_in", context, items=items, sum=sum_, when=day)
    clocks.refresh(tx, ticket.no)
    desk_outbox.refresh(tx, ticket.no, context)
    return True
