"""What an edited message changes: its words, its picture, or nothing that was not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handlers.claims.claim import Talk
from handlers.claims.decision import LONGEST
from handlers.messages.models import Inbound
from storage import conversations
from storage.database import Tx

REMEMBERED = 60  # pictures of a talk by their messages


def settled(tx: Tx, inbound: Inbound, talk: Talk) -> Inbound | None:
    """Return an edit with only what it changed; None if it changed nothing. What is no edit comes back as it is.

    The words that it replaces are `data["was"]`.
    """
    if not inbound.edits:
        return inbound
    marks = {mark for message, _, mark in talk.sent if message == inbound.edits and mark}
    media = tuple(piece for piece in inbound.media if piece.mark not in marks)
    first, later = str(inbound.data.get("first", "")), str(inbound.data.get("later", ""))
    was = conversations.last_text(tx, first, later=later, but=inbound.key)
    text = "" if was is not None and inbound.text[:LONGEST].strip() == was.strip() else inbound.text
    if not media and not text:
        return None
    data = {**inbound.data, "was": was} if was and text else inbound.data
    return replace(inbound, kind="media" if media else "text", text=text, media=media, data=data)


def replaced(inbound: Inbound, talk: Talk) -> tuple[int, ...]:
    """Return the pieces of evidence whose pictures an edit exchanges for its own."""
    if not inbound.edits or not inbound.media:
        return ()
    return tuple(number for message, number, _ in talk.sent if message == inbound.edits)


def without(talk: Talk, gone: Sequence[int]) -> Talk:
    """Let exchanged pictures count no more in the drafts; they stay with them."""
    claims = tuple(
        replace(claim, photos=tuple(replace(one, state="replaced") if one.id in gone else one for one in claim.photos))
        for claim in talk.claims
    )
    return replace(talk, claims=claims) if gone else talk


def remembered(talk: Talk, inbound: Inbound, pieces: Sequence[tuple[int, str]]) -> Talk:
    """Remember which message brought which pieces of evidence, by the platform's marks of their files."""
    if not pieces or len(pieces) != len(inbound.media) or not any(one.mark for one in inbound.media):
        return talk
    message = inbound.edits or inbound.message
    kept = [row for row in talk.sent if row[0] != inbound.edits or not inbound.edits]
    fresh = [(message, number, one.mark) for (number, _), one in zip(pieces, inbound.media, strict=True)]
    return replace(talk, sent=tuple([*kept, *fresh][-REMEMBERED:]))
