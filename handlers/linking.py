"""What a raised ticket lacks and an agent adds: its order, a line to decide on, look-ups set free again."""

from __future__ import annotations

from handlers import desk_mail, notices, tickets, warnings
from handlers.deeds import Deed, Told, ask, told
from handlers.messages import Button
from storage import conversations, orders, people, ticket_lines
from storage import tickets as rows
from storage.orders import Order, OrderLine
from storage.ticket_lines import Line

OFFERED = 4  # of the buyer's newest orders
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
    """Give the order's lines when the ticket has no line of its own to decide on."""
    if not deed.ticket.order_no or ticket_lines.of_ticket(deed.tx, deed.no):
        return ()
    found = orders.by_number(deed.tx, deed.ticket.order_no, sample=None)
    return found.lines if found else ()


def line_of(deed: Deed, chosen: OrderLine) -> Line:
    """Make the order's line a line of the ticket: the agent heard what the bot could not read."""
    ticket_lines.add(
        deed.tx,
        deed.no,
        order_line_no=chosen.line_no,
        item=chosen.item,
        problem="other",
        quantity="",
        unit="",
        share="",
        detail="",
        state="open",
    )
    tickets.log(deed.tx, deed.no, "line_added", deed.by, deed.tools, item=chosen.item)
    return ticket_lines.of_ticket(deed.tx, deed.no)[-1]


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
