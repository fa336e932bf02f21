"""The turn being decided: what it was handed, and what it has come to so far."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction

from handlers.acts import Act, Await, Bind, File, Fill, Opened, Raise, Remark
from handlers.claim import Asked, Claim, Photo, Talk
from handlers.codes import SEVERITIES
from handlers.lexicon import Lexicon
from handlers.lookup import Found, Wanted
from handlers.messages import Button, Inbound, Reply
from handlers.normal import normalise
from handlers.policy import Policy
from handlers.reading import Reading, read
from handlers.references import refer
from handlers.slots import Question, View, ask_photo, buttons, next_question, photos_needed, question_for
from handlers.summary import Voice, facts, item_name, line_of, order_name, photo_count, total
from handlers.taking import settled, take
from storage.orders import Order
from storage.tickets import Ticket

LIVE = ("queued", "assigned", "waiting_customer", "appealed")
HUSHED = ("safety", "human", "misses", "angry", "locked")  # raised for these, the bot asks nothing more
OF_ONE_DRAFT = ("other", "angry", "orders", "heard", "chatter")
HEARD = 3  # words that told nothing by themselves, kept for the draft that may follow
SAID, WORDS = 20, 500  # how many of the customer's messages a draft keeps, and how much of each


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything a decision rests on; nothing else may."""

    talk: Talk
    inbound: Inbound
    found: Found
    want: Wanted
    policy: Policy
    lexicon: Lexicon
    now: datetime
    today: date
    new_id: Callable[[], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a decision comes to: the talk after it, replies in order, and acts."""

    talk: Talk
    replies: tuple[Reply, ...] = ()
    acts: tuple[Act, ...] = ()


class Turn:
    """One decision under way: the rooms of the conversation write their part into it."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.talk = scene.talk if scene.found.echo_back else replace(scene.talk, unsaid=())
        self.order = scene.found.order
        self.replies: list[Reply] = []
        self.acts: list[Act] = []
        self.notes: list[str] = []
        self.noted = False  # the notes are part of a reply
        self.responded = False  # a question, or the lack of one, was told

    @property
    def at(self) -> str:
        """The message's time as kept with facts."""
        return self.scene.inbound.at.isoformat()

    @property
    def claim(self) -> Claim | None:
        """The draft last spoken of, unless it was dropped."""
        claim = self.talk.claim(self.talk.current)
        return None if claim is None or claim.dropped else claim

    @property
    def voice(self) -> Voice:
        """How to speak to this customer."""
        return Voice(language=self.talk.language or "zh", policy=self.scene.policy, now=self.scene.now)

    def view(self, claim: Claim, *, told: bool = False) -> View:
        """What questions about a draft are made from; `told`: the same reply says the facts."""
        claimed = self.scene.found.claimed if self.order == self.scene.found.order else {}
        return View(claim=claim, order=self.order, claimed=claimed, voice=self.voice, told=told)

    def step(self) -> Step:
        """Close the turn; an echo that was taken back is told anew, a note that found no reply goes by itself."""
        if self.scene.found.echo_back and not self.responded and self.claim and not self._settling(self.claim):
            self.respond(taken="" in self.talk.unsaid, counts=False)
        if self.notes and not self.noted and not self.silent_ticket():
            self.reply(self.voice.join(list(dict.fromkeys(self.notes))), echo=True)
        return Step(talk=self.talk, replies=tuple(self.replies), acts=tuple(self.acts))

    def _settling(self, claim: Claim) -> bool:
        """Tell whether the draft is on its way to a ticket: what it was told is told by that."""
        return bool(claim.submit_at) or any(isinstance(act, File | Raise) for act in self.acts)

    # tickets

    def ticket(self) -> Ticket | None:
        """The ticket last spoken of."""
        return self.scene.found.tickets.get(self.talk.ticket_no)

    def silent_ticket(self) -> Ticket | None:
        """The ticket spoken of, if a human owns it: the bot says nothing about such a one."""
        number = self.claim.ticket_no if self.claim else self.talk.ticket_no
        ticket = self.scene.found.tickets.get(number)
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
        """Give the draft spoken of, or open one; a dropped one is forgotten then."""
        if self.claim and not fresh:
            return self.claim
        heard = tuple((at, text) for at, text in self.talk.extra.get("heard", ()))
        claim = Claim(id=self.scene.new_id(), opened_at=self.at, touched_at=self.at, said=heard)
        kept = tuple(known for known in self.talk.claims if not known.dropped)
        extra = {key: value for key, value in self.talk.extra.items() if key not in OF_ONE_DRAFT}
        self.talk = replace(self.talk, claims=kept, extra=extra).with_claim(claim)
        self.order = None
        self.acts.append(Opened(claim_id=claim.id))
        return claim

    def shown(self, claim: Claim | None = None) -> tuple[object, ...]:
        """What the summary shows of a draft: the revision counts changes of this."""
        claim = claim or self.claim
        if not claim:
            return ()
        return (
            claim.order_no,
            claim.problems,
            photo_count(claim),
            claim.late_reason,
            claim.number,
            claim.pickup,
            claim.tail,
            claim.wishes[-1:] if not claim.problems else (),
        )

    def prove(self, order: Order) -> None:
        """Let the account be the buyer's when number and phone tail have just proved it."""
        found = self.scene.found
        if found.proven and found.conversation.customer_id is None and found.conversation.leader_id is None:
            self.acts.append(Bind(order_no=order.order_no))
            self.talk = replace(self.talk, tries=(), tried=())

    def adopt(self, order: Order) -> None:
        """Give the draft its order and read again, with its lines, what was said before."""
        claim = self.open_claim()
        tags = [tag for line in order.lines for tag in line.tags if tag in ("senior", "elderly", "disabled")]
        special = dict.fromkeys((*claim.special, *self.scene.policy.groups(tags)))
        claim = replace(claim, order_no=order.order_no, number="", pickup="", problems=(), special=tuple(special))
        claim = replace(claim, asked=None, misses={})
        for at, text in claim.said:
            # the numbers have done their work: one that was mistyped must not hide what else was said
            about = refer(
                normalise(text, self.scene.lexicon.emoji), (order,), self.scene.lexicon, today=self.scene.today
            )
            reading = read(about.masked, (order,), self.scene.lexicon, today=self.scene.today)
            claim = take(claim, reading, order, self.scene.policy, at=at, first=False)
        self.order = order
        self.put(claim)

    def said(self, text: str) -> None:
        """Keep the customer's own words with the draft."""
        claim = self.claim
        if claim and text.strip():
            self.put(replace(claim, said=(*claim.said, (self.at, text.strip()[:WORDS]))[-SAID:]))

    def take(self, text: str, reading: Reading) -> None:
        """Keep the words and take their facts into the draft."""
        claim = self.claim
        assert claim
        after = take(claim, reading, self.order, self.scene.policy, at=self.at)
        if claim.submit_at and self.shown(after) != self.shown(claim):
            after = replace(after, submit_at="")  # what was confirmed is no longer what is there
        self.put(after)
        self.said(text)

    def add_photos(self) -> None:
        """Let what came with the message join the draft."""
        claim = self.claim
        assert claim
        album = self.scene.inbound.album
        known = {photo.id for photo in claim.photos}
        fresh = [Photo(id=number, kind=kind, album=album) for number, kind in self.scene.found.evidence]
        self.put(replace(claim, photos=(*claim.photos, *(photo for photo in fresh if photo.id not in known))))

    def set_photo(self, photo: Photo) -> None:
        """Write down what became of a photo."""
        claim = next((c for c in self.talk.claims if any(p.id == photo.id for p in c.photos)), None)
        if claim:
            photos = tuple(photo if known.id == photo.id else known for known in claim.photos)
            self.put(replace(claim, photos=photos))

    def settle(self) -> None:
        """Fill in what the order leaves no choice about, after a tap."""
        claim = self.claim
        assert claim
        problems = tuple(settled(item, self.order, self.scene.policy) for item in claim.problems)
        self.put(replace(claim, problems=problems))

    def evidence_ids(self) -> tuple[int, ...]:
        """Rows of what came with this message."""
        return tuple(number for number, _ in self.scene.found.evidence)

    # reading

    def candidates(self) -> Sequence[Order]:
        """The orders whose lines a text is read with."""
        found = self.scene.found
        if found.matches:
            return found.matches
        return (self.order,) if self.order else found.own

    def plain_reading(self) -> Reading:
        """The text read without any order."""
        return read(self.scene.inbound.text, (), self.scene.lexicon, today=self.scene.today)

    def severity(self) -> str:
        """Give how serious the policy takes the draft to be: its problem types, the items' tags, the sum."""
        claim = self.claim
        if not claim:
            return "normal"
        whole = total(claim, self.order, self.claimed()) or 0
        found = [claim.severity]
        for problem in claim.problems:
            line = line_of(self.order, problem.line_no)
            tags = line.tags if line else ()
            policy = self.scene.policy
            found.append(
                policy.severity(problem.problem, heard=claim.severity, tags=tags, groups=claim.special, sum_=whole)
            )
        worst = max(found, key=SEVERITIES.index)
        if worst != claim.severity:
            self.put(replace(claim, severity=worst))
        return worst

    # look-ups

    def locked(self) -> bool:
        """Tell whether look-ups are locked for this account."""
        until = self.talk.locked_until
        return bool(until) and datetime.fromisoformat(until) > self.scene.now

    def count_try(self) -> None:
        """Book a failed look-up; too many within a time lock them."""
        rule = self.scene.policy.lookup
        oldest = self.scene.now - timedelta(seconds=rule.within.seconds)
        kept = [(at, number) for at, number in zip(self.talk.tries, self.talk.tried, strict=False)]
        kept = [(at, number) for at, number in kept if datetime.fromisoformat(at) > oldest]
        tail = self.scene.want.tails[:1]
        for number in (*self.scene.want.numbers, *self.scene.want.pickups):
            kept.append((self.at, "/".join((number, *tail))))
        locked = ""
        if len(kept) >= rule.tries:
            locked = (self.scene.now + timedelta(seconds=rule.lock.seconds)).isoformat()
            kept = []
        self.talk = replace(
            self.talk,
            tries=tuple(at for at, _ in kept),
            tried=tuple(number for _, number in kept),
            locked_until=locked or self.talk.locked_until,
        )

    # speaking

    def note(self, key: str, **values: object) -> None:
        """Have a sentence said before the next question."""
        self.notes.append(self.voice.say(f"talk.{key}", **values))

    def tell(self, key: str, *, now: bool = True, safety: bool = False, **values: object) -> None:
        """Say a sentence of its own."""
        self.reply(self.voice.say(f"talk.{key}", **values), echo=not now, safety=safety)

    def reply(
        self, text: str, rows: tuple[tuple[Button, ...], ...] = (), *, echo: bool = False, safety: bool = False
    ) -> None:
        """Post a reply; an echo may wait for the end of the burst."""
        self.replies.append(Reply(text=text, buttons=rows, echo=echo, safety=safety))

    def welcome(self) -> None:
        """Greet, and say what to do."""
        name = self.scene.found.conversation.customer_name
        self.tell("welcome_known" if name else "welcome", name=name, now=False)

    def chatter(self) -> None:
        """Answer words that say nothing about a claim, and bring a person when that goes on."""
        count = self.talk.extra.get("chatter", 0) + (not self.scene.found.echo_back)
        heard = [*self.talk.extra.get("heard", ()), [self.at, self.scene.inbound.text.strip()[:WORDS]]]
        self.talk = replace(self.talk, extra={**self.talk.extra, "chatter": count, "heard": heard[-HEARD:]})
        if count > self.scene.policy.misses:
            self.open_claim()
            self.said(self.scene.inbound.text)
            self.talk = replace(self.talk, extra={**self.talk.extra, "chatter": 0})
            self.raise_("misses")
        elif count == self.scene.policy.misses:
            self.tell("help", now=False)
        else:
            self.welcome()

    def order_button(self, order: Order) -> Button:
        """A button that names an order by what the customer knows of it."""
        items = self.voice.say("talk.comma").join(item_name(line) for line in order.lines[:2])
        label = self.voice.say("talk.order_own_line", order=order_name(order, self.voice), items=items)
        return Button(label=label[:40], tap=f"order:{order.order_no}@{self.claim.id[:8] if self.claim else ''}")

    def choose_order(self, orders: Sequence[Order]) -> None:
        """Ask which of several orders is meant, instead of the next question."""
        self.talk = replace(self.talk, extra={**self.talk.extra, "orders": [o.order_no for o in orders[:5]]})

    def respond(self, *, taken: bool, now: bool = False, counts: bool = True) -> None:
        """Say what was taken and ask the next question, held until the burst is over unless `now`.

        `counts`: a message that gave nothing counts as a miss.
        """
        claim = self.claim
        self.responded = True
        if not claim or self.silent_ticket():
            return
        if self._hushed(claim):
            self._acknowledge(claim, taken=taken, now=now)
            return
        facts_told = taken or "" in self.talk.unsaid
        question, rows = self._question(claim, told=facts_told)
        if self._missed(claim, question, taken=taken or bool(self.notes) or not counts):
            return
        notes = list(dict.fromkeys([*(note for note in self.talk.unsaid if note), *self.notes]))
        known = facts(claim, self.order, self.voice) if facts_told and question.slot != "confirm" else ""
        parts = [*notes, self.voice.say("talk.took", facts=known) if known else "", question.text]
        self.reply(self.voice.join(parts), rows, echo=not now)
        self.noted = True
        self.talk = replace(self.talk, unsaid=tuple(notes + ([""] if facts_told else [])))
        claim = self.claim or claim
        asked = Asked(
            slot=question.slot,
            index=question.index,
            choices=tuple(tap for _, tap in question.choices),
            revision=claim.revision,
        )
        self.talk = self.talk.with_claim(replace(claim, asked=asked))

    def _hushed(self, claim: Claim) -> bool:
        """Tell whether a person has the word: nothing more is asked, but for one photo beside a voice message."""
        if claim.why == "voice" and not claim.problems:
            return bool(photo_count(claim)) or claim.photos_waived
        return claim.why in HUSHED

    def _acknowledge(self, claim: Claim, *, taken: bool, now: bool) -> None:
        notes = list(dict.fromkeys([*(note for note in self.talk.unsaid if note), *self.notes]))
        taken = taken or self.scene.inbound.kind in ("text", "media")  # whatever was said is passed on
        if not notes and taken and claim.ticket_no and not self.replies:
            notes = [self.voice.say("talk.added", no=claim.ticket_no)]
        elif not notes:
            return
        self.reply(self.voice.join(notes), echo=not now)
        self.noted = True
        self.talk = replace(self.talk, unsaid=(*(note for note in notes if note in self.notes), ""))

    def _question(self, claim: Claim, *, told: bool) -> tuple[Question, tuple[tuple[Button, ...], ...]]:
        numbers = self.talk.extra.get("orders", ())
        found = self.scene.found
        open_ = {o.order_no: o for o in (*found.matches, *found.near, *found.own)}
        among = [open_[number] for number in numbers if number in open_]
        if not claim.order_no and among:
            rows = tuple((self.order_button(order),) for order in among)
            choices = tuple((row[0].label, f"order:{order.order_no}") for row, order in zip(rows, among, strict=True))
            return Question(slot="order", text=self.voice.say("talk.ask_order_own"), choices=choices), rows
        view = self.view(claim, told=told)
        question = ask_photo(view) if claim.why == "voice" and not claim.problems else next_question(view)
        if question.slot == "order" and found.conversation.leader_id is not None:
            question = replace(question, text=self.voice.say("talk.ask_order_leader"))
        return question, buttons(question, claim)

    def _missed(self, claim: Claim, question: Question, *, taken: bool) -> bool:
        """Count a message that gave nothing for the question it answers; too many bring a person."""
        asked = claim.asked
        unseen = self.scene.found.echo_back  # the question had not left yet: nobody can have missed it
        if taken or unseen or not asked or asked.slot != question.slot or self.scene.inbound.kind != "text":
            return False
        misses = {**claim.misses, question.slot: claim.misses.get(question.slot, 0) + 1}
        self.put(replace(claim, misses=misses))
        if misses[question.slot] < self.scene.policy.misses or claim.ticket_no:
            return False
        self.raise_("not_found" if question.slot == "order" else "misses")
        return True

    def ask_again(self, slot: str) -> None:
        """Ask for one slot again, filled or not, so that the answer may change it."""
        claim = self.claim
        assert claim
        question = question_for(self.view(claim), slot)
        choices = tuple(tap for _, tap in question.choices)
        self.put(replace(claim, asked=Asked(slot=slot, index=question.index, choices=choices)))
        self.reply(question.text, buttons(question, claim))

    # acts

    def raise_(self, why: str) -> None:
        """Hand the draft to a person; the answer is given when the ticket has its number."""
        claim = self.open_claim()
        self.put(replace(claim, why=why))
        self.acts.append(Raise(claim_id=claim.id, why=why))

    def relay(self, text: str) -> None:
        """Let a raised ticket have what was said."""
        claim = self.claim
        if claim and claim.ticket_no:
            self.acts.append(Fill(claim_id=claim.id))
            self.acts.append(Remark(ticket_no=claim.ticket_no, text=text, evidence=self.evidence_ids()))

    def submit(self) -> None:
        """File the draft, or wait a moment for its photos; the customer hears of it when that takes long."""
        claim = self.claim
        assert claim
        if any(photo.state == "pending" for photo in claim.photos):
            if not claim.submit_at:
                self.put(replace(claim, submit_at=self.at))
                self.acts.append(Await(claim_id=claim.id))
            self.tell("filing_soon", now=False)
        else:
            self.acts.append(File(claim_id=claim.id))

    def complete(self) -> bool:
        """Tell whether nothing but the confirmation is missing."""
        claim = self.claim
        return claim is not None and next_question(self.view(claim)).slot == "confirm"

    def photos_needed(self) -> int:
        """Tell how many photos are still wanted."""
        return photos_needed(self.view(self.claim)) if self.claim else 0

    def claimed(self) -> dict[int, Fraction]:
        """Shares of the order that tickets claim already."""
        return dict(self.scene.found.claimed)
