"""Goods that go out to the customer: arranged with a time, sent with a number, asked after, come or not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from handlers.context import TurnContext
from handlers.costs import ledger
from handlers.fulfilment import completion
from handlers.fulfilment.completion import Completion
from handlers.nlu.text.parcels import Parcel
from handlers.tickets import clocks, desk_outbox, lifecycle, notices, returns, underway
from handlers.tickets.lifecycle import By
from storage import ticket_lines, tickets
from storage.database import Tx
from storage.fulfilment import shipments
from storage.fulfilment.shipments import OUT, Shipment
from storage.ticket_lines import Line
from storage.tickets import Ticket

Known = Mapping[tuple[int, str], Shipment]


def unsent(lines: Sequence[Line], known: Known) -> list[Line]:
    """Return the lines whose goods are still to be sent."""
    return [line for line in lines if line.goods_owed and not _sent(line, known)]


def sendable(lines: Sequence[Line]) -> list[Line]:
    """Return the lines whose goods are sent or to be sent: a number may be put right until they have come."""
    return [line for line in lines if line.goods_owed]


def _sent(line: Line, known: Known) -> datetime | None:
    one = known.get((line.line, OUT))
    return one.sent_at if one else None


def arrange(tx: Tx, ticket: Ticket, lines: Sequence[Line], when: datetime, by: By, context: TurnContext) -> bool:
    """Promise that these lines' goods leave by `when`; the customer hears it. False when that was promised before."""
    known = shipments.of_ticket(tx, ticket.no)
    fresh = [line for line in unsent(lines, known) if promised(line, known) != when]
    if not fresh:
        return False
    anew = all(promised(line, known) for line in fresh)
    for line in fresh:
        shipments.put(tx, ticket.no, line.line, OUT, promised_at=when, arranged_at=context.now)
    _run_until(tx, ticket, context)
    numbers = [line.line for line in fresh]
    lifecycle.log(tx, ticket.no, "arranged", by, context, lines=numbers, until=when.isoformat())
    key = "notice.arranged_anew" if anew else "notice.arranged"
    told = notices.moment(tx, ticket, when, context)
    notices.tell(tx, ticket, key, context, what=underway.what(tx, ticket, fresh, context), when=told)
    desk_outbox.refresh(tx, ticket.no, context)
    return True


def promised(line: Line, known: Known) -> datetime | None:
    """Return until when a line's goods are promised to leave, as an agent arranged it."""
    one = known.get((line.line, OUT))
    return one.promised_at if one else None


def _run_until(tx: Tx, ticket: Ticket, context: TurnContext) -> None:
    """Let the clock show what has to leave first, among what was promised and what nobody arranged yet."""
    lines, known = ticket_lines.of_ticket(tx, ticket.no), shipments.of_ticket(tx, ticket.no)
    waiting = unsent(lines, known)
    if not waiting:
        clocks.stop(tx, ticket.no, ["exchange_due"], context)
        return
    policy = notices.policy_of(tx, ticket, context)
    running = clocks.due_of(tx, ticket.no, "exchange_due")
    if running is None:
        running = clocks.start(tx, ticket.no, "exchange_due", policy, context)
    dues = [promised(line, known) or running for line in waiting]
    first = min((due for due in dues if due), default=None)
    if first and first != running:
        clocks.set_to(tx, ticket.no, "exchange_due", first, context)


def send(tx: Tx, ticket: Ticket, lines: Sequence[Line], parcel: Parcel | None, by: By, context: TurnContext) -> bool:
    """Record that these lines' goods left, with a number or without; the customer hears it, then is asked after them.

    A number that was left out or was wrong may be given later. False when all this was known.
    """
    known = shipments.of_ticket(tx, ticket.no)
    number, carrier = (parcel.number, parcel.carrier) if parcel else ("", "")
    first = [line for line in sendable(lines) if not _sent(line, known)]
    again = [line for line in sendable(lines) if parcel and line not in first and _other(line, known, parcel)]
    for line in (*first, *again):
        sent = {} if line in again else {"sent_at": context.now, "asked_at": None, "received_at": None}
        shipments.put(tx, ticket.no, line.line, OUT, carrier=carrier, tracking=number, **sent)
    if not first and not again:
        return False
    numbers = [line.line for line in (*first, *again)]
    lifecycle.log(tx, ticket.no, "sent", by, context, lines=numbers, carrier=carrier, tracking=number)
    if first:
        policy = notices.policy_of(tx, ticket, context)
        ledger.sent(tx, ticket, first, policy, actor=by.actor, at=context.now)
        _run_until(tx, ticket, context)
        clocks.start(tx, ticket.no, "follow_up", policy, context)
        _tell(tx, ticket, "notice.sent" if parcel else "notice.sent_plain", first, context)
    if again:
        _tell(tx, ticket, "notice.sent_number", again, context)
    desk_outbox.refresh(tx, ticket.no, context)
    return True


def _other(line: Line, known: Known, parcel: Parcel) -> bool:
    one = known[line.line, OUT]
    return (one.tracking, one.carrier) != (parcel.number, parcel.carrier)


