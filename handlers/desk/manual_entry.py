"""Claims that an agent enters by hand: by phone, mail or at the counter."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from handlers.cases import filing, ticket_lines
from handlers.cases.recording import Filing
from handlers.claims import slot_filling
from handlers.claims.claim import Claim
from handlers.claims.voice import Voice
from handlers.context import TurnContext
from handlers.desk import assignment
from handlers.desk.request import ActionRequest, Answer, told
from handlers.messages import mailboxes
from handlers.messages.models import DeskInbound
from handlers.nlu.reading import read
from handlers.policy import calendar
from handlers.policy.lexicons import lexicon_of
from handlers.tickets import lifecycle
from handlers.tickets.lifecycle import By
from handlers.tickets.notices import PHONE
from storage import conversations, orders
from storage.database import Tx
from storage.desk import desk_messages, search
from storage.orders import Order

RECENT = timedelta(days=60)  # how far back an order is looked for by anything but its number
MOST, MOST_TAP = 8, 60  # orders to choose from, and bytes of a number that fit into a button
CATCH_ALL = "other"


def new(tx: Tx, inbound: DeskInbound, by: By, context: TurnContext) -> Answer:
    """Enter a claim as `ORDER words`, read like a customer's message; the agent owns it at once.

    The order may be named by its number, or by pickup number, phone tail or buyer's name: then it is asked which.
    """
    number, _, words = inbound.text.partition(" ")
    if not number:
        return told("new_usage", alert=True)
    sample = orders.sampled(inbound.desk)
    order = orders.by_number(tx, number, sample=sample)
    found = [] if order else search.orders_by(tx, number, since=context.now - RECENT, sample=sample, limit=MOST)
    known = [order] if order else [one for no in found if (one := orders.by_number(tx, no, sample=sample))]
    if not known:
        return told("new_no_order", alert=True, number=number)
    if not words.strip():
        who = " / ".join(map(_named, known[:3]))
        return told("new_words", alert=True, number=number, who=who)
    if len(known) == 1:
        return _enter(tx, inbound, known[0], words.strip(), by, context)
    buttons = [[[_named(one), f"new:{one.order_no}"]] for one in known if len(one.order_no.encode()) <= MOST_TAP]
    text = told("new_which", name=inbound.name, number=number, count=len(known)).text
    question = {"action": "new", "user": inbound.user, "given": words.strip()}
    payload = {"text": text, "buttons": buttons, "question": question}
    mailboxes.to_desk(tx, inbound.desk, "", "note", payload, now=context.now)
    return told("new_asked", alert=True)


def chosen(tx: Tx, inbound: DeskInbound, order_no: str, by: By, context: TurnContext) -> Answer:
    """Enter the claim that waits with a question on the order that was tapped, once."""
    message = desk_messages.find(tx, inbound.desk, inbound.reply_to) if inbound.reply_to else None
    data = message.data if message and message.data.get("action") == "new" else {}
    order = orders.by_number(tx, order_no, sample=orders.sampled(inbound.desk))
    if message is None or not data or order is None:
        return told("stale", alert=True)
    if data["user"] != inbound.user:
        return told("not_your_words", alert=True)
    if data.get("done"):
        return told("new_done", alert=True)
    done = {**data, "done": True}
    desk_messages.keep(tx, inbound.desk, message.message_id, kind="question", at=context.now, data=done)
    return _enter(tx, inbound, order, str(data["given"]), by, context)


def _named(order: Order) -> str:
    items = "、".join(line.item for line in order.lines[:2])
    parts = (order.buyer_name, order.site_no, order.order_no, items)
    return " · ".join(part for part in parts if part)[:60]


def _enter(tx: Tx, inbound: DeskInbound, order: Order, words: str, by: By, context: TurnContext) -> Answer:
    claim = _read(words, order, context)
    account = f"{order.order_no}:{claim.id}"
    talk = conversations.open_(tx, PHONE, account, name=order.buyer_name, now=context.now)
    voice = Voice(language="zh", policy=context.policy, now=context.now)
    filed = Filing(
        claim=claim,
        conversation_id=talk.id,
        channel=PHONE,
        account=account,
        order=order,
        desk=inbound.desk,
        lines=ticket_lines.lines_of(claim, order, {}, voice),
    )
    no = filing.raise_ticket(tx, filed, why="phone", context=context)
    if filed.lines:
        filing.file(tx, filed, context)
    request = ActionRequest(
        tx=tx,
        ticket=lifecycle.must(tx, no),
        desk=inbound.desk,
        user=inbound.user,
        by=by,
        supervisor=inbound.supervisor,
        context=context,
    )
    assignment.pick(request)
    return told("new_made", no=no)


def _read(words: str, order: Order, context: TurnContext) -> Claim:
    policy = context.policy
    at = context.now.isoformat()
    today = context.now.astimezone(calendar.zone(policy)).date()
    reading = read(words, [order], lexicon_of(policy), today=today)
    claim = Claim(id=context.new_id(), order_no=order.order_no, opened_at=at, said=((at, words),), photos_waived=True)
    claim = slot_filling.take(claim, reading, order, policy, at=at)
    named = [item if item.problem else replace(item, problem=CATCH_ALL) for item in claim.problems]
    return replace(claim, problems=tuple(named))
