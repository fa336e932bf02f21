"""What a chosen value does to the draft, slot by slot; buttons and short answers both come here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from handlers.claims.claim import Problem
from handlers.claims.photo_places import ALL, without_place
from handlers.claims.slot_filling import set_wish
from handlers.dialogue.handoff import human
from handlers.dialogue.turn import Turn


def change(turn: Turn, index: int, **changes: object) -> None:
    """Change one problem of the draft and go on asking."""
    claim = turn.claim
    assert claim
    problems = list(claim.problems) or [Problem()]
    index = min(index, len(problems) - 1)
    problems[index] = replace(problems[index], **changes)  # type: ignore[arg-type]  # names are those of Problem
    turn.put(replace(claim, problems=tuple(problems)))
    turn.settle()
    turn.respond(taken=True, now=True)


def choose_item(turn: Turn, value: str, index: int = 0) -> None:
    """Take an order line by its number."""
    lines = {line.line_no for line in turn.order.lines} if turn.order else set()
    if value.isdecimal() and int(value) in lines:
        change(turn, index, line_no=int(value), among=(), absent="")
    else:
        turn.stale()


def choose_problem(turn: Turn, value: str, index: int = 0) -> None:
    """Take a problem type by its code."""
    if value in turn.turn_input.policy.problems:
        change(turn, index, problem=value, also=())
    else:
        turn.stale()


def choose_quantity(turn: Turn, value: str, index: int = 0) -> None:
    """Take a count: "2盒", "1/3", "all", "half", or "unsure" where the customer cannot say."""
    number = value.rstrip("".join(char for char in value if not (char.isdecimal() or char in "./")))
    if value in ("all", "half"):
        change(turn, index, quantity=value, unit="", share=False, unsure=False)
    elif value == "unsure":
        change(turn, index, quantity="", unit="", share=False, unsure=True)
    elif number:
        change(turn, index, quantity=number, unit=value[len(number) :], share=False, unsure=False)
    else:
        turn.stale()


def choose_wish(turn: Turn, value: str, index: int = 0) -> None:
    """Take a remedy by its code, for all problems of the draft."""
    claim = turn.claim
    assert claim
    turn.put(set_wish(claim, value, turn.turn_input.policy, at=turn.at))
    turn.respond(taken=True, now=True)


def choose_late(turn: Turn, value: str, index: int = 0) -> None:
    """Take the coupon of a late claim, or note that the customer insists."""
    claim = turn.claim
    assert claim
    if value == "coupon":
        claim = set_wish(claim, "compensation", turn.turn_input.policy, at=turn.at)
        turn.put(replace(claim, late_reason="coupon"))
    else:
        turn.put(replace(claim, late_reason="-"))
        default_wish(turn)
        turn.note("ask_why_late")
    turn.respond(taken=True, now=True)


def default_wish(turn: Turn) -> None:
    """Give problems without a wish what the rules give first for them."""
    claim = turn.claim
    assert claim

    def wish(item: Problem) -> str:
        kind = turn.turn_input.policy.problems.get(item.problem)
        return item.wish or (kind.remedies[0] if kind and kind.remedies else "")

    turn.put(replace(claim, problems=tuple(replace(item, wish=wish(item)) for item in claim.problems)))


def waive_photos(turn: Turn, value: str = "", index: int = 0) -> None:
    """Go on without (more) photos: an agent will see that there are none."""
    claim = turn.claim
    assert claim
    turn.put(replace(claim, photos_later=True) if value == "later" else replace(claim, photos_waived=True))
    turn.respond(taken=True, now=True)


def choose_shown(turn: Turn, value: str, index: int = 0) -> None:
    """Put the photos that nobody has put to any goods to an order line, or to all that are claimed (0)."""
    claim = turn.claim
    assert claim
    lines = {line.line_no for line in turn.order.lines} if turn.order else set()
    line = ALL if value == "all" else int(value) if value.isdecimal() else 0
    if line not in lines | {ALL}:
        turn.stale()
        return
    mine = {photo.id for photo in without_place(claim)}
    photos = tuple(replace(one, line_no=line) if one.id in mine else one for one in claim.photos)
    turn.put(replace(claim, photos=photos, photos_sorted=False))
    turn.respond(taken=True, now=True)


def confirm(turn: Turn, value: str, index: int = 0) -> None:
    """File the draft if it is complete and still the revision that was shown."""
    claim = turn.claim
    assert claim
    if not turn.complete() or value != str(claim.revision):
        turn.stale()
    else:
        turn.submit()


def edit(turn: Turn, value: str, index: int = 0) -> None:
    """Ask for a slot again that is filled."""
    claim = turn.claim
    assert claim
    if value == "quantity" and claim.problems:
        problems = tuple(replace(item, quantity="", unit="", share=False) for item in claim.problems)
        turn.put(replace(claim, problems=problems))
        turn.respond(taken=True, now=True)
    elif value in ("wish", "problem", "item"):
        turn.ask_again(value)
    else:
        turn.stale()


def choose_order(turn: Turn, value: str, index: int = 0) -> None:
    """Take one of the orders that were found, by its number."""
    found, claim = turn.turn_input.found, turn.claim
    order = next((one for one in (*found.matches, *found.own) if one.order_no == value), None)
    if order is None or (claim and claim.order_no not in ("", value)):
        turn.stale()
        return
    if claim is None or not claim.order_no:
        turn.prove(order)
        turn.adopt(order)
        turn.add_photos()
    turn.respond(taken=True, now=True)


SLOTS: Mapping[str, Callable[[Turn, str, int], None]] = {
    "order": choose_order,
    "item": choose_item,
    "problem": choose_problem,
    "quantity": choose_quantity,
    "wish": choose_wish,
    "late": choose_late,
    "photos": waive_photos,
    "shows": choose_shown,
    "submit": confirm,
    "edit": edit,
    "human": lambda turn, value, index: human(turn, ""),
}
"""What takes the value of a choice, by the choice's first word."""
