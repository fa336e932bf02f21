"""Orders that somebody guesses at: tries are counted over all accounts, and the owner and the desk are informed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from handlers.context import TurnContext
from handlers.messages import mailboxes, texts
from handlers.messages.models import Reply
from handlers.tickets import desk_outbox
from handlers.tickets.lifecycle import desk_of
from storage import conversations, order_guard, orders
from storage.database import Tx

MOST, WITHIN = 10, timedelta(days=1)  # failed tries of any accounts on one order, and in what time, that close it

SURGE = 100  # failed proofs of all accounts on all orders within that time that the desk hears of, once in it


def guessed(tx: Tx, order_nos: Sequence[str], channel: str, context: TurnContext) -> None:
    """Count a failed try on each order. One that closes it is told to its buyer's chats and to the desk, once.

    The desk hears too when far more proofs fail, over all orders, than people's slips explain.
    """
    if order_nos and order_guard.surges(tx, at=context.now, most=SURGE, within=WITHIN):
        text = desk_outbox.say("many_guesses", count=SURGE)
        mailboxes.to_desk(tx, desk_of(channel), "", "note", {"text": text}, now=context.now)
    for number in order_guard.failed(tx, order_nos, at=context.now, most=MOST, within=WITHIN):
        text = desk_outbox.say("order_closed", order=number, count=MOST)
        mailboxes.to_desk(tx, desk_of(channel), "", "note", {"text": text}, now=context.now)
        order = orders.by_number(tx, number, sample=orders.sampled(channel))
        for chat in conversations.of_buyer(tx, order.buyer_phone, sample=order.sample) if order else ():
            known = str(chat.talk.get("language") or "zh")
            text = texts.say(known, "notice.order_closed", order=number)
            mailboxes.to_customer(tx, chat.id, Reply(text=text), now=context.now)
