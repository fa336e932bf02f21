"""Words that drop a draft or an item of it, and words that leave the choice to the business."""

from __future__ import annotations

from dataclasses import replace

from handlers.claims.claim import Claim, Problem
from handlers.dialogue import draft_commands, slot_answers
from handlers.dialogue.drafting import LIVE
from handlers.dialogue.message import Message
from handlers.messages.models import Button
from handlers.nlu.customer_questions import nothing_else, nothing_wrong

BRIEF = 24  # characters of a message that says one thing
NOT_HERE = ("not_received", "shortage_missing", "late_delivery")


def claims_nothing(message: Message) -> bool:
    """Return whether the draft, in which no problem is known, or of which a wish is asked, turns out to be none."""
    claim = message.turn.claim
    if claim is None or claim.ticket_no or message.tells or message.turn.turn_input.inbound.media:
        return False
    told = any(item.problem for item in claim.problems)
    noted = any(item.quantity for item in claim.problems)
    if noted and not claim.order_no and not nothing_else(message.text):
        return False
    asked = _slot(claim) in (("wish",) if told else ("item", "problem", "order", "wish"))
    return asked and nothing_wrong(message.text) and not (told and claim.photos)


def close_quietly(message: Message) -> None:
    """Put the draft aside: nothing is claimed."""
    claim = message.turn.claim
    assert claim
    message.turn.said(message.text)
    message.turn.put(replace(message.turn.claim or claim, dropped=True, asked=None))
    message.turn.tell("nothing_claimed")


def answers_drop(message: Message) -> bool:
    """Return whether the text answers whether to drop the draft."""
    claim = message.turn.claim
    asked = claim is not None and claim.id == message.drop_asked
    return asked and (message.means("yes", "cancel", "no", "keep", "resume") or message.contains("found"))


def answer_drop(message: Message) -> None:
    """Drop the draft, or go on with it."""
    if message.means("yes", "cancel") or message.contains("found"):
        draft_commands.cancel(message.turn)
    else:
        message.turn.respond(taken=True, now=True)


def is_found(message: Message) -> bool:
    """Return whether what was missing is there: 找到了 of goods that had not come, 没事了 of anything."""
    reading = message.reading
    if not message.says(BRIEF) or not message.contains("found"):
        return False
    if reading.question or reading.remedies or reading.claims:
        return False
    claim, ticket = message.turn.claim, message.turn.ticket()
    if claim:
        missed = any(item.problem in NOT_HERE for item in claim.problems)
        return not claim.ticket_no and (missed or message.contains("all_well"))
    if ticket is None or ticket.state not in LIVE or ticket.owner_id:
        return False
    lines = message.turn.turn_input.found.lines.get(ticket.no, ())
    return message.contains("all_well") or any(line.problem in NOT_HERE for line in lines)


def ask_drop(message: Message) -> None:
    """Ask whether the draft, or the ticket, is to be dropped."""
    turn = message.turn
    turn.said(message.text)
    claim = turn.claim
    if claim is None:
        draft_commands.cancel(turn)  # of a ticket it asks by itself
        return
    turn.talk = replace(turn.talk, drop_asked=claim.id)
    go = Button(label=turn.voice.say("talk.drop_yes"), tap="cancel")
    stay = Button(label=turn.voice.say("talk.resume"), tap="resume")
    turn.reply(turn.voice.say("talk.drop_ask"), ((go, stay),))


def _slot(claim: Claim) -> str:
    return claim.asked.slot if claim.asked else ""


def leaves_the_choice(message: Message) -> bool:
    """Return whether any remedy will do: 随便你们."""
    claim = message.turn.claim
    if not claim or _slot(claim) != "wish" or not message.says(BRIEF):
        return False
    return message.contains("any_wish") and not message.reading.remedies


def take_first_remedy(message: Message) -> None:
    """Take what the rules give first."""
    turn = message.turn
    turn.said(message.text)
    slot_answers.default_wish(turn)
    turn.respond(taken=True, now=True)


def is_enough(message: Message) -> bool:
    """Return whether the customer has no more to say: 就这样吧."""
    return message.turn.claim is not None and message.means("enough") and message.says(BRIEF)


def close_with(message: Message) -> None:
    """File what was shown, or ask what is still missing."""
    claim = message.turn.claim
    assert claim
    if _slot(claim) == "confirm" and claim.asked:
        slot_answers.confirm(message.turn, str(claim.asked.revision))
    else:
        message.turn.respond(taken=False)


def _kept(message: Message) -> tuple[Problem, ...]:
    """Return the problems that are left without the items that the text names."""
    claim = message.turn.claim
    assert claim
    named = [told for told in message.reading.claims if "sku" in told.evidence and not told.problems]
    lines = {told.line_no for told in named if told.line_no is not None}
    absent = {told.absent for told in named if told.absent}

    def meant(item: Problem) -> bool:
        return item.line_no in lines or bool(item.absent and item.absent in absent)

    return tuple(item for item in claim.problems if not meant(item)) if named else ()


def drops_items(message: Message) -> bool:
    """Return whether the text drops items of the draft but not all: 鸡蛋不用退了."""
    claim = message.turn.claim
    wants = message.reading.withdrawn or message.contains("drop_in")
    return bool(wants and claim and claim.problems and _kept(message))


def drop_items(message: Message) -> None:
    """Leave the items out."""
    turn, left = message.turn, _kept(message)
    claim = turn.claim
    assert claim
    dropped = len(left) < len(claim.problems)
    if dropped:
        turn.put(replace(claim, problems=left, asked=None))
    turn.said(message.text)
    turn.respond(taken=dropped, counts=False)
