"""Who writes is not of age: an adult is brought in and a person is called; nothing more is asked."""

from __future__ import annotations

from dataclasses import replace

from handlers.claims.outcomes import Fill, Remark
from handlers.dialogue import escalation
from handlers.dialogue.drafting import HUSHED
from handlers.dialogue.message import Message

WHY = "minor"


def speaks(message: Message) -> bool:
    """Return whether the words tell that the writer is not of age, where that is not known yet."""
    turn = message.turn
    if turn.turn_input.found.conversation.leader_id is not None:
        return False
    ticket = escalation.spoken_of(turn)
    known = turn.claim.special if turn.claim else ticket.special if ticket else ()
    policy = turn.turn_input.policy
    return policy.wants_guardian(message.reading.special) and not policy.wants_guardian(known)


def bring_adult(message: Message) -> None:
    """Take what was said, ask for an adult in one sentence, and call a person."""
    turn, reading, text = message.turn, message.reading, message.text
    claim, ticket = turn.claim, escalation.spoken_of(turn)
    if claim is None and ticket:
        turn.outcomes.append(_remark(message, ticket.no, call=ticket.owner_id is None))
        turn.tell("minor_told")
        return
    escalation.take(turn, reading, text)
    claim = turn.claim
    assert claim
    turn.put(replace(claim, asked=None))
    if claim.ticket_no:
        turn.outcomes += [Fill(claim_id=claim.id), _remark(message, claim.ticket_no)]
        turn.put(replace(claim, asked=None, why=claim.why if claim.why in HUSHED else WHY))
        turn.tell("minor_told")
    else:
        turn.raise_(WHY)


def _remark(message: Message, ticket_no: str, *, call: bool = False) -> Remark:
    turn, reading = message.turn, message.reading
    return Remark(
        ticket_no=ticket_no,
        text=turn.changed(message.text),
        evidence=turn.evidence_ids(),
        signals=reading.signals,
        severity=reading.severity,
        special=reading.special,
        aided=reading.aided,
        call=call,
    )
