"""The question for each slot, in asking order, and the buttons that answer it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from handlers.claims.claim import Claim, Problem, amount
from handlers.claims.photo_places import lacking, wanting, without_place
from handlers.claims.shares import parts, plain
from handlers.claims.slots import (
    View,
    lacks_item,
    lacks_order,
    lacks_photos,
    lacks_place,
    lacks_problem,
    lacks_quantity,
    lacks_reason,
    lacks_received,
    lacks_wish,
    never,
    photos_needed,
)
from handlers.claims.summary import MONEY_BACK, facts, item_name, keeping, line_of, offer, shots, within_cap
from handlers.messages.models import Button
from handlers.messages.money import money
from handlers.messages.texts import span
from storage.orders import OrderLine

LIKELY, BRIEFLY = 6, 3  # problem types to choose from at first (five and "other"); where questions are kept brief
USUAL = ("shortage_missing", "wrong_item", "damaged_package", "not_received")
FRESH = frozenset({"fresh", "chilled", "live"})  # tags of goods that spoil


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question with its choices, for one slot of one problem."""

    slot: str
    text: str
    index: int = 0
    choices: tuple[tuple[str, str], ...] = ()  # (label, slot:value)


def ask_order(view: View) -> Question:
    """Return the question for the order, with the proof."""
    claim = view.claim
    number = claim.number or claim.pickup
    key = "talk.ask_order_again" if number else "talk.ask_order"
    if number and not claim.tail and view.voice.policy.identity.proof == "phone_tail":
        key = "talk.ask_tail"
    elif claim.tail and not number:
        key = "talk.ask_number"
    return Question(slot="order", text=view.voice.say(key))


def ask_item(view: View) -> Question:
    """Return the question for the item; with no problem known yet, also for what happened to it."""
    index = lacks_item(view) or 0
    problem = view.claim.problems[index] if view.claim.problems else Problem()
    lines = view.order.lines if view.order else ()
    among = [line for line in lines if not problem.among or line.line_no in problem.among]
    choices = tuple((item_name(line), f"item:{line.line_no}") for line in among)
    key = "talk.ask_item" if problem.problem else "talk.ask_item_problem"
    text = view.voice.say(key, problem=view.voice.label(problem.problem) if problem.problem else "")
    if problem.absent:
        text = view.voice.say("talk.ask_item_absent", item=problem.absent)
        choices += ((view.voice.say("talk.to_human"), "human:item"),)
    return Question(slot="item", index=index, text=text, choices=choices)


def ask_problem(view: View, *, whole: bool = False) -> Question:
    """Return the question for what is wrong: the likely problems and a button for more, or the `whole` list."""
    index = lacks_problem(view) or 0
    problem = view.claim.problems[index] if view.claim.problems else None
    line = line_of(view.order, problem.line_no) if problem else None
    codes = _likely_first(view.voice.policy.problems, line)
    shown = codes[:BRIEFLY] if view.brief else codes if whole or len(codes) <= LIKELY + 1 else codes[:LIKELY]
    choices = tuple((view.voice.label(code), f"problem:{code}") for code in shown)
    if len(shown) == LIKELY < len(codes):
        choices += ((view.voice.say("talk.more_problems"), "edit:problem"),)
    key = "talk.ask_problem_of" if line else "talk.ask_problem"
    text = view.voice.say(key, item=item_name(line) if line else "")
    return Question(slot="problem", index=index, text=text, choices=choices)


def ask_any_problem(view: View) -> Question:
    """Return the question for what is wrong, with every problem type to choose from."""
    return ask_problem(view, whole=True)


def _likely_first(codes: Iterable[str], line: OrderLine | None) -> list[str]:
    """Put the five likely problems of an item first, then "other", then all that there are besides."""
    dry = line is not None and not FRESH & set(line.tags)
    first = ("quality_other" if dry else "quality_spoiled", *USUAL, "other")
    known = list(codes)
    return [*(code for code in first if code in known), *(code for code in known if code not in first)]


def ask_reason(view: View) -> Question:
    """Return the question after the claim window: that it is over, and what can still be done."""
    voice, policy = view.voice, view.voice.policy
    problem = view.late_rule_problem or Problem()
    line = line_of(view.order, problem.line_no)
    window = policy.window(problem.problem, line.tags if line else ())
    coupon = policy.coupons.get(policy.money.late_coupon)
    choices = [(voice.say("talk.insist"), "late:insist")]
    if coupon:
        label = voice.say("talk.take_coupon", money=money(coupon.value, voice.language))
        choices.insert(0, (label, "late:coupon"))
    key = "talk.too_late" if coupon else "talk.too_late_plain"
    text = voice.say(key, window=span(window, voice.language) if window else "")
    return Question(slot="late", text=text, choices=tuple(choices))


