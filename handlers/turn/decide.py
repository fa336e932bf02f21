"""Deciding a turn: from the talk so far and one message to the talk after it, replies and acts. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from handlers.claims.claim import Claim
from handlers.claims.decision import LONGEST, Decision, TurnInput
from handlers.claims.lookup import SITE
from handlers.claims.outcomes import Lead, Progress, Remark
from handlers.claims.slot_filling import fits
from handlers.dialogue import (
    buttons,
    callbacks,
    escalation,
    handoff,
    leader_commands,
    order_choice,
    short_answers,
    withdrawals,
)
from handlers.dialogue.drafting import LIVE
from handlers.dialogue.lists import dispatch
from handlers.dialogue.turn import Turn
from handlers.messages import attachments
from handlers.messages.models import Inbound
from handlers.nlu.reading import Reading
from handlers.nlu.text.keyphrases import contains, language_of, means, plain
from storage.tickets import Ticket

QUESTION = re.compile("[?？]")
TAPS = {**buttons.FREE, "review": leader_commands.tapped, **dispatch.TAPS}
"""Buttons that belong to no draft, by the first word of what they carry."""


def decide(turn_input: TurnInput) -> Decision:
    """Decide one turn. Reads the message's text with the lines of the orders found; makes no look-up itself."""
    turn = Turn(turn_input)
    inbound = turn_input.inbound
    if inbound.kind == "fetched":
        callbacks.fetched(turn)
        dispatch.fetched(turn)
    elif inbound.kind == "wake":
        callbacks.woken(turn)
        dispatch.woken(turn)
    elif inbound.kind == "tap":
        was = escalation.worst(turn)
        buttons.tapped(turn, inbound.tap, TAPS)
        escalation.escalate(turn, was)
    elif leader_commands.takes(turn) or dispatch.takes(turn):
        pass
    elif inbound.kind == "start" or inbound.text.startswith(("绑定", "/start ")):
        _start(turn)
    else:
        _message(turn, turn.turn_input.inbound)
    dispatch.finish(turn)
    return turn.decision()


def _start(turn: Turn) -> None:
    words = turn.turn_input.inbound.text.removeprefix("绑定").removeprefix("/start").split()
    site = turn.turn_input.found.site
    if site and turn.turn_input.found.conversation.leader_id is None:
        turn.talk = replace(turn.talk, site=site)
        turn.welcome()
    elif words and not words[0].startswith(SITE):
        turn.outcomes.append(Lead(code=words[-1]))
    else:
        turn.welcome()


def _message(turn: Turn, inbound: Inbound) -> None:
    text = inbound.text[:LONGEST]
    if len(inbound.text) > LONGEST:
        turn.note("too_long")
    turn.talk = replace(turn.talk, language=language_of(text, turn.talk.language))
    if not inbound.media and not any(char.isalnum() for char in text):
        _wordless(turn, inbound)
        return
    turn.talk = replace(turn.talk, stickers=0, ticket_no=turn.turn_input.found.named or turn.talk.ticket_no)
    reading = turn.read(text, turn.candidates())
    if turn.talk.correcting:
        turn.talk = replace(turn.talk, correcting=False)
        reading = replace(reading, correction=True)
    if inbound.media and turn.claim:
        turn.add_photos()
    reading = escalation.with_ticket(turn, reading)
    if reading.severity == "safety":
        escalation.safety(turn, reading, text)
    elif reading.despair:
        escalation.despair(turn, reading, text)
    elif (inbound.media and not turn.claim and not means(text, "human")) or not _fixed(turn, text, reading):
        _facts(turn, text, reading)


def _wordless(turn: Turn, inbound: Inbound) -> None:
    """A sticker or an unknown kind: silence once, never twice, never an error; a human who has the talk sees signs."""
    turn.talk = replace(turn.talk, stickers=turn.talk.stickers + 1)
    spoken, sent = turn.silent_ticket(), attachments.words(inbound.data)
    if spoken:
        if text := sent or inbound.text.strip():
            turn.outcomes.append(Remark(ticket_no=spoken.no, text=text))
    elif sent:
        _enclosed(turn, sent)
    elif inbound.kind == "other":
        turn.note("unknown_kind")
        turn.respond(taken=False, counts=False)
    elif turn.claim and (turn.talk.stickers > 1 or QUESTION.search(inbound.text)):
        turn.respond(taken=False, counts=False)
    elif not turn.claim and (turn.talk.stickers > 1 or not turn.talk.ticket_no):
        turn.welcome()


