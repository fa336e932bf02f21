"""What a second reader found in a text, laid over a reading: it fills what is open and contradicts nothing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from handlers.messages.codes import strongest
from handlers.nlu.lists.reader import ListReading
from handlers.nlu.reading import NEED_ITEM, ReadClaim, Reading
from storage.orders import Order, OrderLine

CHATS, TEXTS = 64, 64  # how many chats are remembered, and how many texts of each
LIFE = 600.0  # seconds that an opinion is remembered: a draft goes on for some messages
MARK = "model"  # the key of `ReadClaim.evidence` that names what came from the second reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One problem as the second reader returned it; None where it returned nothing. The line is of a given order."""

    order_no: str | None = None
    line_no: int | None = None
    problem: str | None = None
    quantity: Fraction | str | None = None  # in the line's own unit, or "all", "half"
    remedy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """All that it returned for one text; an empty one is kept too, so that nothing is asked twice."""

    claims: tuple[Told, ...] = ()
    severity: str = "normal"


class Opinions:
    """A bounded memory of opinions by chat, text and the given orders, for LIFE; nothing of it is stored.

    It holds hashes of texts and orders only. `clock` gives monotonic seconds. Written by the event loop, read by the
    writer's thread: what a chat has is replaced, never changed.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self._chats: OrderedDict[str, dict[int, tuple[float, Opinion]]] = OrderedDict()

    def keep(self, chat: str, text: str, orders: Sequence[Order], opinion: Opinion) -> None:
        """Keep an opinion; the oldest are forgotten."""
        now, key = self.clock(), _key(text, hash(tuple(orders)))
        known = [(old, kept) for old, kept in self._chats.get(chat, {}).items() if old != key and now < kept[0]]
        self._chats[chat] = dict([*known, (key, (now + LIFE, opinion))][-TEXTS:])
        self._chats.move_to_end(chat)
        while len(self._chats) > CHATS or self._over(next(iter(self._chats)), now):
            self._chats.popitem(last=False)

    def _over(self, chat: str, now: float) -> bool:
        return all(until <= now for until, _ in self._chats[chat].values())

    def find(self, chat: str, text: str, orders: Sequence[Order]) -> Opinion | None:
        """Return the opinion on a text with exactly these orders."""
        return self._found(chat, text, hash(tuple(orders))) if chat in self._chats else None

    def _found(self, chat: str, text: str, given: int) -> Opinion | None:
        until, opinion = self._chats.get(chat, {}).get(_key(text, given), (0.0, None))
        return opinion if opinion and self.clock() < until else None

    def over(self, chat: str, text: str, orders: Sequence[Order], reading: Reading) -> Reading:
        """Lay what is kept over the reading of a message."""
        opinion = self.find(chat, text, orders)
        return laid(reading, opinion, orders) if opinion else reading

    def over_list(self, chat: str, text: str, orders: Sequence[Order], reading: ListReading) -> ListReading:
        """Lay what is kept for its lines over the reading of a leader's list."""
        if chat not in self._chats:
            return reading
        given = hash(tuple(orders))
        for number, line in enumerate(text.splitlines(), start=1):
            if opinion := self._found(chat, line, given):
                reading = laid_line(reading, number, opinion, orders)
        return reading


def _key(text: str, given: int) -> int:
    return hash((text, given))  # of one process, for a memory that ends with it


def is_open(claim: ReadClaim) -> bool:
    """Return whether a claim leaves something to ask: which item, or what is wrong with it."""
    return not (claim.withdrawn or claim.question) and bool(not claim.certain or claim.candidates or not claim.problems)


def laid(reading: Reading, opinion: Opinion, orders: Sequence[Order]) -> Reading:
    """Fill a message's open claims; where it had none, what was returned becomes its claims. Severity only rises."""
    unsaid = [one if _may_wish(reading, one) else replace(one, remedy=None) for one in opinion.claims]
    claims, left = _filled(reading.claims, unsaid, orders)
    if not reading.claims and not reading.withdrawn and not reading.question:
        person = reading.person()
        claims = [_new(person, told, orders) for told in left if told.problem and _agrees(person, told, orders)]
    marks = [what for claim in claims for what in claim.evidence.get(MARK, "").split()]
    severity = strongest(reading.severity, opinion.severity)
    if severity != reading.severity:
        marks.append(f"severity={severity}")
        claims = [replace(claim, severity=severity) for claim in claims]
    remedies = reading.remedies or tuple(dict.fromkeys(c.remedy for c in claims if c.remedy and MARK in c.evidence))
    return replace(
        reading, claims=tuple(claims), remedies=remedies, severity=severity, aided=tuple(dict.fromkeys(marks))
    )


def laid_line(reading: ListReading, number: int, opinion: Opinion, orders: Sequence[Order]) -> ListReading:
    """Fill the open claims of one line of a list, or give a problem to its person who has none."""
    mine = [claim for claim in reading.claims if claim.line == number]
    people = [claim for claim in reading.named if claim.line == number]
    told, _ = _filled(mine or people, opinion.claims, orders)
    worst = strongest(opinion.severity, *(claim.severity for claim in told))
    told = [_raised(claim, worst) if opinion.severity == worst else claim for claim in told]
    silent = [] if mine else [claim for claim in told if not claim.problems and claim.severity == "normal"]
    told = [claim for claim in told if claim not in silent]
    if told == mine:
        return reading
    before = [claim for claim in reading.claims if claim.line < number]
    behind = [claim for claim in reading.claims if claim.line > number]
    return replace(
        reading,
        claims=(*before, *told, *behind),
        named=tuple(claim for claim in reading.named if claim.line != number or mine or claim in silent),
        ignored=tuple(one for one in reading.ignored if one.line != number or not told),
        severity=strongest(reading.severity, *(claim.severity for claim in told)),
    )