def ask_received(view: View) -> Question:
    """Return the question for what came instead."""
    index = lacks_received(view) or 0
    line = line_of(view.order, view.claim.problems[index].line_no)
    text = view.voice.say("talk.ask_received", item=item_name(line) if line else view.voice.say("talk.it"))
    return Question(slot="received", index=index, text=text)


def _with_line(view: View) -> list[int]:
    return [index for index, item in enumerate(view.claim.problems) if line_of(view.order, item.line_no)]


def ask_quantity(view: View) -> Question:
    """Return the question for how much of the line; counted parts are typed, few units are buttons."""
    index = lacks_quantity(view)
    if index is None:
        index = next(iter(_with_line(view)))
    problem = view.claim.problems[index]
    line = line_of(view.order, problem.line_no)
    assert line  # both name only problems with a line
    whole, counted = Fraction(str(line.quantity)), parts(line)
    everything = (view.voice.say("talk.everything"), "quantity:all")
    name = "" if view.told and len(view.claim.problems) == 1 else item_name(line)
    before = _too_many(view, problem, line)
    if not counted:
        count = [(f"{n}{view.voice.unit(line.unit)}", f"quantity:{n}") for n in range(1, min(int(whole), 6) + 1)]
        key = "talk.ask_share" if whole == 1 else "talk.ask_quantity_of" if name else "talk.ask_quantity"
        part = ((view.voice.say("talk.half"), "quantity:half"), (view.voice.say("talk.unsure"), "quantity:unsure"))
        choices = (*count, everything) if whole > 1 else (everything, *part)
        text = before + view.voice.say(key, item=name, whole=plain(whole), unit=line.unit)
        return Question(slot="quantity", index=index, text=text, choices=tuple(choices))
    key = "talk.ask_parts_of" if name else "talk.ask_parts"
    text = before + view.voice.say(key, item=name, whole=plain(counted[0]), unit=counted[1])
    whole_units = (_both(problem, line, counted),) if view.voice.unit(line.unit) else ()
    return Question(slot="quantity", index=index, text=text, choices=(*whole_units, everything))


def _too_many(view: View, problem: Problem, line: OrderLine) -> str:
    """Return the sentence that the line has fewer than were claimed, before asking again."""
    count = amount(problem)
    most = parts(line) or (Fraction(str(line.quantity)), line.unit)
    if count is None or problem.share or count <= max(most[0], Fraction(str(line.quantity))):
        return ""
    return view.voice.say("talk.more_than_ordered")


def _both(problem: Problem, line: OrderLine, counted: tuple[Fraction, str]) -> tuple[str, str]:
    number = problem.quantity if problem.quantity and not problem.unit else "1"
    return (f"{number}{line.unit}", f"quantity:{number}{line.unit}")


def ask_photos(view: View) -> Question:
    """Return the question for photos with the guided shots of the problem types and what to do with the goods.

    Of several goods it says which ones still lack a photo; what is complete need not wait for them.
    """
    voice, claim = view.voice, view.claim
    left = lacking(claim, voice.policy)
    names = [item_name(line) for number in left if (line := line_of(view.order, number))]
    whose = len(wanting(claim, voice.policy)) > 1 and bool(names)
    hint = "" if view.brief else shots(claim, voice)
    key = "talk.ask_photos_brief" if view.brief else "talk.ask_photos" if hint else "talk.ask_photos_now"
    said = "photos_wanted" if claim.pictures else "photos_each"
    of = voice.say(f"talk.{said}", items=voice.say("talk.comma").join(names)) if whose else ""
    text = voice.join([of, voice.say(key, hint=hint) if hint or not of else "", keeping(claim, voice)])
    choices = [(voice.say("talk.no_photos"), "photos:none")]
    if whose and len(left) < len(wanting(claim, voice.policy)):
        choices.append((voice.say("talk.photos_later"), "photos:later"))
    return Question(slot="photos", text=text.strip(), choices=tuple(choices))


def ask_place(view: View) -> Question:
    """Return the question which of several goods the photos show."""
    voice, claim = view.voice, view.claim
    count = len(without_place(claim))
    lines = [line for number in wanting(claim, voice.policy) if (line := line_of(view.order, number))]
    choices = [(item_name(line), f"shows:{line.line_no}") for line in lines]
    choices.append((voice.say("talk.shows_all"), "shows:all"))
    text = voice.say("talk.ask_place" if count == 1 else "talk.ask_places", count=count)
    return Question(slot="shows", text=text, choices=tuple(choices))


