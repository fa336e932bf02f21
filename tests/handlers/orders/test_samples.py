"""The samples: whole, dated by now, apart from real orders, and true to the rest of the house."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from handlers.messages.texts import languages
from handlers.orders.samples import CHANNEL, load, samples
from media.samples import NAMES
from storage import conversations, orders, people
from storage.database import open_writer, transaction
from storage.imports import upsert
from storage.orders import Order, OrderLine
from storage.tables import METADATA

NOW = datetime(2026, 11, 20, 1, 30, 17, tzinfo=UTC)
REAL = Order(order_no="KT-1", lines=(OrderLine(line_no=1, item="桃", quantity=1, paid=1),))


@pytest.fixture
def tx():
    engine = open_writer("sqlite://")
    METADATA.create_all(engine)
    with transaction(engine) as tx:
        yield tx
    engine.dispose()


def test_each_sample_says_what_to_try_in_every_language():
    assert [each.leader for each in samples()] == [False] * 5 + [True]
    for each in samples():
        assert set(each.blurb) == set(each.says) == set(languages())
        assert all(each.blurb.values())
        assert all(lines and all(lines) for lines in each.says.values())


def test_every_photo_exists_and_is_used():
    used = {photo for each in samples() for photo in each.photos}
    assert used == set(NAMES)


def test_customers_are_bound_to_orders_of_two_hours_ago(tx):
    assert load(tx, NOW)
    for each in samples()[:5]:
        talk = conversations.open_(tx, CHANNEL, each.account, name="", now=NOW)
        assert (talk.customer_name, talk.sample, talk.talk) == (each.name, True, {})
        found = orders.of_buyer(tx, talk.phone, sample=True)
        assert timedelta(hours=2) <= NOW - found[0].delivered_at < timedelta(hours=2, minutes=1)
        assert found[0].placed_at < found[0].delivered_at
        assert found[0].order_no.startswith("KT261120-9")
        assert orders.by_pickup(tx, found[0].participate_no, talk.phone[-4:], sample=True)[0] == found[0]
    ages = {(NOW - order.delivered_at) // timedelta(hours=1) for order in all_orders(tx)}
    assert ages == {2, 26}


def all_orders(tx):
    return orders.of_sites(tx, ["S01"], None, since=NOW - timedelta(days=9), sample=True)


def test_there_is_something_of_each_kind(tx):
    load(tx, NOW)
    lines = [line for order in all_orders(tx) for line in order.lines]
    told = {tag for line in lines for tag in line.tags}
    assert {"fresh", "chilled", "fragile", "infant", "senior"} <= told
    assert all(line.paid == line.unit_price * line.quantity for line in lines)
    assert len({order.order_no for order in all_orders(tx)}) == 8


def test_the_leader_leads_the_site(tx):
    load(tx, NOW)
    talk = conversations.open_(tx, CHANNEL, samples()[-1].account, name="", now=NOW)
    assert (talk.leader_name, talk.sites) == (samples()[-1].name, ("S01",))
    (leader,) = people.list_leaders(tx)
    assert leader.sample
    assert not leader.code_open


def test_real_channels_never_meet_them(tx):
    load(tx, NOW)
    for order in all_orders(tx):
        assert orders.by_number(tx, order.order_no, sample=False) is None
        assert orders.by_pickup(tx, order.participate_no, order.buyer_phone[-4:], sample=False) == []


def test_they_are_laid_out_once_and_only_where_nothing_lies(tx):
    assert load(tx, NOW)
    assert not load(tx, NOW + timedelta(days=3))
    assert len(all_orders(tx)) == 8


def test_beside_real_orders_none_of_them_is_touched(tx):
    taken = replace(REAL, order_no="KT261120-9001", buyer_name="王芳")
    upsert(tx, [REAL, taken], now=NOW)
    assert load(tx, NOW)
    assert len(all_orders(tx)) == 7
    assert orders.by_number(tx, "KT261120-9001", sample=False).buyer_name == "王芳"
    assert orders.by_number(tx, "KT-1", sample=False)
