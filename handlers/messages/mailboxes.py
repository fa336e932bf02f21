"""The names of the mailboxes, and the outbox rows that are put into them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from handlers.messages.models import Reply, to_payload
from storage import outbox
from storage.database import Tx

RECEIPT = "receipt"  # rows that wait for what becomes of the files that came


def chat_box(conversation_id: int) -> str:
    """Return the name of a conversation's mailbox."""
    return f"chat:{conversation_id}"


def desk_box(desk: str, ticket_no: str) -> str:
    """Return the name of the mailbox of a ticket's thread at a desk."""
    return f"desk:{desk}:{ticket_no}"


def to_customer(
    tx: Tx, conversation_id: int, reply: Reply, *, now: datetime, due: datetime | None = None, safety: bool = False
) -> int:
    """Post a reply to a conversation; everything held there goes first, unless this one is held itself."""
    box = chat_box(conversation_id)
    kind = "echo" if reply.echo else RECEIPT if reply.receipt else "reply"
    if kind == "reply":
        outbox.hasten(tx, box, now=now)
    priority = outbox.SAFETY if safety else outbox.TALK
    return outbox.put(tx, box, kind, to_payload(reply), due=due or now, now=now, priority=priority)


def to_desk(tx: Tx, desk: str, ticket_no: str, kind: str, payload: Mapping[str, Any], *, now: datetime) -> None:
    """Post a card, refresh, relay, page or note about a ticket to its desk."""
    safety = kind == "page" or payload.get("severity") == "safety"
    outbox.put(
        tx,
        desk_box(desk, ticket_no),
        kind,
        {"ticket": ticket_no, **payload},
        due=now,
        now=now,
        priority=outbox.SAFETY if safety else outbox.URGENT,
    )


def redraw_board(tx: Tx, desk: str, *, now: datetime) -> None:
    """Post a request to draw the board anew; one waiting request is enough."""
    box = f"board:{desk}"
    outbox.take_back(tx, box, "board")
    outbox.put(tx, box, "board", {}, due=now, now=now, priority=outbox.BOARD)


def wake(tx: Tx, name: str, payload: Mapping[str, Any], *, due: datetime, now: datetime) -> None:
    """Set the timer of this name, in place of the one it had."""
    box = f"wake:{name}"
    outbox.take_back(tx, box, "wake")
    outbox.put(tx, box, "wake", payload, due=due, now=now, priority=outbox.URGENT)


def wake_first(tx: Tx, timers: Mapping[str, tuple[Mapping[str, Any], datetime]], *, now: datetime) -> None:
    """Set timers, given by name with payload and due time, that were never set before."""
    boxes = {f"wake:{name}": timer for name, timer in timers.items()}
    outbox.put_first(tx, "wake", boxes, now=now, priority=outbox.URGENT)


def let_sleep(tx: Tx, name: str) -> None:
    """Remove a timer."""
    outbox.take_back(tx, f"wake:{name}", "wake")


def hold(tx: Tx, conversation_id: int, message: Mapping[str, Any], *, due: datetime, now: datetime) -> None:
    """Post a message (see messages.to_raw) that comes back as a timer of its conversation, after those that wait."""
    payload = {"conversation": conversation_id, "claim": "", "what": "held", "held": message}
    outbox.put(tx, f"wake:held:{conversation_id}", "wake", payload, due=due, now=now, priority=outbox.URGENT)


def let_go(tx: Tx, conversation_id: int, *, now: datetime) -> None:
    """Release the messages that wait, so that they come back now."""
    outbox.hasten(tx, f"wake:held:{conversation_id}", now=now)


def fetch(
    tx: Tx,
    evidence_id: int,
    *,
    now: datetime,
    due: datetime | None = None,
    sheet: Mapping[str, Any] | None = None,
) -> None:
    """Post a request to fetch a piece of evidence; `sheet` is the message of one that is read as a leader's list."""
    payload = {"evidence": evidence_id, **({"sheet": sheet} if sheet is not None else {})}
    outbox.put(tx, f"fetch:{evidence_id}", "fetch", payload, due=due or now, now=now, priority=outbox.WORK)
