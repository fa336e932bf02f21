"""The event log under a key (heads of tickets, seals of lines, a register, anchors), and breaches by their time.

Revision ID: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

LAST = "SELECT chain FROM events WHERE events.ticket_no = tickets.no ORDER BY events.id DESC LIMIT 1"
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns and tables; the chains stay as they are, and go on under the key from the next start."""
    op.add_column("tickets", sa.Column("head", sa.String(length=64), server_default="", nullable=False))
    op.add_column("ticket_lines", sa.Column("seal", sa.String(length=64), server_default="", nullable=False))
    breached = sa.text("breached_at IS NOT NULL")
    op.create_index(
        "ix_clocks_breached_at", "clocks", ["breached_at"], postgresql_where=breached, sqlite_where=breached
    )
    op.execute(f"UPDATE tickets SET head = COALESCE(({LAST}), '')")
    op.create_table(
        "audit_keys",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("fingerprint", sa.String(length=16), nullable=False),
        sa.Column("since_event", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_keys"),
    )
    op.create_table(
        "ticket_register",
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("total", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("slot", name="pk_ticket_register"),
    )
    op.create_table(
        "anchors",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("tickets", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_anchors"),
    )