def advice(view: View, slot: str) -> str:
    """Return how to keep the goods and which photos help, beside a question of another slot that does not say it."""
    if slot in ("photos", "confirm") or view.claim.late_reason:
        return ""
    hint = "" if view.brief or not photos_needed(view) else shots(view.claim, view.voice)
    said = view.voice.say("talk.shots", hint=hint) if hint else ""
    return view.voice.join([keeping(view.claim, view.voice), said])


def ask_photo(view: View) -> Question:
    """Return the short question for a photo beside a voice message."""
    choices = ((view.voice.say("talk.no_photos"), "photos:none"),)
    return Question(slot="photos", text=view.voice.say("talk.ask_photos_brief"), choices=choices)


def ask_wish(view: View) -> Question:
    """Return the question for what the customer wants, with the sum where the bot may name it."""
    voice, index = view.voice, lacks_wish(view) or 0
    problem = view.claim.problems[index]
    kind = voice.policy.problems.get(problem.problem)
    unwished = replace(view.claim, wishes=(), problems=tuple(replace(item, wish="") for item in view.claim.problems))
    named = within_cap(unwished, view.order, view.claimed, voice.policy)
    choices = []
    for code in kind.remedies if kind else ():
        label = voice.remedy(code)
        if code in MONEY_BACK and named:
            label = voice.say("talk.wish_sum", remedy=label, money=money(named, voice.language))
        choices.append((label, f"wish:{code}"))
    if view.brief:
        choices = choices[:2]
    text = voice.say("talk.ask_wish", offer=offer(view.claim, view.order, dict(view.claimed), voice, brief=view.brief))
    return Question(
        slot="wish", index=index, text=text, choices=(*choices, (voice.say("talk.other_wish"), "human:wish"))
    )


def ask_confirm(view: View) -> Question:
    """Return the whole claim with the question to file it; the button names the claim's revision."""
    voice, claim = view.voice, view.claim
    key = "talk.confirm_late" if claim.late_reason else "talk.confirm"
    text = voice.say(
        key,
        facts=facts(claim, view.order, voice),
        offer=offer(claim, view.order, dict(view.claimed), voice, brief=view.brief),
        keep=keeping(replace(claim, advised=()), voice),  # the summary says all of it once more
    )
    names = [item_name(line) for number in claim.aside if (line := line_of(view.order, number))]
    if names:
        text = f"{text}\n{voice.say('talk.not_claimed', items=voice.say('talk.comma').join(names))}"
    edits = (("talk.edit_quantity", "edit:quantity"), ("talk.edit_wish", "edit:wish"))[: 1 if view.brief else 2]
    choices = [(voice.say("talk.submit"), f"submit:{claim.revision}")]
    choices += [(voice.say(label), tap) for label, tap in edits]
    choices.append((voice.say("talk.to_human"), "human:confirm"))
    return Question(slot="confirm", text=text, choices=tuple(choices))


SLOTS: tuple[tuple[str, Callable[[View], int | None], Callable[[View], Question]], ...] = (
    ("order", lacks_order, ask_order),
    ("item", lacks_item, ask_item),
    ("problem", lacks_problem, ask_problem),
    ("late", lacks_reason, ask_reason),
    ("received", lacks_received, ask_received),
    ("quantity", lacks_quantity, ask_quantity),
    ("shows", lacks_place, ask_place),
    ("photos", lacks_photos, ask_photos),
    ("wish", lacks_wish, ask_wish),
    ("confirm", never, ask_confirm),
)


def next_slot(view: View) -> str:
    """Return the first slot that lacks a value; "confirm" when none does."""
    return next(name for name, lacks, _ in SLOTS if lacks(view) is not None)


def next_question(view: View) -> Question:
    """Return the question for the first slot that lacks a value."""
    return next(ask(view) for _, lacks, ask in SLOTS if lacks(view) is not None)


def question_for(view: View, slot: str) -> Question:
    """Return the question of one slot, filled or not (for editing)."""
    if slot == "quantity" and not _with_line(view):
        return next_question(view)
    if slot == "problem":
        return ask_any_problem(view)
    return next(ask for name, _, ask in SLOTS if name == slot)(view)


def buttons(question: Question, claim: Claim) -> tuple[tuple[Button, ...], ...]:
    """Return choices in rows; each tap names slot, value, problem and claim."""
    mark = f"#{question.index}" if question.index else ""
    row = [Button(label=label, tap=f"{tap}{mark}@{claim.id[:8]}") for label, tap in question.choices]
    width = 2 if any(len(button.label) > 6 for button in row) else 3
    return tuple(tuple(row[start : start + width]) for start in range(0, len(row), width))
