"""Taking the facts of a reading into a claim: what fills, what corrects, what is left unchanged."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from handlers.claims.claim import Claim, Problem
from handlers.claims.shares import parts, share_of
from handlers.claims.summary import MONEY_BACK, besides, line_of
from handlers.messages.codes import strongest
from handlers.messages.patterns import pattern_of
from handlers.nlu.reading import ReadClaim, Reading
from handlers.policy.policy import Policy
from storage.orders import Order

CONDITION = frozenset(("quality_spoiled", "quality_other", "damaged_package", "expired", "not_as_described"))
"""Problem types that the same goods may have at once; illness and what is missing stand by themselves."""
SMELL = pattern_of(r"臭|馊|酸味|异味|怪味|变质|stink|stank|smell|sour|gone off", re.IGNORECASE)
COUPON = pattern_of(r"券|红包|积分|coupon|voucher|credit", re.IGNORECASE)


def take(
    claim: Claim,
    reading: Reading,
    order: Order | None,
    policy: Policy,
    *,
    at: str | Callable[[ReadClaim], str],
    first: bool = True,
) -> Claim:
    """Return the claim with what the text says; `at` is its ISO time, or tells that of each claim read.

    Text fills empty slots; a filled one changes only if it was asked last or the text says that it corrects.
    `first` is False when a text is read again because its order became known: its wishes are on record already.
    """
    problems = list(claim.problems)
    for told in reading.claims:
        if fits(told, policy):
            _merge(problems, told, reading, claim, policy, at=at if isinstance(at, str) else at(told))
    claimed = {told.line_no for told in reading.claims if told.problems}
    denied = set(reading.denied) - claimed
    problems = [item for item in problems if item.line_no is None or item.line_no not in denied]
    smelt = {told.line_no for told in reading.claims if SMELL.search(told.evidence.get("problems", ""))}
    problems = [_all_of_one(item, order) if item.line_no in smelt else item for item in problems]
    problems = _once(settled(item, order, policy) for item in problems)
    claim = replace(claim, problems=_within_bought(problems, order))
    settled_ = {item.line_no for item in claim.problems} | {*reading.denied}
    aside = (line for line in dict.fromkeys((*claim.aside, *reading.aside)) if line not in settled_)
    claim = replace(claim, aside=tuple(aside))
    if reading.aided:
        claim = replace(claim, aided=tuple(dict.fromkeys((*claim.aided, *reading.aided))))
    claim = _signals(claim, reading)
    return _wishes(claim, reading, policy, at=at if isinstance(at, str) else "", first=first)


def _all_of_one(item: Problem, order: Order | None) -> Problem:
    """Return a problem of a single pack that smells: no part of it is good."""
    line = line_of(order, item.line_no)
    whole = line is not None and line.quantity == 1 and not parts(line) and not item.quantity and not item.unsure
    return replace(item, quantity="all", unit="", share=False) if whole else item


def _within_bought(problems: Sequence[Problem], order: Order | None) -> tuple[Problem, ...]:
    """Return the problems with those joined that claim more of a line than was bought: the same goods have both."""
    kept: list[Problem] = []
    for item in problems:
        line = line_of(order, item.line_no)
        before = next((at for at, one in enumerate(kept) if line and one.line_no == item.line_no), None)
        shares = [share_of(one, line) or 0 for one in (item, kept[before])] if line and before is not None else []
        if before is None or sum(shares) <= 1 or not (item.problem and kept[before].problem):
            kept.append(item)
            continue
        first, more = kept[before], item
        wider = more if shares[0] > shares[1] else first
        also = tuple(code for code in dict.fromkeys((*first.also, more.problem, *more.also)) if code != first.problem)
        kept[before] = replace(
            first, also=also, quantity=wider.quantity, unit=wider.unit, share=wider.share, wish=first.wish or more.wish
        )
    return tuple(kept)


def _once(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems without those that say the same of the same goods again; what is newer fills what is open."""
    kept: list[Problem] = []
    for item in problems:
        same = next(
            (
                at
                for at, one in enumerate(kept)
                if item.line_no is not None and (one.line_no, one.problem) == (item.line_no, item.problem)
            ),
            None,
        )
        if same is None:
            kept.append(item)
        elif item.quantity and not kept[same].quantity:
            kept[same] = replace(kept[same], quantity=item.quantity, unit=item.unit, share=item.share)
    return kept


def fits(told: ReadClaim, policy: Policy) -> bool:
    """Return whether a read claim says anything that a problem can hold."""
    return bool(
        told.line_no is not None
        or told.candidates
        or any(code in policy.problems for code in told.problems)
        or told.quantity is not None
        or told.received
    )


