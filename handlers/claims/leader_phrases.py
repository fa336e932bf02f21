"""Phrases for leaders: their language, and a ticket of their site in a few words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from handlers.claims import claim as claims
from handlers.claims.voice import Voice
from handlers.context import TurnContext
from handlers.messages.money import money
from handlers.policy.values import pick
from storage.sites import Seat, Sited
from storage.ticket_lines import GRANTED, Line

MOST = (30, 24, 20, 16, 12, 9, 6, 4, 3, 2, 1)  # items of one list, as many as fit
LONGEST = 800  # characters: what people read of one message


def voice_of(seat: Seat, context: TurnContext) -> Voice:
    """Return the voice for a leader: the language of the conversation, the policy in force."""
    return Voice(language=claims.from_json(seat.talk).language or "zh", policy=context.policy, now=context.now)


def who(sited: Sited, voice: Voice) -> str:
    """Return the order as leaders name it, as "3号 李婷"; "" for a ticket without an order."""
    number = voice.say("leader.pickup", number=sited.participate_no) if sited.participate_no else ""
    return " ".join(part for part in (number, sited.buyer_name) if part)


def quantity(line: Line) -> str:
    """Return a quantity as "2盒", "1/3", or "" when it is unknown."""
    if not line.quantity:
        return ""
    value = Fraction(line.quantity)
    return f"{value if value.denominator == 1 or not line.unit else f'{float(value):g}'}{line.unit}"


def problem(line: Line, voice: Voice) -> str:
    """Return one line's problem, as "草莓 2盒 腐烂变质"."""
    labels = [voice.label(code) for code in line.codes]
    return " ".join(part for part in (line.item, quantity(line), *labels, line.detail) if part)


def items(lines: Iterable[Line]) -> str:
    """Return the items of lines with their quantities."""
    named = (" ".join(part for part in (line.item, quantity(line)) if part) for line in lines)
    return "、".join(dict.fromkeys(name for name in named if name))


def granted(lines: Iterable[Line], voice: Voice) -> str:
    """Return what was granted on lines, as "退款 39.80 元" or "补发"; "" when nothing was."""
    told = []
    for line in lines:
        if line.state == "refused":
            told.append(voice.say("leader.refused"))
        elif line.state in GRANTED:
            told += [given(line, voice)]
    return "、".join(dict.fromkeys(part for part in told if part))


def given(line: Line, voice: Voice) -> str:
    """Return one line's remedy with its sums."""
    parts = []
    if line.amount:
        key = "notice.return_refund_of" if line.remedy == "return_refund" else "notice.refund_of"
        parts.append(voice.say(key, sum=money(line.amount, voice.language)))
    elif line.remedy and not (line.remedy == "compensation" and line.coupon):
        parts.append(voice.remedy(line.remedy))
    if line.coupon:
        parts.append(voice.say("notice.coupon_of", sum=money(line.coupon, voice.language), label=_coupon(line, voice)))
    return " + ".join(parts)


def _coupon(line: Line, voice: Voice) -> str:
    known = voice.policy.coupons.get(line.coupon_kind)
    return (pick(known.label, voice.language) if known else "") or voice.say("notice.coupon_name")


def site(number: str, voice: Voice) -> str:
    """Return the heading for the tickets of a site."""
    return voice.say("leader.site", site=number) if number else voice.say("leader.no_site")


def fitting(render: Callable[[int], str]) -> str:
    """Return a text with as many items in each list as one message holds."""
    for most in MOST:
        text = render(most)
        if len(text) <= LONGEST:
            return text
    return text[: LONGEST - 1] + "…"


def listed(rows: Sequence[str], most: int, voice: Voice) -> list[str]:
    """Return the first rows, and how many more there are."""
    left = len(rows) - most
    return [*rows[:most], *([voice.say("leader.more", count=left)] if left > 0 else [])]
