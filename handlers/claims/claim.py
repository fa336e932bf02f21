"""The facts known so far in a conversation: drafts of claims, frozen, stored as JSON between messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, Self

from handlers.claims import saved_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One problem of one order line: what a ticket line is made of."""

    line_no: int | None = None  # of the order; None while the item is unknown, or for the whole order
    problem: str = ""  # code of the policy
    quantity: str = ""  # a fraction as text: "2", "7", "1/3", or "all", "half"
    unit: str = ""  # as typed
    share: bool = False  # quantity is a share of the line ("1/3"), not a count
    received: str = ""  # what came instead
    wish: str = ""  # remedy code
    among: tuple[int, ...] = ()  # order lines that the words could mean, while line_no is unknown
    unsure: bool = False  # the customer cannot say how much: a person works the sum out
    absent: str = ""  # goods that were named and that the order does not hold, while line_no is unknown
    also: tuple[str, ...] = ()  # further problem codes named for the same item
    at: str = field(default="", compare=False)  # ISO time of the message it was read from


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A piece of evidence by its row: what the summary counts and submitting waits for."""

    id: int
    kind: str = "photo"
    state: str = "pending"  # pending, stored, refused, gone
    verdict: str = ""
    album: str = ""
    at: str = field(default="", compare=False)  # ISO time of the message that it came with
    line_no: int | None = None  # of the order: the goods that it shows, where that is known; -1: all

    def known_as(self, before: Photo) -> Photo:
        """Return it with what is known of it beside its state: when it came, and what it shows."""
        return replace(self, at=before.at, line_no=before.line_no)

    @property
    def counts(self) -> bool:
        """Return whether it can prove something, or may yet: it is not refused, lost or replaced."""
        return self.state not in ("refused", "gone", "replaced")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The last question: its slot, whose problem it is about, and the choices it showed."""

    slot: str
    index: int = 0
    choices: tuple[str, ...] = ()  # tap values in the order of their numbers
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One draft. `revision` rises with every change that the summary shows."""

    id: str
    order_no: str = ""
    number: str = ""  # order or pickup number as given, while unproven
    pickup: str = ""
    tail: str = ""
    day: str = ""
    others: tuple[str, ...] = ()  # further numbers given before the phone's tail: orders beside the first
    problems: tuple[Problem, ...] = ()
    photos: tuple[Photo, ...] = ()
    wishes: tuple[tuple[str, str], ...] = ()  # (ISO time, remedy): every wish that was uttered
    said: tuple[tuple[str, str], ...] = ()  # (ISO time, text): the customer's own words
    enclosed: tuple[tuple[str, str], ...] = ()  # (ISO time, text): places, links, cards; never read for facts
    asked: Asked | None = None
    advised: tuple[str, ...] = ()  # problems of which it was said how to keep the goods and which photos help
    advising: tuple[str, ...] = ()  # the same in the last reply, which may be taken back while it waits
    misses: Mapping[str, int] = field(default_factory=dict)
    revision: int = 0
    retakes: int = 0
    asked_album: str = ""  # album of the photo for which a better one was asked
    photos_waived: bool = False  # cannot or will not send (more): an agent will see
    aside: tuple[int, ...] = ()  # order lines that were named and of which nothing is claimed
    photos_sorted: bool = False  # what the photos show was asked; the rest is left to an agent
    photos_later: bool = False  # files without the photos of some goods: they follow
    submit_at: str = ""  # ISO time of a submit that waits for photos
    late_reason: str = ""  # why the claim comes after the window; "-" when the customer insists without one
    signals: tuple[str, ...] = ()
    special: tuple[str, ...] = ()
    severity: str = "normal"
    ticket_no: str = ""  # a raised ticket that this draft goes on filling
    why: str = ""  # why that ticket was raised
    aided: tuple[str, ...] = ()  # what was read with the second reader, as "problem=late"
    dropped: bool = False  # cancelled, but may be taken up again by the next message
    opened_at: str = ""
    touched_at: str = ""

    @property
    def pictures(self) -> tuple[Photo, ...]:
        """Return the pictures that can prove something: no voice, nothing refused or lost."""
        return tuple(photo for photo in self.photos if photo.kind != "voice" and photo.counts)

    @property
    def photo_count(self) -> int:
        """Return how many pictures can prove something."""
        return len(self.pictures)

    @property
    def shown(self) -> tuple[object, ...]:
        """Return what the summary shows of the draft: the revision counts changes of this."""
        wish = self.wishes[-1:] if not self.problems else ()
        photos = tuple(photo.line_no for photo in self.pictures)
        known = (self.order_no, self.problems, photos, self.late_reason)
        return (*known, self.number, self.pickup, self.tail, wish)

    @property
    def uttered(self) -> tuple[tuple[str, str], ...]:
        """All that came in words, what was enclosed among it, as it came."""
        return tuple(sorted((*self.said, *self.enclosed), key=lambda item: item[0]))


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetWait:
    """A leader's files that are being read: until then other messages wait, at most until `until` (ISO time)."""

    ids: tuple[int, ...]  # evidence rows of the files
    until: str
    album: str = ""
    held: int = 0  # messages that wait


