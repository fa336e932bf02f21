"""Tables of what is sent: mailboxes, their rows, and dead letters."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, text

from storage.tables.base import METADATA, Instant, Serial

mailboxes = Table(
    "mailboxes",
    METADATA,
    Column("name", String(160), primary_key=True),
    Column("priority", Integer, nullable=False),
    Column("next_due", Instant),  # max(due of the head, blocked); empty when the box is empty
    Column("blocked", Instant),
    Column("blocked_why", Text, nullable=False, server_default=""),
    Column("lease", String(40)),
    Column("lease_until", Instant),
    Column("upto", BigInteger, nullable=False, server_default=text("0")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("keeper", String(40)),  # the process that put the last row and carries it unless it is late
    Index(None, "priority", "next_due"),
    Index(None, "next_due"),
    Index(
        "ix_mailboxes_lease",
        "lease",
        postgresql_where=text("lease IS NOT NULL"),
        sqlite_where=text("lease IS NOT NULL"),
    ),
)

outbox = Table(
    "outbox",
    METADATA,
    Column("id", Serial, primary_key=True),
    Column("mailbox", ForeignKey("mailboxes.name"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index(None, "mailbox", "id"),
    sqlite_autoincrement=True,  # an id once deleted must not come back: order and `upto` rest on it
)

dead_letters = Table(
    "dead_letters",
    METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("mailbox", String(160), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("error", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("died_at", Instant, nullable=False),
)
