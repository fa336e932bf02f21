"""Tables of what pictures show: prints of photos, their keys, and which photos are the same picture."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table

from storage.tables.base import METADATA, Serial

prints = Table(  # of a photo one to six: of its whole and of what a frame encloses, turned as its slope may be read
    "prints",
    METADATA,
    Column("id", Serial, primary_key=True),
    Column("evidence_id", ForeignKey("evidence.id", ondelete="CASCADE"), nullable=False),
    Column("pattern", String(64), nullable=False),  # 256 bits as hex
    Index(None, "evidence_id"),
)

print_keys = Table(  # a print is found by any of four keys
    "print_keys",
    METADATA,
    Column("key", BigInteger, primary_key=True, autoincrement=False),  # 33 bits, and one more for sample and business
    Column("print_id", ForeignKey("prints.id", ondelete="CASCADE"), primary_key=True),
    Column("bits", BigInteger, nullable=False),
    Index(None, "print_id"),
    sqlite_with_rowid=False,
)

print_matches = Table(  # both ways
    "print_matches",
    METADATA,
    Column("piece_id", ForeignKey("evidence.id", ondelete="CASCADE"), primary_key=True),
    Column("other_id", ForeignKey("evidence.id", ondelete="CASCADE"), primary_key=True),
    Column("apart", Integer, nullable=False),  # of 256 places
    Index(None, "other_id"),
)
