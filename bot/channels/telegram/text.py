"""Texts as Telegram measures them: in UTF-16 units, with limits for messages, captions and labels."""

from __future__ import annotations

TEXT = 4096
CAPTION = 1024
LABEL = 64  # no limit of the platform's; longer ones do not fit any screen
ANSWER = 200
TAP = 64  # bytes
TOPIC = 128


def units(text: str) -> int:
    """Return a text's length in UTF-16 units."""
    return len(text) + sum(character > "\uffff" for character in text)


def cut(text: str, limit: int) -> str:
    """Return a text shortened to a limit, with … at its end."""
    return text if units(text) <= limit else text[: _fitting(text, limit - 1)].rstrip() + "…"


def split(text: str, limit: int = TEXT) -> list[str]:
    """Return the parts of a text that fit, cut at a line's end, else at a space, else anywhere; none for no text."""
    parts = []
    rest = text.strip()
    while units(rest) > limit:
        end = _fitting(rest, limit)
        at = max(rest.rfind("\n", end // 2, end), 0) or max(rest.rfind(" ", end // 2, end), 0) or end
        parts.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [part for part in (*parts, rest) if part]


def _fitting(text: str, limit: int) -> int:
    """Return how many characters fit into a limit of units."""
    room = 0
    for place, character in enumerate(text):
        room += 2 if character > "\uffff" else 1
        if room > limit:
            return place
    return len(text)
