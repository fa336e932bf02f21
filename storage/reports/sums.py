"""Sums of a period: orders by what they hold, and what the ledger of costs booked."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, cast, func, select

from storage.database import Tx
from storage.reports.period import Period
from storage.reports.rows import all_, bought_by, goods
from storage.tables import costs, leader_sites, leaders, order_lines, orders, staff, ticket_lines, tickets

COLUMNS = {"supplier": "supplier", "carrier": "carrier", "lot": "lot_no", "item": "item"}  # of order lines


@dataclass(frozen=True, slots=True)
class CostRow:
    """What was booked of one kind in a period, in 分, by what it was booked for; what came back is below 0.

    Its fields are in the order of `costs_of`.
    """

    kind: str
    owner_id: str
    site_no: str
    actor: str  # who booked it
    problem: str
    cause: str
    item: str
    supplier: str
    carrier: str
    lot: str
    amount: int


def costs_of(tx: Tx, period: Period) -> list[CostRow]:
    """Return what the ledger booked in a period, whenever the tickets began."""
    bought, line = order_lines.alias("bought"), ticket_lines.c
    of_ticket = (
        func.coalesce(tickets.c.owner_id, "").label("owner_id"),
        tickets.c.site_no,
        costs.c.actor,
    )
    of_line = (
        func.coalesce(line.problem, "").label("problem"), func.coalesce(line.cause, "").label("cause"), *goods(bought)
    )  # fmt: skip
    rows = (
        select(costs.c.kind, *of_ticket, *of_line, costs.c.amount)
        .select_from(costs)
        .join(tickets, tickets.c.no == costs.c.ticket_no)
        .outerjoin(ticket_lines, (line.ticket_no == costs.c.ticket_no) & (line.line == costs.c.line))
        .outerjoin(bought, bought_by(bought))
        .where(period.desks, period.holds(costs.c.at))
        .subquery()
    )
    by = [column for column in rows.c if column.name != "amount"]
    query = select(*by, cast(func.sum(rows.c.amount), BigInteger)).group_by(*by)
    return [CostRow(*row) for row in all_(tx, query)]


def orders_of(tx: Tx, period: Period) -> int:
    """Count the orders of a period."""
    return int(tx.execute(select(func.count()).select_from(orders).where(period.orders)).scalar_one())


def orders_by(tx: Tx, period: Period, name: str) -> dict[str, int]:
    """Count the orders of a period by site, supplier, carrier, lot or item; an order may count for several."""
    if name == "site":
        query = select(orders.c.site_no, func.count()).where(period.orders).group_by(orders.c.site_no)
    else:
        column = order_lines.c[COLUMNS[name]]
        query = select(column, func.count(orders.c.order_no.distinct())).join_from(
            orders, order_lines, order_lines.c.order_no == orders.c.order_no
        )
        query = query.where(period.orders).group_by(column)
    return {key: int(count) for key, count in tx.execute(query)}


def agents(tx: Tx) -> dict[str, str]:
    """Return the names of the agents by their user ids."""
    rows = tx.execute(select(staff.c.user_id, staff.c.name).order_by(staff.c.seen_at))
    return {row.user_id: row.name for row in rows}


def leaders_by_site(tx: Tx, period: Period) -> dict[str, str]:
    """Return the names of the leaders of each site."""
    query = select(leader_sites.c.site_no, leaders.c.name).join(leaders, leaders.c.id == leader_sites.c.leader_id)
    found: dict[str, str] = {}
    still = (leaders.c.removed_at.is_(None), leaders.c.sample.is_(period.sample))
    for site, name in tx.execute(query.where(*still).order_by(leaders.c.id)):
        found[site] = f"{found[site]} {name}" if site in found else name
    return found
