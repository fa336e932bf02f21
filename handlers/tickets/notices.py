"""Notices that customers and leaders get about a ticket without having asked, in the ticket's language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from handlers.context import TurnContext
from handlers.messages import mailboxes, texts
from handlers.messages.models import Button, Reply
from handlers.policy import calendar
from handlers.policy.policy import Policy
from handlers.tickets import desk_outbox
from storage import events, outbox, tickets
from storage.database import Tx
from storage.tickets import Party, Ticket

PHONE = "phone"  # a channel without a door: an agent has to call
SCORES = (5, 4, 3, 1)
FAR = timedelta(days=1)  # a block longer than this waits for the customer's word
Buttons = tuple[tuple[Button, ...], ...]


def policy_of(tx: Tx, ticket: Ticket, context: TurnContext) -> Policy:
    """Return the policy that a ticket keeps for life."""
    return context.policy_of(tx, ticket.policy_hash)


def words(tx: Tx, ticket: Ticket, key: str, context: TurnContext, **values: object) -> str:
    """Return a text in the ticket's language, the policy's own wording first."""
    own = policy_of(tx, ticket, context).texts.get(ticket.language, {})
    return texts.say(ticket.language, key, texts=own, **values)


def tell(
    tx: Tx,
    ticket: Ticket,
    key: str,
    context: TurnContext,
    *,
    buttons: Buttons = (),
    safety: bool = False,
    decision: str = "",
    **values: object,
) -> None:
    """Post a notice to everyone who complained on this ticket; `decision` names the decision in few words."""
    text = words(tx, ticket, key, context, no=ticket.no, **values).rstrip()  # an empty question leaves a space
    post(tx, ticket, Reply(text=text, buttons=buttons, decision=decision), context, safety=safety)


def post(
    tx: Tx,
    ticket: Ticket,
    reply: Reply,
    context: TurnContext,
    *,
    only: Iterable[int] | None = None,
    safety: bool = False,
) -> None:
    """Post a reply to the conversations of a ticket (only these)."""
    wanted = None if only is None else set(only)
    for party in tickets.parties(tx, ticket.no):
        if wanted is None or party.conversation_id in wanted:
            _post(tx, ticket, party, reply, context, safety)


def _post(tx: Tx, ticket: Ticket, party: Party, reply: Reply, context: TurnContext, safety: bool) -> None:
    if party.channel == PHONE:
        text = texts.say(desk_outbox.language(), "desk.call_customer", no=ticket.no, text=reply.text)
        mailboxes.to_desk(tx, ticket.desk, ticket.no, "note", {"text": text}, now=context.now)
        return
    # an account that cannot be written to now is tried again: a decision may go another way, and the desk is informed
    outbox.lift(tx, mailboxes.chat_box(party.conversation_id), beyond=context.now + FAR)
    mailboxes.to_customer(tx, party.conversation_id, replace(reply, ticket=ticket.no), now=context.now, safety=safety)


def survey(tx: Tx, ticket: Ticket, context: TurnContext) -> Buttons:
    """Return the buttons that ask for satisfaction.

    None for safety, minors, once rated, and where the policy asks nothing.
    """
    policy = policy_of(tx, ticket, context)
    if ticket.severity == "safety" or policy.wants_guardian(ticket.special) or not policy.survey.enabled:
        return ()
    if events.happened(tx, ticket.no, "rated"):
        return ()
    row = [Button(label=words(tx, ticket, f"notice.rate_{n}", context), tap=f"rate:{ticket.no}:{n}") for n in SCORES]
    return (tuple(row),)


def button(tx: Tx, ticket: Ticket, key: str, tap: str, context: TurnContext) -> Button:
    """Return a button for the customer."""
    return Button(label=words(tx, ticket, key, context), tap=tap)


def day(tx: Tx, ticket: Ticket, when: datetime, context: TurnContext) -> str:
    """Return a day for the customer."""
    zone = calendar.zone(policy_of(tx, ticket, context))
    return texts.day(when, ticket.language, context.now, zone)


def moment(tx: Tx, ticket: Ticket, when: datetime, context: TurnContext) -> str:
    """Return a time for the customer."""
    zone = calendar.zone(policy_of(tx, ticket, context))
    return texts.moment(when, ticket.language, context.now, zone)


def listed(tx: Tx, ticket: Ticket, parts: Sequence[str], context: TurnContext) -> str:
    """Return parts of a sentence joined as the language does."""
    return words(tx, ticket, "notice.joint", context).join(parts)


def midnight(context: TurnContext) -> datetime:
    """Return the beginning of today where the business is."""
    here = context.now.astimezone(calendar.zone(context.policy))
    return here.replace(hour=0, minute=0, second=0, microsecond=0)
