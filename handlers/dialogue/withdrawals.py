"""Words that let a draft go or an item of it, and words that leave the choice to the house."""

from __future__ import annotations

from dataclasses import replace

from handlers.claims.claim import Problem
from handlers.dialogue import buttons
from handlers.dialogue.drafting import LIVE
from handlers.dialogue.turn import Turn
from handlers.messages.models import Button
from handlers.nlu.reading import Reading
from handlers.nlu.text.keyphrases import contains, means

BRIEF = 24  # characters of a message that says one thing
NOT_HERE = ("not_received", "shortage_missing", "late_delivery")


def answered(turn: Turn, text: str) -> bool:
    """Take the answer to whether a draft is to be let go; tell whether the text was one."""
    asked = turn.talk.drop_asked
    if not asked:
        return False
    turn.talk = replace(turn.talk, drop_asked="")
    claim = turn.claim
    if claim is None or claim.id != asked:
        return False
    if means(text, "yes", "cancel") or contains(text, "found"):
        buttons.cancel(turn)
    elif means(text, "no", "keep", "resume"):
        turn.respond(taken=True, now=True)
    else:
        return False
    return True


def said(turn: Turn, text: str, reading: Reading) -> bool:
    """Carry out 找到了, 随便你们, 就这样吧; tell whether the text was one of these."""
    if len(text) > BRIEF:
        return False
    claim, slot = turn.claim, turn.claim.asked.slot if turn.claim and turn.claim.asked else ""
    if _found(turn, text, reading):
        turn.said(text)
        _ask(turn)
    elif claim and slot == "wish" and contains(text, "any_wish") and not reading.remedies:
        turn.said(text)
        buttons.default_wish(turn)
        turn.respond(taken=True, now=True)
    elif claim and means(text, "enough"):
        if slot == "confirm" and claim.asked:
            buttons.tapped(turn, f"submit:{claim.asked.revision}@{claim.id[:8]}", buttons.FREE)
        else:
            turn.respond(taken=False)
    else:
        return False
    return True


def _found(turn: Turn, text: str, reading: Reading) -> bool:
    """Return whether what was missing is there: 找到了 of goods that had not come, 没事了 of anything."""
    if not contains(text, "found") or reading.question or reading.remedies or reading.claims:
        return False
    claim, ticket = turn.claim, turn.ticket()
    if claim:
        missed = any(item.problem in NOT_HERE for item in claim.problems)
        return not claim.ticket_no and (missed or contains(text, "all_well"))
    if ticket is None or ticket.state not in LIVE or ticket.owner_id:
        return False
    lines = turn.turn_input.found.lines.get(ticket.no, ())
    return contains(text, "all_well") or any(line.problem in NOT_HERE for line in lines)


def _ask(turn: Turn) -> None:
    claim = turn.claim
    if claim is None:
        buttons.cancel(turn)  # of a ticket it asks by itself
        return
    turn.talk = replace(turn.talk, drop_asked=claim.id)
    go = Button(label=turn.voice.say("talk.drop_yes"), tap="cancel")
    stay = Button(label=turn.voice.say("talk.resume"), tap="resume")
    turn.reply(turn.voice.say("talk.drop_ask"), ((go, stay),))


def items(turn: Turn, text: str, reading: Reading) -> bool:
    """Leave out the items that are named (鸡蛋不用退了); tell whether the words were about items alone."""
    claim = turn.claim
    named = [told for told in reading.claims if "sku" in told.evidence and not told.problems]
    if not claim or not claim.problems or not named or (not reading.withdrawn and not contains(text, "drop_in")):
        return False
    lines = {told.line_no for told in named if told.line_no is not None}
    absent = {told.absent for told in named if told.absent}

    def meant(item: Problem) -> bool:
        return item.line_no in lines or bool(item.absent and item.absent in absent)

    left = tuple(item for item in claim.problems if not meant(item))
    if not left:
        return False
    dropped = len(left) < len(claim.problems)
    if dropped:
        turn.put(replace(claim, problems=left, asked=None))
    turn.said(text)
    turn.respond(taken=dropped, counts=False)
    return True
