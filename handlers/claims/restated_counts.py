"""Words that correct a draft's numbers: a new count after 等下 or 看错了, and the whole after a half."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

from handlers.claims.claim import Claim, Problem, amount
from handlers.claims.shares import share_of
from handlers.claims.summary import line_of
from handlers.messages.patterns import pattern_of
from handlers.nlu.reading import ReadClaim, Reading
from handlers.nlu.text.numerals import number
from handlers.nlu.text.photo_counts import without_photo_counts
from storage.orders import Order

Reader = Callable[[str], Reading]
NUMBER = r"(?=[\s是有]{0,2}(?:\d|[一二两三四五六七八九十半俩仨几]|全|(?:one|two|three|four|five|both|all)\b))"
# "no wait" and the like begin a correction; what follows is read as if they were not there
BEGINS = pattern_of(
    r"^\s*(?:(?:哦|噢|喔|啊|诶|哎呀?|嗯|那个|呃|hmm+|oh|uh|um|well|sorry|不好意思|抱歉)[\s,，、。.!！]*)*"
    r"(?:等一?下|等等|等会儿?|慢着|不不+|不是|不对|不行|不|错了|看错了?|数错了?|记错了?|说错了?|写错了?|打错了?|搞错了?|弄错了?"
    r"|其实|不止|更正一?下?|重新数了一?[下遍]?|[我又再]+数了?一?[下遍]?"
    r"|wait|no wait|no|actually|hold on|my mistake|correction)"
    r"(?:的|了|啊|呀|哈)?(?:[\s,，、。.!！:：;；]+|(?=[\d一二两三四五六七八九十就只其整全我应好]))",
    re.IGNORECASE,
)
NOT_SO_MANY = pattern_of(
    r"(?:不是|不止|唔系|\bnot) ?(\d{1,3}|[一二两三四五六七八九十]{1,3}) ?[\u3400-\u9fff]?(?![\d一二三四五六七八九十])",
    re.IGNORECASE,
)
NOW = pattern_of(
    r"[\s,，、]*(?:而?是|应该是|系|it'?s|but|,)?\s*((?:\d|[一二两三四五六七八九十]).*)", re.IGNORECASE | re.DOTALL
)
HEDGES = pattern_of(
    rf"(?:好像|应该|大概|可能|估计|似乎|其实|一共|总共|就|只有|仅有?|才|只"
    rf"|it's actually|actually|maybe|probably|only|just)\s*{NUMBER}",
    re.IGNORECASE,
)
MORE = pattern_of(
    r"还有|也[坏烂碎破臭少漏裂是]|另外|又[坏烂碎破少]|再加|外加|多了"
    r"|\banother\b|\bone more\b|\bas well\b|\balso\b|\btoo\b"
)
WHOLE = pattern_of(
    r"全额|全款|全退|全都?退|全部|全都|都退|整[个盒份袋瓶只箱条串把斤块板罐桶颗](?!月|天)|统统"
    r"|\bfull(?: refund| amount)?\b|\ball of (?:it|them)\b|\bthe whole\b|\bwhole (?:thing|lot)\b"
    r"|\bentire(?:ly)?\b|\b100 ?%",
    re.IGNORECASE,
)
WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
ENGLISH = pattern_of(rf"\b({'|'.join(WORDS)})\b", re.IGNORECASE)
BOTH = pattern_of(r"\bboth(?: of them)?\b", re.IGNORECASE)
COUNTED = pattern_of(
    r"(?:\d|[一二两三四五六七八九十半俩仨几])\s?[个盒份袋瓶只条枚颗箱板把杯包根块斤串]|^\s*\d{1,2}(?:\s|$)"
)
PARTLY = pattern_of(r"(?:不是?|没有?|别|未必|not) ?(?:全|整|都|whole|all|full)|一半|半|half|\d ?%", re.IGNORECASE)
ALL_BOUGHT = pattern_of(
    r"[只就](?:买|订|拍|点|要)了?[一1]|\b(?:only (?:bought|ordered|got|have|buy|order)|(?:buy|bought|order|"
    r"ordered) only) (?:one|1)\b",
    re.IGNORECASE,
)
EVERYTHING = pattern_of(r"全退|全部退|都退|\bfull refund\b|全额|全款")
MISSING = frozenset({"shortage_missing", "not_received"})
STANDS = ("photos", "wish", "confirm", "late")
"""Slots after the quantity: a number that comes while they are asked corrects a count."""


def restated(claim: Claim, text: str, reading: Reading, order: Order | None, read: Reader) -> tuple[Reading, bool]:
    """Return the reading as a correction where the words correct a number of the draft.

    The second value is True when a number was meant but which or how much is unclear: the bot has to ask.
    """
    asked = claim.asked.slot if claim.asked else ""
    if not order or not any(item.line_no for item in claim.problems):
        return reading, False
    if (put := _put_right(claim, text, order, read)) is not None:
        return replace(_merged(reading, put), claims=put.claims, correction=True), not put.claims
    text = without_photo_counts(text, [f"{line.item} {line.spec} {line.unit}" for line in order.lines], " ")
    begins = BEGINS.match(text)
    bare = HEDGES.sub("", text[begins.end() :] if begins else text)
    if not bare.strip() or (asked not in (*STANDS, "quantity") and not begins):
        return reading, False
    bare = BOTH.sub("2", ENGLISH.sub(lambda found: str(1 + WORDS.index(found[1].lower())), bare))
    again = reading if bare == text else read(bare)
    if asked == "quantity":  # what comes is the answer
        place = min(claim.asked.index if claim.asked else 0, len(claim.problems) - 1)
        line = line_of(order, claim.problems[place].line_no)
        if line and line.quantity == 1 and ALL_BOUGHT.search(text) and not _numbers(reading):
            return replace(reading, claims=(ReadClaim(line_no=line.line_no, quantity="all"),)), False
        return (again if _numbers(again) and not _numbers(reading) and not again.withdrawn else reading), False
    if begins and not again.correction:
        reading = replace(again, correction=reading.correction)  # 不行 was no word for the goods
    if WHOLE.search(bare) and not PARTLY.search(bare) and not _numbers(again):
        return _whole(claim, bare, reading, again, order)
    counts = _numbers(again) or _of_only(claim, bare, order, read)
    if not counts and asked == "confirm" and bare != text and COUNTED.search(bare) and not again.remedies:
        return reading, True
    if not counts or again.withdrawn or (set(again.remedies) - {"refund", "partial_refund"} and not begins):
        return reading, False
    told = counts[0]
    meant = _meant(claim, told, order)
    if not meant or len(counts) > 1:
        return reading, False
    if len(meant) > 1 or MORE.search(text):
        return reading, True
    told = replace(told, line_no=meant[0].line_no, problems=(), candidates=(), absent="")
    return replace(_merged(reading, again), claims=(told,), correction=True), False


def _put_right(claim: Claim, text: str, order: Order, read: Reader) -> Reading | None:
    """Read 不是3个 是5个: the count of the problem with the number denied; without claims where several have it."""
    denied = NOT_SO_MANY.search(text)
    was = number(denied[1]) if denied else None
    if denied is None or was is None or not (told := NOW.match(text, denied.end())):
        return None
    mine = [item for item in claim.problems if item.line_no and amount(item) == was.exact]
    named = {one.line_no for one in read(text[: denied.start()]).claims if "sku" in one.evidence}
    mine = [item for item in mine if item.line_no in named] if named else mine
    again = read(text[told.start(1) :])
    line = line_of(order, mine[0].line_no) if len(mine) == 1 else None
    counts = _numbers(again)
    if (named and not mine) or again.remedies or len(counts) != 1:
        return None
    if line is None:
        return replace(again, claims=()) if len(mine) > 1 else None
    told_now = replace(counts[0], line_no=line.line_no, problems=(), candidates=(), absent="")
    return replace(again, claims=(told_now,))


def _of_only(claim: Claim, bare: str, order: Order, read: Reader) -> list[ReadClaim]:
    """Read a number with the name of the only item before it: 只收到两盒 gives what is missing of it."""
    line = line_of(order, claim.problems[0].line_no) if len(claim.problems) == 1 else None
    return _numbers(read(f"{line.item}{bare}")) if line and COUNTED.search(bare) else []


def _merged(reading: Reading, again: Reading) -> Reading:
    """Return the reading with the wishes and the serious words of all that was said."""
    return replace(reading, remedies=reading.remedies or again.remedies, withdrawn=False, denied=again.denied)


def _numbers(reading: Reading) -> list[ReadClaim]:
    return [told for told in reading.claims if told.quantity is not None]


def _meant(claim: Claim, told: ReadClaim, order: Order) -> list[Problem]:
    """Return the problems whose number can be meant: by item, by type, and by the unit that fits."""
    known = [item for item in claim.problems if item.line_no and item.quantity]
    if told.line_no is not None and "sku" in told.evidence:
        known = [item for item in known if item.line_no == told.line_no]
    elif told.candidates or told.absent:
        return []
    # with "only", what is there may look as if something were missing
    codes = set(told.problems) - (MISSING if any(item.problem not in MISSING for item in known) else set())
    if codes:
        known = [item for item in known if codes & {item.problem, *item.also}]
    fits = [item for item in known if _fits(item, told, order)]
    return fits or (known if len(known) == 1 else [])


def _fits(item: Problem, told: ReadClaim, order: Order) -> bool:
    line = line_of(order, item.line_no)
    there = replace(item, quantity=str(told.quantity), unit=told.unit or "", share=told.fraction)
    return line is not None and share_of(there, line) is not None


def _whole(claim: Claim, bare: str, reading: Reading, again: Reading, order: Order) -> tuple[Reading, bool]:
    """Return the whole instead of a part of one thing; for counted things the bot has to ask how many."""
    named = {told.line_no for told in again.claims if told.line_no is not None and "sku" in told.evidence}
    items = [item for item in claim.problems if item.line_no and (not named or item.line_no in named)]
    parts = [item for item in items if _is_part(item)]
    if any(told.absent for told in again.claims) or not items:
        return reading, False
    if not parts:
        asked = claim.asked.slot if claim.asked else ""
        counted = [item for item in items if not _is_all(item, order)]
        goods = not EVERYTHING.search(bare)
        return reading, bool(counted) and asked == "confirm" and (len(items) == 1 or goods)
    claims: Sequence[ReadClaim] = [
        ReadClaim(line_no=item.line_no, quantity="all", evidence={"sku": ""}) for item in parts
    ]
    wish = "refund" if EVERYTHING.search(bare) else ""
    merged = _merged(reading, again)
    remedies = tuple(dict.fromkeys((*merged.remedies, *([wish] if wish else []))))
    return replace(merged, claims=tuple(claims), remedies=remedies, correction=True), False


def _is_part(item: Problem) -> bool:
    count = amount(item)
    return item.quantity == "half" or item.share or (count is not None and count < 1)


def _is_all(item: Problem, order: Order) -> bool:
    line = line_of(order, item.line_no)
    return line is not None and share_of(item, line) == Fraction(1)


def without_numbers(claim: Claim) -> Claim:
    """Return the draft with its numbers open, to be asked for again."""
    return replace(
        claim, problems=tuple(replace(item, quantity="", unit="", share=False) for item in claim.problems), asked=None
    )
