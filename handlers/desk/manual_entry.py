"""Claims that an agent enters by hand: by phone, mail or at the counter (R170-R172)."""

from __future__ import annotations

from dataclasses import replace

from handlers.cases import filing, ticket_lines
from handlers.cases.filing import Filing
from handlers.claims import slot_filling
from handlers.claims.claim import Claim
from handlers.claims.voice import Voice
from handlers.context import TurnContext
from handlers.desk import assignment
from handlers.desk.request import ActionRequest, Answer, told
from handlers.messages.models import DeskInbound
from handlers.nlu.reading import read
from handlers.policy import calendar
from handlers.policy.lexicons import lexicon_of
from handlers.tickets import lifecycle
from handlers.tickets.lifecycle import By
from handlers.tickets.notices import PHONE
from storage import conversations, orders
from storage.database import Tx
from storage.orders import Order

CATCH_ALL = "other"


def new(tx: Tx, inbound: DeskInbound, by: By, context: TurnContext) -> Answer:
    """Enter a claim as `ORDER words`, read like a customer's message; the agent owns it at once."""
    number, _, words = inbound.text.partition(" ")
    if not number or not words.strip():
        return told("new_usage", alert=True)
    order = orders.by_number(tx, number, sample=orders.sampled(inbound.desk))
    if order is None:
        return told("new_no_order", alert=True, number=number)
    claim = _read(words.strip(), order, context)
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
