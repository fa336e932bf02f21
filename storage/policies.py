"""Policies stored whole by their hash, and which of them is in force."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from storage.database import Tx, insert
from storage.tables import meta, policies

IN_FORCE = "policy_in_force"


def store(tx: Tx, policy_hash: str, *, name: str, text: str, now: datetime) -> None:
    """Keep a policy's text; one that is kept already stays as it is."""
    row = insert(tx)(policies).values(hash=policy_hash, name=name, text=text, stored_at=now)
    tx.execute(row.on_conflict_do_nothing())


def text_of(tx: Tx, policy_hash: str) -> str:
    """Return a policy's text; raises LookupError when it was never stored."""
    text = tx.execute(select(policies.c.text).where(policies.c.hash == policy_hash)).scalar_one_or_none()
    if text is None:
        raise LookupError(f"no policy {policy_hash} is stored")
    return str(text)


def enforce(tx: Tx, policy_hash: str) -> None:
    """Put a stored policy in force."""
    row = insert(tx)(meta).values(key=IN_FORCE, value=policy_hash)
    tx.execute(row.on_conflict_do_update(index_elements=["key"], set_={"value": policy_hash}))
