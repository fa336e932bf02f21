"""What is said of photos, videos and voice for a ticket: one sentence, once it is known what became of them."""

from __future__ import annotations

from dataclasses import replace

from handlers.claims.claim import Photo
from handlers.dialogue.drafting import LIVE
from handlers.dialogue.turn import Turn
from handlers.messages.models import Button
from handlers.policy.values import MEGABYTE

OWN = ("too_big", "too_many_pixels", "empty", "heic")  # refusals with a sentence of their own
KINDS = ("photo", "video", "voice", "document")


def why(photo: Photo) -> str:
    """Return the sentence about a piece that was refused or could not be had; "" for one that is stored."""
    if photo.state == "gone":
        return "photo_gone" if photo.kind == "photo" else f"{photo.kind}_gone" if photo.kind in KINDS else "photo_gone"
    if photo.state != "refused":
        return ""
    if photo.kind != "photo" and photo.verdict == "too_big":
        return "file_too_big"
    return f"photo_{photo.verdict}" if photo.verdict in OWN else "photo_refused"


def limit(turn: Turn, photo: Photo) -> int:
    """Return the megabytes that a piece of this kind may have."""
    return turn.turn_input.policy.media.most(photo.kind) // MEGABYTE


def expect(turn: Turn, *, owned: bool) -> None:
    """Await what came with a message for a ticket; of photos and voice for an agent who has it only failures are told.

    To these the agent answers.
    """
    if not owned or {kind for _, kind in turn.turn_input.found.evidence} - {"photo", "voice"}:
        turn.expect()


def came(turn: Turn, photo: Photo, ticket_no: str) -> None:
    """Tell what became of a piece that a ticket has: what is wrong with it at once, that it is there with the last.

    Of what came before the ticket was there only failures are told: its receipt was told by the ticket's number. What
    a note of this turn says of the piece is not said twice.
    """
    bad = why(photo)
    if bad and not turn.notes:
        turn.tell(bad, limit=limit(turn, photo))
    awaited = photo.id in turn.talk.arriving
    left = tuple(number for number in turn.talk.arriving if number != photo.id)
    arrived = (*turn.talk.arrived, photo.kind) if awaited and photo.state == "stored" else turn.talk.arrived
    turn.talk = replace(turn.talk, arriving=left, arrived=arrived if left else ())
    if awaited and not left and arrived and not turn.notes:
        _told(turn, arrived, ticket_no)


def _told(turn: Turn, kinds: tuple[str, ...], ticket_no: str) -> None:
    """Say that all is there: with whom it is, or what can be said next."""
    say, ticket = turn.voice.say, turn.turn_input.found.tickets.get(ticket_no)
    what = say("talk.comma").join(say(f"talk.kind_{kind}") for kind in dict.fromkeys(kinds))
    if ticket is not None and ticket.owner_id and ticket.state in LIVE:
        turn.tell("media_passed", what=what)
    elif turn.claim is not None and turn.claim.ticket_no == ticket_no:
        turn.tell("media_seen", what=what, no=ticket_no)
    else:
        other = ((Button(label=say("talk.other_problem"), tap="other"),),)
        turn.reply(say("talk.media_added", what=what, no=ticket_no), other)
