"""Carrying out what a turn decided: each act writes its rows and says what its author hears."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from handlers.cases import appeals, customer_answers, filing, health, leader_progress, order_guard, recording, remarks
from handlers.claims import lookup
from handlers.claims.claim import Talk
from handlers.claims.decision import Decision, TurnInput
from handlers.claims.outcomes import (
    Amend,
    Appeal,
    Arrived,
    Await,
    Bind,
    Consent,
    Digest,
    File,
    Fill,
    Guessed,
    Lead,
    Listing,
    Opened,
    Outcome,
    Progress,
    Raise,
    Remark,
    Returning,
    Settle,
    Settlement,
    Testify,
    Underway,
    Withdraw,
    Worsened,
)
from handlers.claims.summary import facts
from handlers.context import TurnContext
from handlers.messages import mailboxes
from handlers.messages.models import Reply
from handlers.policy import calendar
from handlers.tickets import progress
from handlers.turn import apply_amendments, apply_goods, apply_leaders, apply_lists
from handlers.turn.execution import Execution, recall, tell_filed
from handlers.turn.list_clerk import Clerk
from storage import events, evidence, tickets
from storage.database import Tx

SETTLED = ("decided", "resolved", "closed")
PATIENCE = timedelta(seconds=10)  # how long a submit waits for photos that are still being fetched


def carry_out(tx: Tx, decision: Decision, turn_input: TurnInput, context: TurnContext) -> tuple[Talk, list[Reply]]:
    """Carry out the acts of a decision in order; return the talk after them and all replies."""
    execution = Execution(
        tx, turn_input, context, decision.talk, list(decision.replies), turn_input.found.conversation.customer_id
    )
    for act in decision.outcomes:
        DOING[type(act)](execution, act)
    _mark_evidence(execution)
    return execution.talk, execution.replies


def _mark_evidence(execution: Execution) -> None:
    """Record which draft the evidence of this message joined."""
    fresh = {number for number, _ in execution.turn_input.found.evidence}
    for claim in execution.talk.claims:
        mine = [photo.id for photo in claim.photos if photo.id in fresh]
        if mine:
            evidence.claim_of(execution.tx, mine, claim.id)


def _file(execution: Execution, act: File) -> None:
    claim = execution.talk.claim(act.claim_id)
    if claim is None:
        return
    filed = filing.file(execution.tx, execution.filing_of(claim), execution.context)
    execution.talk = replace(execution.talk.without(claim.id), ticket_no=filed.no, unsaid=())
    tell_filed(execution, claim, filed)
    recall(execution)
    mailboxes.let_sleep(execution.tx, f"idle:{claim.id}")
    mailboxes.let_sleep(execution.tx, f"submit:{claim.id}")


def _raise(execution: Execution, act: Raise) -> None:
    claim = execution.talk.claim(act.claim_id)
    if claim is None:
        return
    number = filing.raise_ticket(execution.tx, execution.filing_of(claim), why=act.why, context=execution.context)
    execution.talk = replace(
        execution.talk,
        claims=tuple(replace(c, ticket_no=number) if c.id == claim.id else c for c in execution.talk.claims),
        ticket_no=number,
    )
    told = filing.told(execution.tx, number)
    key = "safety_raised" if act.why == "safety" else f"raised_{act.why}"
    execution.lead(key, no=number, human=execution.moment(told.human_at))


def _fill(execution: Execution, act: Fill) -> None:
    claim = execution.talk.claim(act.claim_id)
    if claim and claim.ticket_no:
        filing.fill(execution.tx, claim.ticket_no, execution.filing_of(claim), execution.context)


def _remark(execution: Execution, act: Remark) -> None:
    remarks.remark(
        execution.tx,
        act.ticket_no,
        conversation_id=execution.turn_input.found.conversation.id,
        at=execution.turn_input.inbound.at,
        text=act.text,
        evidence=act.evidence,
        context=execution.context,
        severity=act.severity,
        signals=act.signals,
        special=act.special,
        wish=act.wish,
        shows=act.shows,
    )
    if act.aided:
        recording.note_aided(execution.tx, act.ticket_no, act.aided, execution.context)
    execution.talk = replace(execution.talk, ticket_no=act.ticket_no)
    if act.call:
        _call(execution, act.ticket_no, "safety_raised" if act.severity == "safety" else "raised_human")


def _call(execution: Execution, no: str, key: str = "raised_human") -> None:
    """Bring a person to a ticket; say until when, while that is still due."""
    remarks.call(execution.tx, no, execution.context)
    told = filing.told(execution.tx, no)
    if told.human_at:
        execution.tell(key, no=no, human=execution.moment(told.human_at))
    else:
        execution.tell("called", no=no)


def _appeal(execution: Execution, act: Appeal) -> None:
    conversation, context = execution.turn_input.found.conversation, execution.context
    ticket = tickets.get(execution.tx, act.ticket_no)
    done = appeals.appeal(
        execution.tx,
        act.ticket_no,
        conversation_id=conversation.id,
        at=execution.turn_input.inbound.at,
        text=act.text,
        evidence=act.evidence,
        context=context,
    )
    execution.talk = replace(execution.talk, ticket_no=act.ticket_no)
    if done.taken or ticket is None:
        return
    if done.state in SETTLED and events.happened(execution.tx, act.ticket_no, "appealed"):
        execution.tell("appealed_before", no=act.ticket_no)
        return
    window = context.policy_of(execution.tx, ticket.policy_hash).clocks.get("appeal_window")
    in_time = calendar.within(ticket.decided_at or context.now, execution.turn_input.inbound.at, window, context.policy)
    if done.state not in SETTLED or in_time:
        _call(execution, act.ticket_no)


def _withdraw(execution: Execution, act: Withdraw) -> None:
    conversation = execution.turn_input.found.conversation
    gone = customer_answers.withdraw(
        execution.tx, act.ticket_no, conversation_id=conversation.id, context=execution.context
    )
    for claim in execution.talk.claims:
        if gone and claim.ticket_no == act.ticket_no:
            execution.talk = execution.talk.without(claim.id)
            mailboxes.let_sleep(execution.tx, f"idle:{claim.id}")
    execution.tell("withdrawn" if gone else "withdraw_passed_on", no=act.ticket_no)


def _arrived(execution: Execution, act: Arrived) -> None:
    conversation = execution.turn_input.found.conversation
    awaited = customer_answers.received(
        execution.tx, act.ticket_no, arrived=act.arrived, conversation_id=conversation.id, context=execution.context
    )
    if not awaited:
        execution.tell("thanks")


def _consent(execution: Execution, act: Consent) -> None:
    conversation = execution.turn_input.found.conversation
    customer_answers.consent(
        execution.tx, act.ticket_no, accepted=act.accepted, conversation_id=conversation.id, context=execution.context
    )


def _settle(execution: Execution, act: Settle) -> None:
    who = execution.turn_input.found.conversation.id
    customer_answers.settle(
        execution.tx, act.ticket_no, score=act.score, context=execution.context, conversation_id=who
    )


def _worsened(execution: Execution, act: Worsened) -> None:
    health.worsened(execution.tx, act.ticket_no, act.text, execution.context)


def _guessed(execution: Execution, act: Guessed) -> None:
    order_guard.guessed(execution.tx, act.order_nos, execution.turn_input.inbound.channel, execution.context)


def _bind(execution: Execution, act: Bind) -> None:
    order = execution.order_of(act.order_no)
    if order:
        execution.customer_id = lookup.bind(
            execution.tx, execution.turn_input.found.conversation, order, now=execution.context.now
        )


def _led(execution: Execution, act: Testify | Digest | Settlement) -> None:
    conversation = execution.turn_input.found.conversation
    execution.talk, reply = apply_leaders.carry_out(
        execution.tx, act, conversation, execution.talk, execution.voice, execution.context
    )
    execution.replies.append(reply)


def _progress(execution: Execution, act: Progress) -> None:
    voice, conversation = execution.voice, execution.turn_input.found.conversation
    if conversation.leader_id is not None:
        lines = [leader_progress.text(execution.tx, conversation.leader_id, voice, execution.context)]
    else:
        rows = progress.progress(execution.tx, conversation.id, execution.context)
        lines = [voice.say("talk.progress_head"), *(row.text for row in rows)] if rows else []
    draft = execution.talk.claim(execution.talk.current)
    unfiled = draft and not draft.dropped and not draft.ticket_no
    if draft and unfiled and (known := facts(draft, execution.turn_input.found.order, voice)):
        lines.append(voice.say("talk.progress_draft", facts=known))
    execution.replies.append(Reply(text="\n".join(lines) or voice.say("talk.progress_none")))


def _await(execution: Execution, act: Await) -> None:
    _wake(execution, "submit", act.claim_id, execution.context.now + PATIENCE)


def _opened(execution: Execution, act: Opened) -> None:
    name, what = ("idle_close", "close") if act.nudged else ("idle_nudge", "nudge")
    span = execution.context.policy.clocks.get(name)
    if span:
        due = calendar.due(execution.context.now, span, execution.context.policy)
        _wake(execution, what, act.claim_id, due, box="idle")


def _listed(execution: Execution, act: Listing) -> None:
    """Carry out what a leader's list came to; what it tells comes after safety advice."""
    conversation, inbound = execution.turn_input.found.conversation, execution.turn_input.inbound
    clerk = Clerk(
        tx=execution.tx,
        conversation=conversation,
        inbound=inbound,
        talk=execution.talk,
        context=execution.context,
        voice=execution.voice,
    )
    execution.talk, replies = apply_lists.carry(clerk, act)
    execution.replies += replies


def _wake(execution: Execution, what: str, claim_id: str, due: datetime, *, box: str = "") -> None:
    payload = {"conversation": execution.turn_input.found.conversation.id, "claim": claim_id, "what": what}
    mailboxes.wake(execution.tx, f"{box or what}:{claim_id}", payload, due=due, now=execution.context.now)


DOING: dict[type, Callable[[Execution, Any], None]] = {
    File: _file,
    Raise: _raise,
    Fill: _fill,
    Remark: _remark,
    Amend: apply_amendments.amend,
    Consent: _consent,
    Settle: _settle,
    Appeal: _appeal,
    Withdraw: _withdraw,
    Arrived: _arrived,
    Bind: _bind,
    Guessed: _guessed,
    Worsened: _worsened,
    Lead: apply_leaders.lead,
    Progress: _progress,
    Await: _await,
    Opened: _opened,
    Listing: _listed,
    Testify: _led,
    Digest: _led,
    Settlement: _led,
    Returning: apply_goods.returning,
    Underway: apply_goods.underway,
}
"""How each act is carried out."""
assert set(DOING) == set(Outcome.__args__)
