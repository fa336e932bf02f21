"""Text and buttons for the group: HTML with people mentioned by id, shortened to what fits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions

from bot.channels.telegram.text import LABEL, TAP, TEXT, cut, units
from handlers.messages.models import Button

ROWS = 25
PLAIN = LinkPreviewOptions(is_disabled=True)  # what a customer links to is shown as text, nobody goes and looks
MOST_CALLED = 20  # people; the platform notifies few of a message's mentions anyway


def html(text: str, mentions: Iterable[Sequence[str]] = (), *, limit: int = TEXT) -> str:
    """Return a text as HTML with the people called on a line of their own; cut so that both fit into `limit` units."""
    called = [(user, name) for user, name in mentions if user.isdecimal()][:MOST_CALLED]
    line = " ".join(f"@{name}" for _, name in called)
    words = cut(text, limit - units(line) - 1) if line else cut(text, limit)
    links = " ".join(f'<a href="tg://user?id={user}">@{escape(name)}</a>' for user, name in called)
    return f"{escape(words)}\n{links}" if links else escape(words)


def keyboard(rows: Iterable[Iterable[Sequence[str]]]) -> InlineKeyboardMarkup | None:
    """Return buttons from rows of (label, value)."""
    made = [
        [
            InlineKeyboardButton(cut(label, LABEL), callback_data=tap)
            for label, tap in row
            if 1 <= len(tap.encode()) <= TAP
        ]
        for row in list(rows)[:ROWS]
    ]
    made = [row for row in made if row]
    return InlineKeyboardMarkup(made) if made else None


def pairs(rows: Sequence[Sequence[Button]]) -> list[list[tuple[str, str]]]:
    """Return drawn buttons in the shape of a payload's."""
    return [[(button.label, button.tap) for button in row] for row in rows]


def mentions(payload: Any) -> list[tuple[str, str]]:
    """Return the people that a payload calls."""
    return [(str(user), str(name)) for user, name in payload.get("mentions", ())]
