"""Buttons, and the bare numbers and words that stand for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from handlers.claims.claim import Problem
from handlers.claims.outcomes import Appeal, Arrived, Consent, Settle, Withdraw
from handlers.claims.slot_filling import set_wish
from handlers.dialogue.handoff import human
from handlers.dialogue.turn import Turn
from handlers.messages.models import Button
from handlers.messages.texts import span
from handlers.nlu.reading import Reading
from handlers.policy.policy import pick

NUMBERS = {"①": 1, "②": 2, "③": 3, "④": 4, "⑤": 5}
BRIEF = 20  # characters of a message that says one thing
TICKET_TAPS = ("offer", "rate", "appeal", "withdraw", "got")
RATINGS = (("very_satisfied", 5), ("satisfied", 4), ("neutral", 3), ("unsatisfied", 1))


def tapped(turn: Turn, tap: str, free: Mapping[str, Callable[[Turn, str], None]]) -> None:
    """Carry a button out; one that is out of date shows how things stand now. `free`: the buttons outside a draft."""
    body, _, mark = tap.partition("@")
    body, _, index = body.partition("#")
    slot, _, value = body.partition(":")
    if slot in TICKET_TAPS:
        _ticket_tap(turn, slot, value)
        return
    if slot in free:
        free[slot](turn, value)
        return
    claim = next((c for c in turn.talk.claims if mark and c.id.startswith(mark)), None) if mark else turn.claim
    if claim is None or slot not in TAPS:
        _stale(turn)
        return
    if claim.dropped:
        claim = replace(claim, dropped=False)
    turn.talk = turn.talk.with_claim(claim)
    TAPS[slot](turn, value, int(index) if index.isdecimal() else 0)


def _stale(turn: Turn) -> None:
    if turn.claim:
        turn.note("stale")
        turn.respond(taken=True, now=True)
    elif turn.talk.ticket_no:
        turn.tell("submitted_already", no=turn.talk.ticket_no)
    else:
        turn.tell("nothing_open")


def _ticket_tap(turn: Turn, kind: str, value: str) -> None:
    number, _, answer = value.partition(":")
    if number not in turn.turn_input.found.tickets:
        _stale(turn)
        return
    turn.talk = replace(turn.talk, ticket_no=number)
    if kind == "offer":
        turn.outcomes.append(Consent(ticket_no=number, accepted=answer == "yes"))
    elif kind == "appeal":
        turn.outcomes.append(Appeal(ticket_no=number))
    elif kind == "withdraw":
        turn.outcomes.append(Withdraw(ticket_no=number))
    elif kind == "got":
        turn.outcomes.append(Arrived(ticket_no=number, arrived=answer == "yes"))
    elif answer.isdecimal():
        turn.outcomes.append(Settle(ticket_no=number, score=max(1, min(5, int(answer)))))


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


def _item(turn: Turn, value: str, index: int) -> None:
    lines = {line.line_no for line in turn.order.lines} if turn.order else set()
    if value.isdecimal() and int(value) in lines:
        change(turn, index, line_no=int(value), among=(), absent="")
    else:
        _stale(turn)


def _problem(turn: Turn, value: str, index: int) -> None:
    if value in turn.turn_input.policy.problems:
        change(turn, index, problem=value, also=())
    else:
        _stale(turn)


def _quantity(turn: Turn, value: str, index: int) -> None:
    number = value.rstrip("".join(char for char in value if not (char.isdecimal() or char in "./")))
    unit = value[len(number) :]
    if value in ("all", "half"):
        change(turn, index, quantity=value, unit="", share=False, unsure=False)
    elif value == "unsure":
        change(turn, index, quantity="", unit="", share=False, unsure=True)
    elif number:
        change(turn, index, quantity=number, unit=unit, share=False, unsure=False)
    else:
        _stale(turn)


def _wish(turn: Turn, value: str, index: int) -> None:
    claim = turn.claim
    assert claim
    turn.put(set_wish(claim, value, at=turn.at))
    turn.respond(taken=True, now=True)


def late(turn: Turn, value: str, index: int) -> None:
    """Take the coupon of a late claim, or note that the customer insists."""
    claim = turn.claim
    assert claim
    if value == "coupon":
        claim = set_wish(claim, "compensation", at=turn.at)
        turn.put(replace(claim, late_reason="coupon"))
    else:
        turn.put(replace(claim, late_reason="-"))
        default_wish(turn)
        turn.note("ask_why_late")
    turn.respond(taken=True, now=True)


def default_wish(turn: Turn) -> None:
    """A late claim that gives no wish gets what the rules give first for its problem."""
    claim = turn.claim
    assert claim

    def wish(item: Problem) -> str:
        kind = turn.turn_input.policy.problems.get(item.problem)
        return item.wish or (kind.remedies[0] if kind and kind.remedies else "")

    turn.put(replace(claim, problems=tuple(replace(item, wish=wish(item)) for item in claim.problems)))


def _photos(turn: Turn, value: str, index: int) -> None:
    claim = turn.claim
    assert claim
    turn.put(replace(claim, photos_waived=True))
    turn.respond(taken=True, now=True)


def _submit(turn: Turn, value: str, index: int) -> None:
    claim = turn.claim
    assert claim
    if not turn.complete() or value != str(claim.revision):
        _stale(turn)
    else:
        turn.submit()


def _edit(turn: Turn, value: str, index: int) -> None:
    claim = turn.claim
    assert claim
    if value == "quantity" and claim.problems:
        problems = tuple(replace(item, quantity="", unit="", share=False) for item in claim.problems)
        turn.put(replace(claim, problems=problems))
        turn.respond(taken=True, now=True)
    elif value in ("wish", "problem", "item"):
        turn.ask_again(value)
    else:
        _stale(turn)


def _order(turn: Turn, value: str, index: int) -> None:
    found, claim = turn.turn_input.found, turn.claim
    order = next((one for one in (*found.matches, *found.own) if one.order_no == value), None)
    if order is None or (claim and claim.order_no not in ("", value)):
        _stale(turn)
        return
    if claim is None or not claim.order_no:
        turn.prove(order)
        turn.adopt(order)
        turn.add_photos()
    turn.respond(taken=True, now=True)


def _human(turn: Turn, value: str, index: int) -> None:
    human(turn, "")


TAPS: dict[str, Callable[[Turn, str, int], None]] = {
    "order": _order,
    "item": _item,
    "problem": _problem,
    "quantity": _quantity,
    "wish": _wish,
    "late": late,
    "photos": _photos,
    "submit": _submit,
    "edit": _edit,
    "human": _human,
}
"""Buttons that belong to a draft, by their slot."""


def cancel(turn: Turn, value: str = "") -> None:
    """Put the draft aside; the next message may take it up again."""
    claim = turn.claim
    if claim is None or claim.ticket_no:
        _take_back(turn)
        return
    turn.put(replace(claim, dropped=True, asked=None, submit_at=""))
    turn.reply(turn.voice.say("talk.dropped"), ((Button(label=turn.voice.say("talk.resume"), tap="resume"),),))


def _take_back(turn: Turn) -> None:
    """Ask whether a claim that is filed already is to be taken back."""
    ticket = turn.ticket()
    if ticket is None or ticket.state not in ("queued", "assigned", "waiting_customer"):
        turn.tell("nothing_open")
        return
    turn.talk = replace(turn.talk, extra={**turn.talk.extra, "withdraw": ticket.no})
    take = Button(label=turn.voice.say("talk.withdraw"), tap=f"withdraw:{ticket.no}")
    keep = Button(label=turn.voice.say("talk.keep_going"), tap="keep")
    turn.reply(turn.voice.say("talk.withdraw_ask", no=ticket.no), ((take, keep),))


def _kept(turn: Turn, value: str = "") -> None:
    turn.tell("kept")


def resume(turn: Turn, text: str = "", reading: Reading | None = None) -> None:
    """Take the draft up again that was put aside last, or that lies open."""
    claim = turn.dropped() or turn.claim
    if claim is None:
        _stale(turn)
        return
    if claim.dropped:
        turn.order = turn.turn_input.found.dropped
    turn.talk = turn.talk.with_claim(replace(claim, dropped=False))
    if text and reading:
        turn.take(text, reading)
    turn.note("resumed")
    turn.respond(taken=True, now=True)


def another(turn: Turn, value: str = "") -> None:
    """The customer has another problem: the next words begin a draft."""
    turn.talk = replace(turn.talk, extra={**turn.talk.extra, "other": True})
    turn.tell("say_other")


def rules(turn: Turn, value: str = "") -> None:
    """Tell the business's rules from its policy."""
    voice, policy = turn.voice, turn.turn_input.policy
    lines = [voice.say("talk.rules_head")]
    lines += [voice.say("talk.rules_line", label=pick(rule, voice.language)) for rule in policy.rules.values()]
    clocks = {name: span(policy.clocks[name], voice.language) for name in ("review_notice", "refund_due")}
    lines.append(voice.say("talk.rules_notice", notice=clocks["review_notice"]))
    lines.append(voice.say("talk.rules_money", refund=clocks["refund_due"]))
    turn.reply("\n".join(lines))


FREE: dict[str, Callable[[Turn, str], None]] = {
    "keep": _kept,
    "resume": lambda turn, value: resume(turn),
    "cancel": cancel,
    "other": another,
    "rules": rules,
    "agent": lambda turn, value: human(turn, ""),
}
"""Buttons that belong to no draft."""
