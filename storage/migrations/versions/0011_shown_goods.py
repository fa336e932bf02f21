"""Which goods a piece of evidence shows.

Revision ID: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the column; of what is there already nobody said it."""
    op.add_column("evidence", sa.Column("order_line_no", sa.Integer(), nullable=True))
