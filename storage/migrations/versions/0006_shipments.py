"""What was sent to customers and what comes back, line by line, and the coupons that were issued.

Revision ID: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the columns and the table; of what was decided before nothing is known to be sent or issued."""
    op.add_column("ticket_lines", sa.Column("coupon_kind", sa.Text(), server_default="", nullable=False))
    op.add_column("ticket_lines", sa.Column("coupon_code", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "shipments",
        sa.Column("ticket_no", sa.String(length=9), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("direction", sa.String(length=4), nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("promised_at", sa.BigInteger(), nullable=True),
        sa.Column("arranged_at", sa.BigInteger(), nullable=True),
        sa.Column("carrier", sa.String(length=16), server_default="", nullable=False),
        sa.Column("tracking", sa.String(length=40), server_default="", nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_no"], ["tickets.no"], name="fk_shipments_ticket_no_tickets"),
        sa.PrimaryKeyConstraint("ticket_no", "line", "direction", name="pk_shipments"),
    )
    op.create_index("ix_shipments_tracking", "shipments", ["tracking"])