def _merge(
    problems: list[Problem], told: ReadClaim, reading: Reading, claim: Claim, policy: Policy, *, at: str
) -> None:
    codes = tuple(code for code in told.problems if code in policy.problems)
    index = _target(problems, told, codes, reading, claim)
    slot = claim.asked.slot if claim.asked else ""
    if _is_whole(codes, policy) and slot != "problem" and (slot != "quantity" or told.quantity is None):
        index = _same_whole(problems, codes, told)
    if index is None and _by_the_way(problems, told, codes, reading):
        return
    if index is None:
        problems.append(Problem())
        index = len(problems) - 1
    asked = claim.asked.slot if claim.asked and claim.asked.index == index else ""
    if asked == "confirm" and len(problems) == 1 and not codes:
        asked = "quantity"  # "3盒" to the summary of one problem can only be about its number
    restated = told.line_no is not None and not codes and told.line_no == problems[index].line_no
    if restated and asked != "quantity":
        asked = "quantity"  # "草莓是3盒": an item and a number, and nothing else, put the number right
    filled = _filled(problems[index], told, codes, asked=asked, correction=reading.correction)
    # a later message that adds a number or an item is not where the problem was read
    named = filled.problem != problems[index].problem or not problems[index].at
    problems[index] = replace(filled, at=at) if named else filled


def _is_whole(codes: Sequence[str], policy: Policy) -> bool:
    """Return whether what is told is wrong with the order and with none of its goods."""
    kinds = [policy.problems[code] for code in codes]
    return bool(kinds) and all(kind.whole_order and not MONEY_BACK & set(kind.remedies) for kind in kinds)


def _same_whole(problems: Sequence[Problem], codes: Sequence[str], told: ReadClaim) -> int | None:
    """Return the problem of the whole order that is told again; the only one, where it is still without a type."""
    for index, item in enumerate(problems):
        if item.problem in codes:
            return index
    return 0 if len(problems) == 1 and not problems[0].problem and told.line_no in (None, problems[0].line_no) else None


def _by_the_way(problems: Sequence[Problem], told: ReadClaim, codes: tuple[str, ...], reading: Reading) -> bool:
    """Return whether further goods are only mentioned: nothing is wrong with them, and no word adds them."""
    named = told.line_no is not None or bool(told.candidates or told.absent)
    return named and not codes and told.remedy is None and any(item.problem for item in problems) and not reading.adds


def _target(
    problems: Sequence[Problem], told: ReadClaim, codes: tuple[str, ...], reading: Reading, claim: Claim
) -> int | None:
    """Return the problem that the words are about; None for a new one."""
    slot = claim.asked.slot if claim.asked else ""
    again = told.quantity is not None and any(item.line_no == told.line_no for item in problems)
    answers = slot == "item" and told.line_no is not None and not codes and not again
    if answers and claim.asked and claim.asked.index < len(problems):
        return claim.asked.index  # the answer names goods that another problem may name too
    if told.line_no is not None or told.candidates:
        return _same_item(problems, told, codes, reading)
    if told.absent:  # never put to the problem of another item
        return next((index for index, item in enumerate(problems) if item.absent == told.absent), None)
    answers = slot in ("item", "problem", "received", "quantity") and not codes
    if claim.asked and (answers or (slot == "quantity" and told.quantity is not None)):
        return min(claim.asked.index, len(problems) - 1) if problems else None
    for index, item in enumerate(problems):
        lacks_problem = bool(codes) and not item.problem
        lacks_number = told.quantity is not None and not item.quantity and (not codes or codes[0] == item.problem)
        lacks_received = bool(told.received) and not item.received and (not codes or codes[0] == item.problem)
        if lacks_problem or lacks_number or lacks_received:
            return index
    if not problems:
        return None
    if codes and told.quantity is not None and all(item.problem not in codes for item in problems):
        return len(problems) - 1 if reading.correction else None
    return len(problems) - 1


def _same_item(problems: Sequence[Problem], told: ReadClaim, codes: tuple[str, ...], reading: Reading) -> int | None:
    lines = {told.line_no} if told.line_no is not None else {number for _, number in told.candidates}
    for index, item in enumerate(problems):
        if item.line_no in lines and (not codes or not item.problem or item.problem in codes or reading.correction):
            return index
    if told.line_no is not None and codes and CONDITION.issuperset(codes):
        for index, item in enumerate(problems):
            known = told.quantity is None or str(told.quantity) == item.quantity
            if item.line_no == told.line_no and known and item.problem in CONDITION:
                return index  # more about the same goods: 烂了, 汁都漏出来了
    for index, item in enumerate(problems):
        open_ = item.line_no is None and (not item.among or lines & set(item.among))
        if open_ and (not codes or not item.problem or item.problem in codes):
            return index
    # "不是草莓，是葡萄" moves the only problem to another item
    return 0 if reading.correction and len(problems) == 1 else None


