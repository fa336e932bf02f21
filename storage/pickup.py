"""How one of several processes leases mail: a few statements for all of it, waiting for nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Integer, String, any_, bindparam, delete, func, select, true, union_all, update
from sqlalchemy.dialects.postgresql import ARRAY

from storage.database import Tx, process_of
from storage.mail import MOST, NOW, OF_DESKS, SETTLE, Bundle, Outcome, due_rows
from storage.prepared import Prepared
from storage.tables import mailboxes, outbox

LATE = timedelta(seconds=2)  # mail of another process that is due for so long is anybody's

_MOST = bindparam("most", type_=Integer)
_NAMES = bindparam("names", type_=ARRAY(String))
_FREE = mailboxes.c.lease.is_(None)
_KEPT = mailboxes.c.keeper.is_(None) | (mailboxes.c.keeper == bindparam("me", type_=String))
_OURS = ~mailboxes.c.name.like(any_(bindparam("all_desks", [f"{one}%" for one in OF_DESKS], ARRAY(String)))) | (
    mailboxes.c.name.like(any_(bindparam("desks", type_=ARRAY(String))))
)
_MINE = _KEPT | (mailboxes.c.next_due <= bindparam("late", type_=outbox.c.due_at.type))


def _due_of(priority: int) -> Any:
    columns = (mailboxes.c.name, mailboxes.c.priority, mailboxes.c.next_due)
    here = (mailboxes.c.priority == priority, mailboxes.c.next_due <= NOW, _FREE, _OURS, _MINE)
    return select(select(*columns).where(*here).order_by(mailboxes.c.next_due).limit(_MOST).subquery(f"due_{priority}"))


_ALL = union_all(*(_due_of(priority) for priority in range(5))).subquery("due")
_FIRST = select(_ALL.c.name).order_by(_ALL.c.priority, _ALL.c.next_due).limit(_MOST)
# the row may have changed since it was found: what is locked is looked at again
_TAKE = Prepared(
    select(mailboxes.c.name, mailboxes.c.attempts)
    .where(mailboxes.c.name.in_(_FIRST.scalar_subquery()), mailboxes.c.next_due <= NOW, _FREE)
    .order_by(mailboxes.c.priority, mailboxes.c.next_due)
    .with_for_update(skip_locked=True, key_share=True)
)
_LOCK = Prepared(
    select(mailboxes.c.name).where(mailboxes.c.name == any_(_NAMES)).with_for_update(skip_locked=True, key_share=True)
)
_NAMED = func.unnest(_NAMES).table_valued("mailbox", name="named").render_derived()
_BEHIND = (
    select(outbox.c.id, outbox.c.kind, outbox.c.payload, outbox.c.due_at)
    .where(outbox.c.mailbox == _NAMED.c.mailbox)
    .order_by(outbox.c.id)
    .limit(MOST)
    .lateral("behind")
)
_ROWS = Prepared(
    select(_NAMED.c.mailbox, *_BEHIND.c)
    .select_from(_NAMED.join(_BEHIND, true()))
    .order_by(_NAMED.c.mailbox, _BEHIND.c.id)
)
_LAST = (
    func.unnest(_NAMES, bindparam("last", type_=ARRAY(BigInteger)))
    .table_valued("name", "upto", name="taken")
    .render_derived()
)
_LEASE = Prepared(
    update(mailboxes)
    .where(mailboxes.c.name == _LAST.c.name)
    .values(
        lease=bindparam("holder", type_=String),
        lease_until=bindparam("until", type_=outbox.c.due_at.type),
        upto=_LAST.c.upto,
    )
)
_SENT = (
    func.unnest(_NAMES, bindparam("last", type_=ARRAY(BigInteger)))
    .table_valued("name", "upto", name="sent")
    .render_derived()
)
_STRIKE = Prepared(delete(outbox).where(outbox.c.mailbox == _SENT.c.name, outbox.c.id <= _SENT.c.upto))
_HELD = (
    func.unnest(_NAMES, bindparam("holders", type_=ARRAY(String)))
    .table_valued("name", "holder", name="held")
    .render_derived()
)
_HEAD = (
    select(outbox.c.due_at).where(outbox.c.mailbox == mailboxes.c.name).order_by(outbox.c.id).limit(1).scalar_subquery()
)
_RELEASE = Prepared(
    update(mailboxes)
    .where(mailboxes.c.name == _HELD.c.name, mailboxes.c.lease == _HELD.c.holder)
    .values(lease=None, lease_until=None, upto=0, blocked=None, blocked_why="", attempts=0, next_due=_HEAD)
    .returning(mailboxes.c.name)
)
_NEXT = Prepared(
    select(mailboxes.c.next_due)
    .where(mailboxes.c.next_due.is_not(None), _FREE, _OURS, _KEPT)
    .order_by(mailboxes.c.next_due)
    .limit(1)
)


def pick(
    tx: Tx, *, now: datetime, lease: str, until: datetime, limit: int, desks: Collection[str] | None
) -> list[Bundle]:
    """Lease due mailboxes that no other process holds or keeps, the most urgent first; of the desks' only `desks`."""
    taken = _TAKE.rows(tx, now=now, most=limit, late=now - LATE, **_mine(tx, desks))
    if not taken:
        return []
    rows: dict[str, list[Any]] = defaultdict(list)
    for name, *row in _ROWS.rows(tx, names=[name for name, _ in taken]):
        rows[name].append(row)
    bundles = []
    for name, attempts in taken:
        mails = due_rows(rows[name], now)
        if mails:
            bundles.append(Bundle(mailbox=name, lease=lease, attempts=attempts, mails=mails))
        else:
            SETTLE.run(tx, box=name)
    if bundles:
        names, last = [one.mailbox for one in bundles], [one.mails[-1].id for one in bundles]
        _LEASE.run(tx, names=names, last=last, holder=lease, until=until)
    return bundles


def next_due(tx: Tx, desks: Collection[str] | None) -> datetime | None:
    """Return when the next mailbox is due that this process keeps, or nobody does."""
    row = _NEXT.first(tx, **_mine(tx, desks))
    return row[0] if row else None


def _mine(tx: Tx, desks: Collection[str] | None) -> dict[str, Any]:
    boxes = ["%"] if desks is None else [box for desk in desks for box in (f"desk:{desk}:%", f"board:{desk}")]
    return {"me": process_of(tx), "desks": boxes}


def carried(tx: Tx, outcomes: Sequence[Outcome]) -> None:
    """Record bundles that were sent without a failure, all at once; their boxes are held."""
    names, last = [one.mailbox for one in outcomes], [one.sent for one in outcomes]
    _STRIKE.run(tx, names=names, last=last)
    released = {name for (name,) in _RELEASE.rows(tx, names=names, holders=[one.lease for one in outcomes])}
    for name in names:
        if name not in released:  # the lease is another's by now
            SETTLE.run(tx, box=name)


def lock(tx: Tx, names: Collection[str]) -> set[str]:
    """Hold those of these mailboxes that nobody else holds just now, and return them."""
    return {name for (name,) in _LOCK.rows(tx, names=sorted(names))}
