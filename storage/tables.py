"""Every table of the house, as SQLAlchemy Core sees it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware datetime kept as whole milliseconds since 1970 UTC: compares and indexes alike on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Refuse a naive time: its zone would be a guess."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without zone was given: {value}")
        return (value - EPOCH) // MILLISECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return UTC back."""
        return None if value is None else EPOCH + value * MILLISECOND


METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# BigInteger would not autoincrement on SQLite
Serial = BigInteger().with_variant(Integer, "sqlite")


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=text("false"))


meta = Table("meta", METADATA, Column("key", String(64), primary_key=True), Column("value", Text, nullable=False))

policies = Table(
    "policies",
    METADATA,
    Column("hash", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("stored_at", Instant, nullable=False),
)

orders = Table(
    "orders",
    METADATA,
    Column("order_no", String(64), primary_key=True),
    Column("order_key", String(64), nullable=False, unique=True),  # upper case, letters and digits only
    Column("activity_no", String(64), nullable=False, server_default=""),
    Column("participate_no", String(32), nullable=False, server_default=""),
    Column("site_no", String(64), nullable=False, server_default=""),
    Column("leader_name", Text, nullable=False, server_default=""),
    Column("buyer_name", Text, nullable=False, server_default=""),
    Column("buyer_phone", String(32), nullable=False, server_default=""),
    Column("phone_tail", String(4), nullable=False, server_default=""),
    Column("placed_at", Instant),
    Column("promised_at", Instant),
    Column("delivered_at", Instant),
    _flag("sample"),
    Column("imported_at", Instant, nullable=False),
    Index(None, "participate_no", "phone_tail"),
    Index(None, "buyer_phone"),
    Index(None, "site_no", "participate_no"),
)

order_lines = Table(
    "order_lines",
    METADATA,
    Column("order_no", ForeignKey("orders.order_no"), primary_key=True),
    Column("line_no", Integer, primary_key=True, autoincrement=False),
    Column("sku", String(64), nullable=False, server_default=""),
    Column("item", Text, nullable=False),
    Column("spec", Text, nullable=False, server_default=""),
    Column("quantity", Float, nullable=False),
    Column("unit", Text, nullable=False, server_default=""),
    Column("unit_price", BigInteger),
    Column("paid", BigInteger, nullable=False),
    Column("lot_no", String(64), nullable=False, server_default=""),
    Column("supplier", Text, nullable=False, server_default=""),
    Column("carrier", Text, nullable=False, server_default=""),
    Column("tags", Text, nullable=False, server_default=""),
    Index(None, "lot_no"),
)

customers = Table(
    "customers",
    METADATA,
    Column("id", Serial, primary_key=True),
    Column("phone", String(32), nullable=False),
    Column("name", Text, nullable=False),
    _flag("sample"),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("phone", "sample"),
)

leaders = Table(
    "leaders",
    METADATA,
    Column("id", Serial, primary_key=True),
    Column("name", Text, nullable=False),
    Column("code_hash", String(64), unique=True),  # of the one-time bind code; empty once used
    _flag("sample"),
    Column("created_at", Instant, nullable=False),
    Column("removed_at", Instant),
)

leader_sites = Table(
    "leader_sites",
    METADATA,
    Column("leader_id", ForeignKey("leaders.id"), primary_key=True),
    Column("site_no", String(64), primary_key=True),
)

conversations = Table(
    "conversations",
    METADATA,
    Column("id", Serial, primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("account", String(128), nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("customer_id", ForeignKey("customers.id")),
    Column("leader_id", ForeignKey("leaders.id")),
    Column("talk", JSON, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    UniqueConstraint("channel", "account"),
    Index(None, "customer_id"),
)

inbox = Table(
    "inbox",
    METADATA,
    Column("key", String(200), primary_key=True),
    Column("conversation_id", BigInteger),
    Column("at", Instant, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("text", Text, nullable=False, server_default=""),
    Index(None, "conversation_id", "at"),
)

parked = Table(
    "parked",
    METADATA,
    Column("id", Serial, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("key", String(200), nullable=False, unique=True),
    Column("door", String(16), nullable=False),  # channel or desk, with its name in the raw message
    Column("raw", JSON, nullable=False),
    Column("error", Text, nullable=False),
    Column("retried_at", Instant),
)

staff = Table(
    "staff",
    METADATA,
    Column("desk", String(16), primary_key=True),
    Column("user_id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),  # agent or supervisor
    Column("seen_at", Instant, nullable=False),
    Column("left_at", Instant),
)

tickets = Table(
    "tickets",
    METADATA,
    Column("no", String(9), primary_key=True),
    Column("claim_id", String(32), nullable=False, unique=True),  # so that a draft never makes a second ticket
    Column("state", String(20), nullable=False),
    Column("severity", String(8), nullable=False),
    Column("rank", Integer, nullable=False),  # 0 safety, 1 major, 2 special group, 3 the rest: the queue's first key
    Column("desk", String(16), nullable=False),  # which desk sees it
    _flag("raised"),
    Column("why", String(24), nullable=False, server_default=""),  # why it was raised: safety, human, misses, ...
    Column("order_no", ForeignKey("orders.order_no")),
    Column("customer_id", ForeignKey("customers.id")),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("leader_id", ForeignKey("leaders.id")),
    Column("site_no", String(64), nullable=False, server_default=""),
    Column("language", String(8), nullable=False),
    Column("policy_hash", ForeignKey("policies.hash"), nullable=False),
    Column("signals", JSON, nullable=False),
    Column("special", JSON, nullable=False),
    Column("said", JSON, nullable=False),  # the customer's own words, [[iso time, text], ...]
    Column("warnings", JSON, nullable=False),  # codes an agent should see
    Column("owner_id", String(64)),
    Column("owner_name", Text),
    Column("owned_at", Instant),
    Column("answered_at", Instant),  # first human word or decision
    Column("reported_at", Instant, nullable=False),
    Column("filed_at", Instant),
    Column("decided_at", Instant),
    Column("closed_at", Instant),
    Column("due_at", Instant),  # the next promise a human has to keep
    _flag("late"),
    Column("version", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index(None, "desk", "state", "rank", "due_at"),
    Index(None, "order_no"),
    Index(None, "conversation_id"),
    Index(None, "customer_id"),
)

ticket_lines = Table(
    "ticket_lines",
    METADATA,
    Column("ticket_no", ForeignKey("tickets.no"), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("order_line_no", Integer),
    Column("item", Text, nullable=False),
    Column("problem", String(32), nullable=False),
    Column("quantity", Text, nullable=False),  # a fraction as text ("2", "1/3"), or "" when unknown
    Column("unit", Text, nullable=False),
    Column("share", Text, nullable=False),  # the fraction of the order line's paid sum, as text
    Column("detail", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("wish", String(16), nullable=False, server_default=""),
    Column("wish_amount", BigInteger),  # 分 that the wish comes to; empty when it moves no money
    Column("remedy", String(16), nullable=False, server_default=""),  # offered or decided
    Column("amount", BigInteger, nullable=False, server_default=text("0")),
    Column("coupon", BigInteger, nullable=False, server_default=text("0")),
    Column("reason", Text, nullable=False, server_default=""),
    Column("decided_by", Text),
    Column("decided_at", Instant),
    Column("refund_due_at", Instant),
    Column("also", Text, nullable=False, server_default=""),  # further problem codes of the same item, by spaces
    Column("heard_at", Instant),  # the message its problem was read from: inbox and tickets.said by this time
    Index(None, "order_line_no"),
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

complainants = Table(
    "complainants",
    METADATA,
    Column("ticket_no", ForeignKey("tickets.no"), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), primary_key=True),
    Column("role", String(16), nullable=False),  # buyer or leader
    Column("at", Instant, nullable=False),
)

clocks = Table(
    "clocks",
    METADATA,
    Column("ticket_no", ForeignKey("tickets.no"), primary_key=True),
    Column("name", String(32), primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("stopped_at", Instant),
    Column("breached_at", Instant),
)

events = Table(
    "events",
    METADATA,
    Column("id", Serial, primary_key=True),
    Column("ticket_no", ForeignKey("tickets.no"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),  # customer:telegram:1001, agent:telegram:77, bot, clock
    Column("kind", String(32), nullable=False),
    Column("data", JSON, nullable=False),
    Column("chain", String(64), nullable=False),  # SHA-256 over the ticket's previous chain and this row
    Index(None, "ticket_no", "id"),
)

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
    _flag("restricted"),  # of somebody's health: shown to the ticket's owner and supervisors alone, when they ask
    Column("media_key", String(128), nullable=False, server_default=""),
    Column("thumb_key", String(128), nullable=False, server_default=""),
    Column("sha256", String(64), nullable=False, server_default=""),
    Column("phash", String(64), nullable=False, server_default=""),
    Column("phash256", String(64), nullable=False, server_default=""),
    Column("width", Integer),
    Column("height", Integer),
    Column("seconds", Integer),
    Column("at", Instant, nullable=False),
    Column("fetched_at", Instant),
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

mailboxes = Table(
    "mailboxes",
    METADATA,
    Column("name", String(160), primary_key=True),
    Column("priority", Integer, nullable=False),
    Column("next_due", Instant),  # max(due of the head, blocked); empty when the box is empty
    Column("blocked", Instant),
    Column("blocked_why", Text, nullable=False, server_default=""),
    Column("lease", String(40)),
    Column("lease_until", Instant),
    Column("upto", BigInteger, nullable=False, server_default=text("0")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Index(None, "priority", "next_due"),
    Index(None, "next_due"),
)

outbox = Table(
    "outbox",
    METADATA,
    Column("id", Serial, primary_key=True),
    Column("mailbox", ForeignKey("mailboxes.name"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index(None, "mailbox", "id"),
    sqlite_autoincrement=True,  # an id once struck off must not come back: order and `upto` rest on it
)

dead_letters = Table(
    "dead_letters",
    METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("mailbox", String(160), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("error", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("died_at", Instant, nullable=False),
)

sandbox_messages = Table(
    "sandbox_messages",
    METADATA,
    Column("id", Serial, primary_key=True),
    Column("place", String(160), nullable=False),  # chat:ACCOUNT or desk
    Column("sender", Text, nullable=False),  # customer, bot, or a member of the staff by id
    Column("kind", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("buttons", JSON, nullable=False),  # rows of [label, tap]
    Column("media", JSON, nullable=False),  # [{kind, key, name, seconds, album}, ...]
    Column("data", JSON, nullable=False),  # what else the page shows: due times, the tap that was pressed
    Column("ticket_no", String(9)),
    Column("key", String(200), nullable=False, unique=True),  # mail:ID or sandbox:ID, so that it shows once
    Column("change", BigInteger, nullable=False),  # rises with every write: where a page goes on reading
    Column("at", Instant, nullable=False),
    Column("edited_at", Instant),
    Index(None, "place", "id"),
    Index(None, "change"),
    Index(None, "ticket_no"),
    sqlite_autoincrement=True,  # a page names messages by id: none may come back as another
)

wechat_tokens = Table(
    "wechat_tokens",
    METADATA,
    Column("app_id", String(64), primary_key=True),
    Column("token", Text, nullable=False, server_default=""),
    Column("expires_at", Instant),
    Column("refreshing_until", Instant),  # who fetches a new one has the word until then
)

wechat_ledger = Table(
    "wechat_ledger",
    METADATA,
    Column("account", String(128), primary_key=True),
    Column("written_at", Instant),  # the last message: opens 48 hours and five pushes
    Column("pushes", Integer, nullable=False, server_default=text("0")),  # used since then
    Column("clicked_at", Instant),  # the last click, follow or scan: one minute and three pushes
    Column("clicks", Integer, nullable=False, server_default=text("0")),  # used since then
    Column("left_at", Instant),  # unsubscribed; empty while the customer follows
    Column("last_key", String(200), nullable=False, server_default=""),  # of the message counted last
    Column("choices", JSON, nullable=False),  # taps behind the numbers of the text sent last
    Column("partial", BigInteger, nullable=False, server_default=text("0")),  # a mail of which a part went
    Column("partial_done", Integer, nullable=False, server_default=text("0")),  # how many of its parts
    Column("templated", BigInteger, nullable=False, server_default=text("0")),  # the last mail told by a template
)

wechat_answers = Table(
    "wechat_answers",
    METADATA,
    Column("key", String(200), primary_key=True),  # of the message that was answered
    Column("kind", String(8), nullable=False),  # text or image
    Column("content", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "at"),
)

wechat_media = Table(
    "wechat_media",
    METADATA,
    Column("key", String(160), primary_key=True),  # kind and media key
    Column("media_id", Text, nullable=False),
    Column("expires_at", Instant, nullable=False),
)
