"""Orders and their lines as they were imported."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, bindparam, func, or_, select

from storage.database import Tx
from storage.prepared import Prepared
from storage.tables import order_lines, orders


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One item of an order; money in 分, `paid` is the line's total, quantity in `unit`."""

    line_no: int
    item: str
    quantity: float
    paid: int
    sku: str = ""
    spec: str = ""
    unit: str = ""
    unit_price: int | None = None
    lot_no: str = ""
    supplier: str = ""
    carrier: str = ""
    tags: tuple[str, ...] = ()
    refund_status: str = ""  # none, refunding, part_refunded, refunded; "" when the order system does not say
    refunded: int | None = None  # 分 that the order system gave back itself
    discount: int = 0  # 分 of the order's discounts that this line bears; `paid` is what is left

    @property
    def back(self) -> int:
        """分 of what was paid that went back already."""
        whole = self.refund_status == "refunded" and not self.refunded
        return self.paid if whole else min(self.paid, self.refunded or 0)

    @property
    def unclear(self) -> bool:
        """Whether a part went or goes back of which the order system tells no sum."""
        return self.refund_status in ("part_refunded", "refunding") and not self.back


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order with all its lines; times are aware.

    `buyer_phone`: a whole number, one with an extension (13911118812-1234), or a masked one (138****2231).
    """

    order_no: str
    lines: tuple[OrderLine, ...]
    activity_no: str = ""
    participate_no: str = ""
    site_no: str = ""
    leader_name: str = ""
    buyer_name: str = ""
    buyer_phone: str = ""
    placed_at: datetime | None = None
    promised_at: datetime | None = None
    delivered_at: datetime | None = None
    order_status: str = ""  # live, cancelled, unpaid; "" when the order system does not say
    shared_paid: int = 0  # 分 paid for all lines together, where no line has a sum of its own
    freight: int = 0  # 分 paid for carriage, in no line's sum
    sample: bool = False

    @property
    def phone_tail(self) -> str:
        """The last four digits of the phone, which prove the order."""
        return tail_of(self.buyer_phone)

    @property
    def buyer_key(self) -> str:
        """The phone where it is this buyer's alone; many share the digits that a mask leaves."""
        return "" if "*" in self.buyer_phone else self.buyer_phone

    @property
    def void(self) -> bool:
        """Whether nothing is left to give back, whatever was paid once."""
        return self.order_status in VOID

    def left(self, line_no: int | None = None) -> int:
        """Return the 分 of a line, or of the whole order, that the order system has not given back."""
        meant = [line for line in self.lines if line_no in (None, line.line_no)]
        if self.void:
            return 0
        if self.shared_paid and not all(line.refund_status == "refunded" for line in meant):
            return max(0, self.shared_paid - sum(line.refunded or 0 for line in self.lines))
        return sum(line.paid - line.back for line in meant)


SANDBOX = "sandbox"  # the channel and the desk that see sample rows, and nothing else
EXTENDED = re.compile(r"[0-9]{10,12}-[0-9]{1,6}")
VOID = ("cancelled", "unpaid")
LINE_FIELDS = tuple(OrderLine.__dataclass_fields__)
ORDER_FIELDS = tuple(name for name in Order.__dataclass_fields__ if name != "lines")

# what "newest" and "since" go by
MOMENT: ColumnElement[Any] = func.coalesce(
    orders.c.delivered_at, orders.c.promised_at, orders.c.placed_at, orders.c.imported_at
)


def order_key(number: str) -> str:
    """Reduce an order number to what people copy faithfully: letters and digits, upper case, half width."""
    plain = number.replace("-", "")
    if plain.isascii() and plain.isalnum():
        return plain.upper()
    return "".join(char for char in unicodedata.normalize("NFKC", number) if char.isalnum()).upper()


def pickup_key(number: str) -> str:
    """Reduce a pickup number the same way; "０３号" is "3"."""
    key = order_key(number).removesuffix("号")
    return key.lstrip("0") or "0" if key.isdecimal() else key


