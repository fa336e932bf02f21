"""Conversations: who writes on which channel, the messages, and the state of the talk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, String, bindparam, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert  # SQLite compiles the same ON CONFLICT clause

from storage.database import Tx, locks
from storage.orders import sampled
from storage.prepared import Prepared
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


_PEOPLE = conversations.outerjoin(customers, customers.c.id == conversations.c.customer_id).outerjoin(
    leaders, leaders.c.id == conversations.c.leader_id
)
_WHOLE = select(
    conversations.c.id,
    conversations.c.channel,
    conversations.c.account,
    conversations.c.name,
    conversations.c.talk,
    conversations.c.customer_id,
    customers.c.phone,
    customers.c.name.label("customer_name"),
    customers.c.sample,
    conversations.c.leader_id,
    leaders.c.name.label("leader_name"),
    leaders.c.removed_at,
    leaders.c.sample.label("invented"),
).select_from(_PEOPLE)
_CHANNEL, _ACCOUNT = bindparam("channel", type_=String), bindparam("account", type_=String)
_OF_ACCOUNT = Prepared(_WHOLE.where(conversations.c.channel == _CHANNEL, conversations.c.account == _ACCOUNT))
_OF_ID = Prepared(_WHOLE.where(conversations.c.id == bindparam("id", type_=BigInteger)))
_LOCK = select(conversations.c.id).with_for_update(key_share=True)  # who only refers to the row does not wait
_HOLD_ACCOUNT = Prepared(_LOCK.where(conversations.c.channel == _CHANNEL, conversations.c.account == _ACCOUNT))
_HOLD_ID = Prepared(_LOCK.where(conversations.c.id == bindparam("id", type_=BigInteger)))
_SITES = Prepared(select(leader_sites.c.site_no).where(leader_sites.c.leader_id == bindparam("id", type_=BigInteger)))
_NOW = bindparam("now", type_=conversations.c.updated_at.type)
_TALK = bindparam("talk", type_=conversations.c.talk.type)
_NEW = Prepared(
    insert(conversations)
    .values(
        channel=_CHANNEL, account=_ACCOUNT, name=bindparam("name", type_=String), talk=_TALK, created_at=_NOW,
        updated_at=_NOW,
    )
    .on_conflict_do_nothing()
)  # fmt: skip
_NOTE = Prepared(
    insert(inbox)
    .values(
        key=bindparam("key", type_=String),
        conversation_id=bindparam("conversation", type_=BigInteger),
        at=_NOW,
        kind=bindparam("kind", type_=String),
        text=bindparam("text", type_=String),
    )
    .on_conflict_do_nothing()
)
_SAVE = Prepared(
    update(conversations)
    .where(conversations.c.id == bindparam("row", type_=BigInteger))
    .values(talk=_TALK, updated_at=_NOW)
)


def note(tx: Tx, key: str, *, at: datetime, kind: str, text: str, conversation_id: int | None = None) -> bool:
    """Write a message into the inbox; False when it was there already."""
    return _NOTE.run(tx, key=key, conversation=conversation_id, now=at, kind=kind, text=text) > 0


def last_text(tx: Tx, first: str, *, later: str, but: str) -> str | None:
    """Return the newest text of a message: its key is `first`, those of its edits begin with `later`; without `but`.

    None when the message is not known.
    """
    edits = inbox.c.key.between(later, later + "\x7f") if later else inbox.c.key == first
    query = select(inbox.c.text).where(or_(inbox.c.key == first, edits), inbox.c.key != but)
    text: str | None = tx.execute(query.order_by(inbox.c.at.desc()).limit(1)).scalar_one_or_none()
    return text


def open_(tx: Tx, channel: str, account: str, *, name: str, now: datetime) -> Conversation:
    """Load the conversation of an account, or begin it; it is this transaction's until its end."""
    known = {"channel": channel, "account": account}
    if locks(tx) and not _HOLD_ACCOUNT.first(tx, **known):
        _NEW.run(tx, **known, name=name, talk={}, now=now)
        _HOLD_ACCOUNT.first(tx, **known)
    row = _OF_ACCOUNT.first(tx, **known)
    if row is None:
        _NEW.run(tx, **known, name=name, talk={}, now=now)
        row = _OF_ACCOUNT.first(tx, **known)
    assert row, "just made"
    return _conversation(tx, row)


def of_account(tx: Tx, channel: str, account: str) -> Conversation | None:
    """Load the conversation of an account; None when there is none."""
    row = _OF_ACCOUNT.first(tx, channel=channel, account=account)
    return None if row is None else _conversation(tx, row)


def by_id(tx: Tx, conversation_id: int) -> Conversation:
    """Load a conversation, for this transaction alone if it writes; raises LookupError if there is none."""
    if locks(tx):
        _HOLD_ID.first(tx, id=conversation_id)
    row = _OF_ID.first(tx, id=conversation_id)
    if row is None:
        raise LookupError(f"no conversation {conversation_id}")
    return _conversation(tx, row)


def of_buyer(tx: Tx, phone: str, *, sample: bool) -> list[Conversation]:
    """Return the conversations that are bound to the buyer with this whole phone number."""
    mine = select(conversations.c.id).join(customers, customers.c.id == conversations.c.customer_id)
    found = tx.execute(mine.where(customers.c.phone == phone, customers.c.sample == sample)).scalars()
    return [by_id(tx, number) for number in found] if phone else []


def _conversation(tx: Tx, row: Sequence[Any]) -> Conversation:
    number, channel, account, name, talk, customer, phone, customer_name, sample, *led = row
    leader, leader_name, removed, invented = led
    # samples stay in the sandbox, and nobody real is played there
    if customer is not None and bool(sample) != sampled(channel):
        customer = phone = customer_name = sample = None
    leads = leader is not None and removed is None and bool(invented) == sampled(channel)
    return Conversation(
        id=number,
        channel=channel,
        account=account,
        name=name,
        talk=talk,
        customer_id=customer,
        phone=phone or "",
        customer_name=customer_name or "",
        sample=bool(sample),
        leader_id=leader if leads else None,
        leader_name=(leader_name or "") if leads or removed else "",
        sites=tuple(site for (site,) in _SITES.rows(tx, id=leader)) if leads else (),
    )


def save(tx: Tx, conversation_id: int, talk: Mapping[str, Any], *, now: datetime) -> None:
    """Keep what the talk remembers."""
    _SAVE.run(tx, row=conversation_id, talk=talk, now=now)


def forget(tx: Tx, key: str) -> None:
    """Take a message out of the inbox, so that it may be handled after all."""
    tx.execute(delete(inbox).where(inbox.c.key == key))
