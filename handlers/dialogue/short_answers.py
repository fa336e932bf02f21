"""Bare numbers and words that answer what was asked last: "2", 是的, 提交, 满意."""

from __future__ import annotations

from dataclasses import replace

from handlers.claims.claim import Claim
from handlers.claims.outcomes import Arrived, Consent, Settle, Withdraw
from handlers.claims.questions import question_for
from handlers.claims.restated_counts import without_numbers
from handlers.dialogue import buttons
from handlers.dialogue.turn import Turn
from handlers.nlu.reading import Reading
from handlers.nlu.text.keyphrases import contains, means, plain, without

NUMBERS = {"①": 1, "②": 2, "③": 3, "④": 4, "⑤": 5}
BRIEF = 20  # characters of a message that says one thing
TICKET_TAPS = ("offer", "rate", "appeal", "withdraw", "got")
RATINGS = (("very_satisfied", 5), ("satisfied", 4), ("neutral", 3), ("unsatisfied", 1))


def taken_back(turn: Turn, text: str) -> bool:
    """Carry out the answer to whether a filed claim is to be taken back; tell whether the text was one."""
    number = turn.talk.withdraw_asked
    if not number:
        return False
    turn.talk = replace(turn.talk, withdraw_asked="")
    if number not in turn.turn_input.found.tickets:
        return False
    if means(text, "withdraw", "yes"):
        turn.outcomes.append(Withdraw(ticket_no=number))
    elif means(text, "keep", "no"):
        turn.tell("kept")
    else:
        return False
    return True


def _filed_already(turn: Turn, text: str) -> bool:
    ticket = turn.ticket()
    if ticket and means(text, "submit") and not turn.silent_ticket():
        turn.tell("submitted_already", no=ticket.no)
        return True
    return False


def chosen_order(claim: Claim | None, text: str) -> str:
    """Return the button value of an order that a bare answer chooses ("2"); "" when it chooses none."""
    if claim is None or claim.order_no or not claim.asked or claim.asked.slot != "order":
        return ""
    return _choice(claim, text, [])


def answered(turn: Turn, text: str, reading: Reading) -> bool:
    """Take a bare answer ("2", "是的", a button's label) to what was asked last; tell whether it was one."""
    claim = turn.claim
    if claim is None:
        return _agreed(turn, text) or _rated(turn, text) or _waits_for_goods(turn, text) or _filed_already(turn, text)
    if claim.asked is None:
        return False
    slot = claim.asked.slot
    question = question_for(turn.view(claim), slot) if slot != "order" or not claim.asked.choices else None
    chosen = _choice(claim, text, [label for label, _ in question.choices] if question else [])
    if chosen and not (slot == "quantity" and plain(text).isdecimal()):
        buttons.tapped(turn, f"{chosen}#{claim.asked.index}@{claim.id[:8]}", buttons.FREE)
        return True
    return _word(turn, claim, slot, text, reading)


def _choice(claim: Claim, text: str, labels: list[str]) -> str:
    asked = claim.asked
    assert asked
    bare = plain(text)
    for label, tap in zip(labels, asked.choices, strict=False):
        if bare and plain(label) == bare:
            return tap
    number = NUMBERS.get(bare) or (int(bare) if bare.isdecimal() and len(bare) < 3 else 0)
    return asked.choices[number - 1] if 0 < number <= len(asked.choices) else ""


