"""Who is who: customers behind their accounts, leaders with their sites, the staff of a desk."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Integer, String, bindparam, select, update

from storage.database import Tx, insert
from storage.orders import SANDBOX, order_key, phone_digits
from storage.prepared import Inserts, Prepared, Updates
from storage.tables import conversations, customers, leader_sites, leaders, staff

ALIKE = str.maketrans("OIL", "011")  # letters that are read as digits in a code


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """The person who bought, known by the phone on the orders (digits only)."""

    id: int
    phone: str
    name: str
    sample: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Leader:
    """Who runs pickup sites; `code_open` until the one-time bind code was used."""

    id: int
    name: str
    sites: tuple[str, ...]
    code_open: bool = False
    sample: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One of the staff at a desk; `role` is agent or supervisor."""

    user_id: str
    name: str
    role: str
    seen_at: datetime


def customer_of(tx: Tx, customer_id: int) -> Customer | None:
    """Return a customer by id."""
    return _customer(_BY_ID.first(tx, number=customer_id))


def customer(tx: Tx, phone: str, name: str, *, sample: bool, now: datetime) -> Customer:
    """Find the customer with this phone, or make one; a sample customer is never a real one.

    Raises ValueError without a phone: nobody can be told apart by it.
    """
    digits = phone_digits(phone)
    if not digits:
        raise ValueError("a customer needs a phone number")
    _ADD.run(tx, phone=digits, name=name, sample=sample, created_at=now)
    found = _customer(_BY_PHONE.first(tx, digits=digits, is_sample=sample))
    assert found, "just made"
    if not name or found.name:
        return found
    _RENAME.run(tx, found.id, name=name)
    return replace(found, name=name)


def bind(tx: Tx, conversation_id: int, customer_id: int | None) -> None:
    """Record who writes in this conversation; None takes it back."""
    _BIND.run(tx, conversation_id, customer_id=customer_id)


_ADD = Inserts(customers, ignore=["phone", "sample"])
_RENAME = Updates(customers, "id")
_BIND = Updates(conversations, "id")
_CUSTOMER = select(customers.c.id, customers.c.phone, customers.c.name, customers.c.sample)
_BY_ID = Prepared(_CUSTOMER.where(customers.c.id == bindparam("number", type_=Integer)))
_BY_PHONE = Prepared(
    _CUSTOMER.where(
        customers.c.phone == bindparam("digits", type_=String),
        customers.c.sample == bindparam("is_sample", type_=Boolean),
    )
)


def _customer(row: Sequence[Any] | None) -> Customer | None:
    if row is None:
        return None
    number, phone, name, sample = row
    return Customer(id=number, phone=phone, name=name, sample=sample)


def hash_code(code: str) -> str:
    """Return the SHA-256 under which a bind code is kept: blind to case and separators, O = 0, I = L = 1."""
    return hashlib.sha256(order_key(code).translate(ALIKE).encode()).hexdigest()


def add_leader(
    tx: Tx, name: str, sites: Iterable[str], code_hash: str | None, now: datetime, *, sample: bool = False
) -> Leader:
    """Add a leader of these sites who binds an account with the code of this hash (None: bound otherwise)."""
    made = tx.execute(leaders.insert().values(name=name, code_hash=code_hash, sample=sample, created_at=now))
    leader_id = int(made.inserted_primary_key[0])  # type: ignore[index]  # an insert of one row always has it
    numbers = sorted(set(sites))
    if numbers:
        tx.execute(leader_sites.insert(), [{"leader_id": leader_id, "site_no": site} for site in numbers])
    return Leader(id=leader_id, name=name, sites=tuple(numbers), code_open=bool(code_hash), sample=sample)


def extend_leader(tx: Tx, leader_id: int, sites: Iterable[str]) -> None:
    """Give a leader more sites; those that the leader has already stay."""
    rows = [{"leader_id": leader_id, "site_no": site} for site in sorted(set(sites))]
    if rows:
        tx.execute(insert(tx)(leader_sites).on_conflict_do_nothing(), rows)


