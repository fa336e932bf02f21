"""Which order a message speaks of: the one it names and may see, the draft's, several, or the question for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from handlers.claims.claim import Claim, Photo
from handlers.claims.decision import LONGEST
from handlers.claims.given_numbers import in_plain_figures
from handlers.claims.lookup import Found
from handlers.dialogue.turn import Turn
from handlers.messages.patterns import pattern_of
from handlers.nlu.dates import on
from handlers.nlu.reading import Reading
from storage.orders import Order

ALL = pattern_of(r"都|两样|两单|两个单|全部|\bboth\b|\ball\b", re.IGNORECASE)
ENDS = pattern_of(r"(?<=[。!?！？;；\n,，])|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
COUNTED = r"(?!\d|\s?[盒袋份包箱瓶斤枚颗只条把根块])"

Piece = tuple[str, str]  # ISO time of the message, words


def resolve(turn: Turn, reading: Reading) -> bool:
    """Settle which order is spoken of; False when the reply to a failed look-up has been given."""
    found = turn.turn_input.found
    claim = turn.claim
    matches = _narrowed(found, reading)
    if len(found.matches) > 1 and not (claim and claim.order_no) and divide(turn, found.matches):
        return True
    if len(found.matches) > 1 and claim and all(_draft_of(turn, order) for order in found.matches):
        _pass_on(turn, found.matches, claim)
        return True
    if claim and claim.order_no and not found.matches and (meant := _drafts_meant(turn, claim)):
        _pass_on(turn, meant, claim)
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
    if other := _draft_of(turn, order):
        turn.talk = replace(turn.talk, current=other.id)
        turn.order = order
    else:
        turn.open_claim(fresh=True)
        turn.adopt(order)


def _draft_of(turn: Turn, order: Order) -> Claim | None:
    """Return the draft of an order, unless it was dropped."""
    return next((c for c in turn.talk.claims if c.order_no == order.order_no and not c.dropped), None)


def _drafts_meant(turn: Turn, current: Claim) -> tuple[Order, ...]:
    """Return the orders of several drafts whose goods are named, where they are not those of the current one alone."""
    drafts = {one.order_no for one in turn.talk.claims if one.order_no and not one.dropped}
    orders = tuple(order for order in turn.turn_input.found.own if order.order_no in drafts)
    if len(orders) < 2:
        return ()
    mine, _ = _sorted(turn, orders, [(turn.at, turn.turn_input.inbound.text)], first=current.order_no)
    meant = tuple(order for order in orders if mine[order.order_no])
    return meant if any(order.order_no != current.order_no for order in meant) else ()


def _pass_on(turn: Turn, orders: Sequence[Order], current: Claim) -> None:
    """Let each draft that is named have its own words: 57退款 62道歉."""
    mine, _ = _sorted(turn, orders, [(turn.at, turn.turn_input.inbound.text)], first=current.order_no)
    for order in orders:
        words, draft = " ".join(piece for _, piece in mine[order.order_no]), _draft_of(turn, order)
        if words and draft:
            turn.talk = replace(turn.talk, current=draft.id)
            turn.order = order
            turn.take(words, turn.read(words, (order,)))
    turn.talk = replace(turn.talk, current=current.id)
    turn.order, turn.divided = turn.turn_input.found.order, True


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
        if turn.claim and turn.claim.why == "locked" and turn.claim.ticket_no:
            return True  # it was said that look-ups are locked
        turn.take(turn.turn_input.inbound.text[:LONGEST], turn.plain_reading())
        turn.add_photos()
        turn.raise_("locked")
        return False
    mine = found.near or found.own
    if mine:
        turn.note("not_yours")
        turn.choose_order(mine)
    return True


def divide(turn: Turn, orders: Sequence[Order]) -> bool:
    """Divide what was said among the orders that were named; False where the words do not tell them apart."""
    claim, want = turn.claim, turn.turn_input.want
    given = {*want.numbers, *want.pickups}
    if len({order.participate_no for order in orders} & given | {order.order_no for order in orders} & given) < len(
        orders
    ):
        return False  # one number that means several orders: which is asked
    said = [*(claim.said if claim else turn.talk.heard), (turn.at, turn.turn_input.inbound.text)]
    mine, owner = _sorted(turn, orders, said)
    wrong = [order for order in orders if any(_faulty(turn, order, words) for _, words in mine[order.order_no])]
    if not wrong:
        return False
    claim = turn.open_claim()
    photos = (*claim.photos, *_fresh(turn))
    first, rest = wrong[0], wrong[1:]
    for order in orders:
        turn.prove(order)
    turn.said(turn.turn_input.inbound.text)
    words = turn.claim.said if turn.claim else ()
    wishes = _wishes(turn, first, mine[first.order_no])
    turn.put(replace(turn.claim or claim, others=(), wishes=wishes, photos=_of(first, wrong, photos, owner)))
    turn.adopt(first, mine[first.order_no])
    for order in rest:
        fresh = turn.open_claim(fresh=True)
        wishes = _wishes(turn, order, mine[order.order_no])
        turn.put(replace(fresh, said=words, wishes=wishes, photos=_of(order, wrong, photos, owner)))
        turn.adopt(order, mine[order.order_no])
        if turn.claim and not turn.claim.problems:  # all of it is fine
            turn.talk = turn.talk.without(fresh.id)
    turn.talk = replace(turn.talk, current=claim.id)
    turn.order, turn.divided = first, True
    many = sum(one.order_no in {order.order_no for order in wrong} for one in turn.talk.claims)
    if many > 1:
        turn.note("several_drafts", count=many)
    return True


def _fresh(turn: Turn) -> tuple[Photo, ...]:
    album = turn.turn_input.inbound.album
    return tuple(Photo(id=one, kind=kind, album=album, at=turn.at) for one, kind in turn.turn_input.found.evidence)


def _wishes(turn: Turn, order: Order, words: Sequence[Piece]) -> tuple[tuple[str, str], ...]:
    """Return the wishes among the words for an order, with their times."""
    return tuple((at, code) for at, text in words for code in turn.read(text, (order,)).remedies)


def _of(order: Order, orders: Sequence[Order], photos: Sequence[Photo], owner: Sequence[Piece]) -> tuple[Photo, ...]:
    """Return the photos that came while an order was spoken of; those before any belong to the first."""

    def meant(photo: Photo) -> str:
        spoken = [number for at, number in owner if at <= photo.at and any(one.order_no == number for one in orders)]
        return spoken[-1] if spoken else orders[0].order_no

    return tuple(photo for photo in photos if meant(photo) == order.order_no)


def _sorted(
    turn: Turn, orders: Sequence[Order], said: Sequence[Piece], *, first: str = ""
) -> tuple[dict[str, list[Piece]], list[tuple[str, str]]]:
    """Return the words for each order, and which order was spoken of from when on: (ISO time, order number)."""
    mine: dict[str, list[Piece]] = {order.order_no: [] for order in orders}
    owner: list[tuple[str, str]] = []
    current: tuple[str, ...] = (first,) if first in mine else ()
    for at, words in said:
        for piece in _pieces(in_plain_figures(words), orders):
            named = [order.order_no for order in orders if _names(piece, order)]
            goods = {told.order_no for told in turn.read(piece, orders).claims if told.line_no is not None}
            if len(goods) == 1 or len(named) == 1:
                current = tuple(number for number in (goods if len(goods) == 1 else named) if number)
                owner += [(at, number) for number in current]
            elif ALL.search(piece) or len(named) > 1:
                current = tuple(mine)
            for number in current:
                mine[number].append((at, piece))
    return mine, owner


def _pieces(words: str, orders: Sequence[Order]) -> list[str]:
    """Return a message cut at its sentences, and before each order that it names after the first."""
    places = sorted(found.start() for order in orders for found in _pattern(order).finditer(words))
    cuts = {0, len(words), *places[1:], *(found.start() for found in ENDS.finditer(words))}
    bounds = sorted(cuts)
    return [words[low:high] for low, high in pairwise(bounds) if words[low:high].strip()]


def _pattern(order: Order) -> re.Pattern[str]:
    number = re.escape(order.participate_no) if order.participate_no else r"(?!)"
    return re.compile(rf"(?<![\d.]){number}{COUNTED}|{re.escape(order.order_no)}", re.IGNORECASE)


def _names(piece: str, order: Order) -> bool:
    return bool(_pattern(order).search(piece))


def _faulty(turn: Turn, order: Order, words: str) -> bool:
    """Return whether a piece of the talk tells that something is wrong with an order."""
    claims = turn.read(words, (order,)).claims
    return any(told.problems or told.quantity is not None or told.line_no is not None for told in claims)
