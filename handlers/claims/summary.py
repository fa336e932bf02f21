"""A claim in words and sums: what was understood, and what it is worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction

from handlers.claims.claim import Claim, Problem
from handlers.claims.shares import share_of, told
from handlers.claims.voice import Voice
from handlers.messages.money import money, refund
from handlers.messages.patterns import pattern_of
from handlers.policy.policy import Policy, pick
from storage.orders import Order, OrderLine

CLAUSE = pattern_of("[，,。.;；]")
MONEY_BACK = frozenset({"refund", "partial_refund", "return_refund"})


def line_of(order: Order | None, line_no: int | None) -> OrderLine | None:
    """Return an order's line."""
    return next((line for line in order.lines if line.line_no == line_no), None) if order else None


def item_name(line: OrderLine) -> str:
    """Return an item with its specification, once."""
    if not line.spec or line.spec in line.item:
        return line.item
    return f"{line.item} {line.spec}" if line.item[-1:].isascii() else f"{line.item}{line.spec}"


def bought_for(order: Order) -> int:
    """Return what was paid for the goods of an order, in 分."""
    return order.shared_paid or sum(line.paid for line in order.lines)


def order_name(order: Order, voice: Voice) -> str:
    """Return an order as customers know it: the day and the pickup number, else its number."""
    when = order.delivered_at or order.promised_at or order.placed_at
    if order.participate_no and when:
        return voice.say("talk.order_pickup", day=voice.day(when), number=order.participate_no)
    return voice.say("talk.order_number", number=order.order_no)


def sum_of(problem: Problem, line: OrderLine | None, left: Fraction = Fraction(1)) -> int | None:
    """Return the refund of a problem in 分, at most the share that is `left` of the line; None while unknown.

    It is unknown, too, while the order system gives back a sum that it does not tell.
    """
    share = share_of(problem, line) if line and not line.unclear else None
    return None if share is None or line is None else refund(line.paid, min(share, left))


def sums(claim: Claim, order: Order | None, claimed: Mapping[int, Fraction]) -> list[int | None]:
    """Return each problem's refund; together they never come to more than what was paid of a line, or of the order.

    A problem of the whole order takes what its items leave.
    """
    if order is None:
        return [None for _ in claim.problems]
    taken, spent = dict(claimed), dict.fromkeys((line.line_no for line in order.lines), 0)
    found: dict[int, int | None] = {}
    for place, problem in enumerate(claim.problems):
        if line := line_of(order, problem.line_no):
            part = sum_of(problem, line, max(Fraction(0), 1 - taken.get(line.line_no, Fraction(0))))
            room = min(_left(order, line, claimed) - spent[line.line_no], order.left() - sum(spent.values()))
            found[place] = None if part is None else max(0, min(part, room))
            spent[line.line_no] += found[place] or 0
            taken[line.line_no] = taken.get(line.line_no, Fraction(0)) + (share_of(problem, line) or 0)
    given = sum(spent.values())
    for place, problem in enumerate(claim.problems):
        if place not in found:
            known = _is_everything(problem) and not any(line.unclear for line in order.lines)
            found[place] = max(0, _whole(order, claimed) - given) if known else None
            given += found[place] or 0
    return [found[place] for place in range(len(claim.problems))]


def _left(order: Order, line: OrderLine, claimed: Mapping[int, Fraction]) -> int:
    """Return the 分 of a line that neither went back nor are in other tickets."""
    return min(order.left(line.line_no), line.paid - refund(line.paid, claimed.get(line.line_no, Fraction(0))))


def _whole(order: Order, claimed: Mapping[int, Fraction]) -> int:
    lines = sum(max(0, _left(order, line, claimed)) for line in order.lines)
    return order.left() if order.shared_paid else min(order.left(), lines)


def _is_everything(problem: Problem) -> bool:
    """Return whether a problem is the whole order's (nothing arrived), not that of goods still to be told."""
    return problem.quantity == "all" and not (problem.line_no or problem.among or problem.absent)


def total(claim: Claim, order: Order | None, claimed: Mapping[int, Fraction]) -> int | None:
    """Return the claim's whole refund in 分; None while any part is unknown."""
    return _together(sums(claim, order, claimed))


def _together(parts: Sequence[int | None]) -> int | None:
    return None if not parts or any(part is None for part in parts) else sum(part or 0 for part in parts)


