"""Somebody's health that changes while a safety ticket is open."""

from __future__ import annotations

from handlers.context import TurnContext
from handlers.messages import phone_numbers
from handlers.tickets import desk_outbox, lifecycle
from storage import people
from storage.database import Tx

SHOWN = 200  # characters of the customer's words in the call; all of them lie under the card


def worsened(tx: Tx, no: str, text: str, context: TurnContext) -> None:
    """Call the owner and the supervisors to a ticket by name, or everybody while nobody owns it; logged as paged."""
    ticket = lifecycle.must(tx, no)
    staff = people.staff_of(tx, ticket.desk)
    whom = [one for one in staff if ticket.owner_id in (None, one.user_id) or one.role == "supervisor"]
    words = phone_numbers.covered(text[:SHOWN]) + ("…" if len(text) > SHOWN else "")
    desk_outbox.page(tx, ticket, desk_outbox.say("worse", no=no, text=words), whom, context)
    lifecycle.log(tx, no, "paged", lifecycle.BOT, context, whom=[one.name for one in whom])
