"""The turn after its decision: what its acts are carried out with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from handlers.cases import recording, ticket_lines
from handlers.cases.filing import Filed
from handlers.claims.claim import Claim, Talk
from handlers.claims.decision import TurnInput
from handlers.claims.summary import facts
from handlers.claims.voice import Voice
from handlers.context import TurnContext
from handlers.messages.models import Button, Reply
from handlers.messages.money import money
from storage import orders
from storage.database import Tx
from storage.orders import Order


@dataclass(slots=True)
class Execution:
    """The turn after its decision: the talk and the replies grow with each act."""

    tx: Tx
    turn_input: TurnInput
    context: TurnContext
    talk: Talk
    replies: list[Reply]
    customer_id: int | None

    @property
    def voice(self) -> Voice:
        """Return how to speak to this customer."""
        return Voice(
            language=self.talk.language or self.turn_input.inbound.language or "zh",
            policy=self.context.policy,
            now=self.context.now,
        )

    def tell(self, key: str, **values: object) -> None:
        """Say a sentence at once, before the questions that may wait."""
        text = self.voice.say(f"talk.{key}", **values)
        at = next((place for place, reply in enumerate(self.replies) if reply.echo), len(self.replies))
        self.replies.insert(at, Reply(text=text.strip()))

    def lead(self, key: str, **values: object) -> None:
        """Say a sentence before the question that follows, in one message with it."""
        at = next((place for place, reply in enumerate(self.replies) if reply.echo), None)
        if at is None:
            self.tell(key, **values)
            return
        text = self.voice.say(f"talk.{key}", **values)
        self.replies[at] = replace(self.replies[at], text=self.voice.join([text, self.replies[at].text]), echo=False)

    def moment(self, when: datetime | None) -> str:
        """Return a promised time as text; now when there is none."""
        return self.voice.moment(when or self.context.now)

    def order_of(self, number: str) -> Order | None:
        """Return an order by its number, of the rows that this channel sees."""
        sample = orders.sampled(self.turn_input.found.conversation.channel)
        return orders.by_number(self.tx, number, sample=sample) if number else None

    def filing_of(self, claim: Claim) -> recording.Filing:
        """Return a draft with all that is known around it, ready to be filed."""
        found = self.turn_input.found
        known = found.order and found.order.order_no == claim.order_no
        order = found.order if known else self.order_of(claim.order_no)
        return ticket_lines.filing_of(
            self.tx,
            claim,
            conversation=self.turn_input.found.conversation,
            order=order,
            claimed=found.claimed if found.claimed_but == (claim.order_no, claim.ticket_no) else None,
            customer_id=self.customer_id,
            voice=self.voice,
            site=self.talk.site,
        )


def tell_filed(execution: Execution, claim: Claim, filed: Filed) -> None:
    """Say what became of a claim that was confirmed."""
    values: dict[str, Any] = {"no": filed.no, "notice": execution.moment(filed.notice_at)}
    if filed.approved and not filed.joined:
        due = execution.moment(filed.refund_due) if filed.refund_due else values["notice"]
        execution.tell("filed_approved", no=filed.no, money=money(filed.amount, execution.voice.language), due=due)
    elif filed.added:
        _added(execution, claim, filed)
    elif not filed.notice_at:
        _without_notice(execution, filed)
    elif filed.joined:
        execution.tell("filed_joined", **values)
    elif filed.human_at and filed.human_at < filed.notice_at:
        execution.tell("filed_human", human=execution.moment(filed.human_at), **values)
    else:
        execution.tell("filed_more" if claim.ticket_no else "filed", **values)


def _added(execution: Execution, claim: Claim, filed: Filed) -> None:
    """Say which ticket has the problems as further lines, and until when its result is due."""
    voice, how = execution.voice, "human" if filed.human_at else "open"
    rest = voice.say(f"talk.awaits_{how}", human=execution.moment(filed.human_at))
    if filed.notice_at:
        rest = voice.say("talk.notice_by", notice=execution.moment(filed.notice_at))
    known = facts(claim, execution.order_of(claim.order_no), voice)
    execution.tell("filed_added", no=filed.no, facts=known, rest=rest)


def _without_notice(execution: Execution, filed: Filed) -> None:
    """Say what a ticket waits for whose result is promised for no time yet: a person, photos, or nothing yet."""
    how = "human" if filed.human_at else "photos" if filed.state == "waiting_customer" else "open"
    rest = execution.voice.say(f"talk.awaits_{how}", human=execution.moment(filed.human_at))
    execution.tell("joined_awaits" if filed.joined else "filed_awaits", no=filed.no, rest=rest)


def recall(execution: Execution) -> None:
    """Mention the draft that is still open beside the one just filed."""
    left = next((claim for claim in reversed(execution.talk.claims) if not claim.dropped and not claim.ticket_no), None)
    if left is None:
        return
    order = execution.order_of(left.order_no)
    known = facts(left, order, execution.voice)
    if not known:
        return
    text = execution.voice.say("talk.progress_draft", facts=known)
    go_on = Button(label=execution.voice.say("talk.resume"), tap="resume")
    execution.replies.append(Reply(text=text, buttons=((go_on,),)))
