"""A leader's statement on a customer's own claim: asked for, awaited until its clock, passed on to the desk."""

from __future__ import annotations

from handlers.claims import leader_phrases
from handlers.claims.voice import Voice
from handlers.context import TurnContext
from handlers.messages import mailboxes, phone_numbers, texts
from handlers.messages.models import Button, Reply
from handlers.messages.patterns import pattern_of
from handlers.policy import calendar
from handlers.tickets import (
    auto_approval,
    clocks,
    desk_outbox,
    leader_statements,
    lifecycle,
    medical_papers,
    notices,
    queue_entry,
)
from handlers.tickets.leader_statements import ASKED, CLOCK, SAID, SILENT
from handlers.tickets.lifecycle import By
from storage import evidence, sites, ticket_lines
from storage import tickets as rows
from storage.conversations import Conversation
from storage.database import Tx
from storage.sites import Seat
from storage.tickets import Ticket

PHOTOS = 4  # that go with the question
ORDINARY = 3  # the rank of what may wait: serious claims and special groups go to a human at once
SENTENCE = pattern_of(r"[^。！？!?.\n]+")


def begin(tx: Tx, ticket: Ticket, context: TurnContext) -> bool:
    """Ask the leaders of the site first, if the policy wants it; return False when the ticket goes to the desk at once.

    The promises to the customer stay; only the first human answer counts from when the desk sees the ticket.
    """
    policy = notices.policy_of(tx, ticket, context)
    if not policy.review.leader or ticket.rank != ORDINARY or ticket.raised or ticket.leader_id is not None:
        return False
    if ticket.state != "queued" or ticket.owner_id is not None or not _time_enough(tx, ticket, context):
        return False
    seats = _to_ask(tx, ticket)
    if not seats:
        return False
    queue_entry.promise(tx, ticket, context, human=False)
    _ask(tx, ticket, seats, "review_ask", context)
    return True


def testify(tx: Tx, ticket: Ticket, context: TurnContext) -> None:
    """Ask the leaders of the site what they know of a claim that is appealed; nothing waits for it."""
    if ticket.severity == "safety" or CLOCK not in notices.policy_of(tx, ticket, context).clocks:
        return
    if seats := _to_ask(tx, ticket):
        _ask(tx, ticket, seats, "testify_ask", context)


def _time_enough(tx: Tx, ticket: Ticket, context: TurnContext) -> bool:
    """Return whether a review would end before the promised result, with time left for the desk."""
    policy = notices.policy_of(tx, ticket, context)
    if CLOCK not in policy.clocks or "review_notice" not in policy.clocks:
        return CLOCK in policy.clocks
    ends = (calendar.promised(context.now, name, policy) for name in (CLOCK, "review_notice"))
    return next(ends) < next(ends)


def _to_ask(tx: Tx, ticket: Ticket) -> list[Seat]:
    """Return the leaders to ask: a person who complains on a ticket is no witness of it."""
    parties = {party.conversation_id for party in rows.parties(tx, ticket.no)}
    return [seat for seat in sites.seats_of(tx, ticket.no) if seat.conversation_id not in parties]


def _ask(tx: Tx, ticket: Ticket, seats: list[Seat], key: str, context: TurnContext) -> None:
    due = clocks.start(tx, ticket.no, CLOCK, notices.policy_of(tx, ticket, context), context)
    names = "、".join(seat.name for seat in seats)
    lifecycle.log(tx, ticket.no, ASKED, lifecycle.BOT, context, leaders=[seat.leader_id for seat in seats], names=names)
    photos = [one for one in evidence.of_ticket(tx, ticket.no) if medical_papers.on_sheet(one)]
    media = tuple((one.kind, one.media_key) for one in photos[:PHOTOS])
    for seat in seats:
        voice = leader_phrases.voice_of(seat, context)
        text = voice.say(
            f"leader.{key}",
            no=ticket.no,
            facts=_facts(tx, ticket, seat, voice),
            photos=voice.say("leader.photos", count=len(photos)) if photos else "",
            quote=_quote(ticket, voice) if key == "testify_ask" else "",
            when=voice.moment(due or context.now),
        )
        reply = Reply(text=text, buttons=answers(ticket.no, voice), media=media)
        mailboxes.to_customer(tx, seat.conversation_id, reply, now=context.now)


def answers(no: str, voice: Voice) -> tuple[tuple[Button, ...], ...]:
    """Return the three answers as buttons."""
    names = [name for name in leader_statements.ANSWERS if name]
    return (tuple(Button(label=voice.say(f"leader.button_{name}"), tap=f"review:{no}:{name}") for name in names),)


