"""Tables of the processes that share a database, and of what only one of them may do at a time."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table

from storage.tables.base import METADATA, Instant

processes = Table(
    "processes",
    METADATA,
    Column("name", String(40), primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("beat_at", Instant, nullable=False),  # by the database's clock: who has not beaten for long is gone
)

duties = Table(
    "duties",
    METADATA,
    Column("name", String(128), primary_key=True),  # to ask for a bot's updates, to carry a desk's mail
    Column("process", ForeignKey("processes.name", ondelete="CASCADE"), nullable=False),
)
