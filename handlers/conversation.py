"""Deciding a turn: from the talk so far and one message to the talk after it, replies and acts. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from handlers import handing, leader_talk, list_talk, returns, taps
from handlers.acts import Fill, Lead, Progress, Remark
from handlers.claim import Claim
from handlers.fixed_words import contains, language_of, means, plain
from handlers.lookup import Found
from handlers.messages import Button, Inbound
from handlers.reading import Reading, read
from handlers.scene import LIVE, Scene, Step, Turn
from handlers.taking import fits
from storage.orders import Order
from storage.tickets import Ticket

LONGEST = 2000  # characters of one message that are read
QUESTION = re.compile("[?？]")


def decide(scene: Scene) -> Step:
    """Decide one turn. Reads the message's text with the lines of the orders found; makes no look-up itself."""
    turn = Turn(scene)
    inbound = scene.inbound
    if inbound.kind == "fetched":
        returns.fetched(turn)
    elif inbound.kind == "wake":
        returns.woken(turn)
    elif inbound.kind == "tap":
        taps.tapped(turn, inbound.tap)
    elif leader_talk.takes(turn) or list_talk.takes(turn):
        pass
    elif inbound.kind == "start" or inbound.text.startswith(("绑定", "/start ")):
        _start(turn)
    else:
        _message(turn, inbound)
    list_talk.finish(turn)
    return turn.step()


def _start(turn: Turn) -> None:
    words = turn.scene.inbound.text.removeprefix("绑定").removeprefix("/start").split()
    if words:
        turn.acts.append(Lead(code=words[-1]))
    else:
        turn.welcome()


def _message(turn: Turn, inbound: Inbound) -> None:
    text = inbound.text[:LONGEST]
    if len(inbound.text) > LONGEST:
        turn.note("too_long")
    turn.talk = replace(turn.talk, language=language_of(text, turn.talk.language) or "zh")
    if not inbound.media and not any(char.isalnum() for char in text):
        _wordless(turn, inbound)
        return
    turn.talk = replace(turn.talk, stickers=0, ticket_no=turn.scene.found.named or turn.talk.ticket_no)
    reading = read(text, turn.candidates(), turn.scene.lexicon, today=turn.scene.today)
    if turn.talk.extra.get("correcting"):
        turn.talk = replace(turn.talk, extra={k: v for k, v in turn.talk.extra.items() if k != "correcting"})
        reading = replace(reading, correction=True)
    if inbound.media and turn.claim:
        turn.add_photos()
    if reading.severity == "safety":
        _safety(turn, reading, text)
    elif (inbound.media and not turn.claim and not means(text, "human")) or not _fixed(turn, text, reading):
        _facts(turn, text, reading)


def _wordless(turn: Turn, inbound: Inbound) -> None:
    """A sticker or an unknown kind: silence once, never twice, never an error; a human who has the talk sees signs."""
    turn.talk = replace(turn.talk, stickers=turn.talk.stickers + 1)
    spoken = turn.silent_ticket()
    if spoken:
        if inbound.text.strip():
            turn.acts.append(Remark(ticket_no=spoken.no, text=inbound.text.strip()))
    elif inbound.kind == "other":
        turn.note("unknown_kind")
        turn.respond(taken=False, counts=False)
    elif turn.claim and (turn.talk.stickers > 1 or QUESTION.search(inbound.text)):
        turn.respond(taken=False, counts=False)
    elif not turn.claim and (turn.talk.stickers > 1 or not turn.talk.ticket_no):
        turn.welcome()


def _safety(turn: Turn, reading: Reading, text: str) -> None:
    """Advice before anything else; then a raised ticket with what is known."""
    first = not turn.talk.safety_at
    if first:
        turn.tell("safety", now=True, safety=True)
        turn.talk = replace(turn.talk, safety_at=turn.at)
    ticket = turn.ticket()
    if ticket and ticket.state in LIVE and not turn.claim and not turn.scene.found.matches:
        turn.acts.append(
            Remark(
                ticket_no=ticket.no,
                text=text,
                evidence=turn.evidence_ids(),
                signals=reading.signals,
                severity="safety",
                call=True,
            )
        )
        if not first:
            turn.tell("safety_again", now=True, no=ticket.no)
        return
    _resolve(turn, reading)
    turn.open_claim()
    turn.take(text, reading)
    turn.add_photos()
    claim = turn.claim
    assert claim
    if claim.ticket_no:
        turn.acts.append(Fill(claim_id=claim.id))
    if claim.why != "safety":
        turn.raise_("safety")
    elif not turn.silent_ticket():
        turn.tell("safety_again", now=True, no=claim.ticket_no)


