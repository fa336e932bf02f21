"""Whose rows are whose: the accounts, orders and tickets of the person behind one account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, or_, select

from storage.database import Tx
from storage.tables import (
    clocks,
    conversations,
    customers,
    events,
    evidence,
    inbox,
    leaders,
    order_lines,
    orders,
    payments,
    shipments,
    ticket_lines,
    tickets,
)

STAFF = "agent:"  # how the actor of a step begins that an agent did

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person as the rows know them: conversations and tickets by number, the phone of their orders."""

    conversations: tuple[int, ...]
    accounts: tuple[tuple[str, str], ...]  # channel and account, in the order of the conversations
    customer_id: int | None
    phone: str
    orders: tuple[str, ...]
    tickets: tuple[str, ...]
    leader: str  # the name of a leader who still has sites; "" for a customer


def of_account(tx: Tx, channel: str, account: str) -> Person | None:
    """Return the person behind an account; None for an account that never wrote."""
    here = select(conversations).where(conversations.c.channel == channel, conversations.c.account == account)
    one = tx.execute(here).mappings().first()
    if one is None:
        return None
    customer, phone, whole = one["customer_id"], "", [one]
    if customer is not None:
        theirs = select(conversations).where(conversations.c.customer_id == customer)
        whole = list(tx.execute(theirs.order_by(conversations.c.id)).mappings())
        known = tx.execute(select(customers).where(customers.c.id == customer)).mappings().one()
        phone = str(known["phone"])
        numbers = select(orders.c.order_no).where(orders.c.buyer_phone == phone, orders.c.sample == known["sample"])
    bought = tuple(tx.execute(numbers.order_by(orders.c.order_no)).scalars()) if phone else ()
    ids = [row["id"] for row in whole]
    mine = (
        or_(tickets.c.conversation_id.in_(ids), tickets.c.customer_id == customer)
        if customer is not None
        else (tickets.c.conversation_id.in_(ids))
    )
    return Person(
        conversations=tuple(ids),
        accounts=tuple((row["channel"], row["account"]) for row in whole),
        customer_id=customer,
        phone=phone,
        orders=bought,
        tickets=tuple(tx.execute(select(tickets.c.no).where(mine).order_by(tickets.c.created_at)).scalars()),
        leader=_leader(tx, whole),
    )


def _leader(tx: Tx, whole: Sequence[Any]) -> str:
    ids = [row["leader_id"] for row in whole if row["leader_id"] is not None]
    named = select(leaders.c.name).where(leaders.c.id.in_(ids), leaders.c.removed_at.is_(None)).limit(1)
    return str(tx.execute(named).scalar() or "") if ids else ""


def _rows(tx: Tx, table: Table, column: str, values: Sequence[Any], *but: str) -> list[dict[str, Any]]:
    query = select(*(c for c in table.columns if c.name not in but)).where(table.c[column].in_(list(values)))
    return [dict(row) for row in tx.execute(query.order_by(*table.primary_key)).mappings()]


def gathered(tx: Tx, person: Person) -> dict[str, Any]:
    """Return all that is stored of a person, by table; agents are named by their part alone."""
    internal = ("head", "version", "rank", "claim_id", "policy_hash", "owner_id", "owner_name", "warnings")
    steps = _rows(tx, events, "ticket_no", person.tickets, "chain")
    return {
        "accounts": [{"channel": channel, "account": account} for channel, account in person.accounts],
        "phone": person.phone,
        "conversations": _rows(tx, conversations, "id", person.conversations),
        "messages": _rows(tx, inbox, "conversation_id", person.conversations),
        "orders": _rows(tx, orders, "order_no", person.orders, "order_key"),
        "order_lines": _rows(tx, order_lines, "order_no", person.orders),
        "tickets": _rows(tx, tickets, "no", person.tickets, *internal),
        "ticket_lines": _rows(tx, ticket_lines, "ticket_no", person.tickets, "seal", "decided_by"),
        "shipments": _rows(tx, shipments, "ticket_no", person.tickets),
        "clocks": _rows(tx, clocks, "ticket_no", person.tickets),
        "payments": _rows(tx, payments, "ticket_no", person.tickets, "actor"),
        "steps": [_unnamed(step) for step in steps if step["kind"] != "noted"],  # what agents note among themselves
        "evidence": evidence_of(tx, person),
    }


def evidence_of(tx: Tx, person: Person) -> list[dict[str, Any]]:
    """Return the files that a person sent, and those in their tickets."""
    mine = or_(evidence.c.conversation_id.in_(person.conversations), evidence.c.ticket_no.in_(person.tickets))
    query = select(evidence).where(mine, evidence.c.side == "customer").order_by(evidence.c.id)
    return [dict(row) for row in tx.execute(query).mappings()]


def _unnamed(step: Row) -> dict[str, Any]:
    if not str(step["actor"]).startswith(STAFF):
        return dict(step)
    return {**step, "actor": "agent", "data": {name: value for name, value in step["data"].items() if name != "name"}}
