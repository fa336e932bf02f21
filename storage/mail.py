"""The rows of mailboxes, which process sends them, and when the next one is due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import String, bindparam, case, select, update

from storage.database import Tx, first_time, locks
from storage.prepared import Prepared
from storage.tables import mailboxes, outbox

SAFETY, URGENT, TALK, WORK, BOARD = range(5)  # a smaller number goes first
LEASE = timedelta(seconds=90)  # outlasts the longest send
OF_DESKS = ("desk:", "board:")  # mailboxes that one process serves for all
MOST = 20  # rows of one mailbox that are sent together


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One row to be sent."""

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
    """What became of a bundle: rows deleted up to `sent`; one dead letter; the rest due again at `again`."""

    mailbox: str
    lease: str
    sent: int = 0  # id of the last row sent
    dead: int = 0  # id of a row refused for good, itself deleted
    error: str = ""
    again: datetime | None = None  # when the rest may be tried; None: at once
    failed: bool = False  # counts as an attempt
    waits: bool = False  # only put off: neither an attempt nor a success


NAME = bindparam("box", type_=String)
NOW = bindparam("now", type_=outbox.c.due_at.type)
HEAD = select(outbox.c.due_at).where(outbox.c.mailbox == NAME).order_by(outbox.c.id).limit(1).scalar_subquery()
_BLOCKED_OR = case((mailboxes.c.blocked > HEAD, mailboxes.c.blocked), else_=HEAD)

# next_due = max(due of the head, blocked)
SETTLE = Prepared(update(mailboxes).where(mailboxes.c.name == NAME).values(next_due=_BLOCKED_OR))
_HOLD = Prepared(select(mailboxes.c.name).where(mailboxes.c.name == NAME).with_for_update(key_share=True))
NEVER = datetime.max.replace(tzinfo=UTC)
SOON = "claimdesk_soon"  # when the first row is due that a transaction put


def hold(tx: Tx, mailbox: str) -> None:
    """Keep couriers and other writers from a mailbox until the end of this transaction.

    Where they work beside it, `next_due` may only be reckoned by who holds the row: else a row just put is not seen.
    """
    if locks(tx) and first_time(tx, mailbox):
        _HOLD.first(tx, box=mailbox)


def expect(tx: Tx, due: datetime) -> None:
    """Note when a row of this transaction is due, so that the courier looks once it is committed."""
    if locks(tx) and due < tx.info.get(SOON, NEVER):
        tx.info[SOON] = due


def expected(tx: Tx) -> datetime | None:
    """Return when the first of what this transaction put is due, and forget it."""
    due: datetime | None = tx.info.pop(SOON, None)
    return due


def due_rows(rows: Iterable[Sequence[Any]], now: datetime) -> tuple[Mail, ...]:
    """Return those of a mailbox's rows (id, kind, payload, due) that may go: nothing overtakes a head that waits."""
    mails: list[Mail] = []
    for number, kind, payload, due in rows:
        if due > now:
            break
        mails.append(Mail(id=number, kind=kind, payload=payload))
    return tuple(mails)
