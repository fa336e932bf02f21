"""A list being read: its draft, the lines that came and how they are read."""

from __future__ import annotations

from dataclasses import dataclass, field

from handlers.claims.list_draft import ListDraft, ListLine
from handlers.dialogue.lists import photos
from handlers.dialogue.lists.lines import same
from handlers.dialogue.lists.reader import Reader
from handlers.dialogue.turn import Turn
from handlers.nlu.lists import forwarded_chats
from handlers.nlu.lists.reader import ListReading
from handlers.nlu.reading import ReadClaim


@dataclass(slots=True)
class Paste:
    """One message being taken into the list."""

    turn: Turn
    reader: Reader
    draft: ListDraft
    text: str
    newest: int = 0  # the last line before this message
    elsewhere: bool = False  # an ordinary draft was spoken of after the list
    live: bool = False  # a list is under way: single lines and photos are about it
    fresh: list[ListLine] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)
    again: int = 0  # pasted lines that the list has already
    captions: list[ReadClaim] = field(default_factory=list)  # people of whom nothing is claimed
    reading: ListReading | None = None  # of a file, whose lines stand for themselves
    changed: list[int] = field(default_factory=list)  # lines put right
    back: list[int] = field(default_factory=list)  # filed lines taken back
    notes: list[tuple[int, str]] = field(default_factory=list)  # words that put a filed line right
    claiming: set[int] = field(default_factory=set)  # pasted lines that claim something of somebody
    people: dict[int, int] = field(default_factory=dict)  # how many people each pasted line speaks of
    fine: dict[int, str] = field(default_factory=dict)  # pasted lines that say of somebody that nothing is wrong
    ignored: int = 0  # pasted lines that claim nothing
    asked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)  # whose tickets are asked after
    used: set[int] = field(default_factory=set)  # pasted lines about somebody that came to something
    placed: dict[int, int] = field(default_factory=dict)  # of which pasted line each fresh line was made

    @property
    def by(self) -> str:
        """Who said a forwarded message first."""
        origin = self.turn.turn_input.inbound.origin
        return origin.name if origin else ""

    @property
    def quoted(self) -> str:
        """The id of the message that this one replies to."""
        answered = self.turn.turn_input.inbound.data.get("reply_to")
        return str(answered["message"]) if answered else ""

    @property
    def strangers(self) -> dict[int, str]:
        """The pasted lines that somebody said whom the orders do not name."""
        return forwarded_chats.strangers(self.text, {one.buyer_name for one in self.reader.shelf.listed.orders})

    def heads_of_strangers(self) -> set[int]:
        """The headings of a copied chat under which somebody unknown told a problem."""
        by = self.strangers
        told = {by[row] for line in self.fresh if (row := self.placed[line.key]) in by}
        return {at for at, name in by.items() if name in told and forwarded_chats.is_head(self.raws[at - 1], ())}

    def own_photos(self) -> list[int]:
        """The photos that the words were written on, or that they reply to."""
        pieces = [number for number, _ in self.turn.turn_input.found.evidence]
        return pieces or [photo.id for photo in self.draft.photos if self.quoted and photo.message == self.quoted]

    @property
    def raws(self) -> list[str]:
        """The lines as pasted."""
        return self.text.splitlines()

    def marks(self) -> list[str]:
        """What makes each line the same as another; empty lines have none."""
        return [same(f"{self.by} {raw}") if same(raw) else "" for raw in self.raws]

    def next_key(self) -> int:
        """Return the place of the next line."""
        return max((line.key for line in self.draft.lines), default=0) + 1

    def lay(self) -> None:
        """Lay the photos that came with the message to the list."""
        inbound, pieces = self.turn.turn_input.inbound, self.turn.turn_input.found.evidence
        if pieces:
            self.draft = photos.received(
                self.draft,
                pieces,
                self.reader,
                at=self.turn.at,
                message=inbound.message,
                by=self.by,
                quoted=self.quoted,
                edits=inbound.edits,
            )
