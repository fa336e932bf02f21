"""Prints of photos, the pictures that were matched by them, and signs that a picture was made or edited.

Photos with equal hashes of the old kind stay matched. What those hashes cannot give (crops, borders, mirrors) comes
with new prints, which are taken of the stored thumbnails while the service runs.

Revision ID: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

EQUAL = """
    INSERT INTO print_matches (piece_id, other_id, apart)
    SELECT one.id, other.id, 0 FROM evidence AS one JOIN evidence AS other
        ON one.phash = other.phash AND one.phash256 = other.phash256 AND one.id <> other.id
    WHERE one.phash <> '' AND one.side = 'customer' AND other.side = 'customer'
        AND (one.channel = 'sandbox') = (other.channel = 'sandbox')
"""


def upgrade() -> None:
    """Make three tables, fill what is known already, and put two columns in the place of two others."""
    op.create_table(
        "prints",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("evidence_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pattern", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name="fk_prints_evidence_id_evidence", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_prints"),
    )
    op.create_index("ix_prints_evidence_id", "prints", ["evidence_id"])
    op.create_table(
        "print_keys",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("print_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bits", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["print_id"], ["prints.id"], name="fk_print_keys_print_id_prints", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", "print_id", name="pk_print_keys"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_print_keys_print_id", "print_keys", ["print_id"])
    op.create_table(
        "print_matches",
        sa.Column("piece_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("other_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("apart", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["piece_id"], ["evidence.id"], name="fk_print_matches_piece_id_evidence", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["evidence.id"], name="fk_print_matches_other_id_evidence", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("piece_id", "other_id", name="pk_print_matches"),
    )
    op.create_index("ix_print_matches_other_id", "print_matches", ["other_id"])
    op.execute(EQUAL)
    op.drop_column("evidence", "phash")
    op.drop_column("evidence", "phash256")
    op.add_column("evidence", sa.Column("signs", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("evidence", sa.Column("printed", sa.Boolean(), server_default=sa.text("false"), nullable=False))
