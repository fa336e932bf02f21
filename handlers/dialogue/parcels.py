"""Goods on their way, either way: the customer's parcel number, how goods come back, where new ones are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from handlers.claims.outcomes import Remark, Returning, Underway
from handlers.claims.slot_filling import fits
from handlers.dialogue import facts, ticket_answers
from handlers.dialogue.message import Message
from handlers.dialogue.turn import Turn
from handlers.messages.patterns import pattern_of
from handlers.nlu.customer_questions import ASKS, OF_RETURN, questions
from storage.ticket_lines import GOODS, Line

SHORT = 80  # characters of a leader's message that is about one parcel
BRIEF = 20  # characters of a message that names a parcel and asks of it without a word that asks: 快递到哪了
SENDING = pattern_of(
    r"发货|补发|重发|换货|寄|发出|发了|送来|送到|送出|到哪|物流|快递|单号|几时到|多久到|什么时候(?:能|可以)?到|安排"
    r"|\b(?:send|sent|ship(?:ped|ment)?|tracking|parcel|deliver|arriv|where is|where's)",
    re.IGNORECASE,
)
NOT_HERE = frozenset({"late", "not_received"})
WHERE = pattern_of(
    r"寄到哪|寄去哪|送到哪|发到哪|哪个地址|什么地址|地址|where (?:to|will|does|do|is it going)", re.IGNORECASE
)


def _lines(turn: Turn) -> Sequence[Line]:
    ticket = turn.ticket()
    return turn.turn_input.found.lines.get(ticket.no, ()) if ticket else ()


def _awaits_return(turn: Turn) -> bool:
    return any(line.state == "goods_awaited" for line in _lines(turn))


def names_one(message: Message) -> bool:
    """Return whether the text names a parcel while goods of this customer are awaited back."""
    back = message.turn.turn_input.found.back
    return back.parcel is not None and bool(back.ticket_no)


def note(message: Message) -> None:
    """Record the number for the return; what the text says beside it of another problem is a claim."""
    turn = message.turn
    _note(turn, message.text)
    known = {line.order_line_no for line in _lines(turn)}
    if any(
        claim.line_no is not None and claim.line_no not in known and fits(claim, turn.turn_input.policy)
        for claim in message.reading.claims
        if claim.problems and "not_received" not in claim.problems  # 你们收到没 asks of the return
    ):
        turn.talk = replace(turn.talk, ticket_no="")
        facts.take(message)


def _note(turn: Turn, text: str) -> None:
    back = turn.turn_input.found.back
    parcel, no = back.parcel, back.ticket_no
    assert parcel
    turn.talk = replace(turn.talk, ticket_no=no)
    turn.outcomes.append(Returning(ticket_no=no, step="sent", number=parcel.number, carrier=parcel.carrier, text=text))
    if turn.evidence_ids():
        turn.outcomes.append(Remark(ticket_no=no, evidence=turn.evidence_ids()))


def shows_one(message: Message) -> bool:
    """Return whether pictures come without a claim while goods are awaited back: mostly the parcel's paper."""
    turn = message.turn
    told = any(claim.problems for claim in message.reading.claims)
    return bool(turn.turn_input.inbound.media and not turn.claim and not told and _awaits_return(turn))


def take_picture(message: Message) -> None:
    """Let the ticket have it, and ask for the number in words, which nobody reads off a picture."""
    turn = message.turn
    ticket = turn.ticket()
    assert ticket
    turn.outcomes.append(Remark(ticket_no=ticket.no, text=message.text, evidence=turn.evidence_ids()))
    turn.tell("back_picture", no=ticket.no)


def takes(turn: Turn) -> bool:
    """Take a leader's message that is about one parcel; return whether it was."""
    text = turn.turn_input.inbound.text
    back = turn.turn_input.found.back
    if back.parcel is None or not back.ticket_no or len(text) > SHORT or "\n" in text.strip():
        return False
    _note(turn, text)
    return True


def asks_return(message: Message) -> bool:
    """Return whether it is asked how goods come back that are awaited."""
    turn, asked = message.turn, questions(message.text)
    if turn.claim:
        return False
    if _awaits_return(turn):
        return not {*OF_RETURN, "money_when"}.isdisjoint(asked)
    return bool(turn.turn_input.found.back.ticket_no) and not OF_RETURN.isdisjoint(asked)


def tell_return(message: Message) -> None:
    """Tell what has to be done."""
    turn = message.turn
    ticket = turn.ticket()
    spoken = ticket.no if ticket and _awaits_return(turn) else turn.turn_input.found.back.ticket_no
    turn.talk = replace(turn.talk, ticket_no=spoken)
    turn.outcomes.append(Returning(ticket_no=spoken, step="how"))


def changes_return(message: Message) -> bool:
    """Return whether the customer wants more time for a return, or none at all."""
    return _awaits_return(message.turn) and (message.means("no_return") or message.contains("more_time"))


def change_return(message: Message) -> None:
    """Put the deadline off, or end the return."""
    ticket = message.turn.ticket()
    assert ticket
    step = "no" if message.means("no_return") else "more"
    message.turn.outcomes.append(Returning(ticket_no=ticket.no, step=step))


def asks_goods(message: Message) -> bool:
    """Return whether it is asked where goods are that are sent again."""
    turn = message.turn
    if turn.claim or turn.silent_ticket() or ticket_answers.speaks_of_goods(message):
        return False
    owed = any(line.goods_owed or (line.state == "open" and line.remedy in GOODS) for line in _lines(turn))
    asks = ASKS.search(message.text) or message.contains("urge") or message.says(BRIEF)
    return bool(owed and asks and SENDING.search(message.text) and (not message.tells or _waits_for_goods(message)))


def _waits_for_goods(message: Message) -> bool:
    """Return whether all that a text tells is that something did not come (yet), and not of another item or order."""
    told = [claim for claim in message.reading.claims if claim.problems]
    numbers = {line.order_line_no for line in _lines(message.turn) if line.remedy in GOODS}
    named = message.turn.turn_input.want.any or message.reading.signals or message.reading.angry
    return (
        bool(told)
        and not named
        and all({*claim.problems} <= NOT_HERE and (claim.line_no is None or claim.line_no in numbers) for claim in told)
    )


def misses_goods(message: Message) -> bool:
    """Return whether the text says, in whatever words, that goods sent again did not come."""
    turn = message.turn
    if turn.claim or turn.silent_ticket() or ASKS.search(message.text):
        return False
    return any(line.goods_owed for line in _lines(turn)) and _waits_for_goods(message)


def tell_goods(message: Message) -> None:
    """Tell how far they are; where they go to only a colleague knows."""
    ticket = message.turn.ticket()
    assert ticket
    where = bool(WHERE.search(message.text))
    message.turn.outcomes.append(Underway(ticket_no=ticket.no, text=message.text, where=where))