def _fixed(turn: Turn, text: str, reading: Reading) -> bool:
    """Answer the words that mean the same in every state; tell whether the text was one."""
    if taps.taken_back(turn, text):
        return True
    if means(text, "status"):
        turn.acts.append(Progress())
    elif handing.appealed(turn, text) or handing.urged(turn, text, reading):
        pass
    elif means(text, "human") or (len(text) <= 30 and contains(text, "human_in")):
        handing.human(turn, text)
    elif means(text, "rules"):
        taps.rules(turn)
    elif means(text, "cancel") or (reading.withdrawn and not reading.remedies and _takes_back(turn)):
        turn.said(text)
        if not _drops_items(turn, reading):
            taps.cancel(turn)
    elif turn.dropped() and contains(text, "resume"):
        taps.resume(turn, text, reading)
    elif means(text, "other_problem"):
        taps.another(turn)
    elif means(text, "help") and not turn.claim:
        turn.tell("help") if turn.talk.ticket_no else turn.welcome()
    elif means(text, "help") and plain(text) in ("帮助", "help", "/help"):
        turn.note("help")
        turn.respond(taken=False)
    else:
        return taps.answered(turn, text, reading) or handing.thanked(turn, text)
    return True


def _drops_items(turn: Turn, reading: Reading) -> bool:
    """Leave out the items that are named (鸡蛋不用退了), when other items stay."""
    claim = turn.claim
    named = {told.line_no for told in reading.claims if told.line_no is not None}
    left = tuple(item for item in claim.problems if item.line_no not in named) if claim else ()
    if not claim or not named or not left or len(left) == len(claim.problems):
        return False
    turn.put(replace(claim, problems=left, asked=None))
    turn.respond(taken=True)
    return True


def _takes_back(turn: Turn) -> bool:
    """Tell whether there is a draft or a ticket of the bot's own that words like 算了 can mean."""
    ticket = turn.ticket()
    return bool(turn.claim or (ticket and ticket.state in LIVE and not ticket.owner_id))


def _facts(turn: Turn, text: str, reading: Reading) -> None:
    """Take what the text and the media say into a draft, or into the ticket last spoken of."""
    tells, before = _tells(turn, reading), turn.shown()
    ticket = turn.ticket()
    more = turn.claim is None and ticket is not None and not _new_claim(turn, reading, ticket)
    if ticket and more and handing.about_ticket(turn, ticket, text, reading, tells=tells):
        return
    if turn.claim is None and not tells and not turn.scene.inbound.media:
        turn.chatter()
        return
    resolved = _resolve(turn, reading)
    turn.open_claim()
    turn.take(text, reading)
    turn.add_photos()
    taken = turn.shown() != (before or turn.shown(Claim(id="")))
    handing.special_media(turn)
    _escalate(turn, reading)
    turn.relay(text)
    if resolved:
        turn.respond(taken=taken or bool(turn.scene.inbound.media))


def _tells(turn: Turn, reading: Reading) -> bool:
    fit = any(fits(told, turn.scene.policy) for told in reading.claims)
    named = reading.order_numbers or reading.pickup_numbers or reading.phone_tails or reading.phones
    return bool(fit or named or reading.remedies or reading.signals or reading.angry)


def _new_claim(turn: Turn, reading: Reading, ticket: Ticket) -> bool:
    """Tell whether a message without a draft begins a claim of its own rather than adding to the ticket."""
    found = turn.scene.found
    if turn.talk.extra.get("other"):
        return True
    if any(order.order_no != ticket.order_no for order in found.matches):
        return True
    if turn.scene.want.any and not found.matches:
        return True
    told = [claim for claim in reading.claims if fits(claim, turn.scene.policy)]
    known = {line.order_line_no for line in found.lines.get(ticket.no, ())}
    return any(claim.problems and claim.line_no is not None and claim.line_no not in known for claim in told)


