"""The lines of tickets: one problem each, with its own wish, remedy, sum and state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, String, bindparam, delete, func, or_, select

from storage.database import Tx
from storage.prepared import Inserts, Prepared, Updates
from storage.seals import chain
from storage.tables import ticket_lines, tickets

GRANTED = ("approved", "goods_awaited", "owed", "done")
OWED = ("approved", "owed")  # what the business has to hand over now
OWING = (*OWED, "goods_awaited")  # granted and not ended
GOODS = ("resend", "exchange")  # remedies that are goods


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One problem of a ticket; money in 分; quantity and share are fractions as text, "" when unknown."""

    ticket_no: str
    line: int
    order_line_no: int | None
    item: str
    problem: str
    quantity: str
    unit: str
    share: str
    detail: str
    state: str
    wish: str
    wish_amount: int | None
    remedy: str
    amount: int
    coupon: int
    reason: str
    decided_by: str | None
    decided_at: datetime | None
    refund_due_at: datetime | None
    also: str = ""  # further problem codes of the same item
    heard_at: datetime | None = None  # when the message was written that its problem was read from
    paid_at: datetime | None = None  # when its money went out
    issued_at: datetime | None = None  # when its coupon was issued
    coupon_kind: str = ""  # the policy's coupon that was chosen
    coupon_code: str = ""  # what the customer was given, may stay "" when issued
    freight: int = 0  # 分 of `amount` that are the order's freight
    cause: str = ""  # code of the policy's causes, as an agent chose it

    @property
    def codes(self) -> tuple[str, ...]:
        """Return its problem types, the one that decides first."""
        return codes(self.problem, self.also)

    @property
    def money_owed(self) -> int:
        """Return the 分 that are to be paid now."""
        return self.amount if self.state in OWED and self.paid_at is None else 0

    @property
    def money_paid(self) -> int:
        """Return the 分 that went out."""
        return self.amount if self.state == "done" or (self.state in OWED and self.paid_at) else 0

    @property
    def goods_owed(self) -> bool:
        """Return whether goods are to be sent."""
        return self.state in OWED and self.remedy in GOODS

    @property
    def coupon_owed(self) -> int:
        """Return the value in 分 of the coupon that is to be issued."""
        return self.coupon if self.state in OWED and self.issued_at is None else 0

    @property
    def standing(self) -> str:
        """Return the state with what is owed: "owed_money", "owed_coupon", else the state alone."""
        if self.money_owed:
            return "owed_money"
        return "owed_coupon" if self.coupon_owed and not self.goods_owed else self.state


def codes(problem: str, also: str) -> tuple[str, ...]:
    """Return the problem types of a line's columns, the one that decides first."""
    return tuple(dict.fromkeys(filter(None, (problem, *also.split()))))


FIELDS = tuple(Line.__dataclass_fields__)
_OF_TICKET = Prepared(
    select(*(ticket_lines.c[name] for name in FIELDS))
    .where(ticket_lines.c.ticket_no == bindparam("ticket", type_=String))
    .order_by(ticket_lines.c.line)
)
_ON_ORDER = Prepared(
    select(*(ticket_lines.c[name] for name in FIELDS))
    .join(tickets, tickets.c.no == ticket_lines.c.ticket_no)
    .where(
        tickets.c.order_no == bindparam("order", type_=String),
        ticket_lines.c.state != "refused",
        ticket_lines.c.state != "withdrawn",
    )
    .order_by(ticket_lines.c.ticket_no, ticket_lines.c.line)
)


_LAST = Prepared(
    select(func.max(ticket_lines.c.line)).where(ticket_lines.c.ticket_no == bindparam("ticket", type_=String))
)
_ADD = Inserts(ticket_lines)
_CHANGE = Updates(ticket_lines, "ticket_no", "line")
_SEAL = Updates(ticket_lines, "ticket_no", "line")
_SEALED = Prepared(
    select(*(ticket_lines.c[name] for name in chain.LINE)).where(
        ticket_lines.c.ticket_no == bindparam("ticket", type_=String),
        ticket_lines.c.line == bindparam("number", type_=Integer),
    )
)
NO_TEXT = dict.fromkeys(("wish", "remedy", "reason", "also", "coupon_kind", "coupon_code", "cause"), "")
EMPTY = {**NO_TEXT, "amount": 0, "coupon": 0, "freight": 0}  # as the table fills them


def add(tx: Tx, ticket_no: str, *, number: int = 0, **values: Any) -> int:
    """Put a line to a ticket; return its number, the next one from 1 on if none is given."""
    if not number:
        last = _LAST.first(tx, ticket=ticket_no)
        number = ((last[0] if last else 0) or 0) + 1
    key = chain.key_of(tx)
    sealed = {"seal": chain.line_seal(key, ticket_no, number, {**EMPTY, **values})} if key else {}
    _ADD.run(tx, ticket_no=ticket_no, line=number, **values, **sealed)
    return number


def of_ticket(tx: Tx, ticket_no: str) -> list[Line]:
    """Return a ticket's lines in order."""
    return [Line(**dict(zip(FIELDS, row, strict=True))) for row in _OF_TICKET.rows(tx, ticket=ticket_no)]


def change(tx: Tx, ticket_no: str, line: int, **values: Any) -> None:
    """Set columns of a line."""
    _CHANGE.run(tx, ticket_no, line, **values)
    seal(tx, ticket_no, line)


def seal(tx: Tx, ticket_no: str, line: int) -> None:
    """Seal a line as it is now, under the key of the log."""
    key = chain.key_of(tx)
    row = _SEALED.first(tx, ticket=ticket_no, number=line) if key else None
    if row:
        values = dict(zip(chain.LINE, row, strict=True))
        _SEAL.run(tx, ticket_no, line, seal=chain.line_seal(key, ticket_no, line, values))


def remove(tx: Tx, ticket_no: str, line: int) -> None:
    """Delete a line that was never filed."""
    tx.execute(delete(ticket_lines).where(ticket_lines.c.ticket_no == ticket_no, ticket_lines.c.line == line))


def on_order(tx: Tx, order_no: str) -> list[Line]:
    """Return every line of every ticket on an order that was not refused or taken back: what is already claimed."""
    return [Line(**dict(zip(FIELDS, row, strict=True))) for row in _ON_ORDER.rows(tx, order=order_no)]


_GRANTED = Prepared(
    select(ticket_lines.c.order_line_no, func.sum(ticket_lines.c.amount), func.sum(ticket_lines.c.freight))
    .join(tickets, tickets.c.no == ticket_lines.c.ticket_no)
    .where(
        tickets.c.order_no == bindparam("order", type_=String),
        or_(*(ticket_lines.c.state == state for state in GRANTED)),
    )
    .group_by(ticket_lines.c.order_line_no)
)


def granted_by_line(tx: Tx, order_no: str) -> dict[int | None, tuple[int, int]]:
    """Return the 分 granted on each line of an order, freight included, and what of them is freight.

    None stands for what was granted on the order as a whole.
    """
    return {line_no: (int(amount), int(freight)) for line_no, amount, freight in _GRANTED.rows(tx, order=order_no)}
