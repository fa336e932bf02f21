"""Mail for everything outside the database: in order per mailbox, at least once, never lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, String, bindparam, case, delete, func, literal, select, union_all, update
from sqlalchemy.dialects.sqlite import insert  # PostgreSQL compiles the same ON CONFLICT clause

from storage.database import Tx
from storage.prepared import Prepared
from storage.tables import dead_letters, mailboxes, outbox

SAFETY, URGENT, TALK, WORK, BOARD = range(5)  # a smaller number goes first
LEASE = timedelta(seconds=90)  # outlasts the longest send
WAITS = 2  # in the place of "failed"
MOST = 20  # rows of one mailbox that are carried together


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
    waits: bool = False  # only put off: neither an attempt nor a success


_NAME = bindparam("box", type_=String)
_NOW = bindparam("now", type_=outbox.c.due_at.type)
_HEAD = select(outbox.c.due_at).where(outbox.c.mailbox == _NAME).order_by(outbox.c.id).limit(1).scalar_subquery()
_BLOCKED_OR = case((mailboxes.c.blocked > _HEAD, mailboxes.c.blocked), else_=_HEAD)
_IDLE = mailboxes.c.next_due.is_(None)
_PRIORITY = bindparam("urgency", type_=Integer)

# next_due = max(due of the head, blocked); a box is as urgent as the most urgent row since it was last empty
_SETTLE = Prepared(update(mailboxes).where(mailboxes.c.name == _NAME).values(next_due=_BLOCKED_OR))
_NEW = insert(mailboxes).values(name=_NAME, priority=_PRIORITY, next_due=bindparam("due", type_=outbox.c.due_at.type))
_OPEN = Prepared(
    _NEW.on_conflict_do_update(
        index_elements=["name"],
        set_={
            "priority": case((_IDLE | (mailboxes.c.priority > _PRIORITY), _PRIORITY), else_=mailboxes.c.priority),
            "next_due": case(
                (
                    _IDLE,
                    case(
                        (mailboxes.c.blocked > _NEW.excluded.next_due, mailboxes.c.blocked),
                        else_=_NEW.excluded.next_due,
                    ),
                ),
                else_=mailboxes.c.next_due,
            ),
        },
    )
)
_PUT = Prepared(
    outbox.insert()
    .values(
        mailbox=_NAME,
        kind=bindparam("kind", type_=String),
        payload=bindparam("payload", type_=outbox.c.payload.type),
        due_at=bindparam("due", type_=outbox.c.due_at.type),
        created_at=_NOW,
    )
    .returning(outbox.c.id)
)
_CARRIED = func.coalesce(
    select(case((mailboxes.c.lease.is_not(None), mailboxes.c.upto), else_=0))
    .where(mailboxes.c.name == _NAME)
    .scalar_subquery(),
    0,
)
_TAKE_BACK = Prepared(
    delete(outbox).where(
        outbox.c.mailbox == _NAME, outbox.c.kind == bindparam("kind", type_=String), outbox.c.id > _CARRIED
    )
)
_HASTEN = Prepared(update(outbox).where(outbox.c.mailbox == _NAME, outbox.c.due_at > _NOW).values(due_at=_NOW))
_UNBLOCK = Prepared(
    update(mailboxes)
    .where(mailboxes.c.name == _NAME, mailboxes.c.blocked.is_not(None))
    .values(blocked=None, blocked_why="", attempts=0)
)


def put(
    tx: Tx, mailbox: str, kind: str, payload: Mapping[str, Any], *, due: datetime, now: datetime, priority: int = TALK
) -> int:
    """Add a row at the end of a mailbox; return its id."""
    _OPEN.run(tx, box=mailbox, urgency=priority, due=due)
    return _PUT.add(tx, box=mailbox, kind=kind, payload=payload, due=due, now=now)


def take_back(tx: Tx, mailbox: str, kind: str) -> int:
    """Delete the rows of this kind that nobody is carrying; return how many."""
    gone = _TAKE_BACK.run(tx, box=mailbox, kind=kind)
    if gone:
        _SETTLE.run(tx, box=mailbox)
    return gone


def hasten(tx: Tx, mailbox: str, *, now: datetime) -> None:
    """Make everything in a mailbox due now (held echoes before an urgent row)."""
    if _HASTEN.run(tx, box=mailbox, now=now):
        _SETTLE.run(tx, box=mailbox)


def unblock(tx: Tx, mailbox: str) -> None:
    """Lift a block, as when the customer wrote again."""
    if _UNBLOCK.run(tx, box=mailbox):
        _SETTLE.run(tx, box=mailbox)


def lift(tx: Tx, mailbox: str, *, beyond: datetime) -> None:
    """Lift a block that lasts beyond a time: what was added may have a way of its own."""
    here = (mailboxes.c.name == mailbox) & (mailboxes.c.blocked > beyond)
    if tx.execute(update(mailboxes).where(here).values(blocked=None)).rowcount:
        _SETTLE.run(tx, box=mailbox)


def holds_more(tx: Tx, mailbox: str, after: int) -> bool:
    """Return whether a mailbox has rows behind this one."""
    behind = select(outbox.c.id).where(outbox.c.mailbox == mailbox, outbox.c.id > after)
    return tx.execute(behind.limit(1)).first() is not None


def mark(tx: Tx, mail: Mail, **more: Any) -> bool:
    """Write more into a row's payload; False when it is gone."""
    values = {"payload": {**mail.payload, **more}}
    return bool(tx.execute(update(outbox).where(outbox.c.id == mail.id).values(**values)).rowcount)