def dues(
    claim: Claim, order: Order | None, claimed: Mapping[int, Fraction], policy: Policy
) -> list[tuple[str, int | None]]:
    """Return of each problem the wish and the money that the rules give for it; None where a person names it."""
    found: list[tuple[str, int | None]] = []
    beside = besides(claim, policy)
    for place, (problem, part) in enumerate(zip(claim.problems, sums(claim, order, claimed), strict=True)):
        wish = problem.wish or (claim.wishes[-1][1] if claim.wishes else "")
        wish = "" if place in beside and wish in MONEY_BACK else wish
        kind = policy.problems.get(problem.problem)
        known = not wish or wish in MONEY_BACK
        if kind and kind.whole_order and not MONEY_BACK & set(kind.remedies):
            known = False  # nobody is owed the goods' price for words or for an hour
        found.append((wish, part if known else None))
    return _with_freight(found, order, claimed, policy)


def _with_freight(
    dues_: list[tuple[str, int | None]], order: Order | None, claimed: Mapping[int, Fraction], policy: Policy
) -> list[tuple[str, int | None]]:
    """Return what problems are owed with the order's freight, where they take all that was paid for its goods."""
    goods = sum(part or 0 for _, part in dues_)
    if not goods or order is None or any(claimed.values()) or not goods == order.left() == bought_for(order):
        return dues_
    last = max(place for place, (_, part) in enumerate(dues_) if part)
    more = policy.freight_back(order)
    return [(wish, part + more if place == last and part else part) for place, (wish, part) in enumerate(dues_)]


def besides(claim: Claim, policy: Policy) -> frozenset[int]:
    """Return the places of the problems for which no money is given, beside others for which it is: 还晚到了两小时."""
    kinds = [policy.problems.get(problem.problem) for problem in claim.problems]
    free = frozenset(place for place, kind in enumerate(kinds) if kind and not MONEY_BACK & set(kind.remedies))
    return free if len(free) < len(kinds) else frozenset()


def problem_text(problem: Problem, order: Order | None, voice: Voice) -> str:
    """Return a problem as known: 草莓300g 腐烂变质 2盒（共4盒）."""
    line = line_of(order, problem.line_no)
    words = [item_name(line)] if line else [problem.absent] if problem.absent else []
    if problem.problem:
        words.append(voice.label(problem.problem))
    if problem.received:
        words.append(voice.say("talk.received", item=problem.received))
    text = " ".join(words)
    kind = voice.policy.problems.get(problem.problem)
    if not problem.quantity or (kind and kind.whole_order and not line):
        return text
    return f"{text} {_amount(problem, line, voice)}".strip()


def _amount(problem: Problem, line: OrderLine | None, voice: Voice) -> str:
    if not line:
        known = {"all": voice.say("talk.all"), "half": voice.say("talk.half")}.get(problem.quantity)
        return known or f"{problem.quantity}{problem.unit}"
    if share_of(problem, line) is None:
        return f"{problem.quantity}{problem.unit}"
    number, whole, unit = told(problem, line)
    if not whole:
        return number
    unit = voice.unit(unit)
    if number == whole:
        return f"{number} {unit}".strip() if voice.language != "zh" else f"{number}{unit}"
    return voice.say("talk.number_of", number=number, whole=whole, unit=unit).strip()


def video_count(claim: Claim) -> int:
    """Count the videos among them."""
    return sum(photo.kind == "video" and photo.counts for photo in claim.photos)


def facts(claim: Claim, order: Order | None, voice: Voice) -> str:
    """Return everything known of a claim in one line."""
    known = [order_name(order, voice)] if order else []
    known += [text for problem in claim.problems if (text := problem_text(problem, order, voice))]
    for kind, count in (("photo", claim.photo_count - video_count(claim)), ("video", video_count(claim))):
        if count:
            known.append(voice.say(f"talk.{kind}" if count == 1 else f"talk.{kind}s", count=count))
    if shown := _shown(claim, order, voice):
        known[-1] = f"{known[-1]} {shown}"
    wishes = {problem.wish for problem in claim.problems if problem.wish} or {w for _, w in claim.wishes[-1:]}
    known += [voice.remedy(wish) for wish in sorted(wishes)]
    return voice.say("talk.comma").join(known)


def _shown(claim: Claim, order: Order | None, voice: Voice) -> str:
    """Return how many photos show which of the goods, where that is known: （鸡蛋30枚 1，草莓300g 2）."""
    if len({problem.line_no for problem in claim.problems}) < 2:
        return ""
    counts = Counter(photo.line_no for photo in claim.pictures if (photo.line_no or 0) > 0)
    names = [(line_of(order, number), count) for number, count in counts.items()]
    parts = [f"{item_name(line)} {count}" for line, count in names if line]
    return voice.say("talk.photos_show", parts=voice.say("talk.comma").join(parts)) if parts else ""


