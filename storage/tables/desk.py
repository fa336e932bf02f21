"""Tables of the desk and its evidence: photos, messages of the group, and what agents put right."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text

from storage.tables.base import METADATA, Instant, Serial, flag

evidence = Table(
    "evidence",
    METADATA,
    Column("id", Serial, primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("claim_id", String(32)),
    Column("ticket_no", ForeignKey("tickets.no")),
    Column("kind", String(16), nullable=False),  # photo, video, voice, document
    Column("side", String(8), nullable=False),  # customer or staff
    Column("channel", String(16), nullable=False),
    Column("ref", Text, nullable=False),  # the channel's own reference
    Column("album", String(128), nullable=False, server_default=""),
    Column("state", String(16), nullable=False),  # pending, stored, refused, gone
    Column("verdict", String(24), nullable=False, server_default=""),
    flag("restricted"),  # of somebody's health: shown to the ticket's owner and supervisors alone, when they ask
    Column("media_key", String(128), nullable=False, server_default=""),
    Column("thumb_key", String(128), nullable=False, server_default=""),
    Column("sha256", String(64), nullable=False, server_default=""),
    Column("width", Integer),
    Column("height", Integer),
    Column("seconds", Integer),
    Column("at", Instant, nullable=False),
    Column("fetched_at", Instant),
    Column("signs", JSON, nullable=False, server_default="[]"),  # that it was made or edited; see media.signs
    flag("printed"),  # whether its prints were taken
    Column("order_line_no", Integer),  # the goods that it shows, where that is known
    Index(None, "claim_id"),
    Index(None, "ticket_no"),
    Index(None, "sha256"),
)

desk_messages = Table(
    "desk_messages",
    METADATA,
    Column("desk", String(16), primary_key=True),
    Column("message_id", String(64), primary_key=True),
    Column("ticket_no", String(9)),
    Column("kind", String(16), nullable=False),  # card, relay, question, board
    Column("data", JSON, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "desk", "kind", "ticket_no"),
)

corrections = Table(
    "corrections",
    METADATA,
    Column("id", Serial, primary_key=True),
    Column("ticket_no", ForeignKey("tickets.no"), nullable=False),
    Column("line", Integer),  # empty for what concerns the whole ticket
    Column("field", String(16), nullable=False),  # problem, item, quantity, severity
    Column("was", Text, nullable=False),
    Column("now", Text, nullable=False),
    Column("messages", JSON, nullable=False),  # keys of the inbox: what the bot had read it from
    Column("by", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "ticket_no", "id"),
)
