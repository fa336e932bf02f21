"""A leader's word on a customer's own claim: asked for, waited for no longer than its clock, passed on to the desk."""

from __future__ import annotations

import re

from handlers.claims import leader_words
from handlers.claims.summary import Voice
from handlers.messages import mail, phones, wording
from handlers.messages.messages import Button, Reply
from handlers.policy import deadlines
from handlers.tickets import automatic, clocks, desk_mail, notices, papers, queueing, testimony, tickets
from handlers.tickets.testimony import ASKED, CLOCK, SAID, SILENT
from handlers.tickets.tickets import By
from handlers.tools import Tools
from storage import evidence, sites, ticket_lines
from storage import tickets as rows
from storage.conversations import Conversation
from storage.database import Tx
from storage.sites import Seat
from storage.tickets import Ticket

PHOTOS = 4  # that go with the question
ORDINARY = 3  # the rank of what may wait: serious claims and special groups go to a human at once
SENTENCE = re.compile(r"[^。！？!?.\n]+")


def begin(tx: Tx, ticket: Ticket, tools: Tools) -> bool:
    """Ask the leaders of the site first, if the policy wants it; False when the ticket goes to the desk at once.

    The promises to the customer run on; only the first human answer is counted from when the desk sees the ticket.
    """
    policy = notices.policy_of(tx, ticket, tools)
    if not policy.leader_review or ticket.rank != ORDINARY or ticket.raised or ticket.leader_id is not None:
        return False
    if ticket.state != "queued" or ticket.owner_id is not None or not _time_enough(tx, ticket, tools):
        return False
    seats = _to_ask(tx, ticket)
    if not seats:
        return False
    queueing.promise(tx, ticket, tools, human=False)
    _ask(tx, ticket, seats, "review_ask", tools)
    return True


def testify(tx: Tx, ticket: Ticket, tools: Tools) -> None:
    """Ask the leaders of the site what they know of a claim that is appealed; nothing waits for it."""
    if ticket.severity == "safety" or CLOCK not in notices.policy_of(tx, ticket, tools).clocks:
        return
    if seats := _to_ask(tx, ticket):
        _ask(tx, ticket, seats, "testify_ask", tools)


def _time_enough(tx: Tx, ticket: Ticket, tools: Tools) -> bool:
    """A review that ends after the promised result would leave the desk no time."""
    policy = notices.policy_of(tx, ticket, tools)
    if CLOCK not in policy.clocks or "review_notice" not in policy.clocks:
        return CLOCK in policy.clocks
    ends = (deadlines.promised(tools.now, name, policy) for name in (CLOCK, "review_notice"))
    return next(ends) < next(ends)


def _to_ask(tx: Tx, ticket: Ticket) -> list[Seat]:
    """Whoever complains on a ticket is no witness of it."""
    parties = {party.conversation_id for party in rows.parties(tx, ticket.no)}
    return [seat for seat in sites.seats_of(tx, ticket.no) if seat.conversation_id not in parties]


def _ask(tx: Tx, ticket: Ticket, seats: list[Seat], key: str, tools: Tools) -> None:
    due = clocks.start(tx, ticket.no, CLOCK, notices.policy_of(tx, ticket, tools), tools)
    names = "、".join(seat.name for seat in seats)
    tickets.log(tx, ticket.no, ASKED, tickets.BOT, tools, leaders=[seat.leader_id for seat in seats], names=names)
    photos = [one for one in evidence.of_ticket(tx, ticket.no) if papers.on_sheet(one)]
    media = tuple((one.kind, one.media_key) for one in photos[:PHOTOS])
    for seat in seats:
        voice = leader_words.voice_of(seat, tools)
        text = voice.say(
            f"leader.{key}",
            no=ticket.no,
            facts=_facts(tx, ticket, seat, voice),
            photos=voice.say("leader.photos", count=len(photos)) if photos else "",
            quote=_quote(ticket, voice) if key == "testify_ask" else "",
            when=voice.moment(due or tools.now),
        )
        reply = Reply(text=text, buttons=answers(ticket.no, voice), media=media)
        mail.to_customer(tx, seat.conversation_id, reply, now=tools.now)


def answers(no: str, voice: Voice) -> tuple[tuple[Button, ...], ...]:
    """Give the three answers as buttons."""
    names = [name for name in testimony.ANSWERS if name]
    return (tuple(Button(label=voice.say(f"leader.button_{name}"), tap=f"review:{no}:{name}") for name in names),)


