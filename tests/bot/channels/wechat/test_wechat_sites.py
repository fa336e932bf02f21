"""Codes of pickup sites, by real delivery: the greeting, the look-up, the ticket and its card."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from wechat_service import serving

from handlers.claims import claim as claims
from handlers.desk import cards
from storage import imports, people
from storage import tables as t
from storage.orders import Order, OrderLine

TAIL = "4321"


def order(number, site, item, pickup="3"):
    line = OrderLine(line_no=1, item=item, quantity=2, unit="份", paid=3000)
    return Order(order_no=number, site_no=site, participate_no=pickup, buyer_phone=f"1350000{TAIL}", lines=(line,))


@pytest.fixture
async def service(tmp_path):
    async with serving(tmp_path) as running:
        twice = [order("KT260612-0901", "Z07", "荔枝"), order("KT260612-0902", "Z09", "龙眼")]
        await running.do(lambda tx: imports.upsert(tx, twice, now=datetime.now(UTC)))
        await running.do(lambda tx: people.add_leader(tx, "王姐", ["Z07"], None, datetime.now(UTC)))
        yield running
        assert running.platform.violations == []


async def talk(service):
    (row,) = await service.rows(t.conversations)
    return claims.from_json(row.talk)


async def test_a_pickup_number_means_the_site_whose_code_was_scanned(service):
    mei = service.platform.follower("oMei")
    assert "Z09" in (await mei.follow("site:Z09")).text
    asked = await mei.text("3号 坏了1份")
    assert "后4位" in asked.text
    assert not any(word in asked.text for word in ("荔枝", "龙眼"))  # the site's code proves nothing
    told = await mei.text(TAIL)
    assert "龙眼" in told.text
    assert "荔枝" not in told.text


async def test_another_sites_code_takes_its_place(service):
    mei = service.platform.follower("oMei")
    await mei.follow("site:Z09")
    told = await mei.scan("site:Z07")
    assert "Z07" in told.text
    assert (await talk(service)).site == "Z07"
    assert "荔枝" in (await mei.text(f"3号 尾号{TAIL} 坏了1份")).text


async def test_a_buyer_who_is_known_is_understood_by_the_site_too(service):
    await service.bind("oMei", f"1350000{TAIL}", "小梅")
    mei = service.platform.follower("oMei")
    await mei.scan("site:Z09")
    assert "龙眼" in (await mei.text("3号坏了1份")).text


async def test_the_numbers_of_other_sites_are_still_found(service):
    lone = order("KT260612-0903", "Z09", "山竹", pickup="44")
    await service.do(lambda tx: imports.upsert(tx, [lone], now=datetime.now(UTC)))
    mei = service.platform.follower("oMei")
    await mei.follow("site:Z07")
    assert "山竹" in (await mei.text(f"44号 尾号{TAIL} 坏了1份")).text


@pytest.mark.parametrize("scene", ["site:NOWHERE", "site:", "site:<a href='x'>", "123123"])
async def test_a_site_that_nobody_knows_only_greets(service, scene):
    told = await service.platform.follower("oMei").follow(scene)
    assert told.text.startswith("您好")
    assert "NOWHERE" not in told.text
    assert (await talk(service)).site == ""


async def test_words_that_look_like_a_code_are_words(service):
    await service.platform.follower("oMei").text("site:Z07")
    assert (await talk(service)).site == ""


async def test_a_ticket_without_order_carries_the_site_and_its_leader(service):
    mei = service.platform.follower("oMei")
    await mei.follow("site:Z07")
    await mei.text("人工")
    (ticket,) = await service.rows(t.tickets)
    assert (ticket.order_no, ticket.site_no, ticket.leader_id) == (None, "Z07", None)
    card = await service.app.read(lambda tx: cards.card(tx, ticket.no, service.app.context()))
    assert "Z07（团长 王姐）" in card.text
    await mei.text(f"KT260612-0902 尾号{TAIL} 坏了1份")
    assert [row.site_no for row in await service.rows(t.tickets)] == ["Z09"]  # the order knows better


async def test_the_site_outlives_the_process_and_a_leader_keeps_the_own_sites(service):
    await service.platform.follower("oMei").follow("site:Z07")
    await service.stop()
    await service.start()
    assert (await talk(service)).site == "Z07"

    def lead(tx):
        row = tx.execute(t.conversations.select()).one()
        made = people.add_leader(tx, "周姐", ["Z09"], None, datetime.now(UTC))
        people.lead(tx, row.id, made.id, datetime.now(UTC))

    await service.do(lead)
    await service.platform.follower("oMei").scan("site:Z09")
    assert (await talk(service)).site == "Z07"
