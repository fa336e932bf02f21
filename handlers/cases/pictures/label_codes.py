"""Codes on a parcel label: the order that they name, if the account may see it without any proof."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from handlers.claims import claim as claims
from handlers.messages.patterns import pattern_of
from storage import conversations, orders
from storage.conversations import Conversation
from storage.database import Tx
from storage.evidence import Evidence
from storage.orders import Order

NUMBER = pattern_of(r"[A-Za-z0-9][A-Za-z0-9-]{5,39}")  # an order number alone, or within an address
MOST = 8  # numbers of one photo that are looked up


def wanted(tx: Tx, piece: Evidence) -> bool:
    """Return whether a photo's codes would help: of a draft without order, from somebody whose orders are known."""
    if piece.side != "customer" or piece.ticket_no is not None or piece.kind not in ("photo", "document"):
        return False
    conversation = conversations.by_id(tx, piece.conversation_id)
    if not (conversation.phone or conversation.leader_id is not None):
        return False  # an account that has proved nothing: a label, which lies about, proves nothing either
    drafts = claims.from_json(conversation.talk).claims
    return any(not one.order_no and not one.ticket_no and piece.id in {p.id for p in one.photos} for one in drafts)


def order_no(tx: Tx, piece: Evidence, codes: Sequence[str]) -> str:
    """Return the one order of the buyer's own, or of the leader's pickup sites, that these codes name; "" for none."""
    conversation = conversations.by_id(tx, piece.conversation_id)
    numbers = [*dict.fromkeys(number for code in codes for number in NUMBER.findall(code))][:MOST]
    found = {order.order_no for order in _own(tx, conversation, numbers)} if numbers else set()
    return found.pop() if len(found) == 1 else ""


def _own(tx: Tx, conversation: Conversation, numbers: Sequence[str]) -> Iterator[Order]:
    sample = orders.sampled(conversation.channel)
    keys = {orders.order_key(number) for number in numbers}
    if conversation.phone:
        bought = orders.of_buyer(tx, conversation.phone, sample=sample)
        yield from (order for order in bought if orders.order_key(order.order_no) in keys)
    if conversation.leader_id is not None:
        led = filter(None, (orders.by_number(tx, number, sample=sample) for number in numbers))
        yield from (order for order in led if order.site_no in conversation.sites)
