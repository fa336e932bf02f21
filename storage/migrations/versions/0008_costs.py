"""Freight and discounts of orders, the cause of a ticket's line, and a ledger of what tickets cost and bring back.

Revision ID: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
NONE = sa.text("0")


def upgrade() -> None:
    """Add columns that say nothing yet, and the empty ledger: what was granted before is in no row of it."""
    op.add_column("orders", sa.Column("freight", sa.BigInteger(), server_default=NONE, nullable=False))
    op.add_column("order_lines", sa.Column("discount", sa.BigInteger(), server_default=NONE, nullable=False))
    op.add_column("ticket_lines", sa.Column("freight", sa.BigInteger(), server_default=NONE, nullable=False))
    op.add_column("ticket_lines", sa.Column("cause", sa.String(length=32), server_default="", nullable=False))
    op.create_table(
        "costs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_no", sa.String(length=9), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("party", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("reference", sa.String(length=64), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["ticket_no"], ["tickets.no"], name="fk_costs_ticket_no_tickets"),
        sa.PrimaryKeyConstraint("id", name="pk_costs"),
    )
    op.create_index("ix_costs_ticket_no", "costs", ["ticket_no"])
