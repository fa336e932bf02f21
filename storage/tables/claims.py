"""Tables of tickets: lines, who hears of them, clocks, payments, and the log of every step."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, text

from storage.tables.base import METADATA, Instant, Serial, flag

tickets = Table(
    "tickets",
    METADATA,
    Column("no", String(9), primary_key=True),
    Column("claim_id", String(32), nullable=False, unique=True),  # so that a draft never makes a second ticket
    Column("state", String(20), nullable=False),
    Column("severity", String(8), nullable=False),
    Column("rank", Integer, nullable=False),  # 0 safety, 1 major, 2 special group, 3 the rest: the queue's first key
    Column("desk", String(16), nullable=False),  # which desk sees it
    flag("raised"),
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
    Column("priority", Integer, nullable=False, server_default=text("0")),  # of its special groups, the highest
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
    flag("late"),
    Column("version", Integer, nullable=False),
    Column("head", String(64), nullable=False, server_default=""),  # from which the next event's chain is made
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
    Column("seal", String(64), nullable=False, server_default=""),  # over its other columns, under the log's key
    Column("heard_at", Instant),  # the message its problem was read from: inbox and tickets.said by this time
    Column("paid_at", Instant),  # when its money went out, as it was confirmed
    Column("issued_at", Instant),  # when its coupon was issued
    Column("coupon_kind", Text, nullable=False, server_default=""),  # the policy's coupon that was chosen
    Column("coupon_code", Text, nullable=False, server_default=""),  # what the customer was given; may stay empty
    Column("freight", BigInteger, nullable=False, server_default=text("0")),  # of `amount` what is the order's freight
    Column("cause", String(32), nullable=False, server_default=""),  # who or what it came from, a code of the policy
    Index(None, "order_line_no"),
)

shipments = Table(
    "shipments",
    METADATA,
    Column("ticket_no", ForeignKey("tickets.no"), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("direction", String(4), primary_key=True),  # out: to the customer; back: to the business
    Column("address", Text, nullable=False, server_default=""),  # where goods that come back go to
    Column("promised_at", Instant),  # until when they are sent out, as an agent arranged it
    Column("arranged_at", Instant),
    Column("carrier", String(16), nullable=False, server_default=""),  # a code of nlu.text.parcels, or ""
    Column("tracking", String(40), nullable=False, server_default=""),
    Column("sent_at", Instant),
    Column("asked_at", Instant),  # when the customer was asked whether they came, or told that nothing came back
    Column("received_at", Instant),  # somebody confirmed it
    Index(None, "tracking"),
)

costs = Table(  # what tickets cost and bring back; rows are added, never changed
    "costs",
    METADATA,
    Column("id", Serial, primary_key=True),
    Column("ticket_no", ForeignKey("tickets.no"), nullable=False),
    Column("line", Integer),  # of the ticket; empty for what concerns all of it
    Column("kind", String(16), nullable=False),  # refund, freight, coupon, goods, labour, recovery
    Column("amount", BigInteger, nullable=False),  # 分: what was spent; recoveries and what is taken back are below 0
    Column("party", String(16), nullable=False),  # house, supplier or carrier: who bears it
    Column("name", Text, nullable=False, server_default=""),  # of the supplier or carrier
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("reference", String(64), nullable=False, server_default=""),  # of a recovery: the same is booked once
    Index(None, "ticket_no"),
)

complainants = Table(
    "complainants",
    METADATA,
    Column("ticket_no", ForeignKey("tickets.no"), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), primary_key=True),
    Column("role", String(16), nullable=False),  # buyer or leader
    Column("at", Instant, nullable=False),
)

BREACHED = text("breached_at IS NOT NULL")
clocks = Table(
    "clocks",
    METADATA,
    Column("ticket_no", ForeignKey("tickets.no"), primary_key=True),
    Column("name", String(32), primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("stopped_at", Instant),
    Column("breached_at", Instant),
    Index("ix_clocks_breached_at", "breached_at", postgresql_where=BREACHED, sqlite_where=BREACHED),
    Column("first_due_at", Instant),  # what was promised at first; stays when the clock is moved
)

payments = Table(
    "payments",
    METADATA,
    Column("id", Serial, primary_key=True),
    Column("ticket_no", ForeignKey("tickets.no"), nullable=False),
    Column("line", Integer, nullable=False),
    Column("amount", BigInteger, nullable=False),  # 分
    Column("paid_at", Instant, nullable=False),
    Column("reference", Text, nullable=False),  # of the bank or the payment platform, "" where it was not named
    Column("actor", Text, nullable=False),  # who confirmed it: agent:DESK:USER, payouts, webhook
    Column("booked_at", Instant, nullable=False),
    Column("undone_at", Instant),  # the confirmation was taken back
    Index(None, "ticket_no"),
    Index(None, "reference"),
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
    Column("chain", String(64), nullable=False),  # of the ticket's head after it, see storage.seals
    Index(None, "ticket_no", "id"),
)
