"""Words between agent and customer: the agent's go out word for word, questions wait for an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from handlers.cases import customer_answers
from handlers.desk import assignment
from handlers.desk.fulfilling import shipping
from handlers.desk.request import ActionRequest, Answer, ask, told
from handlers.messages import mailboxes, phone_numbers
from handlers.messages.models import Reply
from handlers.policy.policy import Policy
from handlers.tickets import clocks, desk_outbox, lifecycle, notices
from storage import events, evidence, ticket_lines
from storage import tickets as rows

SURE, KEEP = "still_close", "keep"  # what a question about closing may be answered with
PHONES = 4  # shown at most in one alert


def relay(request: ActionRequest) -> Answer:
    """Bring a reply to a card or a relayed message to the customer; on a free ticket it also picks it up."""
    ticket = request.ticket
    if ticket.owner_id is None and ticket.state in rows.UNPICKED:
        picked = assignment.pick(request)
        if lifecycle.must(request.tx, request.no).owner_id != request.user:
            return picked
    elif not (request.owns or request.supervisor):
        return told("not_yours", alert=True, no=request.no, name=ticket.owner_name or "")
    _say(request)
    return Answer()


def may_speak(request: ActionRequest) -> bool:
    """Return whether this agent may speak to the customer: the owner, a supervisor, or anyone while it is free."""
    free = request.ticket.owner_id is None and request.ticket.state in rows.UNPICKED
    return free or request.owns or request.supervisor


def _policy(request: ActionRequest) -> Policy:
    return notices.policy_of(request.tx, request.ticket, request.context)


def _say(request: ActionRequest) -> None:
    tx, no, context = request.tx, request.no, request.context
    ticket = lifecycle.must(tx, no)
    first = not events.happened(tx, no, "told", actor=request.by.actor)
    ids = [_attach(request, place) for place in range(len(request.media))]
    by_message = {"message": request.key} if request.key else {}
    lifecycle.log(tx, no, "told", request.by, context, text=request.words, evidence=ids, **by_message)
    if request.words:
        text = request.words
        if first:
            text = notices.words(tx, ticket, "notice.agent_first", context, name=request.by.name, text=request.words)
        notices.post(tx, ticket, Reply(text=text), context)
    if ticket.answered_at is None:
        rows.change(tx, no, answered_at=context.now)
    clocks.stop(tx, no, [*clocks.TO_ANSWER, "handoff_idle"], context)


def _attach(request: ActionRequest, place: int) -> int:
    """Note an agent's photo or voice by reference: the door that got it fetches it, then it goes to the customer."""
    one = request.media[place]
    number = evidence.add(
        request.tx,
        conversation_id=request.ticket.conversation_id,
        kind=one.kind,
        channel=request.desk,
        ref=one.ref,
        at=request.context.now,
        side="staff",
        ticket_no=request.no,
        seconds=one.seconds,
    )
    mailboxes.fetch(request.tx, number, now=request.context.now)
    return number


def ask_customer(request: ActionRequest) -> Answer:
    """Ask the agent what the customer is to be asked."""
    ask(request, "ask", "ask_ask")
    return Answer()


def ask_words(request: ActionRequest) -> Answer:
    """Put the agent's question to the customer and wait for the answer."""
    if not request.words and not request.media:
        return told("nothing_said", alert=True)
    _say(request)
    lifecycle.log(request.tx, request.no, "asked", request.by, request.context)
    if request.ticket.state in ("assigned", "queued"):
        lifecycle.move(request.tx, request.no, "waiting_customer")
        clocks.start(request.tx, request.no, "idle_close", _policy(request), request.context)
    desk_outbox.refresh(request.tx, request.no, request.context)
    return told("asked", no=request.no)


def note(request: ActionRequest) -> Answer:
    """Ask the agent for a note that only agents see."""
    ask(request, "note", "ask_note")
    return Answer()


