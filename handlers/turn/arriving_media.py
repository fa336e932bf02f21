"""Photos, videos, voice and files that came with a message: which are taken, each noted with its fetch."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.claims.claim import Claim, Talk
from handlers.context import TurnContext
from handlers.messages import mailboxes
from handlers.messages.models import Inbound, Media
from handlers.policy.policy import Policy
from handlers.turn import leaders
from storage import evidence
from storage.conversations import Conversation
from storage.database import Tx
from storage.tickets import Ticket


def within(inbound: Inbound, claim: Claim | None, known: Mapping[str, Ticket], policy: Policy) -> tuple[Media, ...]:
    """Return what a message brings without the photos that its draft has no room for; an agent takes all of them."""
    ticket = known.get(claim.ticket_no) if claim else None
    if ticket and ticket.owner_id:
        return inbound.media
    room = policy.media.photos - sum(
        photo.kind == "photo" and photo.counts for photo in (claim.photos if claim else ())
    )
    photos = [media for media in inbound.media if media.kind == "photo"]
    return tuple(media for media in inbound.media if media not in photos[max(0, room) :])


def noted(
    tx: Tx, inbound: Inbound, conversation: Conversation, talk: Talk, context: TurnContext
) -> tuple[tuple[int, str], ...]:
    """Note what came with the message by reference, each with its fetch."""
    led = bool(inbound.media) and conversation.leader_id is not None
    what, sheet = leaders.sheet_of(inbound, talk, context) if led else ("", None)
    if what == "paper":
        return ()
    rows = []
    for media in inbound.media:
        number = evidence.add(
            tx,
            conversation_id=conversation.id,
            kind=media.kind,
            channel=inbound.channel,
            ref=media.ref,
            at=inbound.at,
            album=inbound.album,
            seconds=media.seconds,
        )
        mailboxes.fetch(tx, number, now=context.now, sheet=sheet)
        rows.append((number, media.kind))
    return tuple(rows)
