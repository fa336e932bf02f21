"""What suppliers and carriers answer for: decided lines by the cause that was chosen, with what they cost."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, func, or_, select, true

from storage.database import Tx
from storage.evidence import REPLACED
from storage.money.costs import RECOVERY
from storage.tables import costs, evidence, order_lines, orders, ticket_lines, tickets
from storage.ticket_lines import Line

PARTIES = ("supplier", "carrier")
GOODS = ("sku", "item", "spec", "unit", "lot_no")


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A supplier or carrier of real orders; `samples`: of the sandbox's as well."""

    kind: str
    name: str
    samples: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """One line that a supplier or carrier answers for; nothing in it tells of a customer.

    `bought` are the quantity of the order line, its sku, item, spec, unit and lot_no; empty for a whole order. `spent`
    are the 分 by kind of cost, `recovered` those that came back already.
    """

    line: Line
    site_no: str
    delivered_at: datetime | None
    bought: Mapping[str, Any]
    spent: Mapping[str, int]
    recovered: int

    @property
    def open(self) -> int:
        """分 that were spent and did not come back."""
        return sum(self.spent.values()) - self.recovered


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A photo of a ticket: where it is kept, the hash of what was received, and when."""

    ticket_no: str
    media_key: str
    sha256: str
    at: datetime


def _real(samples: bool) -> Any:
    return true() if samples else orders.c.sample.is_(False)


def names(tx: Tx, *, samples: bool) -> dict[str, set[str]]:
    """Return the suppliers and the carriers on real orders; `samples`: on the sandbox's as well."""
    found = {}
    for party in PARTIES:
        column = order_lines.c[party]
        query = select(column).join(orders, orders.c.order_no == order_lines.c.order_no)
        found[party] = set(tx.execute(query.where(_real(samples), column != "").distinct()).scalars())
    return found


def _answers(party: str, name: str) -> Any:
    """Hold a query over ticket lines and orders to goods of one party; of a whole order all have to be."""
    column = order_lines.c[party]
    own = (
        select(order_lines.c.line_no).where(order_lines.c.order_no == orders.c.order_no).correlate(orders, ticket_lines)
    )
    named = ticket_lines.c.order_line_no
    return or_(
        exists(own.where(order_lines.c.line_no == named, column == name)),
        and_(named.is_(None), exists(own.where(column == name)), ~exists(own.where(column != name))),
    )


def _decided(of: Side, first: datetime, end: datetime) -> Any:
    line = ticket_lines.c
    within = (line.decided_at >= first, line.decided_at < end, line.state.not_in(("open", "offered", "withdrawn")))
    return and_(_real(of.samples), *within, _answers(of.kind, of.name))


def without_cause(tx: Tx, of: Side, first: datetime, end: datetime) -> int:
    """Count the lines on goods of a supplier or carrier, decided in a period, whose cause nobody has chosen."""
    query = select(func.count()).select_from(ticket_lines).join(tickets, tickets.c.no == ticket_lines.c.ticket_no)
    query = query.join(orders, orders.c.order_no == tickets.c.order_no)
    return int(tx.execute(query.where(_decided(of, first, end), ticket_lines.c.cause == "")).scalar_one())


def charged(tx: Tx, of: Side, causes: Collection[str], first: datetime, end: datetime) -> list[Charged]:
    """Return the lines decided from `first` until before `end` whose cause is one of these, as they were decided."""
    line = ticket_lines.c
    bought = and_(order_lines.c.order_no == orders.c.order_no, order_lines.c.line_no == line.order_line_no)
    about = [order_lines.c[field].label(f"of_{field}") for field in (*GOODS, "quantity")]
    query = (
        select(*line, orders.c.site_no, orders.c.delivered_at, *about)
        .select_from(ticket_lines)
        .join(tickets, tickets.c.no == line.ticket_no)
        .join(orders, orders.c.order_no == tickets.c.order_no)
        .outerjoin(order_lines, bought)
        .where(_decided(of, first, end), line.cause.in_(sorted(causes)))
        .order_by(line.decided_at, line.ticket_no, line.line)
    )
    found = []
    for row in tx.execute(query).mappings().all():
        one = Line(**{field: row[field] for field in Line.__dataclass_fields__})
        spent = _spent(tx, one)
        found.append(
            Charged(
                line=one,
                site_no=row["site_no"],
                delivered_at=row["delivered_at"],
                bought={field: row[f"of_{field}"] for field in (*GOODS, "quantity") if row[f"of_{field}"] is not None},
                recovered=-spent.pop(RECOVERY, 0),
                spent={kind: amount for kind, amount in spent.items() if amount},
            )
        )
    return found


def _spent(tx: Tx, line: Line) -> dict[str, int]:
    where = (costs.c.ticket_no == line.ticket_no, costs.c.line == line.line)
    query = select(costs.c.kind, func.sum(costs.c.amount)).where(*where).group_by(costs.c.kind)
    return {kind: int(amount) for kind, amount in tx.execute(query)}


def proofs(tx: Tx, ticket_no: str) -> list[Proof]:
    """Return the photos of a ticket that may be shown outside: not those of somebody's health."""
    of = evidence.c
    query = select(of.ticket_no, of.media_key, of.sha256, of.at).where(
        of.ticket_no == ticket_no, of.kind == "photo", of.side == "customer", of.state == "stored",
        of.restricted.is_(False), of.media_key != "", of.verdict != REPLACED,
    )  # fmt: skip
    return [Proof(**row) for row in tx.execute(query.order_by(of.at, of.id)).mappings()]
