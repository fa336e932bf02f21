"""Several processes share a database: who they are, what only one of them does, and whose mail is whose.

Revision ID: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

LEASED = sa.text("lease IS NOT NULL")


def upgrade() -> None:
    """Make two tables, and give mailboxes their keeper."""
    op.create_table(
        "processes",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("beat_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_processes"),
    )
    op.create_table(
        "duties",
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("process", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["process"], ["processes.name"], name="fk_duties_process_processes", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("name", name="pk_duties"),
    )
    op.add_column("mailboxes", sa.Column("keeper", sa.String(length=40), nullable=True))
    op.create_index("ix_mailboxes_lease", "mailboxes", ["lease"], postgresql_where=LEASED, sqlite_where=LEASED)
