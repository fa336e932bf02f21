"""What suppliers and carriers answer for, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from handlers.cases import filing
from handlers.costs import caps
from handlers.desk import dispatch
from handlers.tickets import lifecycle
from storage import evidence, ticket_lines
from storage import tables as t
from storage.money import chargebacks, costs
from storage.money.chargebacks import Side

LINE = t.order_lines.c


@pytest.fixture
def shop(house):
    for item, supplier in (("草莓", "清源果园"), ("鸡蛋", "禾田蛋业")):
        house.tx.execute(update(t.order_lines).where(LINE.item == item).values(supplier=supplier, carrier="顺路"))
    return house


def decided(house, cause, **facts):
    no = filing.file(house.tx, house.draft(**facts), house.context).no
    for tap in (f"pick:{no}", f"approve:{no}"):
        dispatch.act(house.tx, house.staff(kind="tap", tap=tap), house.context)
    for line in ticket_lines.of_ticket(house.tx, no):
        ticket_lines.change(house.tx, no, line.line, cause=cause)
    return no


def charged(house, kind, name, *causes, days=1, samples=False):
    end = house.now + timedelta(days=days)
    side = Side(kind=kind, name=name, samples=samples)
    return chargebacks.charged(house.tx, side, causes, house.now - timedelta(hours=1), end)


def test_names_are_those_of_real_orders(shop):
    assert chargebacks.names(shop.tx, samples=False) == {"supplier": {"清源果园", "禾田蛋业"}, "carrier": {"顺路"}}
    shop.tx.execute(update(t.orders).values(sample=True))
    assert chargebacks.names(shop.tx, samples=False) == {"supplier": set(), "carrier": set()}
    assert chargebacks.names(shop.tx, samples=True)["carrier"] == {"顺路"}


def test_a_line_is_of_who_supplied_it_and_of_its_cause(shop):
    no = decided(shop, "supplier")
    (one,) = charged(shop, "supplier", "清源果园", "supplier", "grower")
    assert (one.line.ticket_no, one.bought["item"], one.bought["lot_no"], one.site_no) == (no, "草莓", "B2405", "Z07")
    assert (one.spent, one.recovered, one.open) == ({"refund": 3980}, 0, 3980)
    assert not charged(shop, "supplier", "禾田蛋业", "supplier")
    assert not charged(shop, "supplier", "清源果园", "carrier")
    assert not charged(shop, "supplier", "清源果园", "supplier", days=-1)
    costs.add(
        shop.tx, no, 1, "recovery", -1000, party="supplier", name="清源果园", at=shop.now, actor="x", reference="R"
    )
    (one,) = charged(shop, "supplier", "清源果园", "supplier")
    assert (one.recovered, one.open) == (1000, 2980)
    assert [row.amount for row in costs.recovered(shop.tx, "R")] == [-1000]


def test_a_whole_order_is_of_a_party_that_brought_all_of_it(shop):
    whole = shop.lines(line=None, item="", problem="not_received", quantity="all", share=None, amount=10640)
    decided(shop, "carrier", lines=whole)
    (one,) = charged(shop, "carrier", "顺路", "carrier")
    assert one.bought == {} and one.open == 10640
    assert not charged(shop, "supplier", "清源果园", "carrier")
    shop.tx.execute(update(t.order_lines).where(LINE.item == "鸡蛋").values(carrier="别家"))
    assert not charged(shop, "carrier", "顺路", "carrier")


def test_lines_without_a_cause_are_counted(shop):
    decided(shop, "")
    span = (shop.now - timedelta(hours=1), shop.now + timedelta(hours=1))
    assert chargebacks.without_cause(shop.tx, Side(kind="supplier", name="清源果园"), *span) == 1
    assert chargebacks.without_cause(shop.tx, Side(kind="supplier", name="禾田蛋业"), *span) == 0


def test_no_paper_and_no_photo_that_was_replaced_is_a_proof(shop):
    no = decided(shop, "supplier")
    (first,) = evidence.of_ticket(shop.tx, no)
    paper, old = (shop.photo(shop.talk(), ticket_no=no) for _ in range(2))
    evidence.restrict(shop.tx, [paper], restricted=True)
    evidence.replaced(shop.tx, [old])
    assert [proof.media_key for proof in chargebacks.proofs(shop.tx, no)] == [first.media_key]


def test_what_is_granted_counts_by_line_with_its_freight(shop):
    shop.tx.execute(update(t.orders).values(freight=600))
    whole = shop.lines(line=None, item="", problem="not_received", quantity="all", share=None, amount=11240)
    no = decided(shop, "", lines=whole)
    assert ticket_lines.granted_by_line(shop.tx, "KT260612-0003") == {None: (11240, 600)}
    room = caps.room(shop.tx, lifecycle.must(shop.tx, no), shop.policy)
    assert (room.whole, room.freight, dict(room.lines)) == (0, 0, {1: 0, 2: 0})
