"""A leader's settlement: every line decided in a period at the leader's sites, with what is paid and owed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from handlers.claims import leader_phrases
from handlers.claims.voice import Voice
from handlers.messages.phone_numbers import masked
from handlers.policy import calendar
from handlers.policy.policy import Policy
from handlers.tickets import root_causes
from storage import sites
from storage.database import Tx
from storage.people import Leader
from storage.sites import Decided
from storage.ticket_lines import OWING

DAY = timedelta(days=1)
COLUMNS = (
    "date", "ticket", "site", "activity", "pickup", "order", "buyer", "phone", "item", "quantity", "remedy", "sum",
    "coupon", "state", "paid", "owed", "cause",
)  # fmt: skip
MONEY = frozenset({"sum", "coupon", "paid", "owed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One decided line; sums in 分, `phone` masked, `cause` the leader's part in it as agents named it."""

    date: date
    ticket: str
    site: str
    activity: str
    pickup: str
    order: str
    buyer: str
    phone: str
    item: str
    quantity: str
    remedy: str
    sum: int
    coupon: int
    state: str
    paid: int
    owed: int
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A settlement from `first` to `last`, both days included."""

    leader: str
    sites: tuple[str, ...]
    first: date
    last: date
    rows: tuple[Row, ...]

    def total(self, column: str) -> int:
        """Return the sum of a column of money, in 分."""
        return sum(getattr(row, column) for row in self.rows)


def sheet(tx: Tx, leader: Leader, first: date, last: date, voice: Voice) -> Sheet:
    """Return a leader's decided lines; days begin at midnight in the business's time zone."""
    zone = calendar.zone(voice.policy)
    begins, ends = (datetime.combine(day, time(), zone) for day in (first, last + DAY))
    rows = tuple(_row(tx, one, voice, voice.policy) for one in sites.decided(tx, leader.id, begins, ends))
    return Sheet(leader=leader.name, sites=leader.sites, first=first, last=last, rows=rows)


def _row(tx: Tx, one: Decided, voice: Voice, policy: Policy) -> Row:
    line = one.line
    assert line.decided_at, "the query gives decided lines only"
    amount, coupon = (0, 0) if line.state == "refused" else (line.amount, line.coupon)
    return Row(
        date=line.decided_at.astimezone(calendar.zone(policy)).date(),
        ticket=line.ticket_no,
        site=one.site_no,
        activity=one.activity_no,
        pickup=one.participate_no,
        order=one.order_no,
        buyer=one.buyer_name,
        phone=masked(one.buyer_phone),
        item=one.bought or line.item,
        quantity=leader_phrases.quantity(line),
        remedy=voice.remedy(line.remedy) if line.remedy else "",
        sum=amount,
        coupon=coupon,
        state=voice.say(f"leader.line_{line.standing}"),
        paid=line.money_paid,
        owed=amount - line.money_paid if line.state in OWING else 0,
        cause=root_causes.of_line(tx, line, policy),
    )


def month(today: date, *, before: bool = False) -> tuple[date, date]:
    """Return this month up to today, or the whole month before."""
    first = today.replace(day=1)
    if not before:
        return first, today
    last = first - DAY
    return last.replace(day=1), last