def _tell(tx: Tx, ticket: Ticket, key: str, lines: Sequence[Line], context: TurnContext) -> None:
    one = shipments.of_ticket(tx, ticket.no)[lines[0].line, OUT]
    parcel = returns.parcel(tx, ticket, one, context)
    notices.tell(tx, ticket, key, context, what=underway.what(tx, ticket, lines, context), parcel=parcel)


def ask(tx: Tx, ticket: Ticket, context: TurnContext) -> None:
    """Ask whether what was sent has come; a silence of `idle_close` is taken as a yes."""
    known = shipments.of_ticket(tx, ticket.no)
    sent = [line for line in ticket_lines.of_ticket(tx, ticket.no) if line.goods_owed and _sent(line, known)]
    if not sent:
        return
    for line in sent:
        shipments.put(tx, ticket.no, line.line, OUT, asked_at=context.now)
    row = tuple(notices.button(tx, ticket, f"notice.got_{a}", f"got:{ticket.no}:{a}", context) for a in ("yes", "no"))
    items = notices.listed(tx, ticket, [line.item for line in sent], context)
    notices.tell(tx, ticket, "notice.follow_up", context, buttons=(row,), items=items)
    lifecycle.log(tx, ticket.no, "followed_up", lifecycle.CLOCK, context, lines=[line.line for line in sent])
    clocks.start(tx, ticket.no, "idle_close", notices.policy_of(tx, ticket, context), context)


def assume(tx: Tx, ticket: Ticket, context: TurnContext) -> None:
    """Count goods as come whose customer was asked after them and never answered."""
    known = shipments.of_ticket(tx, ticket.no)
    silent = [
        line.line
        for line in ticket_lines.of_ticket(tx, ticket.no)
        if line.goods_owed and (one := known.get((line.line, OUT))) and one.asked_at
    ]
    if silent:
        lifecycle.log(tx, ticket.no, "assumed", lifecycle.CLOCK, context, lines=silent)
        completion.hand_over(tx, ticket.no, silent, context, goods=True)


def on_the_way(tx: Tx, no: str) -> list[Line]:
    """Return the lines that a customer's word on whether goods came is about.

    What was sent and not confirmed: owed, said to be missing before, or taken as come for want of an answer.
    """
    known = shipments.of_ticket(tx, no)
    found = []
    for line in ticket_lines.of_ticket(tx, no):
        one = known.get((line.line, OUT))
        waits = line.goods_owed or (line.state in ("open", "done") and line.remedy in ticket_lines.GOODS)
        if waits and one and one.sent_at and one.received_at is None:
            found.append(line)
    return found


def came(tx: Tx, ticket: Ticket, lines: Sequence[Line], by: By, context: TurnContext) -> Completion:
    """Record that these lines' goods have come, said by the customer; also of lines opened again for them."""
    numbers = [line.line for line in lines]
    lifecycle.log(tx, ticket.no, "received", by, context, lines=numbers)
    known, policy = shipments.of_ticket(tx, ticket.no), notices.policy_of(tx, ticket, context)
    untold = [line for line in lines if not _sent(line, known)]  # they left without a word of the desk
    ledger.sent(tx, ticket, untold, policy, actor=by.actor, at=context.now)
    for line in lines:
        shipments.put(tx, ticket.no, line.line, OUT, received_at=context.now)
        if line.state == "open":
            lifecycle.move_line(tx, line, "owed")
    if ticket.state in tickets.UNDECIDED and lifecycle.outcome(ticket_lines.of_ticket(tx, ticket.no)):
        lifecycle.move(tx, ticket.no, "decided")
        clocks.stop_all(tx, ticket.no, context, but=clocks.LASTING)
    return completion.hand_over(tx, ticket.no, numbers, context, goods=True)


def missing(tx: Tx, ticket: Ticket, lines: Collection[Line], by: By, context: TurnContext) -> None:
    """Record that these lines' goods did not come: they wait for a decision again, what was sent stays on record."""
    lifecycle.log(tx, ticket.no, "not_received", by, context, lines=[line.line for line in lines])
    for line in lines:
        if line.state != "open":
            lifecycle.move_line(tx, line, "open")
    clocks.stop(tx, ticket.no, ["follow_up", "idle_close"], context)


def where(tx: Tx, ticket: Ticket, context: TurnContext) -> str:
    """Return how far the goods of a ticket are, for its customer."""
    known, lines = shipments.of_ticket(tx, ticket.no), ticket_lines.of_ticket(tx, ticket.no)
    told = [_where(tx, ticket, line, known.get((line.line, OUT)), context) for line in lines]
    return "".join(part for part in told if part)


def _where(tx: Tx, ticket: Ticket, line: Line, one: Shipment | None, context: TurnContext) -> str:
    if line.remedy not in ticket_lines.GOODS or line.state not in ("open", "owed"):
        return ""
    due = clocks.due_of(tx, ticket.no, "exchange_due")
    around = underway.parcel(tx, ticket, one, context) if one else ""
    key, when = "notice.way_not_sent", due
    if one and one.sent_at:
        key, when = "notice.way_gone", one.sent_at
    elif one and one.promised_at and one.promised_at > context.now:
        key, when = "notice.way_not_left", one.promised_at
    if when is None:
        return ""
    told = notices.moment(tx, ticket, when, context)
    given = underway.what(tx, ticket, [line], context)
    return notices.words(tx, ticket, key, context, no=ticket.no, what=given, when=told, parcel=around)
