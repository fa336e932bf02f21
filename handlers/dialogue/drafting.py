"""The draft half of a turn: what is known so far, and how words, photos and orders come into it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from handlers.claims import noted_findings, photo_places, story
from handlers.claims.claim import Claim, Photo
from handlers.claims.decision import TurnInput, counted
from handlers.claims.outcomes import Bind, Guessed, Opened, Outcome
from handlers.claims.restated_counts import MISSING, restated, without_numbers
from handlers.claims.slot_filling import settled, take, without_guess
from handlers.claims.slots import View
from handlers.claims.voice import Voice
from handlers.messages.models import Reply
from handlers.messages.patterns import pattern_of
from handlers.nlu.dates import on
from handlers.nlu.reading import Reading, read
from storage.orders import Order
from storage.tickets import Ticket

LIVE = ("queued", "assigned", "waiting_customer", "appealed")
# raised for these, the bot asks nothing more
HUSHED = ("safety", "despair", "human", "misses", "angry", "locked", "minor")
OF_ONE_DRAFT: Mapping[str, Any] = {  # what a new draft makes the talk forget
    "other_problem": False, "angry": False, "order_choices": (), "heard": (), "chatter": 0, "enclosed": (),
}  # fmt: skip
# a day that tells the order: not 昨天买的, which says when somebody ordered
OF_DAY = pattern_of(
    r"(?:昨|今|前)[天日](?:的|那|这|单)|\d[号日](?:的|那|这|单)|yesterday'?s|today'?s|from (?:yesterday|today)", re.I
)
HEARD = 3  # words that told nothing by themselves, kept for the draft that may follow
SAID, KEPT = 20, 24_000  # how many of the customer's last messages a draft keeps whole, and of how many characters
WORDS = 500  # characters of words that said nothing by themselves


class Drafting:
    """The talk and its draft while one message is being decided."""

    def __init__(self, turn_input: TurnInput) -> None:
        self.turn_input = turn_input
        self.talk = turn_input.talk if turn_input.found.echo_back else replace(turn_input.talk, unsaid=())
        self.order = turn_input.found.order
        self.replies: list[Reply] = []
        self.outcomes: list[Outcome] = []
        self.notes: list[str] = []
        self.adopted = False  # the draft has just been given its order
        self.corrected = turn_input.talk.correcting  # the message before was a bare no
        self.just_locked = False  # this message was one try too many
        self.noted = False  # the notes are part of a reply
        self.divided = False  # what was said has been divided among several orders
        self.responded = False  # a question, or the lack of one, was told

    @property
    def at(self) -> str:
        """The message's time as kept with facts."""
        return self.turn_input.inbound.at.isoformat()

    @property
    def claim(self) -> Claim | None:
        """The draft last spoken of, unless it was dropped."""
        talk = self.talk
        return next((claim for claim in talk.claims if claim.id == talk.current and not claim.dropped), None)

    @property
    def voice(self) -> Voice:
        """How to speak to this customer."""
        spoken = self.talk.language or self.turn_input.inbound.language  # until words tell, the client's own
        return Voice(language=spoken or "zh", policy=self.turn_input.policy, now=self.turn_input.now)

    def view(self, claim: Claim, *, told: bool = False) -> View:
        """What questions about a draft are made from; `told`: the same reply says the facts."""
        claimed = self.turn_input.found.claimed if self.order == self.turn_input.found.order else {}
        return View(claim=claim, order=self.order, claimed=claimed, voice=self.voice, told=told)

    # tickets

    def ticket(self) -> Ticket | None:
        """The ticket last spoken of."""
        return self.turn_input.found.tickets.get(self.talk.ticket_no)

    def silent_ticket(self) -> Ticket | None:
        """The ticket spoken of, if a human owns it: the bot says nothing about such a one."""
        number = self.claim.ticket_no if self.claim else self.talk.ticket_no
        ticket = self.turn_input.found.tickets.get(number)
        return ticket if ticket and ticket.owner_id and ticket.state in LIVE else None

    # the draft

    def dropped(self) -> Claim | None:
        """The draft that was put aside last."""
        return next((claim for claim in reversed(self.talk.claims) if claim.dropped), None)

    def put(self, claim: Claim) -> None:
        """Keep the draft's new form."""
        old = self.talk.claim(claim.id)
        if old and self.shown(old) != self.shown(claim):
            claim = replace(claim, revision=old.revision + 1)
        self.talk = self.talk.with_claim(replace(claim, touched_at=self.at))

    def open_claim(self, *, fresh: bool = False) -> Claim:
        """Return the draft spoken of, or open one; a dropped one is forgotten then."""
        if self.claim and not fresh:
            return self.claim
        heard, sent = self.talk.heard, self.talk.enclosed
        claim = Claim(id=self.turn_input.new_id(), opened_at=self.at, touched_at=self.at, said=heard, enclosed=sent)
        kept = tuple(known for known in self.talk.claims if not known.dropped)
        self.talk = replace(self.talk, claims=kept, **OF_ONE_DRAFT).with_claim(claim)
        self.order = None
        self.outcomes.append(Opened(claim_id=claim.id))
        return claim

    def shown(self, claim: Claim | None = None) -> tuple[object, ...]:
        """What the summary shows of a draft: the revision counts changes of this."""
        claim = claim or self.claim
        return claim.shown if claim else ()

    def prove(self, order: Order) -> None:
        """Let the account be the buyer's when number and phone tail have just proved it."""
        found = self.turn_input.found
        if found.proven and found.conversation.customer_id is None and found.conversation.leader_id is None:
            self.outcomes.append(Bind(order_no=order.order_no))

    def adopt(self, order: Order, said: Sequence[tuple[str, str]] | None = None) -> None:
        """Give the draft its order and read again, with its lines, what was said before, or of it what was `said`."""
        claim = known = self.open_claim()
        tags = [tag for line in order.lines for tag in line.tags if tag in ("senior", "elderly", "disabled")]
        special = dict.fromkeys((*claim.special, *self.turn_input.policy.groups(tags)))
        claim = replace(claim, order_no=order.order_no, number="", pickup="", problems=(), special=tuple(special))
        claim = replace(claim, asked=None, misses={}, aided=())
        fine: set[int] = set()
        found = False
        for part in story.parts(
            claim.said if said is None else said, order, self.turn_input.lexicon, self.turn_input.today
        ):
            reading = self.unguessed(part.text, replace(self.read(part.text, (order,)), correction=False))
            if part.corrects and all(told.quantity is None for told in reading.claims):
                reading, _ = restated(claim, part.text, reading, order, lambda words: self.read(words, (order,)))
            reading = replace(reading, correction=part.corrects)
            if part.finds and not any(told.problems for told in reading.claims):
                left = tuple(item for item in claim.problems if item.problem not in MISSING)
                claim, found = replace(claim, problems=left), True
                continue
            fine |= {*reading.denied}
            claim = take(claim, reading, order, self.turn_input.policy, at=part.heard_at, first=False)
        if said is None and not found:
            claim = noted_findings.kept(known, claim, order, self.turn_input.policy, fine=fine)
        if known.ticket_no:  # those words raised it once; a supervisor may have made it milder since
            claim = replace(claim, severity=known.severity)
        self.order, self.adopted = order, True
        self.put(claim)

    def said(self, text: str) -> None:
        """Keep the customer's own words with the draft."""
        claim, was = self.claim, str(self.turn_input.inbound.data.get("was", "")).strip()
        if claim and text.strip():
            kept = tuple(one for one in claim.said if not was or one[1] != was)
            said = (*kept, (self.at, self.changed(text.strip())))[-SAID:]
            while len(said) > 1 and sum(len(words) for _, words in said) > KEPT:
                said = said[1:]
            self.put(replace(claim, said=said))

    def changed(self, text: str) -> str:
        """Return words for the agents: of an edited message the old and the new ones, of a new picture that it is."""
        inbound, was = self.turn_input.inbound, str(self.turn_input.inbound.data.get("was", "")).strip()
        words = self.voice.say("talk.edited", old=was, new=text) if was and text else text
        picture = self.voice.say("talk.photo_exchanged") if inbound.edits and inbound.media else ""
        return f"{words} {picture}".strip()

    def enclose(self, text: str) -> None:
        """Keep what came in place of words with the draft, or for the one that may follow."""
        if claim := self.claim:
            self.put(replace(claim, enclosed=(*claim.enclosed, (self.at, text))[-SAID:]))
            return
        self.talk = replace(self.talk, enclosed=(*self.talk.enclosed, (self.at, text))[-HEARD:])

    def take(self, text: str, reading: Reading) -> None:
        """Keep the words and take their facts into the draft."""
        claim = self.claim
        assert claim
        reading = self.unguessed(text, reading)
        reading, open_ = restated(claim, text, reading, self.order, self._of_order)
        after = take(claim, reading, self.order, self.turn_input.policy, at=self.at)
        if open_:
            after = without_numbers(after)
            self.count_again()
        if claim.submit_at and self.shown(after) != self.shown(claim):
            after = replace(after, submit_at="")  # what was confirmed is no longer what is there
        if after.photos and self.order and not self.turn_input.found.evidence:
            after = photo_places.by_words(after, text, self._of_order)
        self.put(after)
        self.said(text)

    def unguessed(self, text: str, reading: Reading) -> Reading:
        """Return the reading without a wish for 赔偿 that names nothing: a coupon is never guessed, it is asked."""
        after = without_guess(text, reading)
        if after is not reading and not after.remedies:
            self.notes.append(self.voice.say("talk.which_amends"))
        return after

    def count_again(self) -> None:
        """Have it said that the number is asked for again, for nobody can tell which one was meant."""
        self.notes.append(self.voice.say("talk.count_again"))

    def add_photos(self) -> None:
        """Let what came with the message join the draft, with the goods that its caption, or the question, tells."""
        claim = self.claim
        assert claim
        album, words = self.turn_input.inbound.album, self.turn_input.inbound.text if self.order else ""
        fresh = [Photo(id=one, kind=kind, album=album, at=self.at) for one, kind in self.turn_input.found.evidence]
        self.put(photo_places.joined(claim, fresh, words, self._of_order, self.turn_input.policy))

    def _of_order(self, words: str) -> Reading:
        return self.read(words, (self.order,) if self.order else ())

    def set_photo(self, photo: Photo) -> None:
        """Write down what became of a photo."""
        claim = next((c for c in self.talk.claims if any(p.id == photo.id for p in c.photos)), None)
        if claim:
            photos = tuple(photo.known_as(known) if known.id == photo.id else known for known in claim.photos)
            self.put(replace(claim, photos=photos))

    def settle(self) -> None:
        """Fill in what the order leaves no choice about, after a tap."""
        claim = self.claim
        assert claim
        problems = tuple(settled(item, self.order, self.turn_input.policy) for item in claim.problems)
        self.put(replace(claim, problems=problems))

    def evidence_ids(self) -> tuple[int, ...]:
        """Rows of what came with this message."""
        return tuple(number for number, _ in self.turn_input.found.evidence)

    # reading

    def candidates(self) -> Sequence[Order]:
        """The orders whose lines a text is read with."""
        found = self.turn_input.found
        if orders := found.matches or self.other_day():
            return orders
        return (self.order,) if self.order else found.own

    def other_day(self) -> tuple[Order, ...]:
        """The customer's own orders of the day that is named, where what is spoken of is of another (昨天的也坏了)."""
        day, spoken = self.turn_input.want.day, self.order
        if not day or spoken is None or on(spoken, day) or not OF_DAY.search(self.turn_input.inbound.text):
            return ()
        return tuple(order for order in self.turn_input.found.own if on(order, day))

    def read(self, text: str, orders: Sequence[Order]) -> Reading:
        """Read a text, with what the second reader made of it."""
        turn_input = self.turn_input
        seen = turn_input.named if text == turn_input.heard else None
        reading = read(text, orders, turn_input.lexicon, today=turn_input.today, seen=seen)
        opinions = turn_input.opinions
        return reading if opinions is None else opinions.over(turn_input.chat, text, orders, reading)

    def plain_reading(self) -> Reading:
        """The text read without any order."""
        turn_input = self.turn_input
        return read(turn_input.heard, (), turn_input.lexicon, today=turn_input.today, seen=turn_input.named)

    # look-ups

    def locked(self) -> bool:
        """Return whether look-ups are locked for this account."""
        return self.talk.locked(self.turn_input.now)

    def count_tries(self) -> None:
        """Count every number, with its phone tail, that proved nothing; too many within a time lock the look-ups."""
        found = self.turn_input.found
        if not (found.tried or found.spent):
            return
        self.talk = counted(self.talk, self.turn_input)
        self.just_locked = found.spent
        if found.guessed:
            self.outcomes.append(Guessed(order_nos=found.guessed))
        rule, now = self.turn_input.policy.identity, self.turn_input.now
        oldest = now - timedelta(seconds=rule.within.seconds)
        known = zip(self.talk.tries, self.talk.tried, strict=False)
        kept = [(at, number) for at, number in known if datetime.fromisoformat(at) > oldest]
        again = {tried for _, tried in kept}  # the same number with the same tail tries nothing new
        kept += [(self.at, tried) for tried in found.tried if tried not in again]
        locked = self.talk.locked_until
        if len(kept) >= rule.tries and not found.proven:
            locked = (now + timedelta(seconds=rule.lock.seconds)).isoformat()
            kept = []
            self.just_locked = True
        tries, tried = (tuple(one[place] for one in kept) for place in (0, 1))
        self.talk = replace(self.talk, tries=tries, tried=tried, locked_until=locked)

    def claimed(self) -> dict[int, Fraction]:
        """Shares of the order that tickets claim already."""
        return dict(self.turn_input.found.claimed)
