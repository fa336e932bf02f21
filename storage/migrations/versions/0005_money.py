"""Money that is paid: payments as they were confirmed, what of a line was handed over, and a clock's first due time.

Revision ID: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add what is needed to settle a line; lines with granted money are owed from here on."""
    op.create_table(
        "payments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_no", sa.String(length=9), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("booked_at", sa.BigInteger(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_no"], ["tickets.no"], name="fk_payments_ticket_no_tickets"),
        sa.PrimaryKeyConstraint("id", name="pk_payments"),
    )
    op.create_index("ix_payments_ticket_no", "payments", ["ticket_no"])
    op.create_index("ix_payments_reference", "payments", ["reference"])
    op.add_column("ticket_lines", sa.Column("paid_at", sa.BigInteger(), nullable=True))
    op.add_column("ticket_lines", sa.Column("issued_at", sa.BigInteger(), nullable=True))
    op.execute("UPDATE ticket_lines SET state = 'owed' WHERE state = 'approved' AND amount > 0")
    op.add_column("clocks", sa.Column("first_due_at", sa.BigInteger(), nullable=True))
    # a clock that was moved after it was breached had been due when the breach was booked
    op.execute(
        "UPDATE clocks SET first_due_at ="
        " CASE WHEN breached_at IS NOT NULL AND breached_at < due_at THEN breached_at ELSE due_at END"
    )
