"""What agents put right about a claim, kept with a reference to the messages that it was read from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import String, bindparam, or_, select

from storage.database import Tx
from storage.prepared import Inserts, Prepared
from storage.tables import (
    EPOCH,
    MILLISECOND,
    complainants,
    conversations,
    corrections,
    customers,
    inbox,
    orders,
    tickets,
)
from storage.tables import ticket_lines as lines
from storage.ticket_lines import GRANTED, Line, codes

SERIOUS = frozenset({"major", "safety"})
DECIDED = frozenset((*GRANTED, "refused"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One field put right by an agent: `line` None for the whole ticket; `messages` are keys of the inbox.

    Fields: problem (codes by spaces), item (number of the order's line), quantity ("2 盒"), severity; "" is unknown.
    """

    ticket_no: str
    line: int | None
    field: str
    was: str
    now: str
    messages: Sequence[str]
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A customer's message and what a person made of it; `at` is when it was written.

    `who` wrote it: a customer, whatever the conversation, else a conversation. `names` of the people it is about are
    not to be learned.
    """

    text: str
    codes: tuple[str, ...]  # problem types of all lines read from it, as they are now
    major: bool  # its ticket ended as major or safety
    corrected: bool  # an agent changed its problem types, or how serious its ticket is
    at: datetime
    who: str = ""
    names: tuple[str, ...] = ()


FIELDS = tuple(Correction.__dataclass_fields__)
_ADD = Inserts(corrections)
_OF_TICKET = Prepared(
    select(*(corrections.c[name] for name in FIELDS))
    .where(corrections.c.ticket_no == bindparam("ticket", type_=String))
    .order_by(corrections.c.id)
)


def add(tx: Tx, ticket_no: str, **values: Any) -> None:
    """Store a correction: the fields of `Correction`."""
    _ADD.run(tx, ticket_no=ticket_no, **values)


def of_ticket(tx: Tx, ticket_no: str) -> list[Correction]:
    """Return a ticket's corrections in the order they were made."""
    return [Correction(**dict(zip(FIELDS, row, strict=True))) for row in _OF_TICKET.rows(tx, ticket=ticket_no)]


def messages(tx: Tx, ticket_no: str, times: Iterable[datetime]) -> list[str]:
    """Return the keys of the messages that the parties of a ticket wrote at these times."""
    talks = select(complainants.c.conversation_id).where(complainants.c.ticket_no == ticket_no)
    query = select(inbox.c.key).where(
        inbox.c.conversation_id.in_(talks),
        inbox.c.at.in_(sorted(set(times))),
        inbox.c.text != "",
        inbox.c.kind != "tap",
    )
    return list(tx.execute(query.order_by(inbox.c.at, inbox.c.key)).scalars())


def examples(tx: Tx) -> list[Example]:
    """Return every real customer's message that led to lines which a person decided, the oldest first.

    Left out: sample orders and play without an order, claims entered by hand, messages of which a line is undecided,
    taken back, decided by the bot, or of no known problem type.
    """
    found: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for row in tx.execute(_LINES):
        found[row.ticket_no, _millisecond(row.heard_at)].append(row)
    first, parties = _first_read(tx), _parties(tx)
    told: dict[Example, list[str]] = defaultdict(list)
    for (ticket_no, _), rows in found.items():
        if all(map(_by_a_person, rows)):
            one, order = _example(rows, first), rows[0]
            if one.text and one.codes:  # 21-23号 is one line of a list, three tickets
                told[one] += [order.buyer_name or "", order.leader_name or "", *parties[ticket_no]]
    made = [replace(one, names=tuple(dict.fromkeys(filter(None, names)))) for one, names in told.items()]
    return sorted(made, key=lambda one: one.at)


_LINES = (
    select(
        lines.c.ticket_no, lines.c.line, lines.c.problem, lines.c.also, lines.c.heard_at, lines.c.state,
        lines.c.decided_by, tickets.c.severity, tickets.c.said, tickets.c.conversation_id, conversations.c.customer_id,
        orders.c.buyer_name, orders.c.leader_name,
    )
    .join(tickets, tickets.c.no == lines.c.ticket_no)
    .join(conversations, conversations.c.id == tickets.c.conversation_id)
    .outerjoin(orders, orders.c.order_no == tickets.c.order_no)
    .where(
        lines.c.heard_at.is_not(None),
        conversations.c.channel != "phone",
        or_(orders.c.sample.is_(False), orders.c.order_no.is_(None) & (conversations.c.channel != "sandbox")),
    )
    .order_by(lines.c.ticket_no, lines.c.line)
)  # fmt: skip


def value(line: Line, field: str) -> str:
    """Write what a line has of a field as a correction has it."""
    if field == "problem":
        return " ".join(line.codes)
    if field == "item":
        return "" if line.order_line_no is None else str(line.order_line_no)
    return f"{line.quantity} {line.unit}".strip()


def as_read(tx: Tx, ticket_no: str) -> dict[int, dict[str, str]]:
    """Return what the bot had read of each corrected line: by its number, the fields that were put right."""
    first: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for one in of_ticket(tx, ticket_no):
        if one.line is not None:
            first[one.line].setdefault(one.field, one.was)
    return dict(first)


def _millisecond(when: datetime) -> int:
    return (when - EPOCH) // MILLISECOND


def _by_a_person(row: Any) -> bool:
    return row.state in DECIDED and (row.decided_by or "").startswith("agent:")


def _first_read(tx: Tx) -> Mapping[tuple[str, int | None], str]:
    """Return what the bot had read where an agent put it right: problem codes by line, severity by None."""
    query = select(corrections.c.ticket_no, corrections.c.line, corrections.c.was).where(
        corrections.c.field.in_(("problem", "severity"))
    )
    first: dict[tuple[str, int | None], str] = {}
    for row in tx.execute(query.order_by(corrections.c.id)):
        first.setdefault((row.ticket_no, row.line), row.was)
    return first


def _parties(tx: Tx) -> Mapping[str, list[str]]:
    """Return by ticket what its complainants are called, by their accounts and by their orders."""
    query = (
        select(complainants.c.ticket_no, conversations.c.name, customers.c.name.label("customer"))
        .join(conversations, conversations.c.id == complainants.c.conversation_id)
        .outerjoin(customers, customers.c.id == conversations.c.customer_id)
    )
    names: defaultdict[str, list[str]] = defaultdict(list)
    for row in tx.execute(query):
        names[row.ticket_no] += [row.name, row.customer or ""]
    return names


def _example(rows: Sequence[Any], first: Mapping[tuple[str, int | None], str]) -> Example:
    one = rows[0]
    final = [" ".join(codes(row.problem, row.also)) for row in rows]
    read = [first.get((row.ticket_no, row.line), now) for row, now in zip(rows, final, strict=True)]
    spoken = [text for at, text in one.said if _millisecond(datetime.fromisoformat(at)) == _millisecond(one.heard_at)]
    return Example(
        text="\n".join(spoken),
        codes=tuple(dict.fromkeys(code for line in final for code in line.split())),
        major=one.severity in SERIOUS,
        corrected=read != final or first.get((one.ticket_no, None), one.severity) != one.severity,
        at=one.heard_at,
        who=f"talk {one.conversation_id}" if one.customer_id is None else f"customer {one.customer_id}",
    )
