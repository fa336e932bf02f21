"""The second half of the first schema: tables that refer to others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def conversations() -> None:
    """Make the table of this name."""
    op.create_table(
        "conversations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("account", sa.String(length=128), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("leader_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("talk", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_conversations_customer_id_customers"),
        sa.ForeignKeyConstraint(["leader_id"], ["leaders.id"], name="fk_conversations_leader_id_leaders"),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
        sa.UniqueConstraint("channel", "account", name="uq_conversations_channel_account"),
    )
    op.create_index("ix_conversations_customer_id", "conversations", ["customer_id"])


def leader_sites() -> None:
    """Make the table of this name."""
    op.create_table(
        "leader_sites",
        sa.Column("leader_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_no", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["leader_id"], ["leaders.id"], name="fk_leader_sites_leader_id_leaders"),
        sa.PrimaryKeyConstraint("leader_id", "site_no", name="pk_leader_sites"),
    )


def order_lines() -> None:
    """Make the table of this name."""
    op.create_table(
        "order_lines",
        sa.Column("order_no", sa.String(length=64), nullable=False),
        sa.Column("line_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sku", sa.String(length=64), server_default="", nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("spec", sa.Text(), server_default="", nullable=False),
        sa.Column("quantity", sa.Float(), nullable=False),
        sa.Column("unit", sa.Text(), server_default="", nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=True),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("lot_no", sa.String(length=64), server_default="", nullable=False),
        sa.Column("supplier", sa.Text(), server_default="", nullable=False),
        sa.Column("carrier", sa.Text(), server_default="", nullable=False),
        sa.Column("tags", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["order_no"], ["orders.order_no"], name="fk_order_lines_order_no_orders"),
        sa.PrimaryKeyConstraint("order_no", "line_no", name="pk_order_lines"),
    )
    op.create_index("ix_order_lines_lot_no", "order_lines", ["lot_no"])


def outbox() -> None:
    """Make the table of this name."""
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mailbox", sa.String(length=160), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["mailbox"], ["mailboxes.name"], name="fk_outbox_mailbox_mailboxes"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_mailbox_id", "outbox", ["mailbox", "id"])


def tickets() -> None:
    """Make the table of this name."""
    op.create_table(
        "tickets",
        sa.Column("no", sa.String(length=9), nullable=False),
        sa.Column("claim_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("severity", sa.String(length=8), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("desk", sa.String(length=16), nullable=False),
        sa.Column("raised", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("why", sa.String(length=24), server_default="", nullable=False),
        sa.Column("order_no", sa.String(length=64), nullable=True),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("conversation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("leader_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("site_no", sa.String(length=64), server_default="", nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("policy_hash", sa.String(length=64), nullable=False),
        sa.Column("signals", sa.JSON(), nullable=False),
        sa.Column("special", sa.JSON(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("owner_id", sa.String(length=64), nullable=True),
        sa.Column("owner_name", sa.Text(), nullable=True),
        sa.Column("owned_at", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("reported_at", sa.BigInteger(), nullable=False),
        sa.Column("filed_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("late", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_tickets_conversation_id_conversations"
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_tickets_customer_id_customers"),
        sa.ForeignKeyConstraint(["leader_id"], ["leaders.id"], name="fk_tickets_leader_id_leaders"),
        sa.ForeignKeyConstraint(["order_no"], ["orders.order_no"], name="fk_tickets_order_no_orders"),
        sa.ForeignKeyConstraint(["policy_hash"], ["policies.hash"], name="fk_tickets_policy_hash_policies"),
        sa.PrimaryKeyConstraint("no", name="pk_tickets"),
        sa.UniqueConstraint("claim_id", name="uq_tickets_claim_id"),
    )
    op.create_index("ix_tickets_conversation_id", "tickets", ["conversation_id"])
    op.create_index("ix_tickets_customer_id", "tickets", ["customer_id"])
    op.create_index("ix_tickets_desk_state_rank_due_at", "tickets", ["desk", "state", "rank", "due_at"])
    op.create_index("ix_tickets_order_no", "tickets", ["order_no"])


def clocks() -> None:
    """Make the table of this name."""
    op.create_table(
        "clocks",
        sa.Column("ticket_no", sa.String(length=9), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("stopped_at", sa.BigInteger(), nullable=True),
        sa.Column("breached_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_no"], ["tickets.no"], name="fk_clocks_ticket_no_tickets"),
        sa.PrimaryKeyConstraint("ticket_no", "name", name="pk_clocks"),
    )


def complainants() -> None:
    """Make the table of this name."""
    op.create_table(
        "complainants",
        sa.Column("ticket_no", sa.String(length=9), nullable=False),
        sa.Column("conversation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_complainants_conversation_id_conversations"
        ),
        sa.ForeignKeyConstraint(["ticket_no"], ["tickets.no"], name="fk_complainants_ticket_no_tickets"),
        sa.PrimaryKeyConstraint("ticket_no", "conversation_id", name="pk_complainants"),
    )


def corrections() -> None:
    """Make the table of this name."""
    op.create_table(
        "corrections",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_no", sa.String(length=9), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("field", sa.String(length=16), nullable=False),
        sa.Column("was", sa.Text(), nullable=False),
        sa.Column("now", sa.Text(), nullable=False),
        sa.Column("messages", sa.JSON(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_no"], ["tickets.no"], name="fk_corrections_ticket_no_tickets"),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
    )
    op.create_index("ix_corrections_ticket_no_id", "corrections", ["ticket_no", "id"])


def events() -> None:
    """Make the table of this name."""
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_no", sa.String(length=9), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["ticket_no"], ["tickets.no"], name="fk_events_ticket_no_tickets"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    op.create_index("ix_events_ticket_no_id", "events", ["ticket_no", "id"])


def evidence() -> None:
    """Make the table of this name."""
    op.create_table(
        "evidence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("conversation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("claim_id", sa.String(length=32), nullable=True),
        sa.Column("ticket_no", sa.String(length=9), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("album", sa.String(length=128), server_default="", nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("verdict", sa.String(length=24), server_default="", nullable=False),
        sa.Column("restricted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("media_key", sa.String(length=128), server_default="", nullable=False),
        sa.Column("thumb_key", sa.String(length=128), server_default="", nullable=False),
        sa.Column("sha256", sa.String(length=64), server_default="", nullable=False),
        sa.Column("phash", sa.String(length=64), server_default="", nullable=False),
        sa.Column("phash256", sa.String(length=64), server_default="", nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("fetched_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_evidence_conversation_id_conversations"
        ),
        sa.ForeignKeyConstraint(["ticket_no"], ["tickets.no"], name="fk_evidence_ticket_no_tickets"),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
    )
    op.create_index("ix_evidence_claim_id", "evidence", ["claim_id"])
    op.create_index("ix_evidence_sha256", "evidence", ["sha256"])
    op.create_index("ix_evidence_ticket_no", "evidence", ["ticket_no"])


def ticket_lines() -> None:
    """Make the table of this name."""
    op.create_table(
        "ticket_lines",
        sa.Column("ticket_no", sa.String(length=9), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("order_line_no", sa.Integer(), nullable=True),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("problem", sa.String(length=32), nullable=False),
        sa.Column("quantity", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("share", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("wish", sa.String(length=16), server_default="", nullable=False),
        sa.Column("wish_amount", sa.BigInteger(), nullable=True),
        sa.Column("remedy", sa.String(length=16), server_default="", nullable=False),
        sa.Column("amount", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("coupon", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("refund_due_at", sa.BigInteger(), nullable=True),
        sa.Column("also", sa.Text(), server_default="", nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_no"], ["tickets.no"], name="fk_ticket_lines_ticket_no_tickets"),
        sa.PrimaryKeyConstraint("ticket_no", "line", name="pk_ticket_lines"),
    )
    op.create_index("ix_ticket_lines_order_line_no", "ticket_lines", ["order_line_no"])
