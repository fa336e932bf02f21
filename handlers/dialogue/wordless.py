"""Messages without words: stickers, signs, unknown kinds, and places, links or cards in place of words."""

from __future__ import annotations

from dataclasses import replace

from handlers.claims.outcomes import Remark
from handlers.dialogue.drafting import LIVE
from handlers.dialogue.turn import Turn
from handlers.messages import attachments
from handlers.messages.patterns import pattern_of

QUESTION = pattern_of("[?？]")


def answer(turn: Turn) -> None:
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
