"""What a message says: every fact in it, with the words it was read from; the bot asks rather than guesses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from handlers.messages.codes import strongest
from handlers.messages.patterns import pattern_of
from handlers.nlu.dates import of_day
from handlers.nlu.entities import Facts, facts
from handlers.nlu.entries import Entry, amount
from handlers.nlu.items import line_of
from handlers.nlu.order_index import OrderIndex, lay_open, plain_number
from handlers.nlu.references import MASK, References, refer
from handlers.nlu.risk_signals import serious
from handlers.nlu.text.lexicon import Lexicon
from handlers.nlu.text.normalisation import READ, choice, normalise
from handlers.nlu.text.past_matters import without_past
from handlers.nlu.text.spoken_digits import in_figures
from storage.orders import Order

COMMON_UNITS = frozenset("个份盒袋包箱件组斤两克块样单对双") | {"g", "l", "kg"}
LIKE = pattern_of(r"(?:比|像|如|臭|股|似)$")
LIKENED = pattern_of(r"(?:[^,。!?;\n]{0,2}[腥味渣]|[^,。!?;\n]{0,2}(?:一样|似的|那样|那么)|还)")
ADDS = pattern_of(r"还有|另外|也(?!许|好|行|不|没|就|在)|再加|外加|同样|\b(?:also|as well|too|another|plus|and the)\b")
SUBSTANCES = frozenset(("water", "juice", "水", "汁", "果汁", "汁水", "油", "oil"))  # what runs out of goods
NEED_ITEM = {"quality_spoiled", "quality_other", "damaged_package", "expired", "foreign_object", "not_as_described"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadClaim:
    """One claim as read; None is not stated. `candidates` are the (order_no, line_no) that several could be meant."""

    line: int = 1
    order_no: str | None = None
    pickup_no: str | None = None
    customer: str | None = None
    phone_tail: str | None = None
    line_no: int | None = None
    sku: str | None = None
    candidates: tuple[tuple[str, int], ...] = ()
    quantity: Fraction | str | None = None  # a number, "all", "half"
    fraction: bool = False  # quantity is a share of the line, not a count
    unit: str | None = None
    problems: tuple[str, ...] = ()
    remedy: str | None = None
    received: str | None = None
    absent: str = ""  # goods that are named and are in none of the orders meant
    certain: bool = True
    severity: str = "normal"
    signals: tuple[str, ...] = ()
    special: tuple[str, ...] = ()
    withdrawn: bool = False  # takes the claim back (不要了)
    question: bool = False  # asks for the state of a matter (已经退了吧?)
    evidence: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All facts of one message; remedies in the order in which they were wished, the last one counts."""

    claims: tuple[ReadClaim, ...] = ()
    order_numbers: tuple[str, ...] = ()
    pickup_numbers: tuple[str, ...] = ()
    phone_tails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    day: str | None = None  # "today", "yesterday" or an ISO date
    customer: str | None = None
    remedies: tuple[str, ...] = ()
    refused_remedies: tuple[str, ...] = ()
    denied: tuple[int, ...] = ()
    aside: tuple[int, ...] = ()  # order lines that are named beside a problem and of which nothing is claimed
    withdrawn: bool = False
    correction: bool = False
    adds: bool = False  # adds to what was said (还有, 也, as well)
    question: bool = False  # asks for the state of a matter (已经退了吧?) instead of claiming
    choice: int | None = None  # the number the text leads with: ②, 2️⃣ or a bare 2
    severity: str = "normal"
    signals: tuple[str, ...] = ()
    angry: bool = False
    eaten: bool = False  # somebody had of the goods
    despair: bool = False  # mentions suicide
    special: tuple[str, ...] = ()
    aided: tuple[str, ...] = ()  # what a second reader filled in, as "problem=late"
    cut: bool = False  # longer than is read for facts; serious words were looked for in all of it

    def person(self) -> ReadClaim:
        """Return what is said of the person and the whole order, as a claim without item or problem."""
        return ReadClaim(
            order_no=next(iter(self.order_numbers), None),
            pickup_no=next(iter(self.pickup_numbers), None),
            customer=self.customer,
            phone_tail=next(iter(self.phone_tails), None),
            remedy=self.remedies[-1] if self.remedies else None,
            severity=self.severity,
            signals=self.signals,
            special=self.special,
        )


