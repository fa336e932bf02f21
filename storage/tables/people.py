"""Tables of people: customers, leaders with their sites, the staff of desks."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table, Text, UniqueConstraint

from storage.tables.base import METADATA, Instant, Serial, flag

customers = Table(
    "customers",
    METADATA,
    Column("id", Serial, primary_key=True),
    Column("phone", String(32), nullable=False),
    Column("name", Text, nullable=False),
    flag("sample"),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("phone", "sample"),
)

leaders = Table(
    "leaders",
    METADATA,
    Column("id", Serial, primary_key=True),
    Column("name", Text, nullable=False),
    Column("code_hash", String(64), unique=True),  # of the one-time bind code; empty once used
    flag("sample"),
    Column("created_at", Instant, nullable=False),
    Column("removed_at", Instant),
)

leader_sites = Table(
    "leader_sites",
    METADATA,
    Column("leader_id", ForeignKey("leaders.id"), primary_key=True),
    Column("site_no", String(64), primary_key=True),
)

staff = Table(
    "staff",
    METADATA,
    Column("desk", String(16), primary_key=True),
    Column("user_id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),  # agent or supervisor
    Column("seen_at", Instant, nullable=False),
    Column("left_at", Instant),
)
