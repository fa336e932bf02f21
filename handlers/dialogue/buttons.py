"""Buttons: what a tap carries on the wire, and the function that it calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from handlers.claims.outcomes import Appeal, Arrived, Consent, Returning, Settle, Withdraw
from handlers.dialogue import amendments, draft_commands
from handlers.dialogue.handoff import human
from handlers.dialogue.slot_answers import SLOTS
from handlers.dialogue.turn import Turn

TICKET_TAPS = ("offer", "rate", "appeal", "withdraw", "got", "back")
Free = Mapping[str, Callable[[Turn, str], None]]


def tapped(turn: Turn, tap: str, free: Free) -> None:
    """Carry a button out; one that is out of date shows the present state. `free`: the buttons outside a draft.

    On the wire: `slot:value#index@draft` for a draft, `kind:TICKET:answer` for a ticket, `word:value` for the rest.
    """
    body, _, mark = tap.partition("@")
    body, _, index = body.partition("#")
    slot, _, value = body.partition(":")
    if slot == "amend":
        _amend_tap(turn, body)
        return
    if slot in TICKET_TAPS:
        _ticket_tap(turn, slot, value)
        return
    if slot in free:
        free[slot](turn, value)
        return
    claim = next((c for c in turn.talk.claims if mark and c.id.startswith(mark)), None) if mark else turn.claim
    if claim is None or slot not in SLOTS:
        turn.stale()
        return
    turn.talk = turn.talk.with_claim(replace(claim, dropped=False) if claim.dropped else claim)
    SLOTS[slot](turn, value, int(index) if index.isdecimal() else 0)


def _ticket_tap(turn: Turn, kind: str, value: str) -> None:
    number, _, answer = value.partition(":")
    if number not in turn.turn_input.found.tickets:
        turn.stale()
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
    elif kind == "back":
        step = {"step": "more", "until": answer} if answer.isdecimal() else {"step": "no"}
        turn.outcomes.append(Returning(ticket_no=number, **step))
    elif answer.isdecimal():
        turn.outcomes.append(Settle(ticket_no=number, score=max(1, min(5, int(answer)))))


def _amend_tap(turn: Turn, tap: str) -> None:
    number = tap.split(":")[1]
    if number not in turn.turn_input.found.tickets:
        turn.stale()
        return
    turn.talk = replace(turn.talk, ticket_no=number, amend_asked=())
    amendments.tapped(turn, tap)


FREE: Free = {
    "keep": lambda turn, value: turn.tell("kept"),
    "resume": lambda turn, value: draft_commands.resume(turn),
    "cancel": lambda turn, value: draft_commands.cancel(turn),
    "other": lambda turn, value: draft_commands.another(turn),
    "rules": lambda turn, value: draft_commands.rules(turn),
    "agent": lambda turn, value: human(turn, ""),
}
"""Buttons that belong to no draft, by their first word."""