def candidates(references: References, pickup: str | None, index: OrderIndex) -> list[Order]:
    """Return the given orders that fit everything the text refers to; all of them when it refers to nothing."""
    fits = list(index.orders if pickup is None else index.by_pickup.get(plain_number(pickup), ()))
    if references.order_numbers:
        fits = [order for order in fits if order.order_no in references.order_numbers]
    if references.tails:
        fits = [order for order in fits if not order.buyer_phone or order.phone_tail in references.tails]
    if references.phones:
        tails = {phone[-4:] for phone in references.phones}
        fits = [
            o
            for o in fits
            if o.buyer_phone in ("", *references.phones) or ("*" in o.buyer_phone and o.phone_tail in tails)
        ]
    if references.names:
        fits = [order for order in fits if order.buyer_name in references.names]
    return fits


def _line(entry: Entry, fits: Sequence[Order]) -> tuple[str, int] | None:
    """Return the order line of an entry: named without doubt, the only one there is, or the only one in that unit."""
    mention = entry.mention
    if mention is not None:
        return mention.lines[0] if len(mention.lines) == 1 and mention.sure else None
    if len(fits) != 1:
        return None
    lines = fits[0].lines
    if len(lines) > 1:
        units = {count.unit for count in entry.counts if count.unit and count.unit not in COMMON_UNITS}
        lines = tuple(line for line in lines if any(unit in f"{line.item} {line.spec} {line.unit}" for unit in units))
    return (fits[0].order_no, lines[0].line_no) if len(lines) == 1 else None


def _sure(entry: Entry, line: object, fits: Sequence[Order], codes: Sequence[str]) -> bool:
    """Return whether nothing need be asked: about which order, and about which item where the problem needs one."""
    if entry.mention is not None:
        return line is not None or (not fits and not entry.mention.lines)
    counted = any(one.role == "claim" and isinstance(one.value, Fraction) for one in entry.counts)
    whole = not NEED_ITEM & set(codes) and not (counted and "shortage_missing" in codes)
    return line is not None or not fits or (len(fits) == 1 and whole)


def _wish(entry: Entry, known: Facts, line: tuple[str, int] | None) -> str | None:
    """Return the wish beside an item, where several items have wishes of their own (葡萄要退款 虾补发)."""
    lines = entry.mention.lines if entry.mention else (line,) if line else ()
    if own := known.own_wish(lines):
        return own
    starts = sorted(one.begins for one in known.entries if one.mention)
    if entry.mention is None or len(starts) < 2 or len(known.wished.places) < 2:
        return known.wished.last
    after = [start for start in starts if start > entry.begins]
    return known.wished.between(entry.begins, after[0] if after else len(known.text))


def _absent(entry: Entry, text: str, fits: Sequence[Order]) -> str:
    """Return goods that the order does not hold; not those of a mere comparison (一股臭鸡蛋味)."""
    mention = entry.mention
    if mention is None or mention.lines or not fits or mention.word in SUBSTANCES:
        return ""
    likened = LIKE.search(text[: mention.start]) or LIKENED.match(text, mention.end)
    return "" if likened else mention.word


def claim_of(entry: Entry, known: Facts, fits: Sequence[Order], base: ReadClaim) -> ReadClaim:
    """Return one entry as a claim on an order line; `base` holds the person."""
    chosen = _line(entry, fits)
    line = line_of(fits, chosen) if chosen else None
    order_no = chosen[0] if chosen else (fits[0].order_no if len(fits) == 1 else base.order_no)
    ordered = Fraction(line.quantity).limit_denominator(1000) if line else None
    count = amount(entry, ordered, line.unit if line else "")
    codes = entry.codes()
    if count is not None and count not in entry.counts and not {"shortage_missing", "wrong_item"} & set(codes):
        codes = (*codes, "shortage_missing")
    evidence = dict(base.evidence)
    if entry.mention:
        evidence["sku"] = entry.mention.word
    if entry.problems:
        words = (known.text[one.hit.start : one.hit.end].replace(MASK, "").strip() for one in entry.problems)
        evidence["problems"] = " ".join(dict.fromkeys(words))
    if count is not None and count.start < count.end:
        evidence["quantity"] = known.text[count.start : count.end].strip()
    return replace(
        base,
        order_no=order_no,
        line_no=line.line_no if line else None,
        sku=(line.sku or None) if line else None,
        candidates=entry.mention.lines if entry.mention and not chosen else (),
        quantity=count.value if count else None,
        fraction=bool(count and count.share),
        unit=count.unit if count else None,
        problems=codes,
        remedy=_wish(entry, known, chosen),
        received=known.came.words if known.came and known.came.wrong else None,
        absent=_absent(entry, known.text, fits),
        certain=base.certain and _sure(entry, line, fits, codes),
        severity=known.serious.severity,
        signals=known.serious.signals,
        special=known.serious.special,
        evidence=evidence,
    )