def note_words(request: ActionRequest) -> Answer:
    """Write a note into the ticket's log."""
    lifecycle.log(request.tx, request.no, "noted", request.by, request.context, text=request.words)
    desk_outbox.refresh(request.tx, request.no, request.context)
    return told("noted", no=request.no)


def words(request: ActionRequest) -> Answer:
    """Post all that the customer said under the card, phones masked."""
    policy, now = _policy(request), request.context.now
    told_at = [desk_outbox.moment(datetime.fromisoformat(at), policy, now) for at, _ in request.ticket.said]
    texts = [phone_numbers.covered(text) for _, text in request.ticket.said]
    rows_ = [f"{at} {text}" for at, text in zip(told_at, texts, strict=True)]
    head = desk_outbox.say("all_words", no=request.no, count=len(rows_))
    desk_outbox.relay(request.tx, request.ticket, "\n".join([head, *rows_]), request.context)
    return told("words_shown")


def show(request: ActionRequest) -> Answer:
    """Post the card again, as the newest message."""
    desk_outbox.card(request.tx, request.no, request.context)
    return told("shown", no=request.no)


def phone(request: ActionRequest) -> Answer:
    """Show buyer's phone and those that the customer told to the owner alone, in the alert; that it was is logged."""
    order = rows.order_of(request.tx, request.ticket)
    known = [order.buyer_phone] if order and order.buyer_phone else []
    heard = [number for _, text in request.ticket.said for number in phone_numbers.told(text)]
    if not known and not heard:
        return told("no_phone", alert=True)
    lifecycle.log(request.tx, request.no, "phone_shown", request.by, request.context)
    shown = dict.fromkeys([*known, *reversed(heard)])
    return told("phone", alert=True, name=order.buyer_name if order else "", phone="、".join([*shown][:PHONES]))


def close(request: ActionRequest) -> Answer:
    """Close a decided ticket, or a talk that never became a claim; what is filed has to be decided first."""
    lines = ticket_lines.of_ticket(request.tx, request.no)
    open_ = [line for line in lines if line.state in lifecycle.UNDECIDED]
    reopened = request.ticket.state != "appealed" and not open_  # looked at again, and nothing more to decide
    if request.ticket.state in lifecycle.AFTER or reopened:
        if (owed := shipping.owed(request)) and request.argument != SURE:
            return _ask_owed(request, owed)
        customer_answers.close(request.tx, request.ticket, request.by, request.context)
        return told("closed", no=request.no)
    if request.ticket.filed_at is not None or request.ticket.state == "appealed":
        return told("decide_first", alert=True, no=request.no)
    ask(request, "close", "ask_close")
    return Answer()


def _ask_owed(request: ActionRequest, owed: str) -> Answer:
    """Ask whether a ticket is to be closed that still owes something: what, is named."""
    if request.argument == KEEP:
        return told("kept_open", no=request.no)
    row = [desk_outbox.button(f"act_{key}", f"close:{request.no}:{key}") for key in (SURE, KEEP)]
    ask(request, "close", "ask_close_owed", buttons=[row], what=owed)
    return Answer()


def close_words(request: ActionRequest) -> Answer:
    """Close a raised ticket that was never filed, for the reason given; or take a yes or no to what is still owed."""
    plain = request.words.strip().rstrip("。.!！").casefold()
    said = next((key for key in (SURE, KEEP) if plain in desk_outbox.spoken(f"words_{key}")), "")
    if said and (request.ticket.filed_at is not None or request.ticket.state not in lifecycle.DECIDABLE):
        return close(replace(request, argument=said))
    if request.ticket.filed_at is not None or request.ticket.state not in lifecycle.DECIDABLE:
        return close(request)
    for line in ticket_lines.of_ticket(request.tx, request.no):
        if line.state in lifecycle.UNDECIDED:
            lifecycle.move_line(request.tx, line, "withdrawn", reason=request.words)
    customer_answers.close(request.tx, request.ticket, request.by, request.context, reason=request.words)
    return told("closed", no=request.no)
