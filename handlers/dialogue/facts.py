"""What a message says of a claim: into a draft, onto the ticket last spoken of, or nothing; messages without words."""

from __future__ import annotations

from dataclasses import replace

from handlers.claims.claim import Claim
from handlers.claims.outcomes import Remark
from handlers.claims.slot_filling import fits
from handlers.dialogue import amendments, answers, escalation, handoff, order_choice
from handlers.dialogue.drafting import LIVE
from handlers.dialogue.message import Message
from handlers.dialogue.turn import Turn
from handlers.messages import attachments
from handlers.messages.patterns import pattern_of
from handlers.nlu.reading import Reading
from storage.tickets import Ticket

QUESTION = pattern_of("[?？]")


def take(message: Message) -> None:
    """Take what the text and the media say into a draft, or onto the ticket last spoken of."""
    turn, text, reading = message.turn, message.text, message.reading
    tells, before, was = message.tells, turn.shown(), escalation.worst(turn)
    ticket = turn.ticket()
    more = turn.claim is None and ticket is not None and not _new_claim(turn, reading, ticket)
    if ticket and more and handoff.about_ticket(turn, ticket, text, reading, tells=tells):
        return
    if not turn.silent_ticket():
        answers.note(turn, text)
    if turn.claim is None and not tells and not turn.turn_input.inbound.media:
        turn.chatter()
        return
    resolved = order_choice.resolve(turn, reading)
    turn.open_claim()
    if not turn.divided:
        turn.take(text, reading)
    turn.add_photos()
    taken = turn.shown() != (before or turn.shown(Claim(id="")))
    handoff.special_media(turn)
    escalation.escalate(turn, was)
    escalation.anger(turn, reading)
    turn.relay(text)
    if resolved:
        turn.respond(taken=taken or bool(turn.turn_input.inbound.media))


def has_something_to_cancel(turn: Turn) -> bool:
    """Return whether there is a draft, or a ticket without an agent, that words like 算了 can mean."""
    ticket = turn.ticket()
    return bool(turn.claim or (ticket and ticket.state in LIVE and not ticket.owner_id))


def _new_claim(turn: Turn, reading: Reading, ticket: Ticket) -> bool:
    """Return whether a message without a draft begins a claim of its own rather than adding to the ticket."""
    found = turn.turn_input.found
    if turn.talk.other_problem:
        return True
    if any(order.order_no != ticket.order_no for order in found.matches):
        return True
    told = any(claim.problems for claim in reading.claims)
    if not told and ticket.state in LIVE and amendments.corrects(turn.turn_input.inbound.text):
        return False
    if (turn.turn_input.want.any and not found.matches) or turn.other_day():
        return True
    fitting = [claim for claim in reading.claims if fits(claim, turn.turn_input.policy)]
    known = {line.order_line_no for line in found.lines.get(ticket.no, ())}
    return any(claim.problems and claim.line_no is not None and claim.line_no not in known for claim in fitting)


def answer_wordless(turn: Turn) -> None:
    """Answer with silence once, never twice, never with an error; an agent who has the talk sees the signs."""
    inbound = turn.turn_input.inbound
    turn.talk = replace(turn.talk, stickers=turn.talk.stickers + 1)
    spoken, sent = turn.silent_ticket(), attachments.words(inbound.data)
    if spoken:
        if text := sent or inbound.text.strip():
            turn.outcomes.append(Remark(ticket_no=spoken.no, text=text))
        elif inbound.kind == "other":
            turn.tell("unknown_kind")
    elif sent:
        _enclose(turn, sent)
    elif inbound.kind == "other":
        turn.note("unknown_kind")
        turn.respond(taken=False, counts=False)
    elif turn.claim and (turn.talk.stickers > 1 or QUESTION.search(inbound.text)):
        turn.respond(taken=False, counts=False)
    elif not turn.claim and (turn.talk.stickers > 1 or not turn.talk.ticket_no):
        turn.welcome()


def _enclose(turn: Turn, sent: str) -> None:
    """Keep a place, a link or a card for the agents; it is not read for facts."""
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