def bind_leader(tx: Tx, conversation_id: int, code: str, now: datetime) -> Leader | None:
    """Make this conversation the leader's whose code it is; None when no code like this is open.

    The code is struck off in the same statement that finds it: it works once. In the sandbox no real leader's does.
    """
    channel = select(conversations.c.channel).where(conversations.c.id == conversation_id).scalar_subquery()
    there = leaders.c.sample == (channel == SANDBOX)
    found = tx.execute(
        update(leaders)
        .where(leaders.c.code_hash == hash_code(code), leaders.c.removed_at.is_(None), there)
        .values(code_hash=None)
        .returning(leaders.c.id)
    ).scalar_one_or_none()
    if found is None:
        return None
    lead(tx, conversation_id, found, now)
    return leader_of(tx, found)


def lead(tx: Tx, conversation_id: int, leader_id: int, now: datetime) -> None:
    """Record that this conversation is a leader's."""
    here = conversations.c.id == conversation_id
    tx.execute(update(conversations).where(here).values(leader_id=leader_id, updated_at=now))


def leader_of(tx: Tx, leader_id: int) -> Leader | None:
    """Return a leader with the sites; None once removed."""
    return next(iter(_leaders(tx, leaders.c.id == leader_id)), None)


def list_leaders(tx: Tx) -> list[Leader]:
    """Return all leaders that are not removed, in the order in which they were added."""
    return _leaders(tx)


def remove_leader(tx: Tx, leader_id: int, now: datetime) -> bool:
    """End a leader's rights at once: accounts and an open code are let go; False if there was none."""
    gone = tx.execute(
        update(leaders)
        .where(leaders.c.id == leader_id, leaders.c.removed_at.is_(None))
        .values(removed_at=now, code_hash=None)
    ).rowcount
    tx.execute(update(conversations).where(conversations.c.leader_id == leader_id).values(leader_id=None))
    return bool(gone)


def _leaders(tx: Tx, *where: Any) -> list[Leader]:
    query = (
        select(leaders.c.id, leaders.c.name, leaders.c.code_hash, leaders.c.sample, leader_sites.c.site_no)
        .outerjoin(leader_sites, leader_sites.c.leader_id == leaders.c.id)
        .where(leaders.c.removed_at.is_(None), *where)
        .order_by(leaders.c.id, leader_sites.c.site_no)
    )
    found: dict[int, Leader] = {}
    for row in tx.execute(query):
        known = found.get(row.id)
        sites = (*(known.sites if known else ()), *([row.site_no] if row.site_no is not None else []))
        found[row.id] = Leader(
            id=row.id, name=row.name, sites=sites, code_open=row.code_hash is not None, sample=row.sample
        )
    return list(found.values())


def seen(tx: Tx, desk: str, user_id: str, name: str, role: str, now: datetime) -> None:
    """Record that this member of the staff acted; one who had left is back."""
    new = insert(tx)(staff).values(desk=desk, user_id=user_id, name=name, role=role, seen_at=now, left_at=None)
    values = {"name": name, "role": role, "seen_at": now, "left_at": None}
    tx.execute(new.on_conflict_do_update(index_elements=["desk", "user_id"], set_=values))


def left(tx: Tx, desk: str, user_id: str, now: datetime) -> None:
    """Note that a member left the desk's group."""
    tx.execute(update(staff).where(staff.c.desk == desk, staff.c.user_id == user_id).values(left_at=now))


def staff_of(tx: Tx, desk: str) -> list[Member]:
    """Return the known staff of a desk who have not left, supervisors first, then by who acted last."""
    query = (
        select(staff.c.user_id, staff.c.name, staff.c.role, staff.c.seen_at)
        .where(staff.c.desk == desk, staff.c.left_at.is_(None))
        .order_by(staff.c.role.desc(), staff.c.seen_at.desc(), staff.c.user_id)
    )
    return [Member(**row._asdict()) for row in tx.execute(query)]
