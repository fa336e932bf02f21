"""Carrying out what a turn decided: each act writes its rows and says what its author hears."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from handlers.cases import filing, leader_digest, leader_progress, second_marks
from handlers.claims import lookup
from handlers.claims.acts import (
    Act,
    Appeal,
    Arrived,
    Await,
    Bind,
    Consent,
    File,
    Fill,
    Lead,
    Listing,
    Opened,
    Progress,
    Raise,
    Remark,
    Settle,
    Withdraw,
)
from handlers.claims.claim import Talk
from handlers.claims.leader_acts import Digest, Settlement, Testify
from handlers.claims.scene import Scene, Step
from handlers.claims.summary import facts
from handlers.messages import mail
from handlers.messages.messages import Button, Reply
from handlers.policy import deadlines
from handlers.tools import Tools
from handlers.turn import acceptance, leading, list_filing
from handlers.turn.work import Work
from storage import events, evidence, orders, people, tickets
from storage.database import Tx

SETTLED = ("decided", "resolved", "closed")
PATIENCE = timedelta(seconds=10)  # how long a submit waits for photos that are still being fetched


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
    acceptance.tell(work, claim, filed)
    _recall(work)
    mail.let_sleep(work.tx, f"idle:{claim.id}")
    mail.let_sleep(work.tx, f"submit:{claim.id}")


def _recall(work: Work) -> None:
    """Name the draft that is still open beside the one just filed."""
    left = next((claim for claim in reversed(work.talk.claims) if not claim.dropped and not claim.ticket_no), None)
    if left is None:
        return
    order = orders.by_number(work.tx, left.order_no, sample=None) if left.order_no else None
    known = facts(left, order, work.voice)
    if not known:
        return
    text = work.voice.say("talk.progress_draft", facts=known)
    go_on = Button(label=work.voice.say("talk.resume"), tap="resume")
    work.replies.append(Reply(text=text, buttons=((go_on,),)))


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
    work.lead(key, no=number, human=work.moment(told.human_at))


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
        wish=act.wish,
    )
    if act.aided:
        second_marks.book(work.tx, act.ticket_no, act.aided, work.tools)
    work.talk = replace(work.talk, ticket_no=act.ticket_no)
    if act.call:
        _call(work, act.ticket_no, "safety_raised" if act.severity == "safety" else "raised_human")


def _call(work: Work, no: str, key: str = "raised_human") -> None:
    """Bring a person to a ticket; the promise is told while one is owed."""
    filing.call(work.tx, no, work.tools)
    told = filing.told(work.tx, no)
    if told.human_at:
        work.tell(key, no=no, human=work.moment(told.human_at))
    else:
        work.tell("called", no=no)


def _appeal(work: Work, act: Appeal) -> None:
    conversation, tools = work.scene.found.conversation, work.tools
    ticket = tickets.get(work.tx, act.ticket_no)
    done = filing.appeal(
        work.tx,
        act.ticket_no,
        conversation_id=conversation.id,
        at=work.scene.inbound.at,
        text=act.text,
        evidence=act.evidence,
        tools=tools,
    )
    work.talk = replace(work.talk, ticket_no=act.ticket_no)
    if done.taken or ticket is None:
        return
    if done.state in SETTLED and events.happened(work.tx, act.ticket_no, "appealed"):
        work.tell("appealed_before", no=act.ticket_no)
        return
    window = tools.policy_of(work.tx, ticket.policy_hash).clocks.get("appeal_window")
    in_time = deadlines.within(ticket.decided_at or tools.now, work.scene.inbound.at, window, tools.policy)
    if done.state not in SETTLED or in_time:
        _call(work, act.ticket_no)


def _withdraw(work: Work, act: Withdraw) -> None:
    conversation = work.scene.found.conversation
    gone = filing.withdraw(work.tx, act.ticket_no, conversation_id=conversation.id, tools=work.tools)
    for claim in work.talk.claims:
        if gone and claim.ticket_no == act.ticket_no:
            work.talk = work.talk.without(claim.id)
            mail.let_sleep(work.tx, f"idle:{claim.id}")
    work.tell("withdrawn" if gone else "withdraw_passed_on", no=act.ticket_no)


def _arrived(work: Work, act: Arrived) -> None:
    conversation = work.scene.found.conversation
    awaited = filing.received(
        work.tx, act.ticket_no, arrived=act.arrived, conversation_id=conversation.id, tools=work.tools
    )
    if not awaited:
        work.tell("thanks")


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
        leader_digest.begin(work.tx, work.tools)
        files = work.scene.inbound.channel in leading.WITH_FILES
        how = work.voice.say("list.sheet_how" if files else "list.paste_how")
        work.tell("bind_ok", name=leader.name, sites=work.voice.say("talk.comma").join(leader.sites), how=how)
    else:
        work.tell("bind_bad")


def _led(work: Work, act: Testify | Digest | Settlement) -> None:
    conversation = work.scene.found.conversation
    work.talk, reply = leading.carry_out(work.tx, act, conversation, work.talk, work.voice, work.tools)
    work.replies.append(reply)


def _progress(work: Work, act: Progress) -> None:
    voice, conversation = work.voice, work.scene.found.conversation
    if conversation.leader_id is not None:
        lines = [leader_progress.text(work.tx, conversation.leader_id, voice, work.tools)]
    else:
        rows = filing.progress(work.tx, conversation.id, work.tools)
        lines = [voice.say("talk.progress_head"), *(row.text for row in rows)] if rows else []
    draft = work.talk.claim(work.talk.current)
    unfiled = draft and not draft.dropped and not draft.ticket_no
    if draft and unfiled and (known := facts(draft, work.scene.found.order, voice)):
        lines.append(voice.say("talk.progress_draft", facts=known))
    work.replies.append(Reply(text="\n".join(lines) or voice.say("talk.progress_none")))


def _await(work: Work, act: Await) -> None:
    _wake(work, "submit", act.claim_id, work.tools.now + PATIENCE)


def _opened(work: Work, act: Opened) -> None:
    name, what = ("idle_close", "close") if act.nudged else ("idle_nudge", "nudge")
    span = work.tools.policy.clocks.get(name)
    if span:
        _wake(work, what, act.claim_id, deadlines.due(work.tools.now, span, work.tools.policy), box="idle")


def _listed(work: Work, act: Listing) -> None:
    """Carry out what a leader's list came to; what it tells comes after safety advice."""
    conversation, inbound = work.scene.found.conversation, work.scene.inbound
    clerk = list_filing.Clerk(
        tx=work.tx, conversation=conversation, inbound=inbound, talk=work.talk, tools=work.tools, voice=work.voice
    )
    work.talk, replies = list_filing.carry(clerk, act)
    work.replies += replies


def _wake(work: Work, what: str, claim_id: str, due: datetime, *, box: str = "") -> None:
    payload = {"conversation": work.scene.found.conversation.id, "claim": claim_id, "what": what}
    mail.wake(work.tx, f"{box or what}:{claim_id}", payload, due=due, now=work.tools.now)


DOING: dict[type, Callable[[Work, Any], None]] = {
    File: _file,
    Raise: _raise,
    Fill: _fill,
    Remark: _remark,
    Consent: _consent,
    Settle: _settle,
    Appeal: _appeal,
    Withdraw: _withdraw,
    Arrived: _arrived,
    Bind: _bind,
    Lead: _lead,
    Progress: _progress,
    Await: _await,
    Opened: _opened,
    Listing: _listed,
    Testify: _led,
    Digest: _led,
    Settlement: _led,
}
"""How each act is carried out."""
assert set(DOING) == set(Act.__args__)
