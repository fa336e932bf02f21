"""A reply at the desk: it completes a question, or goes to the customer of exactly one ticket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from handlers.cases import appeals
from handlers.context import TurnContext
from handlers.desk import assignment, granting, held_words, relay, ruling_words, rulings
from handlers.desk.held_words import WHICH
from handlers.desk.request import ActionRequest, Answer, ask, told
from handlers.messages import ticket_numbers
from handlers.messages.models import DeskInbound
from handlers.nlu import agent_commands
from handlers.tickets import desk_outbox, lifecycle, notices
from storage import events
from storage import tickets as rows
from storage.database import Tx
from storage.desk.desk_messages import DeskMessage
from storage.tickets import Ticket

ANSWERED = frozenset({"card", "relay", "page", "topic", "question"})  # a reply to a mere note reaches no customer
LISTS = frozenset({"board", "joined"})  # messages about many tickets, even while they name only one


def tickets_meant(tx: Tx, inbound: DeskInbound, message: DeskMessage | None) -> list[str]:
    """Return the tickets of this desk that a reply may be about: its message's, else those that the quoted text names.

    Text that names no ticket of this desk means none.
    """
    if message and message.ticket_no:
        numbers = [message.ticket_no]
    elif message and "tickets" in message.data:
        numbers = list(message.data["tickets"])
    else:
        numbers = ticket_numbers.find(inbound.quoted)
    known = (rows.get(tx, no) for no in dict.fromkeys(numbers))
    return [ticket.no for ticket in known if ticket and ticket.desk == inbound.desk]


def to_list(inbound: DeskInbound, message: DeskMessage | None) -> bool:
    """Return whether a reply is to the board or to a list of tickets."""
    if message:
        return message.kind in LISTS or (message.kind == "note" and message.ticket_no is None)
    return len(set(ticket_numbers.find(inbound.quoted))) > 1


def question_of(tx: Tx, ticket: Ticket, message: DeskMessage | None, quoted: str) -> Mapping[str, Any]:
    """Return the question that a reply answers; nothing where it is none."""
    return message.data if message and message.kind == "question" else _asked(tx, ticket, quoted)


def _asked(tx: Tx, ticket: Ticket, quoted: str) -> Mapping[str, Any]:
    """Find the question that a quoted text is, when the message's id is not known."""
    plain = " ".join(quoted.split())
    asked = [event.data for event in events.of_ticket(tx, ticket.no) if event.kind == "question"]
    return next((data for data in reversed(asked) if plain and " ".join(data["text"].split()) == plain), {})


def unclear(tx: Tx, inbound: DeskInbound, message: DeskMessage | None, context: TurnContext) -> Answer | None:
    """Ask to whom a reply goes where it may be for several; None when it is for exactly one ticket."""
    meant = tickets_meant(tx, inbound, message)
    if message and message.kind == "question" and message.data.get("action") == WHICH:
        return _picked(tx, inbound, message, context)
    if len(meant) == 1 and not (message and message.kind in LISTS):
        return None
    if not inbound.text and not inbound.media:
        return Answer()
    return held_words.which(tx, inbound, meant, context)


def _picked(tx: Tx, inbound: DeskInbound, message: DeskMessage, context: TurnContext) -> Answer:
    """Take a reply to the question which ticket is meant: new words wait as the first did."""
    return held_words.which(tx, inbound, list(message.data.get("tickets", ())), context)


def converse(request: ActionRequest) -> Answer:
    """Bring words to the customer; those that read like a decision are asked about first."""
    asked = _asked_first(request)
    return relay.relay(request) if asked is None else asked


def _asked_first(request: ActionRequest) -> Answer | None:
    return _as_decision(request) if not request.media and relay.may_speak(request) else None


def _as_decision(request: ActionRequest) -> Answer | None:
    """Ask whether words are for the customer or a decision; None when they do not read like one."""
    ticket, policy = request.ticket, notices.policy_of(request.tx, request.ticket, request.context)
    if ticket.state not in rows.OPEN or appeals.barred(request.tx, ticket, request.by.actor):
        return None
    standing: list[list[str]] = []
    if ruling_words.bare(request, request.words):
        found = ruling_words.plan(request, request.words)
        key = "ask_unread_decision" if isinstance(found, Answer) else "ask_decision"
        if isinstance(found, Answer):
            what = found.text
        else:
            what, standing = ruling_words.repeated(request, found.rulings), ruling_words.standing(found.rulings)
    elif agent_commands.refuses(request.words, policy.rules):
        what, key = desk_outbox.say("act_refuse"), "ask_decision"
    else:
        return None
    if not granting.lines_by_mark(request, ""):
        return None
    row = [
        desk_outbox.button("act_say", f"say:{request.no}"),
        desk_outbox.button("act_decide", f"decide:{request.no}"),
    ]
    kept = held_words.kept(request.words, request.media, request.key)
    text = held_words.shortened(request.words, request.media)
    ask(request, "say", key, buttons=[row], more={**kept, "shown": what, "standing": standing}, text=text, what=what)
    return Answer()


def say(request: ActionRequest) -> Answer:
    """Send held words to the customer of the ticket that was chosen."""
    first = request.asked.get("action") == WHICH
    return held_words.release(request, _conversed if first else _relayed)


def _conversed(request: ActionRequest) -> Answer:
    asked = _asked_first(request)
    return _relayed(request) if asked is None else asked


def _relayed(request: ActionRequest) -> Answer:
    answer = relay.relay(request)
    return answer if answer.text else told("said", no=request.no)


def decide(request: ActionRequest) -> Answer:
    """Take held words as the decision that they read like."""
    return held_words.release(request, _decided)


def edited(request: ActionRequest, first: str) -> Answer:
    """Ask whether the customer is to get the edited words too; `first` is the key of the message as it was sent.

    What was no word to the customer has been acted on, and is not done again.
    """
    sent = [event for event in events.of_ticket(request.tx, request.no) if event.kind == "told"]
    told_before = next((event for event in reversed(sent) if event.data.get("message") == first), None)
    if told_before is None:
        return told("edit_not_taken", alert=True, no=request.no)
    if request.words == told_before.data["text"] or not request.words:
        return Answer()
    kept = held_words.kept(desk_outbox.say("corrected_words", text=request.words), (), request.key)
    button = desk_outbox.button("act_say", f"say:{request.no}")
    ask(request, "say", "ask_edit", buttons=[[button]], more=kept, text=held_words.shortened(request.words, ()))
    return Answer()


def held_reply(request: ActionRequest) -> Answer:
    """Take a reply to the question what to do with held words; anything but a choice is said anew."""
    plain = request.words.strip().rstrip("。.!！").casefold()
    for key, choose in (("words_say", say), ("words_decide", decide)):
        if plain in desk_outbox.spoken(key):
            return choose(request)
    return converse(request)


def _decided(request: ActionRequest) -> Answer:
    if request.ticket.owner_id is None and request.ticket.state in rows.UNPICKED:
        picked = assignment.pick(request)
        request = replace(request, ticket=lifecycle.must(request.tx, request.no))
        if not request.owns:
            return picked
    if not (request.owns or request.supervisor):
        return told("not_yours", alert=True, no=request.no, name=request.ticket.owner_name or "")
    if not ruling_words.bare(request, request.words):
        return rulings.refuse_words(replace(request, given=""))
    found = ruling_words.plan(request, request.words)
    if isinstance(found, Answer):
        return rulings.change(request) if granting.lines_by_mark(request, "") else found
    if not rulings.unchanged(request, found, request.asked):
        return rulings.change_words(request)
    return granting.decide(request, found.telling(words=False))
