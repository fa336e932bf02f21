"""Tables of what people write: conversations, the inbox, and messages whose turn failed twice."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint

from storage.tables.base import METADATA, Instant, Serial

conversations = Table(
    "conversations",
    METADATA,
    Column("id", Serial, primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("account", String(128), nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("customer_id", ForeignKey("customers.id")),
    Column("leader_id", ForeignKey("leaders.id")),
    Column("talk", JSON, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    UniqueConstraint("channel", "account"),
    Index(None, "customer_id"),
)

inbox = Table(
    "inbox",
    METADATA,
    Column("key", String(200), primary_key=True),
    Column("conversation_id", BigInteger),
    Column("at", Instant, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("text", Text, nullable=False, server_default=""),
    Index(None, "conversation_id", "at"),
)

parked = Table(
    "parked",
    METADATA,
    Column("id", Serial, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("key", String(200), nullable=False, unique=True),
    Column("door", String(16), nullable=False),  # channel or desk, with its name in the raw message
    Column("raw", JSON, nullable=False),
    Column("error", Text, nullable=False),
    Column("retried_at", Instant),
)
