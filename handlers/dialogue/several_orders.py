"""Several orders named in one talk: a draft for each of which something is wrong, with its own words and photos."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from handlers.claims.claim import Photo
from handlers.claims.given_numbers import in_plain_figures
from handlers.dialogue.turn import Turn
from storage.orders import Order

ALL = re.compile(r"都|两样|两单|两个单|全部|\bboth\b|\ball\b", re.IGNORECASE)
ENDS = re.compile(r"(?<=[。!?！？;；\n,，])")
COUNTED = r"(?!\d|\s?[盒袋份包箱瓶斤枚颗只条把根块])"

Piece = tuple[str, str]  # ISO time of the message, words


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
    turn: Turn, orders: Sequence[Order], said: Sequence[Piece]
) -> tuple[dict[str, list[Piece]], list[tuple[str, str]]]:
    """Return the words for each order, and which order was spoken of from when on: (ISO time, order number)."""
    mine: dict[str, list[Piece]] = {order.order_no: [] for order in orders}
    owner: list[tuple[str, str]] = []
    current: tuple[str, ...] = ()
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
