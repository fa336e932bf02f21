"""What is older than it is to be kept: messages, the words of tickets that ended, files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select

from storage.database import Tx
from storage.tables import events, evidence, inbox, tickets
from storage.tables import ticket_lines as lines
from storage.ticket_lines import OWING

ENDED = ("closed", "withdrawn", "resolved", "decided")


def _over(before: datetime) -> ColumnElement[bool]:
    """Hold a query over tickets to those that ended, owe nothing, and did not change since."""
    owing = select(lines.c.ticket_no).where(lines.c.ticket_no == tickets.c.no, lines.c.state.in_(OWING))
    return and_(tickets.c.state.in_(ENDED), tickets.c.updated_at < before, ~owing.exists())


def messages(tx: Tx, before: datetime) -> int:
    """Count the messages that came before a time."""
    return int(tx.scalar(select(func.count()).where(inbox.c.at < before)) or 0)


def forget_messages(tx: Tx, before: datetime) -> None:
    """Delete the messages that came before a time."""
    tx.execute(delete(inbox).where(inbox.c.at < before))


def tickets_with_words(tx: Tx, before: datetime, erased: str) -> list[str]:
    """Return the tickets that ended before a time and were not emptied since, as steps of the kind `erased` say."""
    mine = and_(events.c.ticket_no == tickets.c.no, events.c.kind == erased, events.c.at >= tickets.c.updated_at)
    gone = select(events.c.id).where(mine)
    query = select(tickets.c.no).where(_over(before), ~gone.exists())
    return list(tx.execute(query.order_by(tickets.c.updated_at, tickets.c.no)).scalars())


def files(tx: Tx, before: datetime) -> Sequence[Any]:
    """Return the evidence whose files came before a time and belong to no ticket that is younger or open."""
    query = select(evidence).outerjoin(tickets, tickets.c.no == evidence.c.ticket_no)
    old = and_(evidence.c.media_key != "", evidence.c.at < before, or_(evidence.c.ticket_no.is_(None), _over(before)))
    return tx.execute(query.where(old).order_by(evidence.c.id)).mappings().all()
