"""How many statements a turn sends to the database: what it costs where the database is far."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from functools import partial
from random import Random

import pytest

from handlers.context import TurnContext
from handlers.messages.models import Inbound
from handlers.policy.loader import load
from handlers.turn import intake
from storage import conversations, imports, people, policies
from storage.database import open_writer, transaction
from storage.operations import audit
from storage.orders import Order, OrderLine
from storage.tables import METADATA, outbox

NOW = datetime(2026, 6, 12, 11, 0, tzinfo=UTC)
TURN, FILING = 16, 40  # statements at most
counted: list[str] = []


class Cursor(sqlite3.Cursor):
    """Counts the calls of the driver."""

    def execute(self, sql, *given):
        counted.append(sql)
        return super().execute(sql, *given)

    def executemany(self, sql, rows):
        counted.append(sql)
        return super().executemany(sql, rows)


class Connection(sqlite3.Connection):
    def cursor(self, factory=Cursor):
        return super().cursor(factory)


@pytest.fixture
def say(monkeypatch):
    """Return a function that has a turn of a bound customer and returns how many statements it took."""
    monkeypatch.setattr(sqlite3.dbapi2, "connect", partial(sqlite3.connect, factory=Connection))
    engine, policy = open_writer("sqlite://", key=b"k" * 32), load("community-group-buy")
    METADATA.create_all(engine)
    context = TurnContext(now=NOW, random=Random(1), policy=policy, policy_of=lambda _tx, _hash: policy)
    line = OrderLine(line_no=1, item="草莓", quantity=4, unit="盒", paid=7960)
    order = Order(order_no="KT260612-0001", lines=(line,), buyer_phone="10000000001")
    with transaction(engine) as tx:
        audit.keep(tx, NOW, "2026-06-12", noted="")
        policies.store(tx, policy.hash, name=policy.name, text=policy.text, now=NOW)
        imports.upsert(tx, (order,), now=NOW)
        talk = conversations.open_(tx, "telegram", "1", name="", now=NOW)
        people.bind(tx, talk.id, people.customer(tx, order.buyer_phone, "", sample=False, now=NOW).id)

    def turn(text):
        with transaction(engine) as tx:
            counted.clear()
            intake.turn(tx, Inbound(key=text, channel="telegram", account="1", at=NOW, text=text), context)
            taken = list(counted)
            tx.execute(outbox.delete().where(outbox.c.mailbox == f"chat:{talk.id}"))  # the courier was here
        return taken

    yield turn
    engine.dispose()


def test_a_turn_and_a_filing_turn_are_few_statements(say):
    told = say("草莓坏了2盒，想退款")
    assert told and len(told) <= TURN, "\n".join(told)
    asked = say("没有照片")
    assert len(asked) <= TURN, "\n".join(asked)
    filed = say("提交")
    assert any("INSERT INTO tickets" in sql for sql in filed)
    assert len(filed) <= FILING, "\n".join(filed)
    changed = say("不是2盒是3盒")
    assert any("UPDATE ticket_lines" in sql for sql in changed)
    assert len(changed) <= FILING, "\n".join(changed)
    asked_again = say("进度")
    assert len(asked_again) <= TURN, "\n".join(asked_again)