def _may_wish(reading: Reading, told: Told) -> bool:
    """Return whether a wish may be filled in: one that was stated, or refused, is the customer's own."""
    return not reading.remedies and told.remedy not in reading.refused_remedies


def _raised(claim: ReadClaim, severity: str) -> ReadClaim:
    if strongest(claim.severity, severity) == claim.severity:
        return claim
    return _marked(replace(claim, severity=severity), f"severity={severity}")


def _filled(
    claims: Sequence[ReadClaim], told: Sequence[Told], orders: Sequence[Order]
) -> tuple[list[ReadClaim], list[Told]]:
    """Fill open claims, and return what fitted none; a problem without item fills the only claim it fits."""
    left = [one for one in told if one.line_no is not None or _places(claims, one, orders) < 2]
    done, unsure = [], [one for one in told if one not in left]
    for claim in claims:
        fits = [one for one in left if is_open(claim) and _agrees(claim, one, orders)]
        best = max(fits, key=lambda one: (one.line_no == claim.line_no, one.problem in claim.problems), default=None)
        if best is not None:
            left.remove(best)
            claim = _fill(claim, best, orders)
        done.append(claim)
    return done, left + unsure


def _places(claims: Sequence[ReadClaim], told: Told, orders: Sequence[Order]) -> int:
    return sum(is_open(claim) and _agrees(claim, told, orders) for claim in claims)


def _agrees(claim: ReadClaim, told: Told, orders: Sequence[Order]) -> bool:
    """Return whether nothing that was returned contradicts what was read: order, person, problem, item."""
    order = next((one for one in orders if one.order_no == told.order_no), None)
    if order is None and (told.order_no, told.line_no) != (None, None):
        return False
    if order is not None and not _of_order(claim, order):
        return False
    if told.problem is not None and claim.problems and told.problem not in claim.problems:
        return False
    if told.line_no is None or order is None:
        return True
    if claim.line_no is not None:
        return claim.line_no == told.line_no
    if claim.candidates:
        return (order.order_no, told.line_no) in claim.candidates
    return "sku" not in claim.evidence  # an item was named that is in none of the orders: that is asked


def _of_order(claim: ReadClaim, order: Order) -> bool:
    """Return whether a claim may be about an order: by its numbers, its buyer, and the items that could be meant."""
    if claim.order_no not in (None, order.order_no):
        return False
    if claim.pickup_no is not None and claim.pickup_no.lstrip("0") != order.participate_no.lstrip("0"):
        return False
    numbered = claim.order_no or claim.pickup_no  # in a line of several numbers a name may belong to another of them
    if not numbered and claim.customer not in (None, order.buyer_name):
        return False
    if claim.phone_tail is not None and order.buyer_phone and order.phone_tail != claim.phone_tail:
        return False
    return not claim.candidates or any(number == order.order_no for number, _ in claim.candidates)


def _fill(claim: ReadClaim, told: Told, orders: Sequence[Order]) -> ReadClaim:
    found = _line(orders, told.order_no, told.line_no)
    if claim.line_no is None and found is not None:
        after = replace(
            claim,
            order_no=told.order_no,
            line_no=told.line_no,
            sku=found.sku or None,
            candidates=(),
        )
        claim = _marked(replace(after, certain=True), f"item={told.order_no}#{told.line_no}")
    if not claim.problems and told.problem:
        claim = _marked(replace(claim, problems=(told.problem,)), f"problem={told.problem}")
    line = _line(orders, claim.order_no, claim.line_no)
    if claim.quantity is None and told.quantity is not None and _within(told.quantity, line):
        unit = line.unit if line and isinstance(told.quantity, Fraction) else None
        claim = _marked(replace(claim, quantity=told.quantity, unit=unit), f"quantity={told.quantity}")
    if claim.remedy is None and told.remedy:
        claim = _marked(replace(claim, remedy=told.remedy), f"remedy={told.remedy}")
    return claim


def _new(base: ReadClaim, told: Told, orders: Sequence[Order]) -> ReadClaim:
    """Return a claim where nothing was read; it is asked about where a problem needs an item and has none."""
    known = bool(base.order_no or base.pickup_no or base.phone_tail or base.customer)
    claim = _fill(replace(base, remedy=None, certain=True), told, orders)
    item = claim.line_no is not None or (len(orders) == 1 and not NEED_ITEM & set(claim.problems))
    return replace(claim, certain=item or (not orders and not known))


def _line(orders: Sequence[Order], order_no: str | None, line_no: int | None) -> OrderLine | None:
    lines = (line for order in orders if order.order_no == order_no for line in order.lines)
    return next((line for line in lines if line.line_no == line_no), None)


def _within(quantity: Fraction | str, line: OrderLine | None) -> bool:
    return isinstance(quantity, str) or line is None or quantity <= Fraction(str(line.quantity))


def _marked(claim: ReadClaim, what: str) -> ReadClaim:
    before = claim.evidence.get(MARK, "")
    return replace(claim, evidence={**claim.evidence, MARK: f"{before} {what}".strip()})
