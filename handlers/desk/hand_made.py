"""Claims that an agent enters by hand: by phone, mail or at the counter (R170-R172)."""

from __future__ import annotations

from dataclasses import replace

from handlers.cases import filing, parcels
from handlers.cases.filing import Filing
from handlers.claims import taking
from handlers.claims.claim import Claim
from handlers.claims.summary import Voice
from handlers.desk import picking
from handlers.desk.deeds import Deed, Told, told
from handlers.messages.messages import DeskInbound
from handlers.nlu.reading import read
from handlers.policy import deadlines
from handlers.policy.lexicons import lexicon_of
from handlers.tickets import tickets
from handlers.tickets.notices import PHONE
from handlers.tickets.tickets import By
from handlers.tools import Tools
from storage import conversations, orders
from storage.database import Tx
from storage.orders import Order

SANDBOX = "sandbox"
CATCH_ALL = "other"


def new(tx: Tx, inbound: DeskInbound, by: By, tools: Tools) -> Told:
    """Enter a claim as `ORDER words`, read like a customer's message; the agent owns it at once."""
    number, _, words = inbound.text.partition(" ")
    if not number or not words.strip():
        return told("new_usage", alert=True)
    order = orders.by_number(tx, number, sample=None if inbound.desk == SANDBOX else False)
    if order is None:
        return told("new_no_order", alert=True, number=number)
    claim = _read(words.strip(), order, tools)
    account = f"{order.order_no}:{claim.id}"
    talk = conversations.open_(tx, PHONE, account, name=order.buyer_name, now=tools.now)
    voice = Voice(language="zh", policy=tools.policy, now=tools.now)
    filed = Filing(
        claim=claim,
        conversation_id=talk.id,
        channel=PHONE,
        account=account,
        order=order,
        desk=inbound.desk,
        lines=parcels.lines_of(claim, order, {}, voice),
    )
    no = filing.raise_ticket(tx, filed, why="phone", tools=tools)
    if filed.lines:
        filing.file(tx, filed, tools)
    deed = Deed(
        tx=tx,
        ticket=tickets.must(tx, no),
        desk=inbound.desk,
        user=inbound.user,
        by=by,
        supervisor=inbound.supervisor,
        tools=tools,
    )
    picking.pick(deed)
    return told("new_made", no=no)


def _read(words: str, order: Order, tools: Tools) -> Claim:
    policy = tools.policy
    at = tools.now.isoformat()
    today = tools.now.astimezone(deadlines.zone(policy)).date()
    reading = read(words, [order], lexicon_of(policy), today=today)
    claim = Claim(id=tools.new_id(), order_no=order.order_no, opened_at=at, said=((at, words),), photos_waived=True)
    claim = taking.take(claim, reading, order, policy, at=at)
    named = [item if item.problem else replace(item, problem=CATCH_ALL) for item in claim.problems]
    return replace(claim, problems=tuple(named))
