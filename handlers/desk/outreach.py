"""Talks that an agent begins: with the customer of a ticket that is closed, or with one known by name or number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from handlers.cases import filing
from handlers.cases.recording import Filing
from handlers.claims import claim as claims
from handlers.claims.claim import Claim
from handlers.context import TurnContext
from handlers.desk import assignment
from handlers.desk.request import ActionRequest, Answer, ask, told
from handlers.messages import mailboxes, ticket_numbers
from handlers.messages.models import DeskInbound
from handlers.tickets import clocks, lifecycle
from handlers.tickets.lifecycle import By
from handlers.tickets.notices import PHONE
from storage import conversations, orders
from storage import tickets as rows
from storage.conversations import Conversation
from storage.database import Tx
from storage.desk import search
from storage.orders import Order

WHY = "talk"
MOST = 8  # customers to choose from
RECENT = timedelta(days=60)  # how far back orders are looked for


def command(tx: Tx, inbound: DeskInbound, by: By, context: TurnContext) -> Answer:
    """Begin a talk with the person whom the words name: a ticket's number, a name, a pickup number, a phone tail."""
    words = inbound.text.split()
    if not words:
        return told("talk_usage", alert=True)
    if no := ticket_numbers.parse(inbound.text):
        ticket = rows.get(tx, no)
        if ticket is None or ticket.desk != inbound.desk:
            return told("no_such_ticket", alert=True, number=no)
        return _begin(tx, inbound, by, ticket.conversation_id, ticket.order_no or "", context)
    found = _known(tx, inbound, words, context)
    if not found and len(words) > 1 and _known(tx, inbound, words[:1], context):
        return told("talk_apart", alert=True, who=words[0])
    if not found:
        return told("talk_nobody", alert=True, words=inbound.text)
    if len(found) > 1:
        return _which(tx, inbound, found, context)
    return _begin(tx, inbound, by, *found[0], context)


def tapped(tx: Tx, inbound: DeskInbound, chosen: str, by: By, context: TurnContext) -> Answer:
    """Begin a talk by a button: of a ticket, or of one of several customers as CONVERSATION[:ORDER]."""
    number, _, order_no = chosen.partition(":")
    if no := ticket_numbers.parse(number):
        return command(tx, replace(inbound, text=no), by, context)
    try:
        talk = conversations.by_id(tx, int(number)) if number.isdecimal() and len(number) < 12 else None
    except LookupError:
        talk = None
    if talk is None or lifecycle.desk_of(talk.channel) != inbound.desk:
        return told("stale", alert=True)
    return _begin(tx, inbound, by, talk.id, order_no, context)


def _known(tx: Tx, inbound: DeskInbound, words: Sequence[str], context: TurnContext) -> list[tuple[int, str]]:
    """Return the conversations that the words mean, each with the order it is about, the newest first."""
    found: dict[int, str] = {}
    for ticket in search.find(tx, inbound.desk, words, limit=MOST * 3):
        found.setdefault(ticket.conversation_id, ticket.order_no or "")
    if len(words) == 1:
        sample = orders.sampled(inbound.desk)
        since = context.now - RECENT
        for number in search.orders_by(tx, words[0], since=since, sample=sample, limit=MOST):
            order = orders.by_number(tx, number, sample=sample)
            for talk in search.conversations_of(tx, order.buyer_phone, sample=sample) if order else ():
                found.setdefault(talk, number)
    for talk in search.conversations_called(tx, " ".join(words), limit=MOST):
        found.setdefault(talk, "")
    known = {number: conversations.by_id(tx, number) for number in found}
    here = [
        number
        for number, talk in known.items()
        if talk.channel != PHONE and lifecycle.desk_of(talk.channel) == inbound.desk
    ]
    return [(number, found[number]) for number in here][:MOST]


def _which(tx: Tx, inbound: DeskInbound, found: Sequence[tuple[int, str]], context: TurnContext) -> Answer:
    buttons = []
    for number, order_no in found:
        talk = conversations.by_id(tx, number)
        order = orders.by_number(tx, order_no, sample=orders.sampled(inbound.desk)) if order_no else None
        tap = f"talk:{number}:{order_no}"
        buttons.append([[_named(talk, order), tap if len(tap.encode()) <= 64 else f"talk:{number}"]])
    payload = {"text": told("talk_which", name=inbound.name, words=inbound.text).text, "buttons": buttons}
    mailboxes.to_desk(tx, inbound.desk, "", "note", payload, now=context.now)
    return told("talk_asked", alert=True)


def _named(talk: Conversation, order: Order | None) -> str:
    pickup = told("pickup_no", number=order.participate_no).text if order and order.participate_no else ""
    items = "、".join(line.item for line in order.lines[:2]) if order else ""
    name = talk.leader_name or talk.customer_name or talk.name or talk.account
    return " · ".join(part for part in (name, pickup, items) if part)[:60]


def _begin(tx: Tx, inbound: DeskInbound, by: By, conversation_id: int, order_no: str, context: TurnContext) -> Answer:
    """Use the open ticket of the talk, else raise one that is about no claim; the agent has it and writes first."""
    talk = conversations.by_id(tx, conversation_id)
    if talk.channel == PHONE:
        return told("talk_by_phone", alert=True)
    open_ = [one for one in rows.of_conversation(tx, talk.id) if one.state in rows.OPEN and one.desk == inbound.desk]
    mine = [one for one in open_ if one.owner_id == inbound.user]
    free = [one for one in open_ if one.owner_id is None and one.state in rows.UNPICKED]
    ticket = next(iter([*mine, *free, *open_]), None)
    no = ticket.no if ticket else _raise(tx, inbound, talk, order_no, context)
    request = ActionRequest(
        tx=tx, ticket=lifecycle.must(tx, no), desk=inbound.desk, user=inbound.user, by=by,
        supervisor=inbound.supervisor, context=context, argument=assignment.NEXT, key=inbound.key,
    )  # fmt: skip
    if not request.owns:
        answer = assignment.pick(request)
        if lifecycle.must(tx, no).owner_id != inbound.user:
            return answer
    if ticket is None:
        rows.change(tx, no, answered_at=context.now)
        clocks.stop(tx, no, clocks.TO_ANSWER, context)
        spoken = replace(claims.from_json(talk.talk), ticket_no=no)  # what the customer answers is about this
        conversations.save(tx, talk.id, claims.to_json(spoken), now=context.now)
    ask(replace(request, ticket=lifecycle.must(tx, no)), "ask", "ask_talk", customer=_named(talk, None))
    return told("talk_begun", no=no)


def _raise(tx: Tx, inbound: DeskInbound, talk: Conversation, order_no: str, context: TurnContext) -> str:
    order = orders.by_number(tx, order_no, sample=orders.sampled(inbound.desk)) if order_no else None
    at = context.now.isoformat()
    filed = Filing(
        claim=Claim(id=context.new_id(), order_no=order.order_no if order else "", opened_at=at),
        conversation_id=talk.id,
        channel=talk.channel,
        account=talk.account,
        order=order,
        customer_id=talk.customer_id,
        leader_id=talk.leader_id,
        language=claims.from_json(talk.talk).language or "zh",
        desk=inbound.desk,
    )
    return filing.raise_ticket(tx, filed, why=WHY, context=context)