def phone_digits(text: str) -> str:
    """Return the digits of a phone number, without the country code of mainland mobiles."""
    digits = "".join(char for char in unicodedata.normalize("NFKC", text) if "0" <= char <= "9")
    national = digits[-11:]
    return national if digits in (f"86{national}", f"0086{national}") and national.startswith("1") else digits


def tail_of(phone: str) -> str:
    """Return the last four digits of a stored phone; an extension is no part of them."""
    return phone.partition("-")[0][-4:] if "-" in phone else phone[-4:]


def sampled(place: str) -> bool:
    """Return whether a channel or desk sees the invented rows of the sandbox; every other sees the real ones alone."""
    return place == SANDBOX


def by_number(tx: Tx, number: str, *, sample: bool) -> Order | None:
    """Find an order by its exact number, blind to case, width and separators.

    `sample`: whether the invented orders of the sandbox are meant or the real ones (here and below).
    """
    key = order_key(number)
    found = _known(tx, _BY_KEY.rows(tx, key=key), sample=sample) if key else []
    return found[0] if found else None


def proves(order: Order, phone_tail: str) -> bool:
    """Return whether these are the last four digits of the buyer's phone, in whatever width they are written."""
    tail = _tail(phone_tail)
    return bool(tail) and order.phone_tail == tail


def by_pickup(
    tx: Tx, participate_no: str, phone_tail: str, *, sample: bool, among: Collection[str] | None = None
) -> list[Order]:
    """Find orders by pickup number and the phone's last four digits, newest first; both are the proof.

    `among`: only these orders count.
    """
    number, tail = pickup_key(participate_no), _tail(phone_tail)
    if not tail or not order_key(participate_no):
        return []
    found = [row for row in _BY_PICKUP.rows(tx, number=number, tail=tail) if among is None or row[0] in among]
    return _known(tx, found, sample=sample)


def of_buyer(tx: Tx, phone: str, *, sample: bool, limit: int = 20) -> list[Order]:
    """Return the newest orders of the buyer with this whole phone number."""
    digits = _stored_phone(phone)
    return _known(tx, _OF_BUYER.rows(tx, phone=digits), sample=sample)[:limit] if digits else []


def of_sites(
    tx: Tx, sites: Collection[str], participate_nos: Collection[str] | None, *, since: datetime, sample: bool
) -> list[Order]:
    """Return the orders of pickup sites since a time (of delivery, else promise, else purchase), newest first.

    `participate_nos`: only these pickup numbers; None for all.
    """
    where = [orders.c.site_no.in_(list(sites)), since <= MOMENT]
    if participate_nos is not None:
        where.append(orders.c.participate_no.in_([pickup_key(number) for number in participate_nos]))
    return _find(tx, *where, sample=sample)


def at_sites(
    tx: Tx,
    sites: Collection[str],
    *,
    participate_nos: Collection[str] = (),
    names: Collection[str] = (),
    tails: Collection[str] = (),
    numbers: Collection[str] = (),
    since: datetime,
    sample: bool,
) -> list[Order]:
    """Return the orders of pickup sites since a time that have one of these pickup numbers, buyers, phone tails or
    order numbers, newest first; those of other sites cannot come out of it."""
    any_of = or_(
        orders.c.participate_no.in_(sorted(pickup_key(number) for number in participate_nos)),
        orders.c.buyer_name.in_(sorted(names)),
        orders.c.phone_tail.in_(sorted(tails)),
        orders.c.order_key.in_(sorted(order_key(number) for number in numbers)),
    )
    return _find(tx, orders.c.site_no.in_(sorted(sites)), since <= MOMENT, any_of, sample=sample)


def buyers_at(tx: Tx, sites: Collection[str], *, since: datetime, sample: bool) -> set[str]:
    """Return the names of those who ordered at pickup sites since a time."""
    here = (orders.c.site_no.in_(sorted(sites)), orders.c.sample.is_(sample), since <= MOMENT)
    query = select(orders.c.buyer_name).where(*here).distinct()
    return {name for (name,) in tx.execute(query) if name}


