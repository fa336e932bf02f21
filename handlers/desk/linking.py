"""What a raised ticket lacks and an agent adds: its order, a line to decide on, look-ups set free again."""

from __future__ import annotations

from dataclasses import replace

from handlers.desk.deeds import Deed, Told, ask, told
from handlers.messages.messages import Button
from handlers.tickets import desk_mail, notices, tickets, warnings
from storage import conversations, orders, people, ticket_lines
from storage import tickets as rows
from storage.orders import Order, OrderLine
from storage.ticket_lines import Line

OFFERED = 4  # of the buyer's newest orders
CATCH_ALL = "other"  # the problem type of what only an agent understood
BY_LINE = "o"  # marks a number of the order's lines in a tap, where a plain one means the ticket's


def order(deed: Deed) -> Told:
    """Say which order a ticket is about: by a button for the buyer's own newest, or by its number as a reply."""
    if deed.ticket.order_no is not None:
        return told("has_order", alert=True, no=deed.no, order=deed.ticket.order_no)
    if deed.argument:
        return _link(deed, deed.argument)
    buttons = [[Button(label=_name(one), tap=f"order:{deed.no}:{one.order_no}")] for one in _theirs(deed)]
    ask(deed, "order", "ask_order", buttons=[row for row in buttons if len(row[0].tap.encode()) <= 64])
    return Told()


def order_words(deed: Deed) -> Told:
    """Link the order whose number was replied."""
    if deed.ticket.order_no is not None:
        return told("has_order", alert=True, no=deed.no, order=deed.ticket.order_no)
    return _link(deed, deed.words)


def _theirs(deed: Deed) -> list[Order]:
    if deed.ticket.customer_id is None:
        return []
    customer = people.customer_of(deed.tx, deed.ticket.customer_id)
    return orders.of_buyer(deed.tx, customer.phone, sample=customer.sample, limit=OFFERED) if customer else []


def _name(one: Order) -> str:
    items = "、".join(line.item for line in one.lines)
    return f"{one.order_no} {items}"[:60]


def _link(deed: Deed, number: str) -> Told:
    found = orders.by_number(deed.tx, number, sample=None if deed.desk == "sandbox" else False)
    if found is None:
        return told("new_no_order", alert=True, number=number)
    rows.change(deed.tx, deed.no, order_no=found.order_no, site_no=found.site_no)
    tickets.log(deed.tx, deed.no, "linked", deed.by, deed.tools, order=found.order_no)
    warnings.book(deed.tx, deed.ticket)
    desk_mail.refresh(deed.tx, deed.no, deed.tools)
    return told("linked", no=deed.no, order=found.order_no)


def lines_to_choose(deed: Deed) -> tuple[OrderLine, ...]:
    """Give the order's lines that may be decided on when no line of the ticket is open.

    A ticket without lines was raised before the bot understood; one whose lines are decided was opened again.
    """
    lines = ticket_lines.of_ticket(deed.tx, deed.no)
    if not deed.ticket.order_no or any(line.state in tickets.UNDECIDED for line in lines):
        return ()
    found = orders.by_number(deed.tx, deed.ticket.order_no, sample=None)
    claimed = {line.order_line_no for line in lines}
    bought = found.lines if found else ()
    return tuple(one for one in bought if one.line_no in claimed) or bought


def sketch(deed: Deed, chosen: OrderLine) -> Line:
    """Give the ticket line that an order line would become, not stored yet."""
    before = [line for line in ticket_lines.of_ticket(deed.tx, deed.no) if line.order_line_no == chosen.line_no]
    return Line(
        ticket_no=deed.no,
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


def store(deed: Deed, line: Line) -> Line:
    """Make a sketched line one of the ticket's."""
    values = {name: getattr(line, name) for name in ("order_line_no", "item", "problem", "state")}
    blank = dict.fromkeys(("quantity", "unit", "share", "detail"), "")
    number = ticket_lines.add(deed.tx, deed.no, **values, **blank)
    return replace(line, line=number)


def unlock(deed: Deed) -> Told:
    """Let an account look orders up again that tried too many numbers."""
    talk = conversations.by_id(deed.tx, deed.ticket.conversation_id)
    if not talk.talk.get("locked_until"):
        return told("not_locked", alert=True)
    freed = {**talk.talk, "locked_until": "", "tries": [], "tried": []}
    conversations.save(deed.tx, talk.id, freed, now=deed.tools.now)
    tickets.log(deed.tx, deed.no, "unlocked", deed.by, deed.tools)
    notices.tell(deed.tx, deed.ticket, "notice.unlocked", deed.tools)
    return told("unlocked", no=deed.no)
