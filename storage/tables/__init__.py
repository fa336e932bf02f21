"""Every table of the database, as SQLAlchemy Core sees it."""

from __future__ import annotations

from storage.tables.audit import anchors, audit_keys, ticket_register
from storage.tables.base import EPOCH, METADATA, MILLISECOND, Instant, Serial
from storage.tables.business import meta, order_guards, order_lines, orders, policies
from storage.tables.claims import clocks, complainants, costs, events, payments, shipments, ticket_lines, tickets
from storage.tables.desk import corrections, desk_messages, evidence
from storage.tables.mail import dead_letters, mailboxes, outbox
from storage.tables.people import customers, leader_sites, leaders, staff
from storage.tables.pictures import print_keys, print_matches, prints
from storage.tables.platforms import sandbox_messages, wechat_answers, wechat_ledger, wechat_media, wechat_tokens
from storage.tables.processes import duties, processes
from storage.tables.talks import conversations, inbox, parked

__all__ = [
    "EPOCH",
    "METADATA",
    "MILLISECOND",
    "Instant",
    "Serial",
    "anchors",
    "audit_keys",
    "clocks",
    "complainants",
    "conversations",
    "corrections",
    "costs",
    "customers",
    "dead_letters",
    "desk_messages",
    "duties",
    "events",
    "evidence",
    "inbox",
    "leader_sites",
    "leaders",
    "mailboxes",
    "meta",
    "order_guards",
    "order_lines",
    "orders",
    "outbox",
    "parked",
    "payments",
    "policies",
    "print_keys",
    "print_matches",
    "prints",
    "processes",
    "sandbox_messages",
    "shipments",
    "staff",
    "ticket_lines",
    "ticket_register",
    "tickets",
    "wechat_answers",
    "wechat_ledger",
    "wechat_media",
    "wechat_tokens",
]
