"""Bare numbers and words that answer what was asked of the draft: "2", 是的, 提交, 没照片.

Each answer is a condition and an act on one `Message`; their order is that of the table in `handlers/turn/decide.py`.
"""

from __future__ import annotations

from dataclasses import replace

from handlers.claims.claim import Asked, Claim
from handlers.claims.questions import question_for
from handlers.claims.restated_counts import without_numbers
from handlers.claims.shares import share_of
from handlers.claims.slot_filling import take
from handlers.claims.summary import line_of
from handlers.dialogue import slot_answers
from handlers.dialogue.message import Message
from handlers.messages.patterns import pattern_of
from handlers.nlu.text import consent
from handlers.nlu.text.keyphrases import contains, plain, without

FIGURES = pattern_of(r"\d+ ?(?:[a-z]+)?|[一二两三四五六七八九十]+(?=[个只颗枚盒袋包份瓶箱条根块])")
NUMBERS = {"①": 1, "②": 2, "③": 3, "④": 4, "⑤": 5}
BRIEF = 20  # characters of a message that says one thing


def _asked(message: Message, *slots: str) -> Asked | None:
    """Return the last question of the draft if it asked for one of these slots (any, when none is given)."""
    asked = message.turn.claim.asked if message.turn.claim else None
    return asked if asked and (not slots or asked.slot in slots) else None


def chosen_order(claim: Claim | None, text: str) -> str:
    """Return the order number that a bare answer chooses ("2"); "" when it chooses none."""
    if claim is None or claim.order_no or not claim.asked or claim.asked.slot != "order":
        return ""
    choice = _choice(claim.asked, text, [])
    return choice.removeprefix("order:").partition("@")[0] if choice.startswith("order:") else ""


def _choice(asked: Asked, bare: str, labels: list[str]) -> str:
    """Return the choice that a number or a label means; "" when it means none."""
    bare = plain(bare)
    for label, choice in zip(labels, asked.choices, strict=False):
        if bare and plain(label) == bare:
            return choice
    number = NUMBERS.get(bare) or (int(bare) if bare.isdecimal() and len(bare) < 3 else 0)
    return asked.choices[number - 1] if 0 < number <= len(asked.choices) else ""


def _picked(message: Message) -> str:
    turn, asked = message.turn, _asked(message)
    if turn.claim is None or asked is None or not asked.choices:
        return ""
    labels: list[str] = []
    if asked.slot != "order" and not message.phrases.plain.isdecimal():
        labels = [label for label, _ in question_for(turn.view(turn.claim), asked.slot).choices]
    chosen = _choice(asked, message.text, labels)
    return "" if asked.slot == "quantity" and message.phrases.plain.isdecimal() else chosen


def picks(message: Message) -> bool:
    """Return whether the text is the number or the label of a choice that was shown."""
    return bool(_picked(message))


def pick(message: Message) -> None:
    """Fill the slot with the choice."""
    asked = _asked(message)
    assert asked
    slot, _, value = _picked(message).partition("@")[0].partition(":")
    slot_answers.SLOTS[slot](message.turn, value, asked.index)


def confirms(message: Message) -> bool:
    """Return whether the text says yes to the summary, or submits a draft that is complete."""
    if _asked(message, "confirm") and (message.means("submit", "yes") or _agrees(message)):
        return True
    return bool(_asked(message)) and message.means("submit") and message.turn.complete()


def _agrees(message: Message) -> bool:
    """Return whether the text says yes to the summary, in whatever words, and nothing else."""
    if consent.agrees(message.text):
        return True
    reading, claim = message.reading, message.turn.claim
    if reading.correction or reading.withdrawn or reading.question or claim is None:
        return False
    if not message.tells:
        return consent.opens_with_yes(message.text)
    # 对的 十一个没错: what is known already, said again
    after = take(claim, reading, message.turn.order, message.turn.turn_input.policy, at=message.turn.at)
    return _worth(message, after) == _worth(message, claim) and consent.opens_with_yes(FIGURES.sub("", message.text))


def _worth(message: Message, claim: Claim) -> list[tuple[object, ...]]:
    """Return what a draft comes to, whatever its numbers are called: 2盒 and 2 boxes are the same."""
    lines = [line_of(message.turn.order, item.line_no) for item in claim.problems]
    return [
        (item.line_no, item.problem, item.wish, share_of(item, line) if line else item.quantity)
        for item, line in zip(claim.problems, lines, strict=True)
    ]


def confirm(message: Message) -> None:
    """File what was shown; a draft that changed since then shows itself again."""
    turn, asked = message.turn, _asked(message)
    assert turn.claim and asked
    shown = asked.revision if asked.slot == "confirm" else turn.claim.revision
    slot_answers.confirm(turn, str(shown))


def submits_too_early(message: Message) -> bool:
    """Return whether the text submits while something is still missing."""
    asked = _asked(message)
    return asked is not None and asked.slot != "late" and message.means("submit")


def say_what_is_missing(message: Message) -> None:
    """Say that it cannot be filed yet, and ask for what is missing."""
    message.turn.note("not_yet")
    message.turn.respond(taken=False, missed=True)


