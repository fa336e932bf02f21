"""Where a ticket stands among those of special groups.

Revision ID: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column; tickets that are there already stand behind newer ones of a group with priority."""
    op.add_column("tickets", sa.Column("priority", sa.Integer(), server_default=sa.text("0"), nullable=False))
