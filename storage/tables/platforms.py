"""Tables of the platforms: the sandbox page, and what WeChat lets us send."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, String, Table, Text, text

from storage.tables.base import METADATA, Instant, Serial

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
