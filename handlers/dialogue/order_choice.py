"""Which order a message speaks of: the one it names and may see, the draft's, or the question for it."""

from __future__ import annotations

from dataclasses import replace

from handlers.claims.decision import LONGEST
from handlers.claims.lookup import Found
from handlers.dialogue import several_orders
from handlers.dialogue.turn import Turn
from handlers.nlu.dates import on
from handlers.nlu.reading import Reading
from storage.orders import Order


def resolve(turn: Turn, reading: Reading) -> bool:
    """Settle which order is spoken of; False when the reply to a failed look-up has been given."""
    found = turn.turn_input.found
    claim = turn.claim
    matches = _narrowed(found, reading)
    if len(found.matches) > 1 and not (claim and claim.order_no) and several_orders.divide(turn, found.matches):
        return True
    if len(matches) == 1:
        _switch(turn, matches[0], reading)
    elif len(matches) > 1 and not (claim and claim.order_no in {order.order_no for order in matches}):
        turn.open_claim()
        _keep_hints(turn)
        turn.choose_order(matches)
    elif turn.turn_input.want.any and not matches:
        return _not_found(turn, found)
    elif others := turn.other_day():
        _another_day(turn, others, reading)
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
    misplaced = claim and claim.problems and all(item.absent for item in claim.problems)
    corrects = reading.correction and not reading.claims
    if claim and (not claim.order_no or ((corrects or misplaced) and not claim.ticket_no)):
        turn.adopt(order)
        return
    other = next((c for c in turn.talk.claims if c.order_no == order.order_no and not c.dropped), None)
    if other:
        turn.talk = replace(turn.talk, current=other.id)
        turn.order = order
    else:
        turn.open_claim(fresh=True)
        turn.adopt(order)


def _another_day(turn: Turn, others: tuple[Order, ...], reading: Reading) -> None:
    """The words go on about an order of another day: a draft of its own."""
    named = tuple(order for order in others if any(told.order_no == order.order_no for told in reading.claims))
    if len(others) == 1 or len(named) == 1:
        _switch(turn, (named if len(named) == 1 else others)[0], reading)
    else:
        turn.open_claim(fresh=True)
        turn.choose_order(others)


def _keep_hints(turn: Turn) -> None:
    want, claim = turn.turn_input.want, turn.claim
    assert claim
    given = (*want.numbers, *want.pickups)
    # before the phone's tail a further number is a further order; after it, the one before was wrong
    before = () if claim.tail or not given else tuple(filter(None, (claim.number, claim.pickup, *claim.others)))
    others = tuple(dict.fromkeys((*given[1:], *(one for one in before if one not in given))))
    turn.put(
        replace(
            claim,
            others=others if given else claim.others,
            number=want.numbers[0] if want.numbers else ("" if want.pickups and not claim.tail else claim.number),
            pickup=want.pickups[0] if want.pickups else ("" if want.numbers and not claim.tail else claim.pickup),
            tail=want.tails[0] if want.tails else claim.tail,
            day=want.day or claim.day,
        )
    )


def _own_order(turn: Turn, found: Found, reading: Reading) -> None:
    """A bound buyer named no number: the item tells the order, or there is only one."""
    asked = turn.claim.asked.slot if turn.claim and turn.claim.asked else ""
    day = turn.turn_input.want.day if asked == "order" else ""
    of_day = tuple(order for order in found.own if on(order, day)) if day else ()
    found = replace(found, own=of_day or found.own)
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
    claim = turn.claim
    if claim and claim.order_no:
        turn.note("others_order")
        return True
    turn.open_claim()
    _keep_hints(turn)
    if turn.turn_input.want.tails and turn.claim:
        turn.put(replace(turn.claim, others=()))
    if turn.locked():
        turn.take(turn.turn_input.inbound.text[:LONGEST], turn.plain_reading())
        turn.add_photos()
        turn.raise_("locked")
        return False
    mine = found.near or found.own
    if mine:
        turn.note("not_yours")
        turn.choose_order(mine)
    return True
