"""The turn being decided: the rooms of the conversation write what they say and do into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handlers.claims.claim import Asked, Claim
from handlers.claims.decision import Decision
from handlers.claims.outcomes import Await, File, Fill, Raise, Remark
from handlers.claims.questions import Question, advice, ask_photo, buttons, next_question, next_slot, question_for
from handlers.claims.slots import photos_needed
from handlers.claims.summary import facts, item_name, line_of, order_name, unadvised
from handlers.dialogue.drafting import HEARD, HUSHED, WORDS, Drafting
from handlers.messages.models import Button, Reply
from handlers.messages.patterns import pattern_of
from storage.orders import Order

QUESTION = pattern_of("[?？]")
EARLY = 1  # misses that bring a person to whom questions are kept brief
STORY = 8  # messages that may come before the order without naming one, until a person is called


class Turn(Drafting):
    """One decision under way: the draft, and what is said and done about it."""

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

    def unsay(self, key: str) -> None:
        """Let a note that has not left yet go unsaid: something truer is known by now."""
        text = self.voice.say(f"talk.{key}")
        self.talk = replace(self.talk, unsaid=tuple(note for note in self.talk.unsaid if note != text))

    def expect(self) -> None:
        """Say of what came with this message only that it is on its way, unless it is there in a moment."""
        self.talk = replace(self.talk, arriving=(*self.talk.arriving, *self.evidence_ids()))
        self.replies.append(Reply(text=self.voice.say("talk.media_coming"), receipt=True))

    def welcome(self) -> None:
        """Greet, and say what to do."""
        name = self.turn_input.found.conversation.customer_name
        key = "welcome_site" if self.turn_input.found.site else "welcome_known" if name else "welcome"
        self.tell(key, name=name, site=self.turn_input.found.site, now=False)

    def chatter(self) -> None:
        """Answer words that say nothing about a claim, and bring a person when that goes on."""
        count = self.talk.chatter + (not self.turn_input.found.echo_back)
        heard = (*self.talk.heard, (self.at, self.turn_input.inbound.text.strip()[:WORDS]))
        self.talk = replace(self.talk, chatter=count, heard=heard[-HEARD:])
        if count > self.turn_input.policy.talk.misses:
            self.open_claim()
            self.said(self.turn_input.inbound.text)
            self.talk = replace(self.talk, chatter=0)
            self.raise_("misses")
        elif count == self.turn_input.policy.talk.misses:
            self.tell("help", now=False)
        elif count > 1:
            self.tell("welcome_again", now=False)
        else:
            self.welcome()

    def stale(self) -> None:
        """Show the present state to a tap that is out of date."""
        if self.claim:
            self.note("stale")
            self.respond(taken=True, now=True)
        elif self.talk.ticket_no:
            self.tell("submitted_already", no=self.talk.ticket_no)
        else:
            self.tell("nothing_open")

    def order_button(self, order: Order) -> Button:
        """A button that names an order by what the customer knows of it."""
        items = self.voice.say("talk.comma").join(item_name(line) for line in order.lines[:2])
        label = self.voice.say("talk.order_own_line", order=order_name(order, self.voice), items=items)
        return Button(label=label[:40], tap=f"order:{order.order_no}@{self.claim.id[:8] if self.claim else ''}")

    def choose_order(self, orders: Sequence[Order]) -> None:
        """Ask which of several orders is meant, instead of the next question."""
        self.talk = replace(self.talk, order_choices=tuple(o.order_no for o in orders[:5]))

    def respond(self, *, taken: bool, now: bool = False, counts: bool = True, missed: bool = False) -> None:
        """Say what was taken and ask the next question, held until the burst is over unless `now`.

        `counts`: a message that gave nothing counts as a miss; one that `missed` does even if something is said to it.
        """
        claim = self.claim
        self.responded = True
        if not claim or self.silent_ticket():
            return
        if self._hushed(claim):
            self._acknowledge(claim, taken=taken, now=now)
            return
        claim = self._advised(claim)
        facts_told = taken or "" in self.talk.unsaid
        question, rows = self._question(claim, told=facts_told)
        if self._missed(claim, question, taken=not missed and (taken or bool(self.notes) or not counts)):
            self.notes = [] if missed else self.notes
            return
        notes = list(dict.fromkeys([*(note for note in self.talk.unsaid if note), *self.notes]))
        told = [advice(self.view(claim), question.slot)]
        known = facts(claim, self.order, self.voice) if facts_told and question.slot != "confirm" else ""
        parts = [*notes, self.voice.say("talk.took", facts=known) if known else "", *told, question.text]
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
        self.talk = self.talk.with_claim(replace(claim, asked=asked, advising=unadvised(claim, self.voice.policy)))

    def _advised(self, claim: Claim) -> Claim:
        """Return the draft with what the last reply said of keeping the goods, unless that reply was taken back."""
        told = () if self.turn_input.found.echo_back else claim.advising
        claim = replace(claim, advised=tuple(dict.fromkeys((*claim.advised, *told))), advising=())
        self.talk = self.talk.with_claim(claim)
        return claim

    def _hushed(self, claim: Claim) -> bool:
        """Return whether a person has the word: nothing more is asked, but for one photo beside a voice message.

        Which of several orders is meant, only the customer knows. Who is not of age is asked nothing at all.
        """
        if self.turn_input.policy.wants_guardian(claim.special):
            return True
        if not claim.order_no and claim.why != "safety" and self.talk.order_choices and self.turn_input.want.any:
            return False
        if not claim.order_no and claim.why in ("human", "misses", "angry", "safety") and self._may_name_order(claim):
            return False
        if claim.why == "voice" and not claim.problems:
            return bool(claim.photo_count) or claim.photos_waived
        return claim.why in HUSHED

    def _may_name_order(self, claim: Claim) -> bool:
        """Return whether the order is still to be asked for, once, or has just been spoken of."""
        want = self.turn_input.want
        return not claim.asked or claim.asked.slot != "order" or want.any or bool(want.tails)

    def _acknowledge(self, claim: Claim, *, taken: bool, now: bool) -> None:
        notes = list(dict.fromkeys([*(note for note in self.talk.unsaid if note), *self.notes]))
        taken = taken or self.turn_input.inbound.kind in ("text", "media")  # whatever was said is passed on
        if not notes and taken and claim.ticket_no and not self.replies and self.evidence_ids():
            self.expect()
            return
        if not notes and taken and claim.ticket_no and not self.replies:
            notes = [self.voice.say("talk.added", no=claim.ticket_no)]
            if self.talk.spoken[-1:] == tuple(notes):
                notes = [self.voice.say("talk.added_too", no=claim.ticket_no)]
            if self.adopted and claim.why not in ("safety", "locked"):
                notes.append(self.voice.say("talk.took", facts=facts(claim, self.order, self.voice)))
        elif not notes:
            return
        if claim.why == "safety" and self.adopted:
            notes.append(self._ask_gently(claim))
        self.reply(self.voice.join(notes), echo=not now)
        self.noted = True
        self.talk = replace(self.talk, unsaid=(*(note for note in notes if note in self.notes), ""))

    def _ask_gently(self, claim: Claim) -> str:
        """Return the one question about somebody's health that the order leaves open: what it was, and how much."""
        lines = [line_of(self.order, problem.line_no) for problem in claim.problems]
        known = bool(lines) and all(lines) and all(problem.quantity for problem in claim.problems)
        return "" if known else self.voice.say("talk.safety_gather")

    def _question(self, claim: Claim, *, told: bool) -> tuple[Question, tuple[tuple[Button, ...], ...]]:
        numbers = self.talk.order_choices
        found = self.turn_input.found
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
        unseen = self.turn_input.found.echo_back  # the question had not left yet: nobody can have missed it
        if taken or unseen or not asked or asked.slot != question.slot or self.turn_input.inbound.kind != "text":
            return False
        misses = {**claim.misses, question.slot: claim.misses.get(question.slot, 0) + 1}
        self.put(replace(claim, misses=misses))
        most = EARLY if self.view(claim).brief else self.turn_input.policy.talk.misses
        named = self.turn_input.named
        told = named and (named.pickups or named.order_numbers or named.tails or named.phones)
        if question.slot == "order" and not told:
            most = max(most, STORY)  # somebody who tells a story has not missed the question: it is read with the order
            self.note("kept_more" if misses[question.slot] % 2 == 0 else "kept_words")
        if misses[question.slot] < most:
            return False
        if claim.ticket_no:
            self._leave_to_person(claim)
            return True
        self.raise_("not_found" if question.slot == "order" else "misses")
        return True

    def _leave_to_person(self, claim: Claim) -> None:
        """Say once that a colleague replies, and repeat the question no more: what is said reaches the colleague."""
        self.notes = []
        if not claim.misses.get("left"):
            self.put(replace(self.claim or claim, misses={**(self.claim or claim).misses, "left": 1}))
            self.tell("left_to_person", no=claim.ticket_no)

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
        self.outcomes.append(Raise(claim_id=claim.id, why=why))

    def relay(self, text: str) -> None:
        """Let a raised ticket have what was said."""
        claim = self.claim
        if claim and claim.ticket_no:
            self.outcomes.append(Fill(claim_id=claim.id))
            self.outcomes.append(
                Remark(ticket_no=claim.ticket_no, text=self.changed(text), evidence=self.evidence_ids())
            )

    def submit(self) -> None:
        """File the draft, or wait a moment for its photos; the customer hears of it when that takes long."""
        claim = self.claim
        assert claim
        if any(photo.state == "pending" for photo in claim.photos):
            if not claim.submit_at:
                self.put(replace(claim, submit_at=self.at))
                self.outcomes.append(Await(claim_id=claim.id))
            self.tell("filing_soon", now=False)
        else:
            self.outcomes.append(File(claim_id=claim.id))

    def complete(self) -> bool:
        """Return whether nothing but the confirmation is missing."""
        claim = self.claim
        return claim is not None and next_slot(self.view(claim)) == "confirm"

    def photos_needed(self) -> int:
        """Return how many photos are still wanted."""
        return photos_needed(self.view(self.claim)) if self.claim else 0

    def decision(self) -> Decision:
        """Close the turn; an echo that was taken back is told anew, a note that found no reply goes by itself."""
        if self.turn_input.found.echo_back and not self.responded and self.claim and not self._settling(self.claim):
            self.respond(taken="" in self.talk.unsaid, counts=False)
        if self.notes and not self.noted and not self.silent_ticket():
            self.reply(self.voice.join(list(dict.fromkeys(self.notes))), echo=True)
        self._vary()
        return Decision(talk=self.talk, replies=tuple(self.replies), outcomes=tuple(self.outcomes))

    def _vary(self) -> None:
        """Say nothing twice in a row: what was said last is said again in other words."""
        before = self.talk.spoken[:-1] if self.turn_input.found.echo_back else self.talk.spoken
        for place, reply in enumerate(self.replies):
            if before and reply.text == before[-1] and not reply.safety:
                key = "once_more" if reply.buttons or QUESTION.search(reply.text) else "once_more_plain"
                again = self.voice.say(f"talk.{key}", text=reply.text)
                self.replies[place] = replace(reply, text=again)
            before = (*before, self.replies[place].text)[-2:]
        self.talk = replace(self.talk, spoken=before)

    def _settling(self, claim: Claim) -> bool:
        """Return whether the draft is on its way to a ticket: what it was told is told by that."""
        return bool(claim.submit_at) or any(isinstance(act, File | Raise) for act in self.outcomes)
