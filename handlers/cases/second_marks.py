"""What of a ticket was read with the second reader: an event of its own, and a line on the card."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.context import TurnContext
from handlers.tickets import desk_outbox, lifecycle
from storage import events
from storage.database import Tx
from storage.events import Event

KIND = "second_reading"


def index(tx: Tx, no: str, aided: Sequence[str], context: TurnContext) -> None:
    """Write down what is new; `aided` as in Claim: "problem=late", "quantity=2"."""
    known = {what for event in events.of_ticket(tx, no) if event.kind == KIND for what in event.data["read"]}
    fresh = [what for what in aided if what not in known]
    if fresh:
        lifecycle.log(tx, no, KIND, lifecycle.BOT, context, read=fresh)


def line(event: Event, when: str) -> str:
    """Tell the desk which parts those are."""
    parts = dict.fromkeys(what.partition("=")[0] for what in event.data["read"])
    named = [desk_outbox.say(f"aided_{part}") for part in parts]
    return desk_outbox.say("second_reading", when=when, parts="、".join(named))
