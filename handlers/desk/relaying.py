"""Words between agent and customer: the agent's go out word for word, questions wait for an answer."""

from __future__ import annotations

from handlers.cases import answers
from handlers.desk import picking
from handlers.desk.deeds import Deed, Told, ask, told
from handlers.messages import mail, phones
from handlers.messages.messages import Reply
from handlers.tickets import clocks, desk_mail, notices, tickets
from storage import events, evidence, orders, ticket_lines
from storage import tickets as rows

PHONES = 4  # shown at most in one alert


def relay(deed: Deed) -> Told:
    """Bring a reply to a card or a relayed message to the customer; on a free ticket it also picks it up."""
    ticket = deed.ticket
    if ticket.owner_id is None and ticket.state in rows.UNPICKED:
        picked = picking.pick(deed)
        if tickets.must(deed.tx, deed.no).owner_id != deed.user:
            return picked
    elif not (deed.owns or deed.supervisor):
        return told("not_yours", alert=True, no=deed.no, name=ticket.owner_name or "")
    _say(deed)
    return Told()


def _say(deed: Deed) -> None:
    tx, no, tools = deed.tx, deed.no, deed.tools
    ticket = tickets.must(tx, no)
    first = not events.happened(tx, no, "told", actor=deed.by.actor)
    ids = [_attach(deed, place) for place in range(len(deed.media))]
    tickets.log(tx, no, "told", deed.by, tools, text=deed.words, evidence=ids)
    if deed.words:
        text = deed.words
        if first:
            text = notices.words(tx, ticket, "notice.agent_first", tools, name=deed.by.name, text=deed.words)
        notices.post(tx, ticket, Reply(text=text), tools)
    if ticket.answered_at is None:
        rows.change(tx, no, answered_at=tools.now)
    clocks.stop(tx, no, [*clocks.TO_ANSWER, "handoff_idle"], tools)


def _attach(deed: Deed, place: int) -> int:
    """Note an agent's photo or voice by reference: the door that got it fetches it, then it goes to the customer."""
    one = deed.media[place]
    number = evidence.add(
        deed.tx,
        conversation_id=deed.ticket.conversation_id,
        kind=one.kind,
        channel=deed.desk,
        ref=one.ref,
        at=deed.tools.now,
        side="staff",
        ticket_no=deed.no,
        seconds=one.seconds,
    )
    mail.fetch(deed.tx, number, now=deed.tools.now)
    return number


def ask_customer(deed: Deed) -> Told:
    """Ask the agent what the customer is to be asked."""
    ask(deed, "ask", "ask_ask")
    return Told()


def ask_words(deed: Deed) -> Told:
    """Put the agent's question to the customer and wait for the answer."""
    if not deed.words and not deed.media:
        return told("nothing_said", alert=True)
    _say(deed)
    tickets.log(deed.tx, deed.no, "asked", deed.by, deed.tools)
    if deed.ticket.state in ("assigned", "queued"):
        tickets.move(deed.tx, deed.no, "waiting_customer")
        clocks.start(deed.tx, deed.no, "idle_close", notices.policy_of(deed.tx, deed.ticket, deed.tools), deed.tools)
    desk_mail.refresh(deed.tx, deed.no, deed.tools)
    return told("asked", no=deed.no)


def note(deed: Deed) -> Told:
    """Ask the agent for a note that stays in the house."""
    ask(deed, "note", "ask_note")
    return Told()


def note_words(deed: Deed) -> Told:
    """Write a note into the ticket's log."""
    tickets.log(deed.tx, deed.no, "noted", deed.by, deed.tools, text=deed.words)
    desk_mail.refresh(deed.tx, deed.no, deed.tools)
    return told("noted", no=deed.no)


def phone(deed: Deed) -> Told:
    """Show buyer's phone and those that the customer told to the owner alone, in the alert; that it was is logged."""
    order = orders.by_number(deed.tx, deed.ticket.order_no, sample=None) if deed.ticket.order_no else None
    known = [order.buyer_phone] if order and order.buyer_phone else []
    heard = [number for _, text in deed.ticket.said for number in phones.told(text)]
    if not known and not heard:
        return told("no_phone", alert=True)
    tickets.log(deed.tx, deed.no, "phone_shown", deed.by, deed.tools)
    shown = dict.fromkeys([*known, *reversed(heard)])
    return told("phone", alert=True, name=order.buyer_name if order else "", phone="、".join([*shown][:PHONES]))


def close(deed: Deed) -> Told:
    """Close a decided ticket, or a talk that never became a claim; what is filed has to be decided first."""
    lines = ticket_lines.of_ticket(deed.tx, deed.no)
    if deed.ticket.state in tickets.AFTER or not lines:
        answers.close(deed.tx, deed.ticket, deed.by, deed.tools)
        return told("closed", no=deed.no)
    if deed.ticket.filed_at is not None or deed.ticket.state == "appealed":
        return told("decide_first", alert=True, no=deed.no)
    ask(deed, "close", "ask_close")
    return Told()


def close_words(deed: Deed) -> Told:
    """Close a raised ticket that was never filed, for the reason given."""
    if deed.ticket.filed_at is not None or deed.ticket.state not in tickets.DECIDABLE:
        return close(deed)
    for line in ticket_lines.of_ticket(deed.tx, deed.no):
        if line.state in tickets.UNDECIDED:
            tickets.move_line(deed.tx, line, "withdrawn", reason=deed.words)
    answers.close(deed.tx, deed.ticket, deed.by, deed.tools, reason=deed.words)
    return told("closed", no=deed.no)