def _enclosed(turn: Turn, sent: str) -> None:
    """Keep a place, a link or a card for the people who will look; it is not read for facts."""
    ticket = turn.ticket()
    if turn.claim or ticket is None or ticket.state not in LIVE:
        turn.enclose(sent)
        turn.note("enclosed")
        turn.respond(taken=False, counts=False)
    if turn.claim and turn.claim.ticket_no:
        turn.outcomes.append(Remark(ticket_no=turn.claim.ticket_no, text=sent))
    elif not turn.claim and ticket and ticket.state in LIVE:
        turn.outcomes.append(Remark(ticket_no=ticket.no, text=sent))
        turn.tell("added", now=False, no=ticket.no)


def _fixed(turn: Turn, text: str, reading: Reading) -> bool:
    """Answer the words that mean the same in every state; tell whether the text was one."""
    if short_answers.taken_back(turn, text) or withdrawals.answered(turn, text):
        return True
    if means(text, "status"):
        turn.outcomes.append(Progress())
    elif handoff.appealed(turn, text) or handoff.urged(turn, text, reading):
        pass
    elif means(text, "human") or (len(text) <= 30 and contains(text, "human_in")):
        handoff.human(turn, text)
    elif means(text, "rules"):
        buttons.rules(turn)
    elif withdrawals.said(turn, text, reading) or withdrawals.items(turn, text, reading):
        pass
    elif means(text, "cancel") or (reading.withdrawn and not reading.remedies and _takes_back(turn)):
        turn.said(text)
        buttons.cancel(turn)
    elif turn.dropped() and contains(text, "resume"):
        buttons.resume(turn, text, reading)
    elif means(text, "other_problem"):
        buttons.another(turn)
    elif means(text, "help") and not turn.claim:
        turn.tell("help") if turn.talk.ticket_no else turn.welcome()
    elif means(text, "help") and plain(text) in ("帮助", "help", "/help"):
        turn.note("help")
        turn.respond(taken=False)
    else:
        return short_answers.answered(turn, text, reading) or handoff.thanked(turn, text)
    return True


def _takes_back(turn: Turn) -> bool:
    """Return whether there is a draft or a ticket of the bot's own that words like 算了 can mean."""
    ticket = turn.ticket()
    return bool(turn.claim or (ticket and ticket.state in LIVE and not ticket.owner_id))


def _facts(turn: Turn, text: str, reading: Reading) -> None:
    """Take what the text and the media say into a draft, or into the ticket last spoken of."""
    tells, before, was = _tells(turn, reading), turn.shown(), escalation.worst(turn)
    ticket = turn.ticket()
    more = turn.claim is None and ticket is not None and not _new_claim(turn, reading, ticket)
    if ticket and more and handoff.about_ticket(turn, ticket, text, reading, tells=tells):
        return
    if turn.claim is None and not tells and not turn.turn_input.inbound.media:
        turn.chatter()
        return
    resolved = order_choice.resolve(turn, reading)
    turn.open_claim()
    turn.take(text, reading)
    turn.add_photos()
    taken = turn.shown() != (before or turn.shown(Claim(id="")))
    handoff.special_media(turn)
    escalation.escalate(turn, was)
    escalation.anger(turn, reading)
    turn.relay(text)
    if resolved:
        turn.respond(taken=taken or bool(turn.turn_input.inbound.media))


def _tells(turn: Turn, reading: Reading) -> bool:
    fit = any(fits(told, turn.turn_input.policy) for told in reading.claims)
    named = reading.order_numbers or reading.pickup_numbers or reading.phone_tails or reading.phones
    return bool(fit or named or reading.remedies or reading.signals or reading.angry)


def _new_claim(turn: Turn, reading: Reading, ticket: Ticket) -> bool:
    """Return whether a message without a draft begins a claim of its own rather than adding to the ticket."""
    found = turn.turn_input.found
    if turn.talk.other_problem:
        return True
    if any(order.order_no != ticket.order_no for order in found.matches):
        return True
    if (turn.turn_input.want.any and not found.matches) or turn.other_day():
        return True
    told = [claim for claim in reading.claims if fits(claim, turn.turn_input.policy)]
    known = {line.order_line_no for line in found.lines.get(ticket.no, ())}
    return any(claim.problems and claim.line_no is not None and claim.line_no not in known for claim in told)
