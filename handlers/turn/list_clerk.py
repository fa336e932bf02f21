"""What a leader's list is carried out with."""

from __future__ import annotations

from dataclasses import dataclass, field

from handlers.cases import recording, ticket_lines
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
    """What a leader's list is carried out with: its talk, and the orders looked up so far."""

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

    def filing_of(self, claim: Claim) -> recording.Filing:
        """Return a claim with its order and buyer, ready to be filed."""
        order = self.order(claim.order_no) if claim.order_no else None
        buyer = None
        if order and order.buyer_key:
            now = self.context.now
            buyer = people.customer(self.tx, order.buyer_key, order.buyer_name, sample=order.sample, now=now).id
        return ticket_lines.filing_of(
            self.tx,
            claim,
            conversation=self.conversation,
            order=order,
            customer_id=buyer,
            voice=self.voice,
            quiet=True,
        )
