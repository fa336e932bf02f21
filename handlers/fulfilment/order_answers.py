"""What the order system answers to a decision: payments that it has made, booked or told to the desk."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from handlers.context import TurnContext
from handlers.fulfilment import payments
from handlers.fulfilment.payments import Confirmation
from handlers.messages.money import money
from handlers.orders.cells import moment
from handlers.orders.texts import Unclear, label
from handlers.tickets import desk_outbox, lifecycle
from handlers.tickets.lifecycle import By
from handlers.tickets.outside import order_webhook
from storage import tickets
from storage.database import Tx

BY = By(actor="order_system")
MOST = 200  # entries of an answer that are looked at
BOOKED = frozenset({"paid", "known"})
SHOWN = 5  # payments that one note to the desk names
WHOLE = range(10**12)  # what a number of the answer may be


def taken(tx: Tx, payload: Mapping[str, Any], answer: bytes, context: TurnContext) -> None:
    """Note that the order system took a decision, and book the payments of its answer.

    What cannot be booked is told to the desk. An answer that is nothing like JSON with `paid` says nothing.
    """
    no = payload["ticket"]
    tickets.hold(tx, no)
    lifecycle.log(tx, no, order_webhook.TAKEN, BY, context, line=payload["body"]["line"], key=payload["key"])
    entries = _entries(answer)
    found = [_confirmation(no, entry, payload["key"], context.now) for entry in entries[:MOST]]
    odd = [item for one in found if one and (item := _book(tx, one, context))]
    if unreadable := len(entries) - sum(one is not None for one in found):
        odd.insert(0, desk_outbox.say("hook_paid_unreadable", count=unreadable))
    if odd:
        shown = [*odd[:SHOWN], *(["…"] if len(odd) > SHOWN else [])]
        text = desk_outbox.say("hook_paid_odd", no=no, items="; ".join(shown))
        desk_outbox.note(tx, lifecycle.must(tx, no), text, context)
        lifecycle.log(tx, no, "webhook_odd", BY, context, said=odd)


def _book(tx: Tx, one: Confirmation, context: TurnContext) -> str:
    """Book a payment; return "", or what the desk is told of one that does not fit."""
    booking = payments.paid(tx, one, BY, context)
    if booking.result in BOOKED:
        return ""
    language = desk_outbox.language()
    why = desk_outbox.say(f"hook_paid_{booking.result}", due=money(booking.due, language), other=booking.other)
    sum_ = money(one.amount, language)
    return desk_outbox.say("hook_paid_item", line=one.line, sum=sum_, reference=one.reference, why=why)


def _entries(answer: bytes) -> list[Any]:
    try:
        told = json.loads(answer, parse_int=_whole)
    except (ValueError, RecursionError):
        return []
    entries = told.get("paid") if isinstance(told, dict) else None
    return entries if isinstance(entries, list) else []


def _whole(text: str) -> int | str:
    return int(text) if len(text) < 14 else text  # a number of a million digits is no sum


def _confirmation(no: str, entry: Any, key: str, now: datetime) -> Confirmation | None:
    """Read one payment; None for what is none. Without a reference of its own it has that of the delivery."""
    if not isinstance(entry, dict):
        return None
    line, amount = _number(entry.get("line")), _number(entry.get("amount"))
    if line is None or amount is None:
        return None
    at, reference = _moment(entry.get("paid_at"), now), _reference(entry, key)
    return Confirmation(ticket_no=no, amount=amount, paid_at=at, reference=reference, line=line)


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value in WHOLE else None


def _reference(entry: Mapping[str, Any], key: str) -> str:
    given = entry.get("reference")
    try:
        return label(str(given), 120) if isinstance(given, str | int) and str(given).strip() else key
    except Unclear:
        return key


def _moment(text: Any, now: datetime) -> datetime:
    """Read when something was paid; now, where that is not told."""
    try:
        at = moment(text) if isinstance(text, str) else None
    except Unclear:
        at = None
    return at or now