def disputes_count(message: Message) -> bool:
    """Return whether the text says that a count is wrong."""
    return bool(_asked(message, "quantity", "confirm")) and message.means("count_wrong")


def ask_count_again(message: Message) -> None:
    """Forget the counts and ask for them."""
    turn = message.turn
    assert turn.claim
    missed = bool(_asked(message, "quantity"))
    turn.put(without_numbers(turn.claim))
    turn.note("count_again")
    turn.respond(taken=False, missed=missed)


def says_all(message: Message) -> bool:
    """Return whether all of the item is meant: 全部, or 都坏了 in a few words."""
    asked = _asked(message, "quantity")
    if not asked:
        return False
    agreed = "quantity:unsure" in asked.choices and message.means("yes")
    return message.means("all") or agreed or _all_in_few_words(message)


def _all_in_few_words(message: Message) -> bool:
    return message.says(BRIEF) and message.contains("all_in") and not _numbered(message)


def take_all(message: Message) -> None:
    """Claim the whole item, with whatever else the words say."""
    asked = _asked(message)
    assert asked
    whole = message.means("all") or ("quantity:unsure" in asked.choices and message.means("yes"))
    if not whole:
        message.turn.take(message.text, message.reading)
    slot_answers.choose_quantity(message.turn, "all", asked.index)


def _numbered(message: Message) -> bool:
    return any(told.quantity is not None for told in message.reading.claims)


def cannot_count(message: Message) -> bool:
    """Return whether the customer cannot say how much: 好几个, or 五六个 where no number of pieces is known."""
    asked = _asked(message, "quantity")
    if not asked or _numbered(message):
        return False
    rough = "quantity:unsure" in asked.choices and any(told.unit for told in message.reading.claims)
    return rough or message.contains("unsure")


def leave_count_open(message: Message) -> None:
    """Leave the count to a person."""
    asked = _asked(message)
    assert asked
    message.turn.said(message.text)
    slot_answers.choose_quantity(message.turn, "unsure", asked.index)


def has_no_photo(message: Message) -> bool:
    """Return whether the customer has no photo to send."""
    bare = bool(_asked(message, "photos")) and message.means("no_photo")
    return bare or (bool(_asked(message)) and message.says(BRIEF) and message.contains("no_photo_in"))


def waive_photos(message: Message) -> None:
    """Go on without photos."""
    slot_answers.waive_photos(message.turn)


def says_no(message: Message) -> bool:
    """Return whether the text is a bare no to what was shown."""
    asked = _asked(message)
    return asked is not None and asked.slot not in ("photos", "received", "late") and message.means("no")


def ask_what_is_wrong(message: Message) -> None:
    """Ask what is wrong; the next message corrects."""
    turn = message.turn
    turn.talk = replace(turn.talk, correcting=True)
    turn.note("what_wrong")
    turn.respond(taken=True, now=True, missed=turn.corrected)


def speaks_of_lateness(message: Message) -> bool:
    """Return whether the text answers the question of a claim after its window."""
    return bool(_asked(message, "late"))


def take_late_words(message: Message) -> None:
    """Take words after the window is over: a choice with or without a reason, or a reason at once."""
    turn, words = message.turn, message.text.strip()
    first = NUMBERS.get(words[:1]) or (int(words[0]) if words[:1].isdecimal() and not words[1:2].isdecimal() else 0)
    reason = words[1:].strip(" ，,.、:：)") if first else words
    asked = _asked(message)
    choices = asked.choices if asked else ()
    if first and first <= len(choices) and choices[first - 1] == "late:coupon" and not reason:
        slot_answers.choose_late(turn, "coupon")
        return
    if contains(reason, "insist") or not reason:
        slot_answers.choose_late(turn, "insist")
        return
    turn.said(message.text)
    claim = turn.claim
    assert claim
    turn.put(replace(claim, late_reason=reason[:200]))
    slot_answers.default_wish(turn)
    turn.respond(taken=True, now=True)


def names_received(message: Message) -> bool:
    """Return whether the text says what came instead."""
    reading = message.reading
    return bool(_asked(message, "received")) and not (reading.remedies or reading.withdrawn or reading.question)


def take_received(message: Message) -> None:
    """Take what came instead."""
    asked = _asked(message)
    assert asked
    message.turn.said(message.text)
    slot_answers.change(message.turn, asked.index, received=without(message.text, "came")[:40])


def names_shown(message: Message) -> bool:
    """Return whether the text says which of the goods the photos show: 鸡蛋, 是草莓的."""
    return bool(_asked(message, "shows") and message.says(BRIEF) and _named_goods(message)) and not _numbered(message)


def _named_goods(message: Message) -> set[int]:
    told = message.reading.claims
    if any(one.problems for one in told):
        return set()
    return {one.line_no for one in told if one.line_no is not None and "sku" in one.evidence}


def take_shown(message: Message) -> None:
    """Put the photos to the goods that are named; to all that are claimed where several are."""
    message.turn.said(message.text)
    goods = _named_goods(message)
    slot_answers.choose_shown(message.turn, str(goods.pop()) if len(goods) == 1 else "all")
