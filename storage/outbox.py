"""Mail for everything outside the database: in order per mailbox, at least once, never lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, bindparam, case, delete, func, literal, select, union_all, update

from storage.database import Tx, insert
from storage.tables import dead_letters, mailboxes, outbox

SAFETY, URGENT, TALK, WORK, BOARD = range(5)  # a smaller number goes first


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One row to be carried."""

    id: int
    kind: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """All that is due in one mailbox, in order, under one lease."""

    mailbox: str
    lease: str
    attempts: int
    mails: tuple[Mail, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a bundle: struck off up to `sent`; one dead letter; the rest due again at `again`."""

    mailbox: str
    lease: str
    sent: int = 0  # id of the last row carried
    dead: int = 0  # id of a row refused for good, itself struck off
    error: str = ""
    again: datetime | None = None  # when the rest may be tried; None: at once
    failed: bool = False  # counts as an attempt


def put(
    tx: Tx, mailbox: str, kind: str, payload: Mapping[str, Any], *, due: datetime, now: datetime, priority: int = TALK
) -> int:
    """Add a row at the end of a mailbox; return its id. `priority` is the mailbox's from its first row on,

    and only ever becomes more urgent while the box is not empty.
    """
    box = insert(tx)(mailboxes).values(name=mailbox, priority=priority, next_due=due)
    idle = mailboxes.c.next_due.is_(None)
    tx.execute(
        box.on_conflict_do_update(
            index_elements=["name"],
            set_={
                "next_due": case((idle, _later(literal(due, mailboxes.c.next_due.type))), else_=mailboxes.c.next_due),
                "priority": case((idle | (mailboxes.c.priority > priority), priority), else_=mailboxes.c.priority),
            },
        )
    )
    result = tx.execute(
        outbox.insert().values(mailbox=mailbox, kind=kind, payload=dict(payload), due_at=due, created_at=now)
    )
    return int(result.inserted_primary_key[0])  # type: ignore[index]  # an insert of one row always has it


def _later(due: Any) -> Any:
    return case((mailboxes.c.blocked > due, mailboxes.c.blocked), else_=due)


def _settle(tx: Tx, name: str) -> None:
    """Set next_due to the head's due time, or to the block's end where that is later."""
    head = select(outbox.c.due_at).where(outbox.c.mailbox == name).order_by(outbox.c.id).limit(1).scalar_subquery()
    due = case((mailboxes.c.blocked > head, mailboxes.c.blocked), else_=head)
    tx.execute(update(mailboxes).where(mailboxes.c.name == name).values(next_due=due))


def take_back(tx: Tx, mailbox: str, kind: str) -> int:
    """Delete the rows of this kind that nobody is carrying; return how many."""
    carried = select(func.coalesce(case((mailboxes.c.lease.is_not(None), mailboxes.c.upto), else_=0), 0)).where(
        mailboxes.c.name == mailbox
    )
    gone = tx.execute(
        delete(outbox).where(
            outbox.c.mailbox == mailbox,
            outbox.c.kind == kind,
            outbox.c.id > func.coalesce(carried.scalar_subquery(), 0),
        )
    ).rowcount
    if gone:
        _settle(tx, mailbox)
    return gone


def hasten(tx: Tx, mailbox: str, *, now: datetime) -> None:
    """Make everything in a mailbox due now (held echoes before an urgent row)."""
    tx.execute(update(outbox).where(outbox.c.mailbox == mailbox, outbox.c.due_at > now).values(due_at=now))
    _settle(tx, mailbox)


def unblock(tx: Tx, mailbox: str) -> None:
    """Lift a block, as when the customer wrote again."""
    done = tx.execute(
        update(mailboxes)
        .where(mailboxes.c.name == mailbox, mailboxes.c.blocked.is_not(None))
        .values(blocked=None, blocked_why="", attempts=0)
    )
    if done.rowcount:
        _settle(tx, mailbox)


def pick(tx: Tx, *, now: datetime, lease: str, until: datetime, limit: int) -> list[Bundle]:
    """Lease due mailboxes, the most urgent first, each with all its due rows (at most 20)."""
    due = tx.execute(_DUE, {"now": now, "limit": limit}).all()
    bundles = []
    for name, attempts in due:
        mails = _due_rows(tx, name, now)
        if not mails:
            _settle(tx, name)
            continue
        tx.execute(
            update(mailboxes).where(mailboxes.c.name == name).values(lease=lease, lease_until=until, upto=mails[-1].id)
        )
        bundles.append(Bundle(mailbox=name, lease=lease, attempts=attempts, mails=mails))
    return bundles


def _due_of(priority: int) -> Any:
    # one seek per priority: timers far in the future are never walked over
    return select(
        select(mailboxes.c.name, mailboxes.c.attempts, mailboxes.c.priority, mailboxes.c.next_due)
        .where(
            mailboxes.c.priority == priority,
            mailboxes.c.next_due <= bindparam("now", type_=mailboxes.c.next_due.type),
            mailboxes.c.lease.is_(None),
        )
        .order_by(mailboxes.c.next_due)
        .limit(bindparam("limit", type_=Integer))
        .subquery(f"due_{priority}")
    )


_ALL = union_all(*(_due_of(priority) for priority in range(5))).subquery("due")
_DUE = select(_ALL.c.name, _ALL.c.attempts).order_by(_ALL.c.priority, _ALL.c.next_due).limit(bindparam("limit"))


def _due_rows(tx: Tx, name: str, now: datetime) -> tuple[Mail, ...]:
    rows = tx.execute(
        select(outbox.c.id, outbox.c.kind, outbox.c.payload, outbox.c.due_at)
        .where(outbox.c.mailbox == name)
        .order_by(outbox.c.id)
        .limit(20)
    ).all()
    mails: list[Mail] = []
    for row in rows:
        if row.due_at > now:  # order is the promise: nothing overtakes a head that waits
            break
        mails.append(Mail(id=row.id, kind=row.kind, payload=row.payload))
    return tuple(mails)


def settle(tx: Tx, outcome: Outcome, *, now: datetime) -> None:
    """Book what became of a bundle: sent is sent, whoever holds the lease now; only its release is fenced."""
    name = outcome.mailbox
    if outcome.sent:
        tx.execute(delete(outbox).where(outbox.c.mailbox == name, outbox.c.id <= outcome.sent))
    if outcome.dead:
        _bury(tx, name, outcome.dead, outcome.error, now)
    tx.execute(
        update(mailboxes)
        .where(mailboxes.c.name == name, mailboxes.c.lease == outcome.lease)
        .values(
            lease=None,
            lease_until=None,
            upto=0,
            blocked=outcome.again,
            blocked_why=outcome.error if outcome.again else "",
            attempts=mailboxes.c.attempts + 1 if outcome.failed else 0,
        )
    )
    _settle(tx, name)


def _bury(tx: Tx, name: str, row_id: int, error: str, now: datetime) -> None:
    columns = [outbox.c.id, outbox.c.mailbox, outbox.c.kind, outbox.c.payload]
    source = select(*columns, literal(error), outbox.c.created_at, literal(now, dead_letters.c.died_at.type)).where(
        outbox.c.mailbox == name, outbox.c.id == row_id
    )
    names = ["id", "mailbox", "kind", "payload", "error", "created_at", "died_at"]
    tx.execute(dead_letters.insert().from_select(names, source))
    tx.execute(delete(outbox).where(outbox.c.id == row_id))


def drop(tx: Tx, mailbox: str) -> None:
    """Empty a mailbox: a timer that is no longer wanted."""
    tx.execute(delete(outbox).where(outbox.c.mailbox == mailbox))
    _settle(tx, mailbox)


def free_leases(tx: Tx) -> None:
    """Give up all leases of a process that is gone; called once before a courier starts."""
    tx.execute(update(mailboxes).where(mailboxes.c.lease.is_not(None)).values(lease=None, lease_until=None, upto=0))


def next_due(tx: Tx) -> datetime | None:
    """Tell when the next mailbox is due."""
    due = select(mailboxes.c.next_due).where(mailboxes.c.next_due.is_not(None), mailboxes.c.lease.is_(None))
    return tx.execute(due.order_by(mailboxes.c.next_due).limit(1)).scalar_one_or_none()


def tidy(tx: Tx, names: Sequence[str]) -> None:
    """Forget mailboxes that are empty, such as those of timers and fetches gone by."""
    tx.execute(delete(mailboxes).where(mailboxes.c.name.in_(names), mailboxes.c.next_due.is_(None)))


LEASE = timedelta(seconds=90)  # outlasts the longest send