def claims_of(known: Facts, fits: Sequence[Order], base: ReadClaim) -> list[ReadClaim]:
    """Return the claims in a piece of text; entries that only speak of meals and orders are none."""
    told = [
        entry
        for entry in known.entries
        if (entry.mention and entry.mention.lines)
        or entry.problems
        or any(one.role == "claim" for one in entry.counts)
        or amount(entry, None)
    ]
    denied = set(known.denied)
    claims = [claim_of(entry, known, fits, base) for entry in told]
    return [one for one in claims if one.line_no is None or one.line_no not in denied or one.problems]


def _numbered(claims: list[ReadClaim], fits: Sequence[Order], pickups: Sequence[str]) -> list[ReadClaim]:
    """Return claims with the pickup number of their own order where the text has several."""
    if len(pickups) < 2:
        return claims
    numbers = {order.order_no: order.participate_no for order in fits}
    return [replace(one, pickup_no=numbers.get(one.order_no or "")) for one in claims]


def _meant(references: References, pickups: Sequence[str], index: OrderIndex, today: date) -> list[Order]:
    """Return the given orders that the references and the day mean."""
    fits = candidates(references, pickups[0] if len(pickups) == 1 else None, index)
    if len(pickups) > 1:
        fits = [order for order in fits if order.participate_no.lstrip("0") in pickups]
    return of_day(fits, references.day, today)


def read(
    text: str, orders: Sequence[Order], lexicon: Lexicon, *, today: date, seen: References | None = None
) -> Reading:
    """Read one message against the orders it could be about (often one, often none); never raises.

    `seen` is what the text refers to without any order, where that is known by now: it is not looked for again.
    """
    whole = seen.text if seen else normalise(text, lexicon.emoji)
    index, plain = lay_open(orders), in_figures(without_past(whole[:READ]))
    enough = seen and not orders and plain == whole
    references = seen if seen and enough else refer(plain, orders, lexicon, today=today, index=index)
    pickups = tuple(dict.fromkeys(value for span in references.pickups for value in span.values))
    fits = _meant(references, pickups, index, today)
    known = facts(references.masked, fits, lexicon)
    rest = serious(whole[READ:], lexicon) if len(whole) > READ else known.serious
    base = ReadClaim(
        order_no=references.order_numbers[0] if references.order_numbers else None,
        pickup_no=pickups[0] if pickups else None,
        customer=references.names[0] if references.names else None,
        phone_tail=references.tail,
        certain=bool(fits) or not orders,
        evidence=references.evidence,
    )
    claims = _numbered(claims_of(known, fits, base), fits, pickups)
    return Reading(
        claims=tuple(claims),
        order_numbers=references.order_numbers,
        pickup_numbers=pickups,
        phone_tails=references.tails,
        phones=references.phones,
        day=references.day,
        customer=base.customer,
        remedies=known.wished.wanted,
        refused_remedies=known.wished.refused,
        denied=known.denied,
        aside=known.aside,
        withdrawn=known.wished.withdrawn,
        correction=known.wished.correction or bool(known.came and known.came.reversal),
        adds=ADDS.search(plain) is not None,
        question=known.wished.question,
        choice=choice(text),
        severity=strongest(known.serious.severity, rest.severity),
        signals=tuple(dict.fromkeys(known.serious.signals + rest.signals)),
        angry=known.serious.angry or rest.angry,
        eaten=known.serious.eaten or rest.eaten,
        despair=known.serious.despair or rest.despair,
        special=tuple(dict.fromkeys(known.serious.special + rest.special)),
        cut=len(whole) > READ,
    )
