"""Conversations: who talks on which channel, what was said, and what the talk remembers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from storage.database import Tx, insert
from storage.tables import conversations, customers, inbox, leader_sites, leaders


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One account on one channel with the person behind it; `sites` are those of a leader."""

    id: int
    channel: str
    account: str
    name: str
    talk: Mapping[str, Any]
    customer_id: int | None = None
    phone: str = ""
    customer_name: str = ""
    sample: bool = False
    leader_id: int | None = None
    leader_name: str = ""
    sites: tuple[str, ...] = ()


COLUMNS = (
    conversations.c.id,
    conversations.c.channel,
    conversations.c.account,
    conversations.c.name,
    conversations.c.talk,
    conversations.c.customer_id,
    conversations.c.leader_id,
    customers.c.phone,
    customers.c.name.label("customer_name"),
    customers.c.sample,
    leaders.c.name.label("leader_name"),
    leaders.c.removed_at,
)
PEOPLE = conversations.outerjoin(customers, customers.c.id == conversations.c.customer_id).outerjoin(
    leaders, leaders.c.id == conversations.c.leader_id
)


def note(tx: Tx, key: str, *, at: datetime, kind: str, text: str, conversation_id: int | None = None) -> bool:
    """Write a message into the inbox; False when it was there already."""
    row = insert(tx)(inbox).values(key=key, at=at, kind=kind, text=text, conversation_id=conversation_id)
    return bool(tx.execute(row.on_conflict_do_nothing()).rowcount)


def open_(tx: Tx, channel: str, account: str, *, name: str, now: datetime) -> Conversation:
    """Load the conversation of an account, or begin it."""
    known = _load(tx, (conversations.c.channel == channel) & (conversations.c.account == account))
    if known:
        return known
    row = insert(tx)(conversations).values(
        channel=channel, account=account, name=name, talk={}, created_at=now, updated_at=now
    )
    tx.execute(row.on_conflict_do_nothing())
    return open_(tx, channel, account, name=name, now=now)


def by_id(tx: Tx, conversation_id: int) -> Conversation:
    """Load a conversation; raises LookupError if there is none."""
    known = _load(tx, conversations.c.id == conversation_id)
    if not known:
        raise LookupError(f"no conversation {conversation_id}")
    return known


def _load(tx: Tx, which: Any) -> Conversation | None:
    row = tx.execute(select(*COLUMNS).select_from(PEOPLE).where(which)).first()
    return _conversation(tx, row) if row else None


def _conversation(tx: Tx, row: Any) -> Conversation:
    leads = row.leader_id is not None and row.removed_at is None
    sites = select(leader_sites.c.site_no).where(leader_sites.c.leader_id == row.leader_id)
    return Conversation(
        id=row.id,
        channel=row.channel,
        account=row.account,
        name=row.name,
        talk=row.talk,
        customer_id=row.customer_id,
        phone=row.phone or "",
        customer_name=row.customer_name or "",
        sample=bool(row.sample),
        leader_id=row.leader_id if leads else None,
        leader_name=row.leader_name or "",
        sites=tuple(tx.execute(sites).scalars()) if leads else (),
    )


def save(tx: Tx, conversation_id: int, talk: Mapping[str, Any], *, now: datetime) -> None:
    """Keep what the talk remembers."""
    tx.execute(
        update(conversations).where(conversations.c.id == conversation_id).values(talk=dict(talk), updated_at=now)
    )


def forget(tx: Tx, key: str) -> None:
    """Take a message out of the inbox, so that it may be handled after all."""
    tx.execute(delete(inbox).where(inbox.c.key == key))
