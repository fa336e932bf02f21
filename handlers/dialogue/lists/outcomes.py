"""What a list comes to in a turn: it is kept, told, filed, put aside, or its questions are answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handlers.claims import list_draft
from handlers.claims.list_draft import OPEN, ListDraft
from handlers.claims.outcomes import Listing
from handlers.dialogue.lists import answers as list_answers
from handlers.dialogue.lists import photos as list_photos
from handlers.dialogue.lists.photo_moves import Moved
from handlers.dialogue.lists.reader import Reader
from handlers.dialogue.turn import Turn


def save(turn: Turn, draft: ListDraft) -> None:
    """Let the talk remember the list; its revision rises with what the card shows."""
    before = list_draft.of(turn.talk)
    changed = before is None or (before.lines, before.batch) != (draft.lines, draft.batch)
    draft = replace(draft, revision=draft.revision + changed, touched_at=turn.at)
    turn.talk = list_draft.keep(turn.talk, draft)


def tell(turn: Turn, draft: ListDraft, listing: Listing) -> None:
    """Keep the list and have it told how it stands; what an echo that came back had to say is not lost."""
    unsaid = draft.unsaid if turn.turn_input.found.echo_back else ""
    if listing.echo:
        unsaid = "card" if "card" in (unsaid, listing.tell) else listing.tell
        listing = replace(listing, tell=unsaid)
    save(turn, replace(draft, unsaid=unsaid if listing.echo else ""))
    turn.outcomes.append(listing)
    if not listing.echo and unsaid and unsaid not in (listing.tell, "card"):
        turn.outcomes.append(Listing(tell=unsaid, echo=True))


def submit(turn: Turn, draft: ListDraft) -> None:
    """File every ready line; a second tap files nothing and says what was filed."""
    ready = tuple(line.key for line in draft.some("ready"))
    tell(turn, replace(draft, batch=draft.batch + bool(ready)), Listing(tell="filed", file=ready))


def drop(turn: Turn, draft: ListDraft) -> None:
    """Put aside what was not filed; it is told, and photos in the tray go with it."""
    open_ = [line.key for line in draft.lines if line.state in OPEN]
    for key in open_:
        line = draft.line(key)
        assert line
        draft = draft.with_line(replace(line, state="withdrawn", ask=""))
    photos = tuple(replace(photo, line=-1) if photo.line == 0 else photo for photo in draft.photos)
    tell(
        turn, replace(draft, photos=photos, texts=(), batch=draft.batch + 1), Listing(tell="dropped", keys=tuple(open_))
    )


def pair(turn: Turn, draft: ListDraft, photo: int, key: int) -> None:
    """Pair a photo of the tray with a line, and show the next."""
    after = list_photos.paired(draft, photo, key)
    after = replace(after, tray_at=after.tray()[0].id if after.tray() else 0)
    told = "tray" if after.tray() else "photos"
    tell(turn, after, Listing(tell=told, brought=list_photos.brought(draft, after)))


def moved(turn: Turn, draft: ListDraft, found: Moved) -> None:
    """Tell which photos went from whom to whom; tickets on both sides hear of it."""
    listing = Listing(
        tell="moved",
        keys=(found.source, found.to),
        moved=found.ids,
        about=(found.named,),
        why=found.why,
        brought=list_photos.brought(draft, found.draft),
    )
    tell(turn, found.draft, listing)


def answers(
    turn: Turn,
    draft: ListDraft,
    keys: Sequence[int],
    brought: tuple[tuple[int, int], ...] = (),
    listing: Listing | None = None,
    *,
    reader: Reader,
) -> None:
    """Tell what became of answered questions; lines of a list that was filed already are filed at once."""
    known = list_draft.of(turn.talk) or draft
    draft, told = list_answers.spread(known, draft, reader), draft
    keys = (*keys, *(line.key for line in draft.lines if line != told.line(line.key)))
    lines = [line for key in keys if (line := draft.line(key))]
    file = tuple(line.key for line in lines if line.state == "ready" and line.batch < draft.batch)
    fill = tuple(line.key for line in lines if line.state == "raised")
    listing = listing or Listing(tell="answers")
    tell(turn, draft, replace(listing, keys=tuple(keys), file=file, fill=fill, brought=brought))
