"""What a turn wants done besides answering: decided by the dialogue, carried out by `turn.apply`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """The customer confirmed this draft."""

    claim_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Raise:
    """A person has to look at this draft now; `why` as in tickets.why."""

    claim_id: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """The draft of a raised ticket has more facts."""

    claim_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """More words or evidence for a ticket; `call` asks for a person's attention."""

    ticket_no: str
    text: str = ""
    evidence: tuple[int, ...] = ()
    signals: tuple[str, ...] = ()
    severity: str = "normal"
    aided: tuple[str, ...] = ()  # what of this was read with the second reader
    call: bool = False
    wish: str = ""  # the remedy wished now, of a ticket that is not decided
    shows: int | None = None  # the order line that the evidence shows, where its words name one
    special: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The customer's answer to an offer."""

    ticket_no: str
    accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """The customer's rating of the result, 5 (best) to 1."""

    ticket_no: str
    score: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """The customer does not accept the decision."""

    ticket_no: str
    text: str = ""
    evidence: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """The customer withdraws a filed claim."""

    ticket_no: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Another count or problem of a ticket's line, or the line taken back; "" is left as it is."""

    line: int  # of the ticket
    quantity: str = ""  # as in Problem
    unit: str = ""
    share: bool = False
    problem: str = ""
    dropped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Amend:
    """The customer changes lines of a filed ticket."""

    ticket_no: str
    changes: tuple[Change, ...]
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """The customer's answer to whether the goods sent again have come."""

    ticket_no: str
    arrived: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Returning:
    """A customer's step in a return.

    `step`: sent (by `carrier` under `number`), how (what has to be done), more (time, `until` YYYYMMDD or ""), no (the
    goods are kept).
    """

    ticket_no: str
    step: str
    number: str = ""
    carrier: str = ""
    until: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Underway:
    """The customer asks where the goods are that are sent again; `where`: also where they go to."""

    ticket_no: str
    text: str
    where: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind:
    """The account proved an order: it belongs to that buyer."""

    order_no: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """The account gives a leader's bind code."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The customer asks for the state of the tickets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Await:
    """A submit waits for photos: wake this draft in a few seconds in any case."""

    claim_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A draft was opened, or continues: its idle clock starts; `nudged` when the customer was reminded already."""

    claim_id: str
    nudged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Work on a leader's list: raise its serious lines, file the ready ones of `file`, and report its state.

    `tell`: card, list, filed, answers, same, photos, tray, dropped, nudge, status, moved; `keys`: the lines that it is
    about.
    """

    tell: str
    file: tuple[int, ...] = ()
    keys: tuple[int, ...] = ()
    fill: tuple[int, ...] = ()  # raised lines that know more
    brought: tuple[tuple[int, int], ...] = ()  # (evidence, line): photos for lines that have their ticket
    count: int = 0
    echo: bool = False
    changed: tuple[int, ...] = ()  # lines put right, not filed yet
    back: tuple[int, ...] = ()  # filed lines that the leader takes back: a button asks
    about: tuple[str, ...] = ()  # whom is asked after, and that person's tickets; "" for a line not filed
    notes: tuple[tuple[int, str], ...] = ()  # (line, words that put it right): its ticket hears them
    ignored: int = 0  # lines of this message that claim nothing
    moved: tuple[int, ...] = ()  # pieces of evidence that went from one line to another
    why: str = ""  # no photo was moved: there, none, nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Testify:
    """The leader's statement on a claim: yes, no, unsure, or "" with words that are none of them."""

    ticket_no: str
    answer: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The leader wants the day's digest now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """The leader wants the settlement of this month, or of the one before."""

    before: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Worsened:
    """Somebody's health changed after a safety ticket was raised: its owner and the supervisors hear at once."""

    ticket_no: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Guessed:
    """Somebody named these orders with a phone tail that is not their buyers'."""

    order_nos: tuple[str, ...]


Outcome = (
    File | Raise | Fill | Remark | Amend | Consent | Settle | Appeal | Withdraw | Arrived | Bind | Lead | Progress
    | Await | Opened | Guessed | Worsened | Testify | Digest | Settlement | Listing | Returning | Underway
)  # fmt: skip
