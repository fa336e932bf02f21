"""Mail for everything outside the database: in order per mailbox, at least once, never lost."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, String, bindparam, case, delete, func, literal, select, union_all, update
from sqlalchemy.dialects.postgresql import insert  # SQLite compiles the same ON CONFLICT clause

from storage import pickup
from storage.database import Tx, locks, process_of
from storage.mail import (
    BOARD,
    HEAD,
    LEASE,
    MOST,
    NAME,
    NOW,
    OF_DESKS,
    SAFETY,
    SETTLE,
    TALK,
    URGENT,
    WORK,
    Bundle,
    Mail,
    Outcome,
    due_rows,
    expect,
    hold,
)
from storage.prepared import Prepared
from storage.tables import EPOCH, dead_letters, mailboxes, outbox

__all__ = ["BOARD", "LEASE", "SAFETY", "TALK", "URGENT", "WORK", "Bundle", "Mail", "Outcome"]

WAITS = 2  # in the place of "failed"
_IDLE = mailboxes.c.next_due.is_(None)
_PRIORITY = bindparam("urgency", type_=Integer)

# a box is as urgent as the most urgent row since it was last empty
_NEW = insert(mailboxes).values(
    name=NAME,
    priority=_PRIORITY,
    next_due=bindparam("due", type_=outbox.c.due_at.type),
    keeper=bindparam("process", type_=String),
)
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
            "keeper": _NEW.excluded.keeper,
        },
    )
)
_ROW = outbox.insert().values(
    mailbox=NAME,
    kind=bindparam("kind", type_=String),
    payload=bindparam("payload", type_=outbox.c.payload.type),
    due_at=bindparam("due", type_=outbox.c.due_at.type),
    created_at=NOW,
)
_PUT, _PUT_ONE = Prepared(_ROW.returning(outbox.c.id)), Prepared(_ROW)
_CARRIED = func.coalesce(
    select(case((mailboxes.c.lease.is_not(None), mailboxes.c.upto), else_=0))
    .where(mailboxes.c.name == NAME)
    .scalar_subquery(),
    0,
)
_TAKE_BACK = Prepared(
    delete(outbox).where(
        outbox.c.mailbox == NAME, outbox.c.kind == bindparam("kind", type_=String), outbox.c.id > _CARRIED
    )
)
_HASTEN = Prepared(update(outbox).where(outbox.c.mailbox == NAME, outbox.c.due_at > NOW).values(due_at=NOW))
_UNBLOCK = Prepared(
    update(mailboxes)
    .where(mailboxes.c.name == NAME, mailboxes.c.blocked.is_not(None))
    .values(blocked=None, blocked_why="", attempts=0)
)


def put(
    tx: Tx, mailbox: str, kind: str, payload: Mapping[str, Any], *, due: datetime, now: datetime, priority: int = TALK
) -> int:
    """Add a row at the end of a mailbox; return its id."""
    expect(tx, due)
    process = None if mailbox.startswith(OF_DESKS) else process_of(tx)
    _OPEN.run(tx, box=mailbox, urgency=priority, due=due, process=process)
    return _PUT.add(tx, box=mailbox, kind=kind, payload=payload, due=due, now=now)


def put_first(
    tx: Tx, kind: str, boxes: Mapping[str, tuple[Mapping[str, Any], datetime]], *, now: datetime, priority: int
) -> None:
    """Put one row, given as payload and due time, into each of these mailboxes, none of which was used before."""
    opened, rows = [], []
    for mailbox, (payload, due) in boxes.items():
        expect(tx, due)
        process = None if mailbox.startswith(OF_DESKS) else process_of(tx)
        opened.append({"box": mailbox, "urgency": priority, "due": due, "process": process})
        rows.append({"box": mailbox, "kind": kind, "payload": payload, "due": due, "now": now})
    _OPEN.many(tx, opened)
    _PUT_ONE.many(tx, rows)


def take_back(tx: Tx, mailbox: str, kind: str) -> int:
    """Delete the rows of this kind that nobody is carrying; return how many."""
    hold(tx, mailbox)
    gone = _TAKE_BACK.run(tx, box=mailbox, kind=kind)
    if gone:
        SETTLE.run(tx, box=mailbox)
    return gone


def hasten(tx: Tx, mailbox: str, *, now: datetime) -> None:
    """Make everything in a mailbox due now (held echoes before an urgent row)."""
    hold(tx, mailbox)
    if _HASTEN.run(tx, box=mailbox, now=now):
        expect(tx, now)
        SETTLE.run(tx, box=mailbox)


def unblock(tx: Tx, mailbox: str) -> None:
    """Lift a block, as when the customer wrote again."""
    if _UNBLOCK.run(tx, box=mailbox):
        expect(tx, EPOCH)
        SETTLE.run(tx, box=mailbox)


def lift(tx: Tx, mailbox: str, *, beyond: datetime) -> None:
    """Lift a block that lasts beyond a time: a row added since may be sent in another way."""
    here = (mailboxes.c.name == mailbox) & (mailboxes.c.blocked > beyond)
    if tx.execute(update(mailboxes).where(here).values(blocked=None)).rowcount:
        SETTLE.run(tx, box=mailbox)


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
        .where(mailboxes.c.priority == priority, mailboxes.c.next_due <= NOW, mailboxes.c.lease.is_(None))
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
    .where(outbox.c.mailbox == NAME)
    .order_by(outbox.c.id)
    .limit(MOST)
)
_LEASE = Prepared(
    update(mailboxes)
    .where(mailboxes.c.name == NAME)
    .values(
        lease=bindparam("holder", type_=String),
        lease_until=bindparam("until", type_=outbox.c.due_at.type),
        upto=bindparam("last", type_=Integer),
    )
)


def pick(
    tx: Tx, *, now: datetime, lease: str, until: datetime, limit: int, desks: Collection[str] | None = None
) -> list[Bundle]:
    """Lease due mailboxes, the most urgent first, each with all its due rows (at most MOST).

    Where several processes share the outbox: those that no other process holds or keeps, of `desks` only these.
    """
    if locks(tx):
        return pickup.pick(tx, now=now, lease=lease, until=until, limit=limit, desks=desks)
    bundles = []
    for name, attempts in _DUE.rows(tx, now=now, most=limit):
        mails = due_rows(_ROWS.rows(tx, box=name), now)
        if not mails:
            SETTLE.run(tx, box=name)
            continue
        _LEASE.run(tx, box=name, holder=lease, until=until, last=mails[-1].id)
        bundles.append(Bundle(mailbox=name, lease=lease, attempts=attempts, mails=mails))
    return bundles


_STRIKE = Prepared(delete(outbox).where(outbox.c.mailbox == NAME, outbox.c.id <= bindparam("last", type_=Integer)))
_RELEASE = Prepared(
    update(mailboxes)
    .where(mailboxes.c.name == NAME, mailboxes.c.lease == bindparam("holder", type_=String))
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
            (bindparam("again", type_=outbox.c.due_at.type) > HEAD, bindparam("again", type_=outbox.c.due_at.type)),
            else_=HEAD,
        ),
    )
)


def settle(tx: Tx, outcome: Outcome, *, now: datetime) -> bool:
    """Record what became of a bundle: sent is sent, whatever process has the lease now; only its release is fenced.

    Return whether the lease was still the bundle's.
    """
    name = outcome.mailbox
    hold(tx, name)
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
        SETTLE.run(tx, box=name)
    return released > 0


def _bury(tx: Tx, name: str, row_id: int, error: str, now: datetime) -> None:
    columns = [outbox.c.id, outbox.c.mailbox, outbox.c.kind, outbox.c.payload]
    source = select(*columns, literal(error), outbox.c.created_at, literal(now, dead_letters.c.died_at.type)).where(
        outbox.c.mailbox == name, outbox.c.id == row_id
    )
    names = ["id", "mailbox", "kind", "payload", "error", "created_at", "died_at"]
    tx.execute(dead_letters.insert().from_select(names, source))
    tx.execute(delete(outbox).where(outbox.c.id == row_id))


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
