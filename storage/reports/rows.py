"""The tickets of a period, their lines and their ratings, row by row, as they stand now."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, and_, case, cast, exists, func, or_, select

from storage.database import Tx
from storage.reports.period import BEGUN, Period
from storage.tables import clocks, conversations, events, inbox, order_lines, ticket_lines, tickets

WRITTEN = ("text", "media", "tap", "start", "sticker", "other")  # what a person sends, not what comes back by itself
STEPS = {"decided": ("decided", "resolved"), "resolved": ("resolved",), "appealed": ("appealed",),
         "reopened": ("reopened", "appealed")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket, its fields in the order of `tickets_of`.

    `begun`: filed, or else called for; `due`: until when a decision was promised at first; `complains`: whether the
    customer says one of the words that were asked for. Of its log: when it was first `decided`, `resolved`, `appealed`,
    and `reopened` or appealed.
    """

    no: str
    state: str
    owner_id: str | None
    site_no: str
    order_no: str | None
    reported_at: datetime
    filed_at: datetime | None
    answered_at: datetime | None
    begun: datetime
    due: datetime | None
    complains: bool
    decided: datetime | None
    resolved: datetime | None
    appealed: datetime | None
    reopened: datetime | None


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of a ticket with what is known of the goods; of a whole order what all its goods have in common.

    Its fields are in the order of `lines_of`.
    """

    ticket_no: str
    line: int
    state: str
    problem: str
    also: str
    cause: str
    decided_by: str
    item: str
    supplier: str
    carrier: str
    lot: str


def all_(tx: Tx, query: Any) -> Sequence[Sequence[Any]]:
    """Return every row of a query."""
    return tx.execute(query).all()


def tickets_of(tx: Tx, period: Period, words: Collection[str]) -> list[TicketRow]:
    """Return the tickets that began in a period, the first begun first; `words` are those of a complaint."""
    said = func.lower(cast(tickets.c.said, Text))
    complains = or_(*(said.contains(word, autoescape=True) for word in words))
    steps = _steps(period)
    names = ("no", "state", "owner_id", "site_no", "order_no", "reported_at", "filed_at", "answered_at")
    query = (
        select(
            *(tickets.c[name] for name in names),
            BEGUN.label("begun"),
            clocks.c.first_due_at.label("due"),
            complains.label("complains"),
            *(steps.c[name] for name in STEPS),
        )
        .select_from(tickets)
        .outerjoin(clocks, and_(clocks.c.ticket_no == tickets.c.no, clocks.c.name == "decision_due"))
        .outerjoin(steps, steps.c.ticket_no == tickets.c.no)
        .where(period.tickets)
        .order_by(BEGUN, tickets.c.no)
    )
    return [TicketRow(*row) for row in all_(tx, query)]


def _steps(period: Period) -> Any:
    """Select when the steps of a ticket that count were first taken."""
    kinds = sorted({kind for each in STEPS.values() for kind in each})
    first = [func.min(case((events.c.kind.in_(each), events.c.at))).label(name) for name, each in STEPS.items()]
    query = select(events.c.ticket_no, *first).join(tickets, tickets.c.no == events.c.ticket_no)
    return query.where(period.tickets, events.c.kind.in_(kinds)).group_by(events.c.ticket_no).subquery()


def lines_of(tx: Tx, period: Period) -> list[LineRow]:
    """Return the lines of the tickets that began in a period."""
    line, bought = ticket_lines.c, order_lines.alias("bought")
    query = (
        select(
            line.ticket_no, line.line, line.state, line.problem, line.also, line.cause,
            func.coalesce(line.decided_by, "").label("decided_by"), *goods(bought),
        )
        .select_from(ticket_lines)
        .join(tickets, tickets.c.no == line.ticket_no)
        .outerjoin(bought, bought_by(bought))
        .where(period.tickets)
        .order_by(line.ticket_no, line.line)
    )  # fmt: skip
    return [LineRow(*row) for row in all_(tx, query)]


def bought_by(bought: Any) -> Any:
    """Return the condition that an order line is the one that a ticket line is about."""
    return and_(bought.c.order_no == tickets.c.order_no, bought.c.line_no == ticket_lines.c.order_line_no)


def goods(bought: Any) -> list[Any]:
    """Return the columns item, supplier, carrier and lot of a ticket line."""
    item = func.coalesce(bought.c.item, ticket_lines.c.item, "").label("item")
    return [item, *(_of_goods(bought, name).label(label) for name, label in
                    (("supplier", "supplier"), ("carrier", "carrier"), ("lot_no", "lot")))]  # fmt: skip


def _of_goods(bought: Any, name: str) -> Any:
    """Return a column of the order line; of a ticket line about the whole order what its goods have in common."""
    own = order_lines.c[name]
    common = select(case((func.min(own) == func.max(own), func.min(own)), else_="")).where(
        order_lines.c.order_no == tickets.c.order_no
    )
    whole = ticket_lines.c.order_line_no.is_(None)
    found = case((whole, common.correlate(tickets).scalar_subquery()), else_=bought.c[name])
    return func.coalesce(found, "")


def ratings(tx: Tx, period: Period) -> dict[tuple[str, str], int]:
    """Return the last score, 5 to 1, by ticket and by who gave it, for the tickets that began in a period."""
    query = select(events.c.ticket_no, events.c.actor, events.c.data).join(tickets, tickets.c.no == events.c.ticket_no)
    rows = tx.execute(query.where(period.tickets, events.c.kind == "rated").order_by(events.c.id))
    return {(ticket_no, actor): int(data["score"]) for ticket_no, actor, data in rows}


def others_on_order(tx: Tx, period: Period) -> list[tuple[str, datetime]]:
    """Return, for each ticket that began in a period, when other tickets on the same order began."""
    other = tickets.alias("other")
    same = and_(other.c.order_no == tickets.c.order_no, other.c.no != tickets.c.no)
    query = select(tickets.c.no, func.coalesce(other.c.filed_at, other.c.created_at)).join(other, same)
    return [(no, at) for no, at in tx.execute(query.where(period.tickets))]


def messages(tx: Tx, period: Period) -> tuple[int, int]:
    """Count the messages in which claims were told, from the first until filed, and those claims.

    A message that told several claims, as a leader's list does, counts once. Without claims that agents filed.
    """
    told = and_(
        inbox.c.conversation_id == tickets.c.conversation_id,
        inbox.c.at.between(tickets.c.reported_at, tickets.c.filed_at),
        inbox.c.kind.in_(WRITTEN),
    )
    by_chat = exists().where(conversations.c.id == tickets.c.conversation_id, conversations.c.channel != "phone")
    query = select(func.count(inbox.c.key.distinct()), func.count(tickets.c.no.distinct())).join_from(
        tickets, inbox, told
    )
    row = tx.execute(query.where(period.tickets, tickets.c.filed_at.is_not(None), by_chat)).one()
    return int(row[0]), int(row[1])
