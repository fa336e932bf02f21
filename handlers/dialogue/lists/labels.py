"""What a list is spoken of with: its lines named, told and paired with their tickets; rows laid out in messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from handlers.claims.list_draft import ListDraft, ListLine
from handlers.claims.outcomes import Listing
from handlers.claims.summary import problem_text
from handlers.claims.voice import Voice
from handlers.dialogue.lists.addressing import labels
from handlers.dialogue.lists.lines import owes_photos
from handlers.messages.models import Button, Reply
from storage.orders import Order

LONGEST = 560  # characters of one message
NAMED = 8  # buyers whose photos are told one by one
QUOTED = 24  # characters of a line that are quoted
ENDS = "。！？!?.）)✓…”：:"
DONE: Mapping[str, str] = {
    "ready": "ready", "ask": "ask", "serious": "ask", "raised": "raised", "filed": "done", "already": "already",
    "withdrawn": "withdrawn",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A list and all that is needed to speak of it; `human` by when a colleague takes a raised line over."""

    draft: ListDraft
    voice: Voice
    orders: Mapping[str, Order] = field(default_factory=dict)
    human: datetime | None = None
    act: Listing = field(default_factory=lambda: Listing(tell="card"))
    late: frozenset[str] = frozenset()  # tickets that have their result
    other: Mapping[int, tuple[str, str]] = field(default_factory=dict)  # line: what its buyer filed, what is told now

    def say(self, key: str, **values: object) -> str:
        """Return a text of the list."""
        return self.voice.say(f"list.{key}", **values)

    def join(self, parts: Iterable[str]) -> str:
        """Put parts into one row."""
        return self.voice.say("talk.comma").join(dict.fromkeys(part for part in parts if part))

    def number(self, line: ListLine) -> str:
        """Name a line by its pickup number, else by who it is about, else by its words."""
        if line.pickup:
            return self.say("number", number=line.pickup)
        return line.who or f"“{quoted(line.text)}”"

    def owner(self, line: ListLine) -> str:
        """Name a line by its pickup number and its buyer."""
        order = self.orders.get(line.order_no)
        if not line.pickup or not order or not order.buyer_name:
            return self.number(line)
        return self.say("owner", number=self.number(line), buyer=order.buyer_name)

    def numbers(self, lines: Iterable[ListLine]) -> str:
        """Name several lines."""
        return self.join(self.number(line) for line in lines)

    def pairs(self, lines: Iterable[ListLine]) -> list[str]:
        """Name each line with its ticket's number."""
        found = (self.say("pair", number=self.number(line), no=line.ticket_no) for line in lines if line.ticket_no)
        return list(dict.fromkeys(found))

    def what(self, line: ListLine) -> str:
        """Tell a line's problem as it was understood; its own words where it was not."""
        order = self.orders.get(line.order_no)
        if not line.problem.problem or not order:
            return f"“{quoted(line.text)}”"
        text = problem_text(line.problem, order, self.voice)
        return self.say("wish", what=text, remedy=self.voice.remedy(line.wish)) if line.wish else text

    def row(self, line: ListLine) -> str:
        """Tell one line of the list with its state."""
        what = self.what(line)
        if count := len(self.draft.of_line(line.key)):
            what = self.say("photos", what=what, count=count)
        number = self.owner(line) if line.pickup or line.who else ""
        row = self.say(f"row_{DONE[line.state]}", number=number, what=what, no=line.ticket_no).replace("  ", " ")
        label = labels(self.draft).get(line.key, "")
        return self.say("counted", place=label, row=row) if label else row

    def held(self) -> str:
        """Tell whose the paired photos are: 9号 丁楠 📷2."""
        counts: dict[str, int] = {}
        for photo in self.draft.photos:
            if line := self.draft.line(photo.line):
                counts[self.owner(line)] = counts.get(self.owner(line), 0) + 1
        if not 0 < len(counts) <= NAMED:
            return ""
        owners = self.join(self.say("held_by", owner=owner, count=count) for owner, count in counts.items())
        return self.say("held_all", owners=owners)

    def lacking(self) -> list[ListLine]:
        """Return the lines that lack a photo which the rules want."""
        wanted = [line for line in self.draft.lines if owes_photos(line, self.voice.policy)]
        return [line for line in wanted if line.order_no and not self.draft.of_line(line.key)]


def quoted(text: str) -> str:
    """Shorten a pasted line."""
    bare = " ".join(text.split())
    return bare if len(bare) <= QUOTED else f"{bare[: QUOTED - 1]}…"


def paged(rows: Sequence[str], buttons: tuple[tuple[Button, ...], ...]) -> list[Reply]:
    """Lay rows out in messages that are not too long."""
    pages: list[list[str]] = [[]]
    for row in rows:
        if pages[-1] and sum(len(one) + 1 for one in pages[-1]) + len(row) > LONGEST:
            pages.append([])
        pages[-1].append(row)
    texts = ["\n".join(page) for page in pages]
    return [Reply(text=_ended(text)) for text in texts[:-1]] + [Reply(text=_ended(texts[-1]), buttons=buttons)]


def _ended(text: str) -> str:
    return text if text[-1:] in ENDS or text[-1:].isdigit() else f"{text}。"


def broken(parts: Sequence[str], comma: str) -> list[str]:
    """Break a long row of pairs into rows."""
    rows: list[str] = []
    for part in parts:
        if rows and len(rows[-1]) + len(part) < LONGEST // 4:
            rows[-1] += f"{comma}{part}"
        else:
            rows.append(part)
    return rows


def in_rows(buttons: Sequence[Button]) -> tuple[tuple[Button, ...], ...]:
    """Lay buttons out two by two."""
    return tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
