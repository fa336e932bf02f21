"""The line of a card that says what a ticket cost so far."""

from __future__ import annotations

from collections import defaultdict

from handlers.messages.money import money
from handlers.tickets import desk_outbox
from storage.database import Tx
from storage.money import costs
from storage.tickets import Ticket

KINDS = ("refund", "freight", "coupon", "goods", "labour", "recovery")


def spent(tx: Tx, ticket: Ticket) -> str:
    """Return what a ticket cost so far, by kind; what suppliers and carriers gave back is taken off."""
    by_kind: defaultdict[str, int] = defaultdict(int)
    for (_, kind), amount in costs.sums(tx, ticket.no).items():
        by_kind[kind] += amount
    language = desk_outbox.language()
    parts = [f"{desk_outbox.say(f'cost_{kind}')} {money(by_kind[kind], language)}" for kind in KINDS if by_kind[kind]]
    whole = money(sum(by_kind.values()), language)
    return desk_outbox.say("costs", sum=whole, parts="、".join(parts)) if parts else ""
