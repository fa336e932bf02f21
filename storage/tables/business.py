"""Tables of the business itself: policies, orders, and what the program keeps by a name."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, String, Table, Text, text

from storage.tables.base import METADATA, Instant, flag

meta = Table("meta", METADATA, Column("key", String(64), primary_key=True), Column("value", Text, nullable=False))

policies = Table(
    "policies",
    METADATA,
    Column("hash", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("stored_at", Instant, nullable=False),
)

order_guards = Table(  # orders whose proof somebody failed; no foreign key: an order may be imported anew
    "order_guards",
    METADATA,
    Column("order_no", String(64), primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("began_at", Instant, nullable=False),  # of the first of these tries
    Column("closed_at", Instant),  # since then no phone tail proves the order
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
    Column("order_status", String(16), nullable=False, server_default=""),
    Column("shared_paid", BigInteger, nullable=False, server_default=text("0")),
    Column("freight", BigInteger, nullable=False, server_default=text("0")),
    flag("sample"),
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
    Column("refund_status", String(16), nullable=False, server_default=""),
    Column("refunded", BigInteger),
    Column("discount", BigInteger, nullable=False, server_default=text("0")),
    Index(None, "lot_no"),
)