def _filled(item: Problem, told: ReadClaim, codes: tuple[str, ...], *, asked: str, correction: bool) -> Problem:
    def may(slot: str, empty: bool) -> bool:
        return empty or asked == slot or correction

    changes: dict[str, Any] = {}
    guessed = item.absent and "sku" not in told.evidence  # the only line there is, but other goods were named
    if told.line_no is not None and not guessed and may("item", item.line_no is None):
        changes |= {"line_no": told.line_no, "among": (), "absent": ""}
    elif told.candidates and item.line_no is None:
        changes |= {"among": tuple(number for _, number in told.candidates), "absent": ""}
    elif told.absent and item.line_no is None:
        changes["absent"] = told.absent
    if codes and may("problem", not item.problem):
        changes |= {"problem": codes[0], "also": codes[1:]}
    elif codes and item.line_no is not None and told.line_no == item.line_no:
        more = (code for code in codes if code != item.problem)
        changes["also"] = tuple(dict.fromkeys((*item.also, *more)))
    named = asked == "problem" and bool(codes)  # 少了一份 to the question what is wrong: of that, so many
    if told.quantity is not None and may("quantity", not item.quantity or named):
        changes |= {"quantity": str(told.quantity), "unit": told.unit or "", "share": told.fraction, "unsure": False}
    if told.received and may("received", not item.received):
        changes["received"] = told.received
    return replace(item, **changes)


def settled(item: Problem, order: Order | None, policy: Policy) -> Problem:
    """Fill in what the order leaves no choice about: its only line, the only unit of a line without parts."""
    kind = policy.problems.get(item.problem)
    if kind and kind.whole_order and not MONEY_BACK & set(kind.remedies):
        return replace(item, line_no=None, among=(), quantity="all", unit="", share=False)  # no matter of any item
    if kind and kind.whole_order:
        whole = item.line_no is None or not item.quantity
        return replace(item, quantity="all", unit="", share=False) if whole else item
    if order and len(order.lines) == 1 and item.line_no is None and item.problem and not item.absent:
        item = replace(item, line_no=order.lines[0].line_no, among=())
    line = line_of(order, item.line_no)
    single = line and line.quantity == 1 and not parts(line)
    if kind and single and not item.quantity and "quantity" in kind.collects and "share" not in kind.collects:
        item = replace(item, quantity="all", unit="", share=False)
    return item


def _signals(claim: Claim, reading: Reading) -> Claim:
    return replace(
        claim,
        signals=tuple(dict.fromkeys((*claim.signals, *reading.signals))),
        special=tuple(dict.fromkeys((*claim.special, *reading.special))),
        severity=strongest(claim.severity, reading.severity),
    )


def _wishes(claim: Claim, reading: Reading, policy: Policy, *, at: str, first: bool) -> Claim:
    if first and reading.remedies:
        claim = replace(claim, wishes=(*claim.wishes, *((at, wish) for wish in reading.remedies)))
    current = claim.wishes[-1][1] if claim.wishes else ""
    asked = claim.asked.slot if claim.asked else ""
    change = bool(reading.remedies) and (reading.correction or asked in ("wish", "confirm"))
    own = {told.line_no: told.remedy for told in reading.claims if told.remedy}
    several = len({*own.values(), *reading.remedies[-1:]}) > 1

    def wish(item: Problem) -> str:
        if several and item.line_no in own:
            return own[item.line_no] or ""
        if not reading.remedies and item.wish in reading.refused_remedies:
            return ""
        return current if current and (not item.wish or change) else item.wish

    after = replace(claim, problems=tuple(replace(item, wish=wish(item)) for item in claim.problems))
    return _without_money(after, policy)


def _without_money(claim: Claim, policy: Policy) -> Claim:
    """Return the claim without a wish for money where there is none to give: 退款 is of the goods, not of the delay."""
    beside = besides(claim, policy)

    def wish(place: int, item: Problem) -> str:
        return "" if place in beside and item.wish in MONEY_BACK else item.wish

    problems = tuple(replace(item, wish=wish(place, item)) for place, item in enumerate(claim.problems))
    return replace(claim, problems=problems)


def set_wish(claim: Claim, wish: str, policy: Policy, *, at: str) -> Claim:
    """Record a wish chosen by button for all problems."""
    problems = tuple(replace(item, wish=wish) for item in claim.problems)
    return _without_money(replace(claim, wishes=(*claim.wishes, (at, wish)), problems=problems), policy)


def without_guess(text: str, reading: Reading) -> Reading:
    """Return a reading without a wish for compensation where the text names no coupon: it may mean money or goods."""
    if "compensation" not in reading.remedies or COUPON.search(text):
        return reading
    claims = tuple(replace(one, remedy=None if one.remedy == "compensation" else one.remedy) for one in reading.claims)
    return replace(reading, claims=claims, remedies=tuple(code for code in reading.remedies if code != "compensation"))
