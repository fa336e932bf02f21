"""The first schema.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations import first_schema

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table, parents before their children."""
    _customers()
    _dead_letters()
    _desk_messages()
    _inbox()
    _leaders()
    _mailboxes()
    _meta()
    _orders()
    _parked()
    _policies()
    _sandbox_messages()
    _staff()
    _wechat_answers()
    _wechat_ledger()
    _wechat_media()
    _wechat_tokens()
    first_schema.conversations()
    first_schema.leader_sites()
    first_schema.order_lines()
    first_schema.outbox()
    first_schema.tickets()
    first_schema.clocks()
    first_schema.complainants()
    first_schema.corrections()
    first_schema.events()
    first_schema.evidence()
    first_schema.ticket_lines()


def _customers() -> None:
    op.create_table(
        "customers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sample", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_customers"),
        sa.UniqueConstraint("phone", "sample", name="uq_customers_phone_sample"),
    )


def _dead_letters() -> None:
    op.create_table(
        "dead_letters",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("mailbox", sa.String(length=160), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("died_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dead_letters"),
    )


def _desk_messages() -> None:
    op.create_table(
        "desk_messages",
        sa.Column("desk", sa.String(length=16), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("ticket_no", sa.String(length=9), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("desk", "message_id", name="pk_desk_messages"),
    )
    op.create_index("ix_desk_messages_desk_kind_ticket_no", "desk_messages", ["desk", "kind", "ticket_no"])


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_inbox"),
    )
    op.create_index("ix_inbox_conversation_id_at", "inbox", ["conversation_id", "at"])


def _leaders() -> None:
    op.create_table(
        "leaders",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("sample", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_leaders"),
        sa.UniqueConstraint("code_hash", name="uq_leaders_code_hash"),
    )


def _mailboxes() -> None:
    op.create_table(
        "mailboxes",
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("next_due", sa.BigInteger(), nullable=True),
        sa.Column("blocked", sa.BigInteger(), nullable=True),
        sa.Column("blocked_why", sa.Text(), server_default="", nullable=False),
        sa.Column("lease", sa.String(length=40), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("upto", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_mailboxes"),
    )
    op.create_index("ix_mailboxes_next_due", "mailboxes", ["next_due"])
    op.create_index("ix_mailboxes_priority_next_due", "mailboxes", ["priority", "next_due"])


def _meta() -> None:
    op.create_table(
        "meta",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_meta"),
    )


def _orders() -> None:
    op.create_table(
        "orders",
        sa.Column("order_no", sa.String(length=64), nullable=False),
        sa.Column("order_key", sa.String(length=64), nullable=False),
        sa.Column("activity_no", sa.String(length=64), server_default="", nullable=False),
        sa.Column("participate_no", sa.String(length=32), server_default="", nullable=False),
        sa.Column("site_no", sa.String(length=64), server_default="", nullable=False),
        sa.Column("leader_name", sa.Text(), server_default="", nullable=False),
        sa.Column("buyer_name", sa.Text(), server_default="", nullable=False),
        sa.Column("buyer_phone", sa.String(length=32), server_default="", nullable=False),
        sa.Column("phone_tail", sa.String(length=4), server_default="", nullable=False),
        sa.Column("placed_at", sa.BigInteger(), nullable=True),
        sa.Column("promised_at", sa.BigInteger(), nullable=True),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.Column("sample", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("imported_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("order_no", name="pk_orders"),
        sa.UniqueConstraint("order_key", name="uq_orders_order_key"),
    )
    op.create_index("ix_orders_buyer_phone", "orders", ["buyer_phone"])
    op.create_index("ix_orders_participate_no_phone_tail", "orders", ["participate_no", "phone_tail"])
    op.create_index("ix_orders_site_no_participate_no", "orders", ["site_no", "participate_no"])


def _parked() -> None:
    op.create_table(
        "parked",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("door", sa.String(length=16), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("retried_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_parked"),
        sa.UniqueConstraint("key", name="uq_parked_key"),
    )


def _policies() -> None:
    op.create_table(
        "policies",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("stored_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_policies"),
    )


def _sandbox_messages() -> None:
    op.create_table(
        "sandbox_messages",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.String(length=160), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("buttons", sa.JSON(), nullable=False),
        sa.Column("media", sa.JSON(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("ticket_no", sa.String(length=9), nullable=True),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("edited_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sandbox_messages"),
        sa.UniqueConstraint("key", name="uq_sandbox_messages_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sandbox_messages_change", "sandbox_messages", ["change"])
    op.create_index("ix_sandbox_messages_place_id", "sandbox_messages", ["place", "id"])
    op.create_index("ix_sandbox_messages_ticket_no", "sandbox_messages", ["ticket_no"])


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("desk", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("desk", "user_id", name="pk_staff"),
    )


def _wechat_answers() -> None:
    op.create_table(
        "wechat_answers",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_wechat_answers"),
    )
    op.create_index("ix_wechat_answers_at", "wechat_answers", ["at"])


def _wechat_ledger() -> None:
    op.create_table(
        "wechat_ledger",
        sa.Column("account", sa.String(length=128), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=True),
        sa.Column("pushes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("clicked_at", sa.BigInteger(), nullable=True),
        sa.Column("clicks", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.Column("last_key", sa.String(length=200), server_default="", nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("partial", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("partial_done", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("templated", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_wechat_ledger"),
    )


def _wechat_media() -> None:
    op.create_table(
        "wechat_media",
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("media_id", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_wechat_media"),
    )


def _wechat_tokens() -> None:
    op.create_table(
        "wechat_tokens",
        sa.Column("app_id", sa.String(length=64), nullable=False),
        sa.Column("token", sa.Text(), server_default="", nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("refreshing_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("app_id", name="pk_wechat_tokens"),
    )
