"""Whoever writes a leader's list down: the talk it belongs to, and the orders seen so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from handlers.cases import filing, ticket_lines
from handlers.claims import lookup
from handlers.claims.claim import Claim, Talk
from handlers.claims.voice import Voice
from handlers.context import TurnContext
from handlers.dialogue.lists.lookup import of_leader
from handlers.messages.models import Inbound
from storage import people
from storage.conversations import Conversation
from storage.database import Tx
from storage.orders import Order


@dataclass(slots=True, kw_only=True)
class Clerk:
    """Whoever writes a leader's list down: the talk it belongs to and the orders seen so far."""

    tx: Tx
    conversation: Conversation
    inbound: Inbound
    talk: Talk
    context: TurnContext
    voice: Voice
    orders: dict[str, Order | None] = field(default_factory=dict)

    def order(self, number: str) -> Order | None:
        """Return an order of the leader's own sites; no other comes out of here."""
        if number not in self.orders:
            self.orders[number] = of_leader(self.tx, self.conversation, number)
        return self.orders[number]

    def filing_of(self, claim: Claim) -> filing.Filing:
        """Put a claim together with its order and buyer."""
        order = self.order(claim.order_no) if claim.order_no else None
        buyer = None
        if order and order.buyer_phone:
            now = self.context.now
            buyer = people.customer(self.tx, order.buyer_phone, order.buyer_name, sample=order.sample, now=now).id
        claimed = lookup.claimed(self.tx, claim.order_no, but=claim.ticket_no) if order else {}
        return filing.Filing(
            claim=claim,
            conversation_id=self.conversation.id,
            channel=self.conversation.channel,
            account=self.conversation.account,
            order=order,
            customer_id=buyer,
            leader_id=self.conversation.leader_id,
            language=self.talk.language or "zh",
            lines=ticket_lines.lines_of(claim, order, claimed, self.voice),
            quiet=True,
        )
