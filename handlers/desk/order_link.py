"""What a raised ticket lacks and an agent adds: its order, a line to decide on, look-ups unlocked again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from handlers.desk.request import ActionRequest, Answer, ask, told
from handlers.messages.models import Button
from handlers.tickets import desk_outbox, lifecycle, notices, warnings
from storage import conversations, order_guard, orders, people, ticket_lines
from storage import tickets as rows
from storage.orders import Order, OrderLine
from storage.ticket_lines import Line

OFFERED = 4  # of the buyer's newest orders
CATCH_ALL = "other"  # the problem type of what only an agent understood
BY_LINE = "o"  # marks a number of the order's lines in a tap, where a plain one means the ticket's


def order(request: ActionRequest) -> Answer:
    """Set which order a ticket is about: by a button for the buyer's own newest, or by its number as a reply."""
    if request.ticket.order_no is not None:
        return told("has_order", alert=True, no=request.no, order=request.ticket.order_no)
    if request.argument:
        return _link(request, request.argument)
    buttons = [[Button(label=_name(one), tap=f"order:{request.no}:{one.order_no}")] for one in _theirs(request)]
    ask(request, "order", "ask_order", buttons=[row for row in buttons if len(row[0].tap.encode()) <= 64])
    return Answer()


def order_words(request: ActionRequest) -> Answer:
    """Link the order whose number was replied."""
    if request.ticket.order_no is not None:
        return told("has_order", alert=True, no=request.no, order=request.ticket.order_no)
    return _link(request, request.words)


def _theirs(request: ActionRequest) -> list[Order]:
    if request.ticket.customer_id is None:
        return []
    customer, sample = people.customer_of(request.tx, request.ticket.customer_id), orders.sampled(request.desk)
    return orders.of_buyer(request.tx, customer.phone, sample=sample, limit=OFFERED) if customer else []


def _name(one: Order) -> str:
    items = "、".join(line.item for line in one.lines)
    return f"{one.order_no} {items}"[:60]


def _link(request: ActionRequest, number: str) -> Answer:
    found = orders.by_number(request.tx, number, sample=orders.sampled(request.desk))
    if found is None:
        return told("new_no_order", alert=True, number=number)
    rows.change(request.tx, request.no, order_no=found.order_no, site_no=found.site_no)
    order_guard.reopen(request.tx, found.order_no)
    lifecycle.log(request.tx, request.no, "linked", request.by, request.context, order=found.order_no)
    warnings.record(request.tx, request.ticket)
    desk_outbox.refresh(request.tx, request.no, request.context)
    return told("linked", no=request.no, order=found.order_no)


def lines_to_choose(request: ActionRequest) -> tuple[OrderLine, ...]:
    """Return the order's lines that may be decided on when no line of the ticket is open.

    A ticket without lines was raised before the bot understood; one whose lines are decided was opened again.
    """
    lines = ticket_lines.of_ticket(request.tx, request.no)
    if not request.ticket.order_no or any(line.state in lifecycle.UNDECIDED for line in lines):
        return ()
    found = rows.order_of(request.tx, request.ticket)
    claimed = {line.order_line_no for line in lines}
    bought = found.lines if found else ()
    return tuple(one for one in bought if one.line_no in claimed) or bought


def sketch(request: ActionRequest, chosen: OrderLine) -> Line:
    """Return the ticket line that an order line would become, not stored yet."""
    before = [line for line in ticket_lines.of_ticket(request.tx, request.no) if line.order_line_no == chosen.line_no]
    return Line(
        ticket_no=request.no,
        line=0,
        order_line_no=chosen.line_no,
        item=before[0].item if before else chosen.item,
        problem=before[0].problem if before else CATCH_ALL,
        quantity="",
        unit="",
        share="",
        detail="",
        state="open",
        wish="",
        wish_amount=None,
        remedy="",
        amount=0,
        coupon=0,
        reason="",
        decided_by=None,
        decided_at=None,
        refund_due_at=None,
    )


def store(request: ActionRequest, line: Line) -> Line:
    """Store a line that was only proposed as one of the ticket's."""
    values: dict[str, Any] = {name: getattr(line, name) for name in ("order_line_no", "item", "problem", "state")}
    blank = dict.fromkeys(("quantity", "unit", "share", "detail"), "")
    number = ticket_lines.add(request.tx, request.no, **(values | blank))
    return replace(line, line=number)


def unlock(request: ActionRequest) -> Answer:
    """Unlock the look-ups of an account that tried too many numbers."""
    talk = conversations.by_id(request.tx, request.ticket.conversation_id)
    if not talk.talk.get("locked_until"):
        return told("not_locked", alert=True)
    freed = {**talk.talk, "locked_until": "", "tries": [], "tried": [], "compared": 0}
    conversations.save(request.tx, talk.id, freed, now=request.context.now)
    lifecycle.log(request.tx, request.no, "unlocked", request.by, request.context)
    notices.tell(request.tx, request.ticket, "notice.unlocked", request.context)
    return told("unlocked", no=request.no)