def _escalate(turn: Turn, reading: Reading) -> None:
    claim = turn.claim
    assert claim
    if claim.ticket_no or any(getattr(act, "why", "") for act in turn.acts):
        return
    if reading.severity == "major" or turn.severity() in ("major", "safety"):
        turn.raise_("major")
    elif reading.angry and turn.talk.extra.get("angry"):
        turn.raise_("angry")
    elif reading.angry:
        turn.talk = replace(turn.talk, extra={**turn.talk.extra, "angry": True})


def _resolve(turn: Turn, reading: Reading) -> bool:
    """Settle which order is spoken of; False when the reply to a failed look-up has been given."""
    found = turn.scene.found
    claim = turn.claim
    matches = _narrowed(found, reading)
    if len(matches) == 1:
        _switch(turn, matches[0], reading)
    elif len(matches) > 1 and not (claim and claim.order_no in {order.order_no for order in matches}):
        turn.open_claim()
        _keep_hints(turn)
        turn.choose_order(matches)
    elif turn.scene.want.any and not matches:
        return _not_found(turn, found)
    elif not (claim and claim.order_no):
        turn.open_claim()
        _keep_hints(turn)
        _own_order(turn, found, reading)
    return True


def _narrowed(found: Found, reading: Reading) -> tuple[Order, ...]:
    """Of several orders that a number means, keep those whose lines hold what the text names."""
    if len(found.matches) < 2:
        return found.matches
    named = {claim.order_no for claim in reading.claims if claim.line_no is not None and claim.certain}
    named |= {number for claim in reading.claims for number, _ in claim.candidates}
    return tuple(order for order in found.matches if order.order_no in named) or found.matches


def _switch(turn: Turn, order: Order, reading: Reading) -> None:
    claim = turn.claim
    turn.prove(order)
    if claim and claim.order_no == order.order_no:
        return
    if claim and (not claim.order_no or (reading.correction and not claim.ticket_no and not reading.claims)):
        turn.adopt(order)
        return
    other = next((c for c in turn.talk.claims if c.order_no == order.order_no and not c.dropped), None)
    if other:
        turn.talk = replace(turn.talk, current=other.id)
        turn.order = order
    else:
        turn.open_claim(fresh=True)
        turn.adopt(order)


def _keep_hints(turn: Turn) -> None:
    want, claim = turn.scene.want, turn.claim
    assert claim
    turn.put(
        replace(
            claim,
            number=want.numbers[0] if want.numbers else claim.number,
            pickup=want.pickups[0] if want.pickups else claim.pickup,
            tail=want.tails[0] if want.tails else claim.tail,
            day=want.day or claim.day,
        )
    )


def _own_order(turn: Turn, found: Found, reading: Reading) -> None:
    """A bound buyer named no number: the item tells the order, or there is only one."""
    own = {order.order_no: order for order in found.own}
    spoken = turn.ticket()
    named = {claim.order_no for claim in reading.claims if claim.line_no is not None and claim.certain} & set(own)
    if spoken and spoken.order_no in named:
        named = {spoken.order_no}
    if len(named) == 1:
        turn.adopt(own[named.pop() or ""])
    elif len(own) == 1:
        turn.adopt(found.own[0])
    elif own and not (turn.claim and turn.claim.number):
        open_ = [number for claim in reading.claims for number, _ in claim.candidates if number in own]
        among = [own[number] for number in dict.fromkeys(open_)] or list(found.own)
        turn.choose_order(among)


def _not_found(turn: Turn, found: Found) -> bool:
    """A number that does not exist and one that is somebody else's get the same sentence."""
    turn.count_try()
    claim = turn.claim
    if claim and claim.order_no:
        turn.note("others_order")
        return True
    turn.open_claim()
    _keep_hints(turn)
    if turn.locked():
        turn.take(turn.scene.inbound.text[:LONGEST], turn.plain_reading())
        turn.add_photos()
        turn.raise_("locked")
        return False
    mine = found.near or found.own
    if mine:
        turn.note("not_yours")
        turn.choose_order(mine)
    return True


def order_buttons(orders: Sequence[Order], turn: Turn) -> tuple[tuple[Button, ...], ...]:
    """One row for each order that may be meant."""
    return tuple((turn.order_button(order),) for order in orders)