COMPARISONS, YEAR = 50, timedelta(days=365)
"""With so many orders the phone tails of one account are compared in vain, within this time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """All that a conversation remembers: its drafts, the current one, and what is still unsaid."""

    language: str = ""
    claims: tuple[Claim, ...] = ()
    current: str = ""  # id of the claim last spoken of
    ticket_no: str = ""  # ticket last spoken of
    unsaid: tuple[str, ...] = ()  # notes not yet told, in the customer's language; "" stands for the facts themselves
    burst_at: str = ""  # ISO time of the first message that has no answer yet
    echo_due: str = ""  # ISO time at which the waiting echo leaves
    tries: tuple[str, ...] = ()  # ISO times of look-ups that failed
    tried: tuple[str, ...] = ()  # the numbers of those look-ups
    locked_until: str = ""
    compared: int = 0  # orders with which phone tails were compared in vain since
    compared_at: str = ""  # this ISO time
    safety_at: str = ""  # when the safety advice went out
    stickers: int = 0  # wordless messages since the last word
    site: str = ""  # the pickup site whose code brought the customer here last
    listed: Mapping[str, Any] = field(default_factory=dict)  # a leader's list, see leader_list
    other_problem: bool = False  # the customer said that the next words are about another problem
    angry: bool = False  # was angry once; the second time brings a person
    order_choices: tuple[str, ...] = ()  # order numbers offered as choices while the order is open
    heard: tuple[tuple[str, str], ...] = ()  # (ISO time, text): words that said nothing by themselves
    enclosed: tuple[tuple[str, str], ...] = ()  # (ISO time, text): places, links, cards for the next draft
    chatter: int = 0  # messages in a row that said nothing of a claim
    correcting: bool = False  # the message before was a bare no: what follows corrects
    withdraw_asked: str = ""  # ticket of which the bot asked whether to take it back
    amend_asked: tuple[str, ...] = ()  # taps of the changes to a ticket of which the bot asked which is meant
    drop_asked: str = ""  # draft of which the bot asked whether to drop it
    review_asked: str = ""  # ticket on which a leader's words are awaited
    review_words: str = ""  # a leader's words kept while the bot asks which ticket they are about
    sheets: SheetWait | None = None
    arriving: tuple[int, ...] = ()  # evidence rows for a ticket whose outcome is told when all are there
    sent: tuple[tuple[str, int, str], ...] = ()  # (message, evidence row, mark of the file): for edits
    arrived: tuple[str, ...] = ()  # the kinds of those that are stored already
    thanked: bool = False  # thanks for the ticket last spoken of were answered
    spoken: tuple[str, ...] = ()  # the last texts that the bot said by itself, the newest last

    def claim(self, claim_id: str) -> Claim | None:
        """Return the draft of this id."""
        return next((claim for claim in self.claims if claim.id == claim_id), None)

    def with_claim(self, claim: Claim) -> Self:
        """Return the talk with the draft in place of its earlier form, or at the end, and current."""
        others = [claim if known.id == claim.id else known for known in self.claims]
        if all(known.id != claim.id for known in others):
            others.append(claim)
        return replace(self, claims=tuple(others), current=claim.id)

    def locked(self, now: datetime) -> bool:
        """Return whether look-ups are locked for this account."""
        return (drafted_time(self.locked_until) or now) > now

    def comparisons(self, now: datetime) -> int:
        """Return with how many orders phone tails were compared in vain within a year."""
        since = drafted_time(self.compared_at)
        return self.compared if since and now - since < YEAR else 0

    def without(self, claim_id: str) -> Self:
        """Return the talk without the draft of this id."""
        left = tuple(claim for claim in self.claims if claim.id != claim_id)
        current = self.current if self.current != claim_id else (left[-1].id if left else "")
        return replace(self, claims=left, current=current)


FORMERLY = {
    "other": "other_problem", "orders": "order_choices", "withdraw": "withdraw_asked", "drop": "drop_asked",
    "leader_about": "review_asked", "leader_words": "review_words",
}  # fmt: skip


def to_json(talk: Talk) -> dict[str, Any]:
    """Return a talk as JSON, without what is empty."""
    shaped: dict[str, Any] = saved_json.shape(talk)
    return shaped


def _claim(raw: Mapping[str, Any]) -> Claim:
    values = saved_json.known(Claim, raw)
    values["problems"] = tuple(Problem(**saved_json.known(Problem, item)) for item in raw.get("problems", ()))
    values["photos"] = tuple(Photo(**saved_json.known(Photo, item)) for item in raw.get("photos", ()))
    for name in ("wishes", "said", "enclosed"):
        values[name] = saved_json.pairs(raw, name)
    values["asked"] = Asked(**saved_json.known(Asked, raw["asked"])) if raw.get("asked") else None
    return Claim(**values)


def from_json(raw: Mapping[str, Any]) -> Talk:
    """Return the talk of its JSON, tolerantly: also of the form in which small facts lay under `extra`."""
    if old := raw.get("extra"):
        raw = {**raw, **{FORMERLY.get(key, key): value for key, value in old.items()}}
    values = saved_json.known(Talk, raw)
    for name in ("heard", "enclosed"):
        values[name] = saved_json.pairs(raw, name)
    values["sent"] = tuple((str(message), int(row), str(mark)) for message, row, mark in raw.get("sent", ()))
    values["sheets"] = SheetWait(**saved_json.known(SheetWait, raw["sheets"])) if raw.get("sheets") else None
    values["claims"] = tuple(_claim(item) for item in raw.get("claims", ()))
    return Talk(**values)


def amount(problem: Problem) -> Fraction | None:
    """Return a problem's quantity as a number; None while it is unknown or given in words (all, half)."""
    if problem.quantity in ("", "all", "half"):
        return None
    return Fraction(problem.quantity)


def drafted_time(text: str) -> datetime | None:
    """Return the time that a talk or draft holds as ISO text; None when it is empty."""
    return datetime.fromisoformat(text) if text else None
