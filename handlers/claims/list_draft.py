"""A leader's list in the talk: its lines, their questions, and the photos around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from handlers.claims import saved_json
from handlers.claims.claim import Problem, Talk
from storage.orders import Order
from storage.ticket_lines import Line

OPEN = ("ready", "ask")
ALIKE = ("order", "number", "who", "problem")  # questions that have one answer for all lines of the same words
MOST = 400  # lines that a list remembers; the oldest that are done with go first


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLine:
    """One problem that the leader reported.

    `state`: ready, ask, serious (a ticket is to be raised now), raised, filed, already (was filed before), withdrawn.
    `ask`: what is open: order, number, who, item, problem, refunded; a raised line may be asked about too.
    """

    key: int  # its place, counted from 1
    batch: int = 0  # which card it belongs to
    text: str = ""  # as pasted, at most 200 characters
    message: str = ""  # the channel's id of its message
    at: str = ""  # ISO time at which it was said
    by: str = ""  # who said it first, when it was forwarded
    pickup: str = ""
    who: str = ""  # a name as written that is no buyer's
    order_no: str = ""
    among: tuple[str, ...] = ()  # orders that could be meant
    problem: Problem = field(default_factory=Problem)
    wish: str = ""  # as written; "" leaves it to the rules
    state: str = "ready"
    ask: str = ""
    severity: str = "normal"
    signals: tuple[str, ...] = ()
    special: tuple[str, ...] = ()
    aided: tuple[str, ...] = ()  # what was read with the second reader
    claim_id: str = ""  # of the ticket that was raised
    ticket_no: str = ""

    @property
    def asks(self) -> bool:
        """Return whether the leader still has to answer something."""
        return bool(self.ask) and self.state in ("ask", "serious", "raised")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPhoto:
    """A photo around the list; `line` 0 while it is unassigned, -1 when it is not wanted."""

    id: int  # of its evidence row
    kind: str = "photo"
    at: str = ""
    line: int = 0
    message: str = ""
    by: str = ""  # who sent it first, when it was forwarded
    run: int = 0  # photos between the same two texts share a number


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDraft:
    """What a leader pasted, until it is done; `revision` rises with every change that the card shows."""

    id: str
    touched_at: str = ""
    lines: tuple[ListLine, ...] = ()
    ignored: tuple[tuple[int, str], ...] = ()  # (batch, line that claims nothing)
    texts: tuple[str, ...] = ()  # lines as they were pasted, reduced to what makes them the same
    context: tuple[str, ...] = ()  # the last lines of the message before
    photos: tuple[ListPhoto, ...] = ()
    following: tuple[int, ...] = ()  # lines that photos to come belong to
    sequence: tuple[int, ...] = ()  # lines that the place holders of pictures in a copied chat stood under
    run: int = 0
    batch: int = 1
    revision: int = 0
    choices: tuple[tuple[str, str], ...] = ()  # (label, tap) of the buttons shown last, in the order of their numbers
    tray_at: int = 0  # the photo that the leader was asked about
    carded: int = 0  # the batch whose card was shown last
    unsaid: str = ""  # what the waiting echo tells: card or photos

    def line(self, key: int) -> ListLine | None:
        """Return the line at this place."""
        return next((line for line in self.lines if line.key == key), None)

    def with_line(self, line: ListLine) -> Self:
        """Put a line in place of its earlier form."""
        return replace(self, lines=tuple(line if one.key == line.key else one for one in self.lines))

    def some(self, *states: str) -> tuple[ListLine, ...]:
        """Return the lines in these states."""
        return tuple(line for line in self.lines if line.state in states)

    def questions(self) -> tuple[ListLine, ...]:
        """Return the lines to ask about; the same question about several lines of the same words is asked once."""
        first: dict[tuple[str, ...], ListLine] = {}
        for line in self.lines:
            if line.asks:
                alike = (line.ask, line.pickup, line.text) if line.ask in ALIKE else (str(line.key),)
                first.setdefault(alike, line)
        return tuple(first.values())

    def tray(self) -> tuple[ListPhoto, ...]:
        """Return the photos that belong to no line yet."""
        return tuple(photo for photo in self.photos if photo.line == 0)

    def of_line(self, key: int) -> tuple[ListPhoto, ...]:
        """Return the photos of a line."""
        return tuple(photo for photo in self.photos if photo.line == key)

    @property
    def is_open(self) -> bool:
        """Return whether anything waits for the leader."""
        return bool(self.some(*OPEN) or self.questions() or self.tray())


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What was looked up for a leader's message: orders of the leader's own sites, and the ticket lines on them."""

    orders: tuple[Order, ...] = ()
    lines: Mapping[str, Sequence[Line]] = field(default_factory=dict)

    def order(self, number: str) -> Order | None:
        """Return one of these orders."""
        return next((order for order in self.orders if order.order_no == number), None)


def of(talk: Talk) -> ListDraft | None:
    """Return the list in a talk; unknown keys are dropped, new fields stay empty."""
    raw = talk.listed
    if not raw or "id" not in raw:
        return None
    values = saved_json.known(ListDraft, raw)
    values["lines"] = tuple(_line(item) for item in raw.get("lines", ()))
    values["photos"] = tuple(ListPhoto(**saved_json.known(ListPhoto, item)) for item in raw.get("photos", ()))
    for name in ("choices", "ignored"):
        values[name] = saved_json.pairs(raw, name)
    return ListDraft(**values)


def keep(talk: Talk, draft: ListDraft | None) -> Talk:
    """Return the talk with the list as it is now."""
    return replace(talk, listed=saved_json.shape(draft) if draft else {})


def _line(raw: Mapping[str, Any]) -> ListLine:
    values = saved_json.known(ListLine, raw)
    values["problem"] = Problem(**saved_json.known(Problem, raw.get("problem", {})))
    return ListLine(**values)


def forgetting(draft: ListDraft) -> ListDraft:
    """Return the list without what is done; what waits for the leader stays."""
    lines = tuple(line for line in draft.lines if line.state in OPEN or line.asks)
    kept = {line.key for line in lines}
    photos = tuple(photo for photo in draft.photos if photo.line == 0 or photo.line in kept)
    return replace(draft, lines=lines, photos=photos, ignored=(), texts=(), context=())
