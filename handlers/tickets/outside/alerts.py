"""Alarms that leave the desk: pages of safety tickets, and a desk that cannot be reached; without personal data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.context import TurnContext
from handlers.tickets import desk_outbox
from storage import outbox
from storage.database import Tx
from storage.orders import sampled
from storage.tickets import Ticket

BOX = "alert"  # mailboxes of this kind are carried to the alarm's address


def page(tx: Tx, ticket: Ticket, circle: str, minutes: int, context: TurnContext) -> None:
    """Tell that a safety ticket waits and who was called: agents, supervisors or everyone."""
    if sampled(ticket.desk):
        return
    whom = desk_outbox.say(f"alert_{circle}")
    text = desk_outbox.say("alert_page", no=ticket.no, minutes=minutes, whom=whom)
    more = {"ticket": ticket.no, "severity": ticket.severity, "called": circle, "minutes": minutes}
    _put(tx, f"{BOX}:{ticket.no}", {"kind": "safety_page", **more}, text, ticket.desk, context)


def undelivered(tx: Tx, desk: str, ticket_no: str, why: str, context: TurnContext) -> None:
    """Tell that a card or page of a safety ticket was refused for good and nobody at the desk sees it."""
    text = desk_outbox.say("alert_undelivered", no=ticket_no, why=why)
    body = {"kind": "card_undelivered", "ticket": ticket_no, "severity": "safety"}
    _put(tx, f"{BOX}:{ticket_no}", body, text, desk, context)


def desk_down(tx: Tx, desk: str, minutes: int, why: str, context: TurnContext) -> None:
    """Tell that a desk has not been reached for so many minutes."""
    text = desk_outbox.say("alert_desk_down", minutes=minutes, why=why)
    _put(tx, f"{BOX}:desk:{desk}", {"kind": "desk_down", "desk": desk}, text, desk, context)


def desk_up(tx: Tx, desk: str, context: TurnContext) -> None:
    """Tell that a desk is reached again."""
    _put(tx, f"{BOX}:desk:{desk}", {"kind": "desk_up", "desk": desk}, desk_outbox.say("alert_desk_up"), desk, context)


def database(kind: str) -> str:
    """Return the words of an alarm that may not be stored: database_down or database_up."""
    return desk_outbox.say(f"alert_{kind}")


def _put(tx: Tx, box: str, body: Mapping[str, Any], text: str, desk: str, context: TurnContext) -> None:
    """Put an alarm in place of one that still waits: the newest says all."""
    if not context.alert_webhook:
        return
    outbox.take_back(tx, box, "alert")
    whole = {"ticket": None, "severity": None, **body, "text": text, "at": context.now.isoformat()}
    payload = {"key": f"alert-{context.new_id()}", "desk": desk, "body": whole}
    outbox.put(tx, box, "alert", payload, due=context.now, now=context.now, priority=outbox.URGENT)
