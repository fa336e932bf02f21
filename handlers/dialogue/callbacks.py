"""Things that come back to a draft or a ticket: fetched photos and timers, and what is said of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from handlers.claims.claim import Claim, Photo
from handlers.claims.outcomes import File, Fill, Opened
from handlers.dialogue.drafting import LIVE
from handlers.dialogue.turn import Turn
from handlers.messages.models import Button
from handlers.policy.calendar import due
from handlers.policy.values import MEGABYTE

OWN = ("too_big", "too_many_pixels", "empty", "heic")  # refusals with a sentence of their own
KINDS = ("photo", "video", "voice", "document")


def fetched(turn: Turn) -> None:
    """A photo of a draft came back: stored, refused, gone; at most one request for a better one."""
    data = turn.turn_input.inbound.data
    photo = Photo(
        id=int(data["evidence"]),
        kind=str(data.get("kind", "photo")),
        state=str(data["state"]),
        verdict=str(data.get("verdict", "")),
        album=str(data.get("album", "")),
    )
    owner = next((c for c in turn.talk.claims if any(p.id == photo.id for p in c.photos)), None)
    ticket_no = str(data.get("ticket", "")) or (owner.ticket_no if owner else "")
    if owner is None:
        if ticket_no:
            came(turn, photo, ticket_no)
        return
    current = turn.talk.current
    turn.set_photo(photo)
    claim = turn.claim
    if claim and claim.id == owner.id and turn.silent_ticket():
        came(turn, photo, ticket_no)
        turn.outcomes.append(Fill(claim_id=claim.id))
    elif claim and claim.id == owner.id:
        claim = _labelled(turn, claim)
        _judge(turn, claim, photo)
        if claim.ticket_no:
            came(turn, photo, claim.ticket_no)
        _go_on(turn)
    turn.talk = replace(turn.talk, current=current if turn.talk.claim(current) else turn.talk.current)


def _labelled(turn: Turn, claim: Claim) -> Claim:
    """Take the order that the label on the photo names, if the account may see it and none is known yet."""
    matches = turn.turn_input.found.matches
    if not turn.turn_input.inbound.data.get("order") or len(matches) != 1 or claim.order_no or claim.ticket_no:
        return claim
    turn.adopt(matches[0])
    turn.note("label_order", order=matches[0].order_no)
    return turn.claim or claim


def _go_on(turn: Turn) -> None:
    """Carry out the submit that waited; else tell what is new, in the echo that waits if there is one."""
    claim = turn.claim
    assert claim
    if claim.ticket_no:
        turn.outcomes.append(Fill(claim_id=claim.id))
    if claim.submit_at and not turn.notes:
        if any(photo.state == "pending" for photo in claim.photos):
            if turn.turn_input.found.echo_back:
                turn.tell("filing_soon", now=False)
        elif turn.complete():
            turn.outcomes.append(File(claim_id=claim.id))
        return
    if turn.notes or turn.turn_input.found.echo_back:
        turn.respond(taken=turn.turn_input.found.echo_back and "" in turn.talk.unsaid)


def _judge(turn: Turn, claim: Claim, photo: Photo) -> None:
    """Say what is wrong with a photo; a better one is asked for as often as the policy has it, while none is good."""
    if photo.kind == "video":
        turn.unsay("video_coming")
    if bad := why(photo):
        turn.put(replace(claim, submit_at=""))
        turn.note(bad, limit=limit(turn, photo))
        return
    if photo.kind == "video" and photo.state == "stored" and not claim.ticket_no:
        turn.note("video_kept")
    pictures = [one for one in claim.photos if one.kind in ("photo", "document") and one.state == "stored"]
    waits = any(one.state == "pending" for one in claim.photos)
    if (
        waits
        or all(photo.id != one.id for one in pictures)
        or claim.photos_waived
        or any(_good(one) for one in pictures)
    ):
        return
    if photo.album and claim.asked_album == photo.album:
        return
    if claim.retakes >= turn.turn_input.policy.media.retakes:
        turn.put(replace(claim, photos_waived=True))
        turn.note("photo_enough")
    else:
        turn.put(replace(claim, retakes=claim.retakes + 1, asked_album=photo.album, submit_at=""))
        turn.note(f"photo_{photo.verdict}")


def _good(photo: Photo) -> bool:
    return photo.verdict not in ("blurry", "dark")


def _nudge(turn: Turn, claim: Claim) -> None:
    """Remind of a draft that has lain still long enough; what a person has is not reminded of."""
    span = turn.turn_input.policy.clocks.get("idle_nudge")
    touched = datetime.fromisoformat(claim.touched_at) if claim.touched_at else turn.turn_input.now
    if span and turn.turn_input.now < due(touched, span, turn.turn_input.policy):
        turn.outcomes.append(Opened(claim_id=claim.id))
        return
    turn.outcomes.append(Opened(claim_id=claim.id, nudged=True))
    if not claim.ticket_no and claim.id == turn.talk.current:
        turn.note("nudge")
        turn.respond(taken=True, now=True)


def woken(turn: Turn) -> None:
    """A timer of a draft fired: a submit that waited long enough, or a draft that has lain idle."""
    data = turn.turn_input.inbound.data
    claim = turn.talk.claim(str(data.get("claim", "")))
    if claim is None or claim.dropped:
        return
    if data.get("what") == "submit" and claim.submit_at:
        turn.talk = turn.talk.with_claim(claim)
        if turn.complete():
            turn.outcomes.append(File(claim_id=claim.id))
    elif data.get("what") == "nudge":
        _nudge(turn, claim)
    elif data.get("what") == "close":
        turn.talk = turn.talk.without(claim.id)
        if not claim.ticket_no:
            turn.tell("idle_closed")


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
