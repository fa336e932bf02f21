"""How the messages of the sandbox's desk are stored in the page's table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from handlers.messages.models import Button
from storage.clocks import Clock
from storage.database import Tx
from storage.desk import desk_messages
from storage.platforms import sandbox
from storage.platforms.sandbox import DESK, Shown

DESK_NAME = "sandbox"
DUES = (  # the clocks that a card counts down
    "first_response",
    "human_first_response",
    "major_human_response",
    "acceptance",
    "review_notice",
    "decision_due",
    "refund_due",
    "exchange_due",
    "return_by",
    "appeal_final",
    "leader_review",
)
MOST_DUES = 3


def around(mentions: Iterable[Sequence[str]], severity: str, running: Sequence[Clock]) -> dict[str, Any]:
    """Return what is shown around a message's text: who is called, how serious it is, what is due when."""
    return {
        "mentions": [name for _, name in mentions],
        "severity": severity,
        "clocks": [
            {"name": clock.name, "began": clock.started_at.isoformat(), "due": clock.due_at.isoformat()}
            for clock in running[:MOST_DUES]
        ],
    }


def post(tx: Tx, shown: Shown, data: Mapping[str, Any], now: datetime) -> None:
    """Show a message of the service and record what it is about, for the replies to it."""
    number = str(sandbox.post(tx, shown, now=now))
    desk_messages.keep(tx, DESK_NAME, number, kind=shown.kind, at=now, ticket_no=shown.ticket_no, data=data)


def labels(buttons: Sequence[Sequence[Button]]) -> list[list[list[str]]]:
    """Return buttons in the shape of a message's `buttons` column."""
    return [[[button.label, button.tap] for button in row] for row in buttons]


def place_card(tx: Tx, shown: Shown, anew: bool, now: datetime) -> None:
    """Show a ticket's card, or change it in place; `anew`: a card that is asked for again comes last."""
    if sandbox.by_key(tx, shown.key) is not None:
        return
    old = sandbox.latest(tx, DESK, "card", shown.ticket_no)
    if old is not None and not anew:
        changed = {"text": shown.text, "buttons": shown.buttons, "media": shown.media, "data": dict(shown.data)}
        sandbox.edit(tx, old.id, changed, now=now)
        return
    if old is not None:  # one ticket has one card
        sandbox.edit(tx, old.id, {"kind": "gone", "text": "", "buttons": [], "media": []}, now=now)
    post(tx, shown, {}, now)


def place_board(tx: Tx, text: str, buttons: Sequence[Sequence[Sequence[str]]], now: datetime) -> None:
    """Show the board, or what changed on it."""
    old = sandbox.latest(tx, DESK, "board")
    if old is None:
        board = Shown(place=DESK, sender="bot", kind="board", key="board", text=text, buttons=buttons)
        post(tx, board, {}, now)
    elif (old.text, old.buttons) != (text, buttons):
        sandbox.edit(tx, old.id, {"text": text, "buttons": buttons}, now=now)
