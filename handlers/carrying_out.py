"""Carrying out what a turn decided: each act writes its rows and says what its author hears."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from handlers import calling, filing, lookup, mail, parcels
from handlers.acts import (
    Act,
    Await,
    Bind,
    Consent,
    File,
    Fill,
    Lead,
    Opened,
    Progress,
    Raise,
    Remark,
    Settle,
)
from handlers.claim import Claim, Talk
from handlers.filing import Filed
from handlers.messages import Button, Reply
from handlers.remedies import money
from handlers.scene import Scene, Step
from handlers.summary import Voice, facts
from handlers.tools import Tools
from storage import evidence, orders, people
from storage.database import Tx

PATIENCE = timedelta(seconds=10)  # how long a submit waits for photos that are still being fetched


@dataclass(slots=True)
class Work:
    """The turn after its decision: the talk and the replies grow with each act."""

    tx: Tx
    scene: Scene
    tools: Tools
    talk: Talk
    replies: list[Reply]
    customer_id: int | None

    @property
    def voice(self) -> Voice:
        """How to speak to this customer."""
        return Voice(language=self.talk.language or "zh", policy=self.tools.policy, now=self.tools.now)

    def tell(self, key: str, rows: tuple[tuple[Button, ...], ...] = (), **values: object) -> None:
        """Say a sentence at once, before the questions that may wait."""
        at = next((place for place, reply in enumerate(self.replies) if reply.echo), len(self.replies))
        self.replies.insert(at, Reply(text=self.voice.say(f"talk.{key}", **values), buttons=rows))

    def moment(self, when: datetime | None) -> str:
        """Name a promised time."""
        return self.voice.moment(when or self.tools.now)

    def filing_of(self, claim: Claim) -> filing.Filing:
        """Put a draft together with all that is known around it."""
        conversation = self.scene.found.conversation
        order = orders.by_number(self.tx, claim.order_no, sample=None) if claim.order_no else None
        claimed = lookup.claimed(self.tx, claim.order_no, but=claim.ticket_no) if order else {}
        return filing.Filing(
            claim=claim,
            conversation_id=conversation.id,
            channel=conversation.channel,
            account=conversation.account,
            order=order,
            customer_id=self.customer_id,
            leader_id=conversation.leader_id,
            language=self.talk.language or "zh",
            lines=parcels.lines_of(claim, order, claimed, self.voice),
        )


def carry_out(tx: Tx, step: Step, scene: Scene, tools: Tools) -> tuple[Talk, list[Reply]]:
    """Carry the acts of a step out in order; return the talk after them and all replies."""
    work = Work(tx, scene, tools, step.talk, list(step.replies), scene.found.conversation.customer_id)
    for act in step.acts:
        DOING[type(act)](work, act)
    _mark_evidence(work)
    return work.talk, work.replies


def _mark_evidence(work: Work) -> None:
    """Say on the rows which draft the evidence of this message joined."""
    fresh = {number for number, _ in work.scene.found.evidence}
    for claim in work.talk.claims:
        mine = [photo.id for photo in claim.photos if photo.id in fresh]
        if mine:
            evidence.claim_of(work.tx, mine, claim.id)


def _file(work: Work, act: File) -> None:
    claim = work.talk.claim(act.claim_id)
    if claim is None:
        return
    filed = filing.file(work.tx, work.filing_of(claim), work.tools)
    work.talk = replace(work.talk.without(claim.id), ticket_no=filed.no, unsaid=())
    _tell_filed(work, claim, filed)
    mail.let_sleep(work.tx, f"idle:{claim.id}")
    mail.let_sleep(work.tx, f"submit:{claim.id}")


def _tell_filed(work: Work, claim: Claim, filed: Filed) -> None:
    values: dict[str, Any] = {"no": filed.no, "notice": work.moment(filed.notice_at)}
    if filed.joined:
        work.tell("filed_joined", **values)
    elif filed.approved:
        due = work.moment(filed.refund_due) if filed.refund_due else values["notice"]
        work.tell("filed_approved", no=filed.no, money=money(filed.amount, work.voice.language), due=due)
    elif filed.human_at and (not filed.notice_at or filed.human_at < filed.notice_at):
        work.tell("filed_human", human=work.moment(filed.human_at), **values)
    else:
        work.tell("filed_more" if claim.ticket_no else "filed", **values)


def _raise(work: Work, act: Raise) -> None:
    claim = work.talk.claim(act.claim_id)
    if claim is None:
        return
    number = filing.raise_ticket(work.tx, work.filing_of(claim), why=act.why, tools=work.tools)
    work.talk = replace(
        work.talk,
        claims=tuple(replace(c, ticket_no=number) if c.id == claim.id else c for c in work.talk.claims),
        ticket_no=number,
    )
    told = filing.told(work.tx, number)
    key = "safety_raised" if act.why == "safety" else f"raised_{act.why}"
    work.tell(key, no=number, human=work.moment(told.human_at))


def _fill(work: Work, act: Fill) -> None:
    claim = work.talk.claim(act.claim_id)
    if claim and claim.ticket_no:
        filing.fill(work.tx, claim.ticket_no, work.filing_of(claim), work.tools)


def _remark(work: Work, act: Remark) -> None:
    filing.remark(
        work.tx,
        act.ticket_no,
        conversation_id=work.scene.found.conversation.id,
        at=work.scene.inbound.at,
        text=act.text,
        evidence=act.evidence,
        tools=work.tools,
        severity=act.severity,
        signals=act.signals,
    )
    work.talk = replace(work.talk, ticket_no=act.ticket_no)
    if act.call:
        calling.call(work.tx, act.ticket_no, work.tools)
        told = filing.told(work.tx, act.ticket_no)
        work.tell("raised_human", no=act.ticket_no, human=work.moment(told.human_at))


def _consent(work: Work, act: Consent) -> None:
    conversation = work.scene.found.conversation
    filing.consent(work.tx, act.ticket_no, accepted=act.accepted, conversation_id=conversation.id, tools=work.tools)


def _settle(work: Work, act: Settle) -> None:
    conversation = work.scene.found.conversation
    filing.settle(work.tx, act.ticket_no, score=act.score, tools=work.tools, conversation_id=conversation.id)


def _bind(work: Work, act: Bind) -> None:
    order = orders.by_number(work.tx, act.order_no, sample=None)
    if order:
        work.customer_id = lookup.bind(work.tx, work.scene.found.conversation, order, now=work.tools.now)


def _lead(work: Work, act: Lead) -> None:
    leader = people.bind_leader(work.tx, work.scene.found.conversation.id, act.code, work.tools.now)
    if leader:
        work.tell("bind_ok", name=leader.name, sites=work.voice.say("talk.comma").join(leader.sites))
    else:
        work.tell("bind_bad")


def _progress(work: Work, act: Progress) -> None:
    voice = work.voice
    rows = filing.progress(work.tx, work.scene.found.conversation.id, work.tools)
    lines = [voice.say("talk.progress_head"), *(row.text for row in rows)] if rows else []
    draft = work.talk.claim(work.talk.current)
    if draft and not draft.dropped and not draft.ticket_no:
        order = work.scene.found.order
        lines.append(voice.say("talk.progress_draft", facts=facts(draft, order, voice)))
    work.replies.append(Reply(text="\n".join(lines) or voice.say("talk.progress_none")))


def _await(work: Work, act: Await) -> None:
    _wake(work, "submit", act.claim_id, work.tools.now + PATIENCE)


def _opened(work: Work, act: Opened) -> None:
    nudge = work.tools.policy.clocks.get("idle_nudge")
    if nudge:
        _wake(work, "idle", act.claim_id, work.tools.now + timedelta(seconds=nudge.seconds))


def _wake(work: Work, what: str, claim_id: str, due: datetime) -> None:
    payload = {"conversation": work.scene.found.conversation.id, "claim": claim_id, "what": what}
    mail.wake(work.tx, f"{what}:{claim_id}", payload, due=due, now=work.tools.now)


DOING: dict[type, Callable[[Work, Any], None]] = {
    File: _file,
    Raise: _raise,
    Fill: _fill,
    Remark: _remark,
    Consent: _consent,
    Settle: _settle,
    Bind: _bind,
    Lead: _lead,
    Progress: _progress,
    Await: _await,
    Opened: _opened,
}
"""How each act is carried out."""
assert set(DOING) == set(Act.__args__)
