"""Money that is confirmed as paid: the one way a line is settled, whoever confirms it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.context import TurnContext
from handlers.fulfilment import completion
from handlers.messages.money import money
from handlers.policy import calendar
from handlers.tickets import desk_outbox, lifecycle, notices
from handlers.tickets.lifecycle import By
from handlers.tickets.outside import order_webhook
from storage import payments as rows
from storage import ticket_lines, tickets
from storage.database import Tx
from storage.payments import Payment
from storage.ticket_lines import Line
from storage.tickets import Ticket

SKEW = timedelta(minutes=10)  # how far the clock of another system may be off


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """What somebody says was paid: `amount` in 分 for one line, or without `line` for the ticket.

    `whole_day`: only the day of `paid_at` is known. An empty `reference` means that none was named.
    """

    ticket_no: str
    amount: int
    paid_at: datetime
    reference: str = ""
    line: int | None = None
    whole_day: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """What a confirmation came to.

    `result`: "paid" when it was booked now, "known" when the same was booked before and nothing changed; else why it
    was not booked: "unknown" (no such ticket or line), "differs" (`due` in 分 is owed), "nothing_due", "paid_already"
    (the line was settled by another payment), "reference_used" (for `other`, another ticket), "too_early" (before the
    decision), "future".
    """

    result: str
    lines: tuple[int, ...] = ()
    due: int = 0
    other: str = ""


def paid(tx: Tx, one: Confirmation, by: By, context: TurnContext, *, tell: bool = True) -> Booking:
    """Book a payment on the lines that owe it, and tell the customer once (unless the caller `announce`s it).

    The sum has to be what one line owes, or what the ticket owes as a whole. The lines end, their clock is stopped
    when no money is owed any more, and the ticket is resolved when all its lines have ended. A confirmation that was
    booked before changes nothing.
    """
    tickets.hold(tx, one.ticket_no)
    ticket = tickets.get(tx, one.ticket_no)
    lines = ticket_lines.of_ticket(tx, one.ticket_no) if ticket else []
    if ticket is None or (one.line is not None and one.line not in {line.line for line in lines}):
        return Booking(result="unknown")
    booked = rows.of_ticket(tx, ticket.no)
    if known := _known(one, booked):
        return Booking(result="known", lines=known)
    due = [line for line in lines if line.money_owed and one.line in (None, line.line)]
    if not due:
        settled = any(line.money_paid and one.line in (None, line.line) for line in lines)
        return Booking(result="paid_already" if settled else "nothing_due")
    settled_by = _settled_by(one, due)
    if not settled_by:
        return Booking(result="differs", due=sum(line.money_owed for line in due))
    if wrong := _untimely(tx, ticket, one, settled_by, context):
        return Booking(result=wrong)
    if one.reference and (other := rows.ticket_with(tx, one.reference, but=ticket.no)):
        return Booking(result="reference_used", other=other)
    _book(tx, ticket, one, settled_by, by, context)
    if tell:
        announce(tx, ticket.no, one.amount, context)
    return Booking(result="paid", lines=tuple(line.line for line in settled_by))


def _known(one: Confirmation, booked: Sequence[Payment]) -> tuple[int, ...]:
    """Return the lines that this very confirmation settled before."""
    same = [row for row in booked if one.line in (None, row.line) and _agrees(one, row)]
    if sum(row.amount for row in same) == one.amount:
        return tuple(row.line for row in same)
    return next(((row.line,) for row in same if row.amount == one.amount), ())


def _agrees(one: Confirmation, row: Payment) -> bool:
    return row.reference == one.reference if one.reference else row.paid_at == one.paid_at and not row.reference


def _settled_by(one: Confirmation, due: Sequence[Line]) -> list[Line]:
    if sum(line.money_owed for line in due) == one.amount:
        return list(due)
    return [line for line in due if line.money_owed == one.amount][:1]


def _untimely(tx: Tx, ticket: Ticket, one: Confirmation, lines: Sequence[Line], context: TurnContext) -> str:
    if one.paid_at > context.now + SKEW:
        return "future"
    policy = notices.policy_of(tx, ticket, context)
    for decided in (line.decided_at for line in lines if line.decided_at):
        days = (calendar.local_date(when, policy) for when in (one.paid_at, decided))
        if next(days) < next(days) if one.whole_day else one.paid_at + SKEW < decided:
            return "too_early"
    return ""


def _book(tx: Tx, ticket: Ticket, one: Confirmation, lines: Sequence[Line], by: By, context: TurnContext) -> None:
    numbers = [line.line for line in lines]
    for line in lines:
        rows.add(
            tx,
            ticket.no,
            line.line,
            amount=line.amount,
            paid_at=one.paid_at,
            reference=one.reference,
            actor=by.actor,
            now=context.now,
        )
        ticket_lines.change(tx, ticket.no, line.line, paid_at=one.paid_at)
    data = {"amount": one.amount, "paid_at": one.paid_at.isoformat(), "reference": one.reference, "lines": numbers}
    lifecycle.log(tx, ticket.no, "paid", by, context, **data)
    completion.hand_over(tx, ticket.no, numbers, context)
    desk_outbox.refresh(tx, ticket.no, context)


def announce(tx: Tx, no: str, amount: int, context: TurnContext) -> None:
    """Tell the customer that so many 分 went out; when the ticket has ended by it, ask for satisfaction."""
    ticket = lifecycle.must(tx, no)
    ask, buttons = completion.question(tx, no, context)
    sum_ = money(amount, ticket.language)
    brief = notices.words(tx, ticket, "notice.brief_paid", context, sum=sum_)
    notices.tell(tx, ticket, "notice.paid", context, buttons=buttons, decision=brief, sum=sum_, ask=ask)


def take_back(tx: Tx, ticket: Ticket, numbers: Collection[int], by: By, context: TurnContext) -> int:
    """Undo the payments of these lines, tell the customer that they were booked by mistake; return their sum in 分."""
    wrong = [row for row in rows.of_ticket(tx, ticket.no) if row.line in numbers]
    if not wrong:
        return 0
    lines = {line.line: line for line in ticket_lines.of_ticket(tx, ticket.no)}
    for row in wrong:
        rows.undo(tx, row.id, now=context.now)
        ticket_lines.change(tx, ticket.no, row.line, paid_at=None)
        if lines[row.line].state == "done":
            lifecycle.move_line(tx, lines[row.line], "owed")
        order_webhook.decided(tx, ticket, row.line, context)
    sum_ = sum(row.amount for row in wrong)
    said = {"amount": sum_, "lines": sorted(row.line for row in wrong)}
    lifecycle.log(tx, ticket.no, "payment_undone", by, context, **said)
    due = completion.reopen(tx, ticket.no, context)
    when = notices.day(tx, ticket, due, context) if due else ""
    key = "notice.unpaid_by" if due and due > context.now else "notice.unpaid"
    told = money(sum_, ticket.language)
    brief = notices.words(tx, ticket, "notice.brief_unpaid", context, sum=told)
    notices.tell(tx, ticket, key, context, decision=brief, sum=told, when=when)
    return sum_
