"""Links, heads and seals: pure functions over values and the installation's key.

A ticket's head is a value that only who has the key can compute; `events.chain` shows its hash. So an end that was cut
off cannot be covered up: the head of the event before it is nowhere to be read.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from storage.engines.json_text import to_json
from storage.tables import EPOCH, MILLISECOND

KEY = "claimdesk_audit_key"  # an engine's option
ROUND = 1 << 256  # sums of seals are kept within 256 bits
LINE = (  # columns of a ticket line that its seal covers; one that is added later is not among them
    "order_line_no", "item", "problem", "quantity", "unit", "share", "detail", "state", "wish", "wish_amount",
    "remedy", "amount", "coupon", "reason", "decided_by", "decided_at", "refund_due_at", "also",
    "paid_at", "issued_at", "coupon_kind", "coupon_code", "freight", "cause",
)  # fmt: skip


def key_of(tx: Connection) -> bytes:
    """Return the key under which this transaction writes; empty where the engine was opened without one."""
    key: bytes = tx.get_execution_options().get(KEY, b"")
    return key


def derived(secret: bytes) -> bytes:
    """Return the key of the log, derived from the installation's secret."""
    return hmac.digest(secret, b"claimdesk event log", "sha256")


def fingerprint(key: bytes) -> str:
    """Return by what a key is recognised; nothing of it can be learned from that."""
    return _mac(key, "fingerprint")[:16]


def _mac(key: bytes, *parts: Any) -> str:
    return hmac.digest(key, to_json(parts).encode(), "sha256").hex()


def _milliseconds(at: datetime) -> int:
    return (at - EPOCH) // MILLISECOND


def plain_link(previous: str, ticket_no: str, at: datetime, actor: str, kind: str, data: Mapping[str, Any]) -> str:
    """Return the chain of an event that is written without a key: SHA-256 over the one before it and this row."""
    row = to_json([previous, ticket_no, _milliseconds(at), actor, kind, data])
    return sha256(row.encode()).hexdigest()


def digest(key: bytes, ticket_no: str, at: datetime, actor: str, kind: str, data: Mapping[str, Any]) -> str:
    """Return the keyed digest of one event's content."""
    return _mac(key, "event", ticket_no, _milliseconds(at), actor, kind, data)


def after(key: bytes, head: str, content: str) -> str:
    """Return the head of a ticket after an event with this digest."""
    return _mac(key, "head", head, content)


def shown(head: str) -> str:
    """Return what `events.chain` shows of a head."""
    return sha256(head.encode()).hexdigest()


def begin(key: bytes, ticket_no: str, chain: str) -> str:
    """Return the head with which a ticket goes on under this key; `chain` is that of its last event so far."""
    return _mac(key, "begin", ticket_no, chain)


def line_seal(key: bytes, ticket_no: str, line: int, values: Mapping[str, Any]) -> str:
    """Return the seal of a ticket line over what was decided and what for."""
    told = [values.get(name) for name in LINE]
    return _mac(key, "line", ticket_no, line, [_plain(value) for value in told])


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return _milliseconds(value)
    return value.replace("\0", "") if isinstance(value, str) else value  # PostgreSQL cannot hold that character


def slot_start(key: bytes, slot: int) -> int:
    """Return the sum at which a slot of the tickets' register begins."""
    return int(_mac(key, "slot", slot), 16)


def ticket_term(key: bytes, ticket_no: str) -> int:
    """Return what a ticket adds to the register."""
    return int(_mac(key, "ticket", ticket_no), 16)


def head_term(key: bytes, ticket_no: str, chain: str) -> int:
    """Return what a ticket whose last event shows this chain adds to an anchor."""
    return int(_mac(key, "anchor", ticket_no, chain), 16)


def row_seal(key: bytes, what: str, values: Sequence[Any]) -> str:
    """Return the seal of a row that the audit itself keeps."""
    return _mac(key, what, list(values))