def known_sites(tx: Tx, sites: Collection[str], *, sample: bool) -> set[str]:
    """Return which of these sites occur on orders."""
    here = select(orders.c.site_no).where(orders.c.sample.is_(sample)).limit(1)
    return {site for site in sites if tx.execute(here.where(orders.c.site_no == site)).first()}


def none_yet(tx: Tx, *, sample: bool) -> bool:
    """Return whether there is not one order."""
    return tx.execute(select(orders.c.order_no).where(orders.c.sample.is_(sample)).limit(1)).first() is None


def near(tx: Tx, number: str, phone: str, *, sample: bool) -> list[Order]:
    """Return the buyer's own orders whose number is one slip away from the given one, newest first."""
    key, digits = order_key(number), _stored_phone(phone)
    if not key or not digits:
        return []
    known = tx.execute(select(orders.c.order_key).where(orders.c.buyer_phone == digits)).scalars()
    slips = [other for other in known if one_slip(key, other)]
    # the phone again, so that no caller can be handed another buyer's order
    here = orders.c.buyer_phone == digits
    return _find(tx, orders.c.order_key.in_(slips), here, sample=sample) if slips else []


def _stored_phone(text: str) -> str:
    return text if EXTENDED.fullmatch(text) else phone_digits(text)


def _tail(text: str) -> str:
    digits = phone_digits(text)
    return digits if len(digits) == 4 else ""


_HEADS = select(*(orders.c[name] for name in ORDER_FIELDS)).order_by(MOMENT.desc(), orders.c.order_no)
_BY_KEY = Prepared(_HEADS.where(orders.c.order_key == bindparam("key", type_=String)))
_BY_PICKUP = Prepared(
    _HEADS.where(
        orders.c.participate_no == bindparam("number", type_=String),
        orders.c.phone_tail == bindparam("tail", type_=String),
    )
)
_OF_BUYER = Prepared(_HEADS.where(orders.c.buyer_phone == bindparam("phone", type_=String)))
_LINES = Prepared(
    select(*(order_lines.c[name] for name in LINE_FIELDS))
    .where(order_lines.c.order_no == bindparam("number", type_=String))
    .order_by(order_lines.c.line_no)
)


def _find(tx: Tx, *where: ColumnElement[bool], sample: bool) -> list[Order]:
    """Return orders with their lines, newest first."""
    return _known(tx, [tuple(row) for row in tx.execute(_HEADS.where(*where))], sample=sample)


def _known(tx: Tx, rows: Sequence[Sequence[Any]], *, sample: bool) -> list[Order]:
    heads = [dict(zip(ORDER_FIELDS, row, strict=True)) for row in rows]
    for head in heads:
        head["sample"] = bool(head["sample"])
    return [Order(**head, lines=_lines(tx, head["order_no"])) for head in heads if head["sample"] == sample]


def _lines(tx: Tx, order_no: str) -> tuple[OrderLine, ...]:
    found = []
    for row in _LINES.rows(tx, number=order_no):
        values = dict(zip(LINE_FIELDS, row, strict=True))
        values["tags"] = tuple(values["tags"].split())
        found.append(OrderLine(**values))
    return tuple(found)


def one_slip(given: str, true: str) -> bool:
    """Return whether one key was hit wrongly: one replaced, two neighbours swapped, one missing or doubled."""
    if len(given) == len(true):
        wrong = [place for place, pair in enumerate(zip(given, true, strict=True)) if pair[0] != pair[1]]
        if len(wrong) == 2 and wrong[1] == wrong[0] + 1:
            return given[wrong[0] : wrong[1] + 1] == true[wrong[1]] + true[wrong[0]]
        return len(wrong) == 1
    if len(given) == len(true) - 1:
        return any(true[:place] + true[place + 1 :] == given for place in range(len(true)))
    doubled = (place for place in range(1, len(given)) if given[place] == given[place - 1])
    return len(given) == len(true) + 1 and any(given[:place] + given[place + 1 :] == true for place in doubled)