def _word(turn: Turn, claim: Claim, slot: str, text: str, reading: Reading) -> bool:
    if slot == "confirm" and means(text, "submit", "yes"):
        # the words answer what was shown; a draft changed since shows itself again
        shown = claim.asked.revision if claim.asked else -1
        buttons.tapped(turn, f"submit:{shown}@{claim.id[:8]}", buttons.FREE)
    elif means(text, "submit") and turn.complete():
        buttons.tapped(turn, f"submit:{claim.revision}@{claim.id[:8]}", buttons.FREE)
    elif means(text, "submit") and slot != "late":
        turn.note("not_yet")
        turn.respond(taken=False, missed=True)
    elif slot in ("quantity", "confirm") and means(text, "count_wrong"):
        turn.put(without_numbers(claim))
        turn.note("count_again")
        turn.respond(taken=False, missed=slot == "quantity")
    elif slot == "quantity" and _whole(claim, text):
        buttons.tapped(turn, f"quantity:all#{claim.asked.index if claim.asked else 0}@{claim.id[:8]}", buttons.FREE)
    elif slot == "quantity" and len(text) <= BRIEF and contains(text, "all_in") and not _numbered(reading):
        turn.take(text, reading)
        buttons.tapped(turn, f"quantity:all#{claim.asked.index if claim.asked else 0}@{claim.id[:8]}", buttons.FREE)
    elif slot == "quantity" and _vague(claim, text, reading):
        turn.said(text)
        buttons.tapped(turn, f"quantity:unsure#{claim.asked.index if claim.asked else 0}@{claim.id[:8]}", buttons.FREE)
    elif (slot == "photos" and means(text, "no_photo")) or (len(text) <= BRIEF and contains(text, "no_photo_in")):
        buttons.tapped(turn, f"photos:none@{claim.id[:8]}", buttons.FREE)
    elif means(text, "no") and slot not in ("photos", "received", "late"):
        turn.talk = replace(turn.talk, correcting=True)
        turn.note("what_wrong")
        turn.respond(taken=True, now=True, missed=turn.corrected)
    elif slot == "late":
        _late_words(turn, text)
    elif slot == "received" and not (reading.remedies or reading.withdrawn or reading.question):
        turn.said(text)
        buttons.change(turn, claim.asked.index if claim.asked else 0, received=without(text, "came")[:40])
    else:
        return False
    return True


def asked_choices(claim: Claim) -> tuple[str, ...]:
    """Return the button values that were shown last."""
    return claim.asked.choices if claim.asked else ()


def _numbered(reading: Reading) -> bool:
    return any(told.quantity is not None for told in reading.claims)


def _whole(claim: Claim, text: str) -> bool:
    return means(text, "all") or ("quantity:unsure" in asked_choices(claim) and means(text, "yes"))


def _vague(claim: Claim, text: str, reading: Reading) -> bool:
    """Return whether the customer cannot say how much: 好几个, or 五六个 where no number of pieces is known."""
    if _numbered(reading):
        return False
    rough = "quantity:unsure" in asked_choices(claim) and any(told.unit for told in reading.claims)
    return rough or contains(text, "unsure")


def _late_words(turn: Turn, text: str) -> None:
    """Words after the window is over: a choice with or without a reason, or a reason at once."""
    words = text.strip()
    first = NUMBERS.get(words[:1]) or (int(words[0]) if words[:1].isdecimal() and not words[1:2].isdecimal() else 0)
    reason = words[1:].strip(" ，,.、:：)") if first else words
    asked = turn.claim.asked.choices if turn.claim and turn.claim.asked else ()
    if first and first <= len(asked) and asked[first - 1] == "late:coupon" and not reason:
        buttons.late(turn, "coupon", 0)
        return
    if contains(reason, "insist") or not reason:
        buttons.late(turn, "insist", 0)
        return
    turn.said(text)
    claim = turn.claim
    assert claim
    turn.put(replace(claim, late_reason=reason[:200]))
    buttons.default_wish(turn)
    turn.respond(taken=True, now=True)


def _rated(turn: Turn, text: str) -> bool:
    ticket = turn.ticket()
    if not ticket or ticket.state not in ("decided", "resolved") or ticket.severity == "safety":
        return False
    score = next((score for name, score in RATINGS if means(text, name)), 0)
    if not score and plain(text) in ("1", "2", "3", "4") and ticket.state in ("decided", "resolved"):
        score = RATINGS[int(plain(text)) - 1][1]
    if score:
        turn.outcomes.append(Settle(ticket_no=ticket.no, score=score))
    return bool(score)


def _agreed(turn: Turn, text: str) -> bool:
    """A yes or no to an offer that waits."""
    ticket = turn.ticket()
    offered = ticket and any(line.state == "offered" for line in turn.turn_input.found.lines.get(ticket.no, ()))
    yes, no = means(text, "yes") or plain(text) == "1", means(text, "no", "offer_no") or plain(text) == "2"
    if not ticket or not offered or not (yes or no):
        return False
    turn.outcomes.append(Consent(ticket_no=ticket.no, accepted=yes))
    return True


def _waits_for_goods(turn: Turn, text: str) -> bool:
    """Return whether what was sent again has come."""
    ticket = turn.ticket()
    owed = ticket and any(line.state == "owed" for line in turn.turn_input.found.lines.get(ticket.no, ()))
    if not ticket or not owed or not means(text, "got", "not_got"):
        return False
    turn.outcomes.append(Arrived(ticket_no=ticket.no, arrived=means(text, "got")))
    return True