def _facts(tx: Tx, ticket: Ticket, seat: Seat, voice: Voice) -> str:
    """Return whose order it is and what is claimed; the customer's words and number stay with the desk."""
    sited = sites.leads(tx, seat.leader_id, ticket.no)
    lines = [leader_phrases.problem(line, voice) for line in ticket_lines.of_ticket(tx, ticket.no)]
    head = [sited.site_no, leader_phrases.who(sited, voice)] if sited else []
    return " · ".join(part for part in (*head, "；".join(lines)) if part)


def _quote(ticket: Ticket, voice: Voice) -> str:
    """Return the customer's words that the leader was informed; anything else about the leader is not passed on."""
    told = voice.say("leader.told_words").split("|")
    said = [part.strip() for _, text in ticket.said for part in SENTENCE.findall(phone_numbers.covered(text))]
    found = [part for part in said if any(word in part.casefold() for word in told)]
    return voice.say("leader.quote", text=found[-1][: leader_statements.SHORT]) if found else ""


def heard(tx: Tx, no: str, conversation: Conversation, answer: str, text: str, context: TurnContext) -> str:
    """Record a leader's statement: yes, no, unsure, or "" for free words; return the name of the leader's answer.

    "none" where this leader was not asked, or no longer leads the site; "late" where the ticket is decided.
    """
    number = conversation.leader_id
    sited = sites.leads(tx, number, no) if number is not None else None
    if sited is None or number not in leader_statements.asked(tx, no):
        return "none"
    by = By(actor=f"leader:{conversation.channel}:{conversation.account}", name=conversation.leader_name)
    _book(tx, sited.ticket, by, answer, text, context)
    return (answer or "words") if sited.ticket.state in lifecycle.DECIDABLE else "late"


def vouched(tx: Tx, no: str, by: By, context: TurnContext) -> None:
    """Record a yes when the leader files the very claim on which a statement is awaited."""
    if leader_statements.running(tx, no):
        _book(tx, lifecycle.must(tx, no), by, "yes", "", context)


def remarked(tx: Tx, no: str, by: By, text: str, context: TurnContext) -> None:
    """Record what a leader adds to a ticket, as when a list names it, as the statement if one is awaited."""
    if by.actor.startswith("leader:") and leader_statements.running(tx, no):
        _book(tx, lifecycle.must(tx, no), by, "", text, context)


def _book(tx: Tx, ticket: Ticket, by: By, answer: str, text: str, context: TurnContext) -> None:
    lifecycle.log(tx, ticket.no, SAID, by, context, answer=answer, text=text, name=by.name)
    awaited = leader_statements.running(tx, ticket.no) is not None
    clocks.stop(tx, ticket.no, [CLOCK], context)
    if ticket.owner_id and ticket.state in lifecycle.DECIDABLE:
        said = list(leader_statements.lines(tx, ticket.no, notices.policy_of(tx, ticket, context), context.now))[-1]
        text = texts.say(desk_outbox.language(), "leader.note", no=ticket.no, said=said)
        desk_outbox.note(tx, ticket, text, context, mentions=[(ticket.owner_id, ticket.owner_name or "")])
    _pass_on(tx, ticket, context, awaited=awaited)


def silent(tx: Tx, ticket: Ticket, name: str, context: TurnContext) -> None:
    """Continue without the leader when the clock runs out."""
    clocks.stop(tx, ticket.no, [name], context)
    names = "、".join(seat.name for seat in _to_ask(tx, ticket))
    lifecycle.log(tx, ticket.no, SILENT, lifecycle.CLOCK, context, names=names)
    _pass_on(tx, ticket, context, awaited=True)


def _pass_on(tx: Tx, ticket: Ticket, context: TurnContext, *, awaited: bool) -> None:
    """Send the ticket to the desk, or let the bot decide, as it would have been without a leader."""
    waits = ticket.state in ("queued", "waiting_customer") and ticket.owner_id is None and not ticket.raised
    if not (awaited and waits) or auto_approval.grant(tx, lifecycle.must(tx, ticket.no), context, tell=True):
        desk_outbox.refresh(tx, ticket.no, context)
        return
    if ticket.answered_at is None and clocks.due_of(tx, ticket.no, *clocks.TO_ANSWER) is None:
        policy = notices.policy_of(tx, ticket, context)
        for clock in queue_entry.human_clocks(ticket):
            clocks.start(tx, ticket.no, clock, policy, context)
        clocks.refresh(tx, ticket.no)
    queue_entry.show_new(tx, lifecycle.must(tx, ticket.no), context)
