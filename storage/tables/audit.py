"""Tables of the audit: which key the log is kept under, the register of tickets, and the daily anchors."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table

from storage.tables.base import METADATA, Instant, Serial

audit_keys = Table(
    "audit_keys",
    METADATA,
    Column("id", Serial, primary_key=True),
    Column("fingerprint", String(16), nullable=False),
    Column("since_event", BigInteger, nullable=False),  # events up to this one were written without it
    Column("at", Instant, nullable=False),
    Column("seal", String(64), nullable=False),
)

ticket_register = Table(  # one sum over all tickets, in slots so that those who file at the same time need not wait
    "ticket_register",
    METADATA,
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("total", String(64), nullable=False),
)

anchors = Table(
    "anchors",
    METADATA,
    Column("id", Serial, primary_key=True),
    Column("day", String(10), nullable=False),
    Column("at", Instant, nullable=False),
    Column("upto", BigInteger, nullable=False),  # the last event that it covers
    Column("events", BigInteger, nullable=False),
    Column("tickets", BigInteger, nullable=False),
    Column("total", String(64), nullable=False),  # over the heads of all tickets at that event
    Column("seal", String(64), nullable=False),  # over this row and the seal of the anchor before it
)
