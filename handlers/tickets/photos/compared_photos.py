"""Two photos that show the same picture, put side by side for the agent: this ticket's left, another ticket's right."""

from __future__ import annotations

from handlers.context import TurnContext
from handlers.policy import calendar
from handlers.tickets import desk_outbox, lifecycle, notices
from storage import events, evidence
from storage import tickets as rows
from storage.database import Tx
from storage.evidence import Evidence
from storage.pictures import prints
from storage.pictures.prints import Twin
from storage.tickets import Ticket

MOST = 3  # pairs shown at a time
EVENT = "compared"


def of_others(tx: Tx, ticket: Ticket) -> list[Twin]:
    """Return what tickets of other orders have in common with this one; within one order it is no sign of anything."""
    photos = [twin for twin in prints.twins(tx, ticket.no) if twin.kind == "photo"]
    return [twin for twin in photos if twin.order_no is None or twin.order_no != ticket.order_no]


def show_new(tx: Tx, ticket: Ticket, context: TurnContext) -> None:
    """Show the owner what was not shown yet."""
    found = of_others(tx, ticket)
    if found:
        told = [event.data["pairs"] for event in events.of_ticket(tx, ticket.no) if event.kind == EVENT]
        known = {tuple(pair) for pairs in told for pair in pairs}
        show(tx, ticket, [twin for twin in found if (twin.piece, twin.other) not in known], context)


def show(tx: Tx, ticket: Ticket, twins: list[Twin], context: TurnContext) -> None:
    """Post each of these pairs as one picture with words."""
    for twin in twins[:MOST]:
        _post(tx, ticket, twin, context)
    if twins:
        pairs = [[twin.piece, twin.other] for twin in twins[:MOST]]
        lifecycle.log(tx, ticket.no, EVENT, lifecycle.BOT, context, pairs=pairs)


def _post(tx: Tx, ticket: Ticket, twin: Twin, context: TurnContext) -> None:
    one, other = evidence.get(tx, twin.piece), evidence.get(tx, twin.other)
    earlier = rows.get(tx, twin.ticket_no)
    if one is None or other is None or earlier is None:
        return
    policy = notices.policy_of(tx, ticket, context)
    words = desk_outbox.say(
        "compared",
        no=ticket.no,
        other=twin.ticket_no,
        when=desk_outbox.moment(other.at, policy, context.now),
        how=desk_outbox.say("compared_equal" if one.sha256 and one.sha256 == other.sha256 else "compared_alike"),
        who=desk_outbox.say(f"compared_{_senders(one, other, ticket, earlier)}"),
    )
    zone = calendar.zone(policy)
    both = ((one, ticket.no), (other, twin.ticket_no))
    pair = [(piece.media_key, f"{number} · {piece.at.astimezone(zone):%Y-%m-%d %H:%M}") for piece, number in both]
    shown = all(map(_may_be_shown, (one, other)))
    desk_outbox.note(tx, ticket, words, context, pair=pair if shown else ())


def _senders(one: Evidence, other: Evidence, ticket: Ticket, earlier: Ticket) -> str:
    """Return how those who sent two photos are related; of a leader's list one account sends many tickets' photos."""
    if one.conversation_id == other.conversation_id:
        return "one_account"
    same = ticket.customer_id is not None and ticket.customer_id == earlier.customer_id
    return "one_customer" if same else "other_account"


def _may_be_shown(piece: Evidence) -> bool:
    return piece.kind == "photo" and bool(piece.media_key) and not piece.restricted
