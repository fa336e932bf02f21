"""Upkeep of the rows: what a clock that ran ahead has dated too late, and a row that shows whether writes work."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, case, func, or_, select, type_coerce, update

from storage.database import Tx, insert, locks
from storage.tables import MILLISECOND, clocks, mailboxes, meta, outbox, tickets

HEARTBEAT = "heartbeat"
SLACK = timedelta(seconds=2)  # a step of the clock that changes nothing
SOON = timedelta(minutes=15)  # mail that is no timer is never due later than this, nor held up longer by a failure
LASTING = timedelta(days=1000)  # a block that only the customer's next message lifts lies beyond
PAIRED = ("wake:clock:%", "wake:near:%")  # timers of ticket clocks: they move with their clock, or not at all
AT_DAYS_END = "wake:digest:%"


def beat(tx: Tx, now: datetime) -> None:
    """Write down that the service wrote at this time."""
    new = insert(tx)(meta).values(key=HEARTBEAT, value=now.isoformat())
    tx.execute(new.on_conflict_do_update(index_elements=["key"], set_={"value": new.excluded.value}))


def set_right(tx: Tx, now: datetime) -> timedelta:
    """Date anew what was written while the clock ran ahead; return by how much it did, as far as rows tell.

    Called when the writer starts, and when its clock went back. Mail leaves now, timers run as long as they were meant
    to, and a pause after a failure that would last longer than any does is over.
    """
    if locks(tx):  # who reckons anew when boxes are due holds them, so that a row just put is seen
        waiting = select(mailboxes.c.name).where(mailboxes.c.next_due > now).order_by(mailboxes.c.name)
        tx.execute(waiting.with_for_update(key_share=True)).all()
    ahead = _ahead(tx, now)
    if ahead > SLACK:
        _clocks_back(tx, now, ahead)
        late = outbox.c.created_at > now
        apart = or_(*(outbox.c.mailbox.like(names) for names in (*PAIRED, AT_DAYS_END)))
        tx.execute(update(outbox).where(late, ~apart).values(due_at=_less(outbox.c.due_at, ahead)))
        tx.execute(update(outbox).where(late).values(created_at=now))
    prompt = (outbox.c.kind != "wake") | outbox.c.mailbox.like("wake:held:%")
    tx.execute(update(outbox).where(prompt, outbox.c.due_at > now + SOON).values(due_at=now))
    stuck = (mailboxes.c.blocked > now + SOON) & (mailboxes.c.blocked < now + LASTING)
    tx.execute(update(mailboxes).where(stuck).values(blocked=None, blocked_why=""))
    _due_anew(tx, now)
    return ahead if ahead > SLACK else timedelta()


def _ahead(tx: Tx, now: datetime) -> timedelta:
    """Return how far the newest row lies in the future."""
    running = select(func.max(clocks.c.started_at)).where(clocks.c.stopped_at.is_(None))
    newest = [tx.execute(query).scalar() for query in (select(func.max(outbox.c.created_at)), running)]
    return max((moment - now for moment in newest if moment is not None), default=timedelta())


def _less(column: ColumnElement[Any], ahead: timedelta) -> ColumnElement[int]:
    return type_coerce(column, BigInteger) - ahead // MILLISECOND


def _clocks_back(tx: Tx, now: datetime, ahead: timedelta) -> None:
    """Let clocks of tickets that were started meanwhile run as long as they were meant to, their timers with them."""
    query = select(clocks).where(clocks.c.stopped_at.is_(None), clocks.c.started_at > now)
    for clock in tx.execute(query).all():
        due = clock.due_at - ahead
        here = (clocks.c.ticket_no == clock.ticket_no) & (clocks.c.name == clock.name)
        tx.execute(update(clocks).where(here).values(started_at=clock.started_at - ahead, due_at=due))
        first = (tickets.c.no == clock.ticket_no) & (tickets.c.due_at == clock.due_at)
        tx.execute(update(tickets).where(first).values(due_at=due))
        names = [f"wake:{kind}:{clock.ticket_no}:{clock.name}" for kind in ("clock", "near")]
        timer = update(outbox).where(outbox.c.mailbox.in_(names))
        tx.execute(timer.values(due_at=_less(outbox.c.due_at, ahead)))


def _due_anew(tx: Tx, now: datetime) -> None:
    """Compute anew when each waiting mailbox is due."""
    head = select(outbox.c.due_at).where(outbox.c.mailbox == mailboxes.c.name).order_by(outbox.c.id).limit(1)
    first = head.scalar_subquery()
    due = case((mailboxes.c.blocked > first, mailboxes.c.blocked), else_=first)
    tx.execute(update(mailboxes).where(mailboxes.c.next_due > now).values(next_due=due))