def _facts(tx: Tx, ticket: Ticket, seat: Seat, voice: Voice) -> str:
    """Tell whose order it is and what is claimed; the customer's words and number stay with the desk."""
    sited = sites.leads(tx, seat.leader_id, ticket.no)
    lines = [leader_words.problem(line, voice) for line in ticket_lines.of_ticket(tx, ticket.no)]
    head = [sited.site_no, leader_words.who(sited, voice)] if sited else []
    return " · ".join(part for part in (*head, "；".join(lines)) if part)


def _quote(ticket: Ticket, voice: Voice) -> str:
    """Quote the customer where the leader is named as told; anything else said of the leader is not passed on."""
    told = voice.say("leader.told_words").split("|")
    said = [part.strip() for _, text in ticket.said for part in SENTENCE.findall(phones.covered(text))]
    found = [part for part in said if any(word in part.casefold() for word in told)]
    return voice.say("leader.quote", text=found[-1][: testimony.SHORT]) if found else ""


def heard(tx: Tx, no: str, conversation: Conversation, answer: str, text: str, tools: Tools) -> str:
    """Book a leader's word: yes, no, unsure, or "" for free words; return the name of what the leader is told.

    "none" where this leader was not asked, or no longer leads the site; "late" where the ticket is decided.
    """
    number = conversation.leader_id
    sited = sites.leads(tx, number, no) if number is not None else None
    if sited is None or number not in testimony.asked(tx, no):
        return "none"
    by = By(actor=f"leader:{conversation.channel}:{conversation.account}", name=conversation.leader_name)
    _book(tx, sited.ticket, by, answer, text, tools)
    return (answer or "words") if sited.ticket.state in tickets.DECIDABLE else "late"


def vouched(tx: Tx, no: str, by: By, tools: Tools) -> None:
    """Take it as a yes when the leader files the very claim on which the word is awaited."""
    if testimony.running(tx, no):
        _book(tx, tickets.must(tx, no), by, "yes", "", tools)


def remarked(tx: Tx, no: str, by: By, text: str, tools: Tools) -> None:
    """Take what a leader adds to a ticket, as when a list names it, for the word if one is awaited."""
    if by.actor.startswith("leader:") and testimony.running(tx, no):
        _book(tx, tickets.must(tx, no), by, "", text, tools)


def _book(tx: Tx, ticket: Ticket, by: By, answer: str, text: str, tools: Tools) -> None:
    tickets.log(tx, ticket.no, SAID, by, tools, answer=answer, text=text, name=by.name)
    awaited = testimony.running(tx, ticket.no) is not None
    clocks.stop(tx, ticket.no, [CLOCK], tools)
    if ticket.owner_id and ticket.state in tickets.DECIDABLE:
        said = list(testimony.lines(tx, ticket.no, notices.policy_of(tx, ticket, tools), tools.now))[-1]
        text = wording.say(testimony.LANGUAGE, "leader.note", no=ticket.no, said=said)
        desk_mail.note(tx, ticket, text, tools, mentions=[(ticket.owner_id, ticket.owner_name or "")])
    _pass_on(tx, ticket, tools, awaited=awaited)


def silent(tx: Tx, ticket: Ticket, name: str, tools: Tools) -> None:
    """Go on without the leader when the clock runs out."""
    clocks.stop(tx, ticket.no, [name], tools)
    names = "、".join(seat.name for seat in _to_ask(tx, ticket))
    tickets.log(tx, ticket.no, SILENT, tickets.CLOCK, tools, names=names)
    _pass_on(tx, ticket, tools, awaited=True)


def _pass_on(tx: Tx, ticket: Ticket, tools: Tools, *, awaited: bool) -> None:
    """Bring the ticket to the desk, or let the bot decide, as it would have been without a leader."""
    waits = ticket.state in ("queued", "waiting_customer") and ticket.owner_id is None and not ticket.raised
    if not (awaited and waits) or automatic.grant(tx, ticket.no, tools, tell=True):
        desk_mail.refresh(tx, ticket.no, tools)
        return
    if ticket.answered_at is None and clocks.due_of(tx, ticket.no, *clocks.TO_ANSWER) is None:
        policy = notices.policy_of(tx, ticket, tools)
        for clock in queueing.human_clocks(ticket):
            clocks.start(tx, ticket.no, clock, policy, tools)
        clocks.refresh(tx, ticket.no)
    queueing.show_new(tx, ticket.no, tools)
