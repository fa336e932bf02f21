"""What the order system says of an order's state, its refunds, and sums that its lines share.

Revision ID: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns; what is stored already says nothing in them until it is imported again."""
    op.add_column("orders", sa.Column("order_status", sa.String(length=16), server_default="", nullable=False))
    op.add_column("orders", sa.Column("shared_paid", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("order_lines", sa.Column("refund_status", sa.String(length=16), server_default="", nullable=False))
    op.add_column("order_lines", sa.Column("refunded", sa.BigInteger(), nullable=True))
