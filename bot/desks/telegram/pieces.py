"""The pieces of a line in a ticket's thread: each goes in one call, and knows what may go in its place."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from telegram.error import BadRequest

from bot.channels.telegram.text import CAPTION, TEXT, split, units
from bot.desks.telegram.forms import meaning_of
from bot.desks.telegram.html import mentions
from handlers.tickets import desk_outbox
from storage.outbox import Mail

ALBUM = 3  # photos that go one by one; more go on one sheet, as each would count
WORDS, PHOTOS, SHEET, FILE = "words", "album", "sheet", "file"
Rows = Sequence[Sequence[Sequence[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Mails of one kind that go together: several only of what the customer sent."""

    kind: str
    ids: tuple[int, ...]
    text: str
    media: tuple[tuple[str, str], ...] = ()
    payload: Mapping[str, Any] = field(default_factory=dict)


def line_of(mails: Sequence[Mail]) -> Line:
    """Join mails into one line."""
    return Line(
        kind=mails[-1].kind,
        ids=tuple(mail.id for mail in mails),
        text="\n".join(text for mail in mails if (text := mail.payload.get("text", ""))),
        media=tuple((kind, key) for mail in mails for kind, key in mail.payload.get("media", ())),
        payload=mails[-1].payload,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What one call brings: words, an album, several photos on one sheet, or one stored file as its kind or a document.

    `html`: the words go with markup; without, nobody is called by name and no button comes with them.
    """

    what: str
    text: str = ""
    media: tuple[tuple[str, str], ...] = ()
    buttons: Rows = ()
    called: tuple[tuple[str, str], ...] = ()
    captions: tuple[str, ...] = ()  # on the sheet, one for each of the media
    document: bool = False
    html: bool = True
    keys: bool = True

    @property
    def cost(self) -> int:
        """Return what it counts in operations."""
        return len(self.media) if self.what == PHOTOS else 1

    def apart(self, refused: Collection[tuple[str, str]]) -> list[Piece]:
        """Return this piece without the `refused` media, and each of those as a document; text at the first."""
        if self.captions:
            return [self]  # drawn anew, so what the platform makes of the photos themselves does not matter
        photos = tuple(one for one in self.media if one not in refused)
        made = [replace(self, what=_photos(len(photos)), media=photos)] if photos else []
        made += [Piece(what=FILE, media=(one,), document=True) for one in self.media if one in refused]
        return [replace(made[0], text=self.text), *made[1:]]

    def instead(self, error: BadRequest) -> list[Piece] | None:
        """Return the pieces that may go in place of a refused one; None when this was the plainest."""
        if self.what == WORDS:
            return _plainer(self, error)
        if self.what in (PHOTOS, SHEET):
            texts = [self.text, *[""] * (len(self.media) - 1)]
            return [Piece(what=FILE, media=(one,), text=text) for one, text in zip(self.media, texts, strict=True)]
        if not self.document and meaning_of(error).does != "words":
            return [replace(self, document=True)]
        kind = desk_outbox.say(f"kind_{self.media[0][0]}")
        words = desk_outbox.say("media_refused", kind=kind, why=error.message)
        return [Piece(what=WORDS, text="\n".join(filter(None, (self.text, words))))]


def _plainer(piece: Piece, error: BadRequest) -> list[Piece] | None:
    if meaning_of(error).does == "shorter" and units(piece.text) > CAPTION:
        parts = split(piece.text, CAPTION)
        return [
            *(replace(piece, text=part, buttons=(), called=()) for part in parts[:-1]),
            replace(piece, text=parts[-1]),
        ]
    if piece.html:
        return [replace(piece, html=False)]
    return [replace(piece, keys=False)] if piece.keys and piece.buttons else None


def pieces_of(line: Line) -> list[Piece]:
    """Cut a line into what goes in one call each: its media, the words with the first of them where they fit."""
    if pair := line.payload.get("pair"):
        photos = tuple(("photo", key) for key, _ in pair)
        return [Piece(what=SHEET, media=photos, text=line.text, captions=tuple(caption for _, caption in pair))]
    under = _captioned(line)
    caption = line.text if under else ""
    photos = tuple(one for one in line.media if one[0] == "photo")
    made = []
    if photos:
        made.append(Piece(what=_photos(len(photos)), media=photos, text=caption))
    for one in line.media:
        if one[0] != "photo":
            made.append(Piece(what=FILE, media=(one,), text="" if made else caption))
    return made if under else [*made, *_words(line)]


def _photos(count: int) -> str:
    """Return how so many photos go."""
    return FILE if count == 1 else PHOTOS if count <= ALBUM else SHEET


def _captioned(line: Line) -> bool:
    """Return whether the words go under the first of the media."""
    plain = not line.payload.get("buttons") and not line.payload.get("mentions")
    return bool(line.media) and plain and units(line.text) <= CAPTION


def _words(line: Line) -> list[Piece]:
    called = tuple(mentions(line.payload))
    parts = split(line.text, TEXT - 400) or ([" "] if called else [])
    made = [Piece(what=WORDS, text=part) for part in parts]
    if made:
        made[-1] = replace(made[-1], buttons=line.payload.get("buttons", ()), called=called)
    return made
