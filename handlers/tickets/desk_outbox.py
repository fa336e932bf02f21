"""What is sent to a desk: cards, notes, questions, relayed words, pages, and the board."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime
from typing import Any

from handlers.context import Touched, TurnContext
from handlers.messages import mailboxes, texts
from handlers.messages.models import Button
from handlers.policy import calendar
from handlers.policy.policy import Policy
from handlers.tickets import lifecycle
from storage import outbox, people
from storage import tickets as rows
from storage.database import Tx
from storage.desk import desk_messages
from storage.people import Member
from storage.tickets import Ticket

_SPOKEN: ContextVar[str] = ContextVar("language of the desk", default="zh")
RANK_OF_CARDS = 2  # safety, major and special groups get a card by themselves


def speak(policy: Policy) -> None:
    """Set the policy's language for all texts to the desk from here on: each turn begins with it."""
    _SPOKEN.set(policy.desk.language)


def language() -> str:
    """Return the language that the desk is spoken to in."""
    return _SPOKEN.get()


def spoken(key: str) -> frozenset[str]:
    """Return the words that agents may answer with, in every language."""
    every = (texts.say(one, f"desk.{key}", texts=texts.NONE) for one in texts.languages())
    return frozenset(word for said in every for word in said.split("|"))


def say(key: str, **values: object) -> str:
    """Return a text of the desk."""
    return texts.say(language(), f"desk.{key}", texts=texts.NONE, **values)


def remedy(code: str) -> str:
    """Return a remedy's name at the desk."""
    return texts.say(language(), f"remedy.{code}")


def button(key: str, tap: str, **values: object) -> Button:
    """Return a button of the desk, labelled by its text."""
    return Button(label=say(key, **values), tap=tap)


def deserves_card(ticket: Ticket) -> bool:
    """Return whether a ticket comes to the desk as a card by itself; everything else waits on the board."""
    return ticket.rank <= RANK_OF_CARDS or ticket.raised or ticket.state == "appealed" or ticket.owner_id is not None


def has_card(tx: Tx, ticket: Ticket) -> bool:
    """Return whether a ticket has a card at the desk: it came by itself, was picked up, or was asked for."""
    if deserves_card(ticket) or ticket.state not in rows.UNPICKED:
        return True
    return desk_messages.newest(tx, ticket.desk, "card", ticket.no) is not None


def card(tx: Tx, no: str, context: TurnContext, *, mentions: Sequence[Member] = ()) -> None:
    """Send a ticket's card; it is drawn from the rows when it is sent."""
    ticket = lifecycle.must(tx, no)
    payload = {"severity": ticket.severity, "mentions": _named(mentions)}
    mailboxes.to_desk(tx, ticket.desk, no, "card", payload, now=context.now)


def collecting(context: TurnContext) -> TurnContext:
    """Return a context that collects touched cards and boards; `redraw` then draws each once."""
    return context if context.touched else replace(context, touched=Touched())


def redraw(tx: Tx, context: TurnContext) -> None:
    """Have the cards and boards drawn anew that were touched since `collecting`."""
    touched = context.touched
    if touched is None:
        return
    context = replace(context, touched=None)
    for no in touched.tickets:
        refresh(tx, no, context)
    for desk in touched.desks:
        board(tx, desk, context)
    touched.tickets.clear()
    touched.desks.clear()


def refresh(tx: Tx, no: str, context: TurnContext) -> None:
    """Have a ticket's card drawn anew where there is one, and the board with it."""
    if context.touched is not None:
        context.touched.tickets[no] = None
        return
    ticket = lifecycle.must(tx, no)
    if has_card(tx, ticket):
        # one waiting refresh is enough: the card is drawn from the rows when it leaves
        outbox.take_back(tx, mailboxes.desk_box(ticket.desk, no), "refresh")
        mailboxes.to_desk(tx, ticket.desk, no, "refresh", {"severity": ticket.severity}, now=context.now)
    board(tx, ticket.desk, context)


def board(tx: Tx, desk: str, context: TurnContext) -> None:
    """Have the board drawn anew."""
    if context.touched is not None:
        context.touched.desks[desk] = None
        return
    mailboxes.redraw_board(tx, desk, now=context.now)


def note(
    tx: Tx,
    ticket: Ticket,
    text: str,
    context: TurnContext,
    *,
    buttons: Sequence[Sequence[Button]] = (),
    question: Mapping[str, Any] | None = None,
    mentions: Sequence[tuple[str, str]] = (),
    pair: Sequence[tuple[str, str]] = (),
) -> None:
    """Send a line about a ticket into its thread; with `question`, a reply to it completes that action.

    `pair`: two stored photos, key and caption of each, that are shown side by side on one picture.
    """
    payload: dict[str, Any] = {"text": text, "buttons": _rows(buttons), "mentions": [list(one) for one in mentions]}
    if pair:
        payload["pair"] = [list(one) for one in pair]
    if question is not None:
        payload["question"] = {"ticket": ticket.no, **question}
    mailboxes.to_desk(tx, ticket.desk, ticket.no, "note", payload, now=context.now)


def relay(tx: Tx, ticket: Ticket, text: str, context: TurnContext, *, media: Sequence[tuple[str, str]] = ()) -> None:
    """Send the customer's words and stored media (kind, key) under the card."""
    payload = {"text": text, "media": [list(item) for item in media]}
    mailboxes.to_desk(tx, ticket.desk, ticket.no, "relay", payload, now=context.now)


def page(tx: Tx, ticket: Ticket, text: str, whom: Sequence[Member], context: TurnContext) -> None:
    """Call people by name to a ticket."""
    take = button("act_pick", f"pick:{ticket.no}")
    payload = {"text": text, "mentions": _named(whom), "buttons": _rows([[take]]), "severity": ticket.severity}
    mailboxes.to_desk(tx, ticket.desk, ticket.no, "page", payload, now=context.now)


def supervisors(tx: Tx, desk: str) -> list[Member]:
    """Return the supervisors of a desk."""
    return [member for member in people.staff_of(tx, desk) if member.role == "supervisor"]


def agents(tx: Tx, desk: str) -> list[Member]:
    """Return the staff of a desk who are not supervisors."""
    return [member for member in people.staff_of(tx, desk) if member.role != "supervisor"]


def _named(members: Sequence[Member]) -> list[list[str]]:
    return [[member.user_id, member.name] for member in members]


def _rows(buttons: Sequence[Sequence[Button]]) -> list[list[list[str]]]:
    return [[[one.label, one.tap] for one in row] for row in buttons]


def moment(when: datetime, policy: Policy, now: datetime) -> str:
    """Return a time as the desk writes it, in the business's time zone."""
    return texts.moment(when, language(), now, calendar.zone(policy))
