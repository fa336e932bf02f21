"""Looking orders up: exact, private, indexed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from proofs import proved

from storage import orders
from storage.database import Tx
from storage.imports import upsert
from storage.orders import Order, OrderLine

NOW = datetime(2026, 6, 12, 10, 0, tzinfo=UTC)
STRAWBERRIES = OrderLine(line_no=1, sku="STB", item="草莓", quantity=4, unit="盒", paid=7960, tags=("fresh",))
EGGS = OrderLine(line_no=2, sku="EGG", item="鸡蛋", quantity=1, unit="板", paid=2680, tags=("fresh", "fragile"))


def order(number: str, pickup: str = "3", phone: str = "13800002231", **values: Any) -> Order:
    base: dict[str, Any] = {"site_no": "Z07", "delivered_at": NOW, "lines": (STRAWBERRIES, EGGS)}
    return Order(order_no=number, participate_no=pickup, buyer_phone=phone, **{**base, **values})


SHELF = (
    order("KT260612-0003", activity_no="G0612"),
    order("KT260611-0003", delivered_at=NOW - timedelta(days=1)),
    order("KT260612-0005", "5", "13900008812"),
    order("KT260612-0008", "8", "13600000408", site_no="Z09"),
    order("KT260612-0053", "53", "13600000408"),
    order("NO-PHONE", "9", ""),
    order("KT260612-9003", "3", "13800002231", sample=True),
)


@pytest.fixture
def tx(tx: Tx) -> Tx:
    upsert(tx, SHELF, now=NOW)
    return tx


@pytest.mark.parametrize("given", ["KT260612-0003", "kt2606120003", " KT 260612 0003 ", "ＫＴ２６０６１２－０００３"])
def test_a_number_is_found_whatever_its_spelling(tx, given):
    assert orders.by_number(tx, given, sample=False) == SHELF[0]


@pytest.mark.parametrize("given", ["", "-", "0003", "KT260612-000", "KT260612-00030", "KT260612%", "KT260612-000_"])
def test_a_number_is_found_whole_or_not_at_all(tx, given):
    assert orders.by_number(tx, given, sample=False) is None


def test_a_number_proves_with_its_tail_only(tx):
    assert proved(tx, "KT260612-0003", "2231") == SHELF[0]
    assert proved(tx, "KT260612-0003", "２２３１") == SHELF[0]
    for tail in ("8812", "", "31", "13800002231", "abcd"):
        assert proved(tx, "KT260612-0003", tail) is None
    for tail in ("", "0000"):
        assert proved(tx, "NO-PHONE", tail) is None


def test_a_pickup_number_finds_every_order_of_that_buyer_newest_first(tx):
    found = orders.by_pickup(tx, "０3号", "2231", sample=False)
    assert [each.order_no for each in found] == ["KT260612-0003", "KT260611-0003"]
    assert orders.by_pickup(tx, "3", "8812", sample=False) == []
    assert orders.by_pickup(tx, "9", "", sample=False) == []
    assert orders.by_pickup(tx, "", "2231", sample=False) == []


def test_samples_and_real_orders_do_not_mix(tx):
    assert orders.by_number(tx, "KT260612-9003", sample=False) is None
    assert orders.by_number(tx, "KT260612-0003", sample=True) is None
    assert orders.by_number(tx, "KT260612-0003", sample=False) == SHELF[0]
    for found in (
        orders.by_pickup(tx, "3", "2231", sample=True),
        orders.of_buyer(tx, "13800002231", sample=True),
        orders.of_sites(tx, ["Z07"], ["3"], since=NOW, sample=True),
    ):
        assert [each.order_no for each in found] == ["KT260612-9003"]


def test_a_buyers_orders_come_newest_first_and_limited(tx):
    found = orders.of_buyer(tx, "+86 138-0000-2231", sample=False)
    assert found == [SHELF[0], SHELF[1]]
    assert orders.of_buyer(tx, "13800002231", sample=False, limit=1) == [SHELF[0]]
    assert orders.of_buyer(tx, "", sample=False) == []


def test_a_leader_reaches_the_own_sites_only(tx):
    def numbers(sites: list[str], pickups: list[str] | None, since: datetime = NOW) -> list[str]:
        found = orders.of_sites(tx, sites, pickups, since=since, sample=False)
        return [each.order_no for each in found]

    assert numbers(["Z07"], ["3", "8"]) == ["KT260612-0003"]
    assert numbers(["Z07"], ["3"], NOW - timedelta(days=2)) == ["KT260612-0003", "KT260611-0003"]
    assert numbers(["Z09"], None) == ["KT260612-0008"]
    assert numbers(["Z07", "Z09"], ["８号"]) == ["KT260612-0008"]
    assert numbers([], None) == numbers(["Z07"], []) == []


@pytest.mark.parametrize(
    "given", ["KT260612-0030", "KT260612-0004", "KT260612-003", "KT260612-00003", "KT260621-0003", "KT260612-0O03"]
)
def test_one_slip_finds_the_own_order(tx, given):
    assert SHELF[0] in orders.near(tx, given, "13800002231", sample=False)


def test_a_slip_never_leads_to_somebody_elses_order(tx):
    assert orders.near(tx, "KT260612-0050", "13800002231", sample=False) == []  # 0005 and 0053 are others'
    assert orders.near(tx, "KT260612-0005", "", sample=False) == []
    assert orders.near(tx, "", "13800002231", sample=False) == []


@pytest.mark.parametrize(
    ("given", "true", "near"),
    [
        ("0005", "0005", False),  # that is the number itself
        ("0005", "0050", True),
        ("0005", "0500", False),
        ("0015", "0005", True),
        ("0115", "0005", False),
        ("005", "0005", True),
        ("00105", "0005", False),  # put in, not doubled
        ("00055", "0005", True),
        ("05", "0005", False),
        ("2131", "1213", False),
    ],
)
def test_what_counts_as_one_slip(given, true, near):
    assert orders.one_slip(given, true) is near


LOOKUPS: dict[str, Callable[[Tx], object]] = {
    "number": lambda tx: orders.by_number(tx, "KT260612-0003", sample=False),
    "pickup": lambda tx: orders.by_pickup(tx, "3", "2231", sample=False),
    "buyer": lambda tx: orders.of_buyer(tx, "13800002231", sample=False),
    "sites": lambda tx: orders.of_sites(tx, ["Z07", "Z09"], ["3", "8"], since=NOW, sample=False),
    "site": lambda tx: orders.of_sites(tx, ["Z07"], None, since=NOW, sample=False),
    "near": lambda tx: orders.near(tx, "KT260612-0030", "13800002231", sample=False),
    "upsert": lambda tx: upsert(tx, SHELF, now=NOW),
}


@pytest.mark.parametrize("name", LOOKUPS)
def test_every_look_up_uses_an_index_and_few_statements(tx, name):
    said = EXPLAINED[tx.dialect.name](tx, lambda: LOOKUPS[name](tx))
    kinds = {statement.partition(" ")[0] for statement in said}
    assert kinds <= {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert len({shape(statement) for statement in said}) <= 5


def explained_by_sqlite(tx: Tx, look_up: Callable[[], object]) -> list[str]:
    """Return the statements of a look-up, none of which reads a table from end to end."""
    said: list[str] = []
    driver = tx.connection.driver_connection
    driver.set_trace_callback(said.append)
    assert look_up()
    driver.set_trace_callback(None)
    for statement in said:
        if statement.startswith("SELECT"):
            plan = [row[-1] for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement.replace('%', '%%')}")]
            assert any("USING" in step for step in plan)
            assert not [step for step in plan if step.startswith("SCAN")], plan
    return said


def explained_by_postgres(tx: Tx, look_up: Callable[[], object]) -> list[str]:
    """The same; that a table is small is no reason to read all of it."""
    said: list[tuple[str, Any]] = []

    class Noting(psycopg.Cursor):
        def execute(self, query, params=None, **more):
            said.append((query, params))
            return super().execute(query, params, **more)

    driver = tx.connection.driver_connection
    driver.cursor_factory = Noting
    assert look_up()
    driver.cursor_factory = psycopg.Cursor
    tx.exec_driver_sql("SET LOCAL enable_seqscan = off")
    for statement, params in said:
        if statement.startswith("SELECT"):
            plan = driver.execute(f"EXPLAIN {statement}", params).fetchall()
            assert "Index" in str(plan)
            assert "Seq Scan" not in str(plan), plan
    return [statement for statement, _ in said]


EXPLAINED = {"sqlite": explained_by_sqlite, "postgresql": explained_by_postgres}


def shape(statement: str) -> str:
    """A statement without its values."""
    return re.sub(r"'[^']*'|\b\d+\b", "?", statement)