def _due_of(priority: int) -> Any:
    # one seek per priority: timers far in the future are never walked over
    return select(
        select(mailboxes.c.name, mailboxes.c.attempts, mailboxes.c.priority, mailboxes.c.next_due)
        .where(mailboxes.c.priority == priority, mailboxes.c.next_due <= _NOW, mailboxes.c.lease.is_(None))
        .order_by(mailboxes.c.next_due)
        .limit(bindparam("most", type_=Integer))
        .subquery(f"due_{priority}")
    )


_ALL = union_all(*(_due_of(priority) for priority in range(5))).subquery("due")
_DUE = Prepared(
    select(_ALL.c.name, _ALL.c.attempts)
    .order_by(_ALL.c.priority, _ALL.c.next_due)
    .limit(bindparam("most", type_=Integer))
)
_ROWS = Prepared(
    select(outbox.c.id, outbox.c.kind, outbox.c.payload, outbox.c.due_at)
    .where(outbox.c.mailbox == _NAME)
    .order_by(outbox.c.id)
    .limit(MOST)
)
_LEASE = Prepared(
    update(mailboxes)
    .where(mailboxes.c.name == _NAME)
    .values(
        lease=bindparam("holder", type_=String),
        lease_until=bindparam("until", type_=outbox.c.due_at.type),
        upto=bindparam("last", type_=Integer),
    )
)


def pick(tx: Tx, *, now: datetime, lease: str, until: datetime, limit: int) -> list[Bundle]:
    """Lease due mailboxes, the most urgent first, each with all its due rows (at most MOST)."""
    bundles = []
    for name, attempts in _DUE.rows(tx, now=now, most=limit):
        mails = _due_rows(tx, name, now)
        if not mails:
            _SETTLE.run(tx, box=name)
            continue
        _LEASE.run(tx, box=name, holder=lease, until=until, last=mails[-1].id)
        bundles.append(Bundle(mailbox=name, lease=lease, attempts=attempts, mails=mails))
    return bundles


def _due_rows(tx: Tx, name: str, now: datetime) -> tuple[Mail, ...]:
    mails: list[Mail] = []
    for number, kind, payload, due in _ROWS.rows(tx, box=name):
        if due > now:  # order is the promise: nothing overtakes a head that waits
            break
        mails.append(Mail(id=number, kind=kind, payload=payload))
    return tuple(mails)


_STRIKE = Prepared(delete(outbox).where(outbox.c.mailbox == _NAME, outbox.c.id <= bindparam("last", type_=Integer)))
_RELEASE = Prepared(
    update(mailboxes)
    .where(mailboxes.c.name == _NAME, mailboxes.c.lease == bindparam("holder", type_=String))
    .values(
        lease=None,
        lease_until=None,
        upto=0,
        blocked=bindparam("again", type_=outbox.c.due_at.type),
        blocked_why=bindparam("why", type_=String),
        attempts=case(
            (bindparam("failed", type_=Integer) == 1, mailboxes.c.attempts + 1),
            (bindparam("failed", type_=Integer) == WAITS, mailboxes.c.attempts),
            else_=0,
        ),
        next_due=case(
            (bindparam("again", type_=outbox.c.due_at.type) > _HEAD, bindparam("again", type_=outbox.c.due_at.type)),
            else_=_HEAD,
        ),
    )
)


def settle(tx: Tx, outcome: Outcome, *, now: datetime) -> None:
    """Book what became of a bundle: sent is sent, whoever holds the lease now; only its release is fenced."""
    name = outcome.mailbox
    if outcome.sent:
        _STRIKE.run(tx, box=name, last=outcome.sent)
    if outcome.dead:
        _bury(tx, name, outcome.dead, outcome.error, now)
    released = _RELEASE.run(
        tx,
        box=name,
        holder=outcome.lease,
        again=outcome.again,
        why=outcome.error if outcome.again else "",
        failed=WAITS if outcome.waits else int(outcome.failed),
    )
    if not released:
        _SETTLE.run(tx, box=name)


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
    _SETTLE.run(tx, box=mailbox)


def free_leases(tx: Tx) -> None:
    """Give up all leases of a process that is gone; called once before a courier starts."""
    tx.execute(update(mailboxes).where(mailboxes.c.lease.is_not(None)).values(lease=None, lease_until=None, upto=0))


_NEXT = Prepared(
    select(mailboxes.c.next_due)
    .where(mailboxes.c.next_due.is_not(None), mailboxes.c.lease.is_(None))
    .order_by(mailboxes.c.next_due)
    .limit(1)
)


def next_due(tx: Tx) -> datetime | None:
    """Return when the next mailbox is due."""
    row = _NEXT.first(tx)
    return row[0] if row else None


def tidy(tx: Tx, names: Sequence[str]) -> None:
    """Forget mailboxes that are empty, such as those of timers and fetches gone by."""
    tx.execute(delete(mailboxes).where(mailboxes.c.name.in_(names), mailboxes.c.next_due.is_(None)))
