"""Things that come back to a draft: fetched photos and timers."""

from __future__ import annotations

from dataclasses import replace

from handlers.acts import File, Fill
from handlers.claim import Claim, Photo
from handlers.scene import Turn


def fetched(turn: Turn) -> None:
    """A photo of a draft came back: stored, refused, gone; at most one request for a better one."""
    data = turn.scene.inbound.data
    photo = Photo(
        id=int(data["evidence"]),
        kind=str(data.get("kind", "photo")),
        state=str(data["state"]),
        verdict=str(data.get("verdict", "")),
        album=str(data.get("album", "")),
    )
    owner = next((c for c in turn.talk.claims if any(p.id == photo.id for p in c.photos)), None)
    if owner is None:
        return
    current = turn.talk.current
    turn.set_photo(photo)
    claim = turn.claim
    if claim and claim.id == owner.id:
        _judge(turn, claim, photo)
        claim = turn.claim
        if claim and claim.submit_at and all(p.state != "pending" for p in claim.photos):
            _submit_waiting(turn)
        elif claim and claim.ticket_no:
            turn.acts.append(Fill(claim_id=claim.id))
    turn.talk = replace(turn.talk, current=current if turn.talk.claim(current) else turn.talk.current)


def _judge(turn: Turn, claim: Claim, photo: Photo) -> None:
    bad = {"refused": _refusal(photo.verdict), "gone": "photo_gone"}.get(photo.state, "")
    if not bad and photo.verdict in ("blurry", "dark") and photo.kind == "photo":
        if claim.retakes:
            turn.put(replace(claim, photos_waived=True))
            turn.note("photo_enough")
        else:
            turn.put(replace(claim, retakes=1))
            turn.note(f"photo_{photo.verdict}")
    elif bad:
        turn.put(replace(claim, submit_at=""))
        turn.note(bad)
    # the echo that waits is rendered anew; one that has left is followed only by what is new
    if turn.notes or turn.scene.found.echo_back:
        turn.respond(taken=turn.scene.found.echo_back and "" in turn.talk.unsaid)


def _refusal(code: str) -> str:
    return {"too_big": "photo_too_big", "too_many_pixels": "photo_too_big", "empty": "photo_empty"}.get(
        code, "photo_refused"
    )


def _submit_waiting(turn: Turn) -> None:
    claim = turn.claim
    assert claim
    if turn.complete():
        turn.replies.clear()
        turn.acts.append(File(claim_id=claim.id))
    else:
        turn.put(replace(claim, submit_at=""))


def woken(turn: Turn) -> None:
    """A timer of a draft fired: a submit that waited long enough, or a draft that has lain idle."""
    data = turn.scene.inbound.data
    claim = turn.talk.claim(str(data.get("claim", "")))
    if claim is None or claim.dropped:
        return
    if data.get("what") == "submit" and claim.submit_at:
        turn.talk = turn.talk.with_claim(claim)
        turn.acts.append(File(claim_id=claim.id))
    elif data.get("what") == "nudge":
        turn.note("nudge")
        turn.respond(taken=True, now=True)
    elif data.get("what") == "close":
        turn.talk = turn.talk.without(claim.id)
        if not claim.ticket_no:
            turn.tell("idle_closed")
