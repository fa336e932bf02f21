"""The audit's own rows: from which event on the log is kept under a key, the register of tickets, daily anchors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from storage import ticket_lines
from storage.database import Tx, hold_table
from storage.seals import chain
from storage.tables import EPOCH, MILLISECOND, anchors, audit_keys, events, ticket_register, tickets
from storage.tables import ticket_lines as lines

SLOTS = 16  # of the register: more than who files at the same moment
ERASED = "erased"  # the kind of the step that says which steps lost their words


class Foreign(Exception):
    """The event log is kept under another SECRET_KEY: set that one, or if it is lost run claimdesk audit renew."""


class Gone(Exception):
    """The event log was kept under a key, and the rows that say so are gone; run claimdesk audit verify."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A day's seal over the heads of all tickets."""

    day: str
    events: int
    tickets: int
    seal: str


def kept_under(tx: Tx) -> str:
    """Return the fingerprint of the key that the log is kept under; "" for none."""
    newest = select(audit_keys.c.fingerprint).order_by(audit_keys.c.id.desc()).limit(1)
    return str(tx.execute(newest).scalar() or "")


def kept_since(tx: Tx) -> int:
    """Return the last event that was written before the present key; a number beyond all where there is none."""
    newest = select(audit_keys.c.since_event).order_by(audit_keys.c.id.desc()).limit(1)
    found = tx.execute(newest).scalar()
    return 1 << 63 if found is None else int(found)


def keep(tx: Tx, now: datetime, day: str, *, noted: str) -> str:
    """See to it that the log is kept under this transaction's key; return the key's fingerprint.

    `noted` is the fingerprint that was written down outside of the database, "" for none: only with it a log goes over
    to another key. Raises Foreign or Gone.
    """
    mine, known = chain.fingerprint(chain.key_of(tx)), kept_under(tx)
    if known == mine:
        return mine
    if not known and (noted or _traces(tx)):
        raise Gone
    if known and noted != known:
        raise Foreign
    _begin(tx, now, day)
    return mine


def _traces(tx: Tx) -> bool:
    sealed = select(lines.c.ticket_no).where(lines.c.seal != "")
    return any(tx.execute(query.limit(1)).first() for query in (select(anchors.c.id), select(ticket_register), sealed))


def _begin(tx: Tx, now: datetime, day: str) -> None:
    """Let the log go on under this key: what is there is sealed as it is."""
    key = chain.key_of(tx)
    hold_table(tx, events.name)
    since = _newest(tx)
    row = {"fingerprint": chain.fingerprint(key), "since_event": since, "at": now}
    tx.execute(audit_keys.insert().values(seal=key_seal(key, row), **row))
    for no, last in _heads(tx, 0, since):
        tx.execute(update(tickets).where(tickets.c.no == no).values(head=chain.begin(key, no, last)))
    seal_lines(tx)
    tx.execute(ticket_register.delete())
    totals = {slot: chain.slot_start(key, slot) for slot in range(SLOTS)}
    for no in tx.execute(select(tickets.c.no)).scalars():
        totals[0] += chain.ticket_term(key, no)
    rows = [{"slot": slot, "total": f"{total % chain.ROUND:064x}"} for slot, total in totals.items()]
    tx.execute(ticket_register.insert(), rows)
    _cast(tx, now, day, None)


def seal_lines(tx: Tx) -> None:
    """Seal all lines as they are now."""
    for no, number in tx.execute(select(lines.c.ticket_no, lines.c.line)).all():
        ticket_lines.seal(tx, no, number)


def key_seal(key: bytes, row: dict[str, Any]) -> str:
    """Return the seal of the row that says since when a key holds."""
    at = (row["at"] - EPOCH) // MILLISECOND
    return chain.row_seal(key, "key", [row["fingerprint"], row["since_event"], at])


def anchor_seal(key: bytes, before: str, row: dict[str, Any]) -> str:
    """Return the seal of an anchor; `before` is that of the anchor before it."""
    return chain.row_seal(
        key, "anchor", [before, *(row[name] for name in ("day", "upto", "events", "tickets", "total"))]
    )


def anchor(tx: Tx, now: datetime, day: str) -> Anchor | None:
    """Anchor the heads of all tickets, unless this day's anchor is there; return it if it is new."""
    last = tx.execute(select(anchors).order_by(anchors.c.id.desc()).limit(1)).mappings().first()
    if last is None or last["day"] >= day or not chain.key_of(tx):
        return None
    hold_table(tx, events.name)
    return _cast(tx, now, day, last)


def _cast(tx: Tx, now: datetime, day: str, last: Any) -> Anchor:
    key, upto = chain.key_of(tx), _newest(tx)
    since, count, known = (last["upto"], last["events"], last["tickets"]) if last else (0, 0, 0)
    total = int(last["total"], 16) if last else 0
    for no, now_last in _heads(tx, since, upto):
        before = _chain_at(tx, no, since)
        known += before is None
        total += chain.head_term(key, no, now_last) - (0 if before is None else chain.head_term(key, no, before))
    fresh = select(func.count()).where(events.c.id > since, events.c.id <= upto)
    row: dict[str, Any] = {
        "day": day,
        "upto": upto,
        "events": count + (tx.scalar(fresh) or 0),
        "tickets": known,
        "total": f"{total % chain.ROUND:064x}",
    }
    seal = anchor_seal(key, last["seal"] if last else "", row)
    tx.execute(anchors.insert().values(at=now, seal=seal, **row))
    return Anchor(day=day, events=row["events"], tickets=known, seal=seal)


def _newest(tx: Tx) -> int:
    return int(tx.scalar(select(func.max(events.c.id))) or 0)


def _heads(tx: Tx, since: int, upto: int) -> Iterator[tuple[str, str]]:
    """Yield each ticket with events after one and up to another, and the chain of its last one there."""
    inside = (events.c.id > since) & (events.c.id <= upto)
    newest = select(func.max(events.c.id)).where(inside).group_by(events.c.ticket_no)
    for row in tx.execute(select(events.c.ticket_no, events.c.chain).where(events.c.id.in_(newest))).all():
        yield row.ticket_no, row.chain


def _chain_at(tx: Tx, ticket_no: str, event: int) -> str | None:
    """Return the chain of a ticket's last event up to this one."""
    if not event:
        return None
    query = select(events.c.chain).where(events.c.ticket_no == ticket_no, events.c.id <= event)
    found: str | None = tx.execute(query.order_by(events.c.id.desc()).limit(1)).scalar()
    return found
