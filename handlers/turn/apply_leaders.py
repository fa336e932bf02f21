"""What leaders want, carried out: their word is recorded, the digest sent, the settlement ordered."""

from __future__ import annotations

from dataclasses import replace

from handlers.cases import leader_digest, leader_review, settlement
from handlers.claims.claim import Talk
from handlers.claims.outcomes import Digest, Lead, Settlement, Testify
from handlers.claims.voice import Voice
from handlers.context import TurnContext
from handlers.messages.models import Reply
from handlers.messages.money import money
from handlers.tickets import leader_statements, notices
from handlers.turn.execution import Execution
from storage import outbox, people
from storage.conversations import Conversation
from storage.database import Tx

WITH_FILES = frozenset({"telegram", "sandbox"})  # channels that can send a document
BOX = "sheet"  # the mailboxes of sheets to be made


def lead(execution: Execution, act: Lead) -> None:
    """Bind the account to the leader whose code it gave, and say what it may do now."""
    leader = people.bind_leader(
        execution.tx, execution.turn_input.found.conversation.id, act.code, execution.context.now
    )
    if leader:
        leader_digest.begin(execution.tx, execution.context)
        files = execution.turn_input.inbound.channel in WITH_FILES
        how = execution.voice.say("list.sheet_how" if files else "list.paste_how")
        execution.tell("bind_ok", name=leader.name, sites=execution.voice.say("talk.comma").join(leader.sites), how=how)
    else:
        execution.tell("bind_bad")


def carry_out(
    tx: Tx,
    act: Testify | Digest | Settlement,
    conversation: Conversation,
    talk: Talk,
    voice: Voice,
    context: TurnContext,
) -> tuple[Talk, Reply]:
    """Carry out one act of a leader; return the talk after it and the reply."""
    if isinstance(act, Testify):
        return _testify(tx, act, conversation, talk, voice, context)
    if conversation.leader_id is None:
        return talk, Reply(text=voice.say("talk.nothing_open"))
    if isinstance(act, Digest):
        text = leader_digest.text(tx, conversation.leader_id, voice, context, notices.midnight(context))
        return talk, Reply(text=text or voice.say("leader.digest_none", day=voice.day(context.now)))
    return talk, _settle(tx, act, conversation, conversation.leader_id, voice, context)


def _testify(
    tx: Tx, act: Testify, conversation: Conversation, talk: Talk, voice: Voice, context: TurnContext
) -> tuple[Talk, Reply]:
    told = leader_review.heard(tx, act.ticket_no, conversation, act.answer, act.text, context)
    if told == "no" and not act.text:
        talk = replace(talk, review_asked=act.ticket_no)
    key = "words" if told in leader_statements.ANSWERS and act.text else told
    return talk, Reply(text=voice.say(f"leader.said_{key}", no=act.ticket_no))


def _settle(
    tx: Tx, act: Settlement, conversation: Conversation, leader_id: int, voice: Voice, context: TurnContext
) -> Reply:
    """Reply with the sums at once; where the channel takes files, the sheet is made outside the turn and follows."""
    first, last = settlement.month(notices.midnight(context).date(), before=act.before)
    leader = people.leader_of(tx, leader_id)
    assert leader, "a conversation that leads has its leader"
    made = settlement.sheet(tx, leader, first, last, voice)
    sums = {name: money(made.total(name), voice.language) for name in ("sum", "paid", "owed", "coupon")}
    days = {"first": first.isoformat(), "last": last.isoformat()}
    text = voice.say("leader.settlement_here", count=len(made.rows), **sums, **days)
    if made.rows and conversation.channel in WITH_FILES:
        box = f"{BOX}:{conversation.id}"
        outbox.take_back(tx, box, BOX)  # asked for twice, made once
        payload = {"leader": leader_id, "conversation": conversation.id, "language": voice.language, **days}
        outbox.put(tx, box, BOX, payload, due=context.now, now=context.now, priority=outbox.WORK)
        text += voice.say("leader.settlement_coming")
    return Reply(text=text)