def offer(
    claim: Claim, order: Order | None, claimed: Mapping[int, Fraction], voice: Voice, *, brief: bool = False
) -> str:
    """Return what the rules give: the sum within the cap and how it comes about, else who will name it."""
    wished = {problem.wish for problem in claim.problems if problem.wish}
    if wished and not wished & MONEY_BACK:
        return ""
    kinds = [voice.policy.problems.get(problem.problem) for problem in claim.problems]
    if not wished and kinds and not any(kind and MONEY_BACK & set(kind.remedies) for kind in kinds):
        return ""
    whole = within_cap(claim, order, claimed, voice.policy)
    if not whole:
        return voice.say("talk.sum_by_agent")
    how = "" if brief else workings(claim, order, claimed, voice)
    return voice.say("talk.sum_how" if how else "talk.sum", money=money(whole, voice.language), how=how)


def workings(claim: Claim, order: Order | None, claimed: Mapping[int, Fraction], voice: Voice) -> str:
    """Return how the sum of a claim comes about: 2×19.90=39.80; "" where it is nothing but a price."""
    found, plain_ = [], True
    for problem, part, (_, due) in zip(
        claim.problems, sums(claim, order, claimed), dues(claim, order, claimed, voice.policy), strict=True
    ):
        line = line_of(order, problem.line_no)
        if not due:
            continue
        working = _working(problem, line, part, voice) if line and part else ""
        found.append(working or money(part or 0, voice.language))
        if due > (part or 0):
            freight = money(due - (part or 0), voice.language)
            found.append(voice.say("talk.how_freight", money=freight))
        plain_ = plain_ and not working and due == part
    return "" if plain_ and len(found) < 2 else voice.say("talk.how_and").join(found)


def _working(problem: Problem, line: OrderLine, part: int, voice: Voice) -> str:
    """Return how a problem's part of what was paid for a line comes about; "" for a single unit at its price."""
    share, language = share_of(problem, line), voice.language
    if share is None or refund(line.paid, share) != part:  # others have claimed of it, or the shop gave back
        return voice.say("talk.how_left", item=item_name(line), money=money(part, language))
    count, each = share * Fraction(str(line.quantity)), Fraction(line.paid) / Fraction(str(line.quantity))
    if not line.discount and count.denominator == each.denominator == 1:
        return f"{count}×{money(int(each), language)}={money(part, language)}" if count > 1 else ""
    number, whole, _ = told(problem, line)
    of = f"{number}/{whole}" if whole else str(share)
    paid = money(line.paid, language)
    if line.discount:
        before = money(line.paid + line.discount, language)
        paid = voice.say("talk.how_discount", before=before, discount=money(line.discount, language))
        paid = f"({paid})" if share != 1 else paid
    elif share == 1:
        return ""
    return f"{paid}={money(part, language)}" if share == 1 else f"{paid}×{of}={money(part, language)}"


def within_cap(claim: Claim, order: Order | None, claimed: Mapping[int, Fraction], policy: Policy) -> int | None:
    """Return the 分 that the bot may name for the claim; None where a person names the sum."""
    beside = besides(claim, policy)
    parts = [
        part
        for place, (wish, part) in enumerate(dues(claim, order, claimed, policy))
        if place not in beside and (not wish or wish in MONEY_BACK)
    ]
    whole = _together(parts)
    return whole if whole and whole <= policy.money.suggest_cap else None


def unadvised(claim: Claim, policy: Policy) -> tuple[str, ...]:
    """Return the problem types of which it was not said yet how to keep the goods and which photos help."""
    known = {code: policy.problems.get(code) for code in dict.fromkeys(item.problem for item in claim.problems)}
    return tuple(code for code, kind in known.items() if kind and code not in claim.advised)


def keeping(claim: Claim, voice: Voice) -> str:
    """Return what to do with the goods meanwhile, as far as it was not said yet."""
    kinds = [voice.policy.problems[code] for code in unadvised(claim, voice.policy)]
    hints: dict[str, str] = {}
    for kind in kinds:
        said = pick(kind.keep, voice.language) if kind.keep else ""
        hints.setdefault(CLAUSE.split(said, maxsplit=1)[0], said)  # 先别扔 once: the first says what to do with all
    return voice.join(list(hints.values()))


def shots(claim: Claim, voice: Voice) -> str:
    """Return which photos to take, as far as it was not said yet."""
    kinds = [voice.policy.problems[code] for code in unadvised(claim, voice.policy)]
    hints = dict.fromkeys(pick(kind.evidence, voice.language) for kind in kinds if kind.photos)
    return voice.say("talk.shots_joint").join(hints)
