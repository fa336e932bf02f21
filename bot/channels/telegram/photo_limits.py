"""Which stored photos Telegram takes as photos."""

from __future__ import annotations

from media.outlines import outline_of

PHOTO_LIMIT = 10 * 1024 * 1024  # bytes; a larger one goes as a file
PHOTO_SIDES, PHOTO_RATIO = 10_000, 20  # pixels of both sides together, and how much longer one may be


def takes(data: bytes) -> bool:
    """Return whether Telegram takes a stored photo as such; long screenshots it takes as files only."""
    outline = outline_of(data, "jpeg")
    long, short = max(outline.width, outline.height), min(outline.width, outline.height)
    return len(data) <= PHOTO_LIMIT and long + short <= PHOTO_SIDES and long <= PHOTO_RATIO * max(short, 1)
