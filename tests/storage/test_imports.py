"""Taking orders in: what is kept, what is replaced, and what a ticket holds fast."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from proofs import proved
from sqlalchemy import select

from storage import imports, orders
from storage.database import Tx
from storage.imports import PAID_LOWERED
from storage.orders import Order, OrderLine
from storage.tables import conversations, policies, ticket_lines, tickets

NOW = datetime(2026, 6, 12, 10, 0, tzinfo=UTC)


def line(number: int, item: str, *, paid: int = 1990, quantity: float = 1, sku: str = "") -> OrderLine:
    return OrderLine(line_no=number, item=item, sku=sku, paid=paid, quantity=quantity)


def order(*lines: OrderLine, number: str = "KT-1", phone: str = "13800002231", sample: bool = False) -> Order:
    return Order(order_no=number, buyer_phone=phone, lines=lines, sample=sample)


THREE = (line(1, "草莓"), line(2, "鸡蛋", paid=2680), line(3, "酸奶", paid=2250))


def stored(tx: Tx, number: str = "KT-1") -> dict[int, tuple[str, int]]:
    found = orders.by_number(tx, number, sample=False)
    assert found
    return {each.line_no: (each.item, each.paid) for each in found.lines}


def file(tx: Tx, no: str, order_line: int | None, order_no: str = "KT-1") -> None:
    """Lay a ticket on an order line, as filing does."""
    if not tx.execute(select(policies.c.hash)).first():
        tx.execute(policies.insert().values(hash="h", name="p", text="", stored_at=NOW))
        tx.execute(
            conversations.insert().values(
                id=1, channel="telegram", account="1", talk={}, created_at=NOW, updated_at=NOW
            )
        )
    times = {"reported_at": NOW, "created_at": NOW, "updated_at": NOW}
    texts = {"state": "queued", "severity": "normal", "desk": "telegram", "language": "zh", "policy_hash": "h"}
    lists = {"signals": [], "special": [], "said": [], "warnings": ["many_claims"]}
    tx.execute(
        tickets.insert().values(
            no=no, claim_id=no, order_no=order_no, conversation_id=1, rank=3, version=1, **times, **texts, **lists
        )
    )
    texts = dict.fromkeys(["item", "problem", "quantity", "unit", "share", "detail", "state"], "")
    tx.execute(ticket_lines.insert().values(ticket_no=no, line=1, order_line_no=order_line, **texts))


def upsert(tx: Tx, incoming: list[Order], *, now: datetime) -> tuple[int, int, int]:
    """Take orders in; return how many lines were added, updated, unchanged."""
    done = imports.upsert(tx, incoming, now=now)
    assert not done.misspelt
    return done.added, done.updated, done.unchanged


def warnings(tx: Tx, no: str) -> list[str]:
    return tx.execute(select(tickets.c.warnings).where(tickets.c.no == no)).scalar_one()


def test_lines_are_added_then_updated(tx):
    assert upsert(tx, [order(*THREE), order(THREE[0], number="KT-2")], now=NOW) == (4, 0, 0)
    assert upsert(tx, [order(line(2, "鸡蛋", paid=2000), line(4, "桃"))], now=NOW) == (1, 1, 0)
    assert stored(tx) == {1: ("草莓", 1990), 2: ("鸡蛋", 2000), 3: ("酸奶", 2250), 4: ("桃", 1990)}
    assert stored(tx, "KT-2") == {1: ("草莓", 1990)}
    assert upsert(tx, [], now=NOW) == (0, 0, 0)


def test_what_a_file_leaves_empty_stays(tx):
    full = replace(line(1, "草莓", sku="STB"), tags=("fresh", "senior"), unit_price=0, unit="盒")
    upsert(tx, [replace(order(full), leader_name="王姐", delivered_at=NOW)], now=NOW)
    upsert(tx, [order(replace(line(1, "草莓"), unit="份"), phone="")], now=NOW)
    found = orders.by_number(tx, "KT-1", sample=False)
    assert found
    assert (found.buyer_phone, found.leader_name, found.delivered_at) == ("13800002231", "王姐", NOW)
    assert found.lines == (replace(full, unit="份"),)
    assert proved(tx, "KT-1", "2231") == found


def test_a_new_phone_moves_the_proof(tx):
    upsert(tx, [order(*THREE)], now=NOW)
    upsert(tx, [order(*THREE, phone="13900008812")], now=NOW)
    assert proved(tx, "KT-1", "2231") is None
    assert proved(tx, "KT-1", "8812")


def test_a_line_with_a_ticket_keeps_its_number_when_others_move_up(tx):
    upsert(tx, [order(*THREE)], now=NOW)
    file(tx, "T1", 2)
    moved = order(line(1, "鸡蛋", paid=2680), line(2, "酸奶", paid=2250))  # the strawberries are gone
    assert upsert(tx, [moved], now=NOW) == (0, 0, 2)
    assert stored(tx) == {1: ("草莓", 1990), 2: ("鸡蛋", 2680), 3: ("酸奶", 2250)}


def test_a_line_with_a_ticket_does_not_become_another_purchase(tx):
    upsert(tx, [order(*THREE)], now=NOW)
    file(tx, "T1", 1)
    swapped = order(line(1, "蓝莓", paid=3990), *THREE[1:])
    assert upsert(tx, [swapped], now=NOW) == (1, 0, 2)
    expected = {1: ("草莓", 1990), 2: ("鸡蛋", 2680), 3: ("酸奶", 2250), 4: ("蓝莓", 3990)}
    assert stored(tx) == expected
    assert upsert(tx, [swapped], now=NOW) == (0, 0, 3)  # and stays there at the next import
    assert stored(tx) == expected
    assert warnings(tx, "T1") == ["many_claims"]


def test_a_line_with_a_ticket_may_be_renamed(tx):
    upsert(tx, [order(*THREE, line(4, "桃", sku="PCH"))], now=NOW)
    file(tx, "T1", 1)
    file(tx, "T4", 4)
    renamed = order(line(1, "丹东草莓"), line(4, "水蜜桃", sku="PCH", paid=3000))
    assert upsert(tx, [renamed], now=NOW) == (0, 2, 0)
    assert stored(tx)[1] == ("丹东草莓", 1990)
    assert stored(tx)[4] == ("水蜜桃", 3000)


def test_without_a_ticket_the_number_is_the_line(tx):
    upsert(tx, [order(*THREE)], now=NOW)
    upsert(tx, [order(line(1, "蓝莓", paid=3990))], now=NOW)
    assert stored(tx)[1] == ("蓝莓", 3990)


def test_a_lowered_sum_warns_the_tickets_it_concerns(tx):
    upsert(tx, [order(*THREE), order(*THREE, number="KT-2")], now=NOW)
    file(tx, "T1", 1)
    file(tx, "T2", 2)
    file(tx, "T3", None)  # a claim on the whole order
    file(tx, "T4", 1, "KT-2")
    lowered = [order(line(1, "草莓", paid=990)), order(line(1, "草莓", paid=2990), number="KT-2")]
    upsert(tx, lowered, now=NOW)
    assert warnings(tx, "T1") == warnings(tx, "T3") == ["many_claims", PAID_LOWERED]
    assert warnings(tx, "T2") == warnings(tx, "T4") == ["many_claims"]
    upsert(tx, [order(line(1, "草莓", paid=90))], now=NOW)
    assert warnings(tx, "T1") == ["many_claims", PAID_LOWERED]


def test_a_real_order_takes_the_place_of_a_sample(tx):
    upsert(tx, [replace(order(*THREE, sample=True), leader_name="样例")], now=NOW)
    assert upsert(tx, [order(line(1, "桃"))], now=NOW) == (1, 0, 0)
    found = orders.by_number(tx, "KT-1", sample=False)
    assert found == order(line(1, "桃"))


def test_another_spelling_of_a_stored_number_is_told_and_left_out(tx):
    upsert(tx, [order(*THREE)], now=NOW)
    done = imports.upsert(
        tx, [order(line(1, "桃"), number="KT1"), order(*THREE), order(*THREE, number="KT-2")], now=NOW
    )
    assert (done.misspelt, done.added, done.unchanged) == ({"KT1": "KT-1"}, 3, 3)
    assert stored(tx)[1] == ("草莓", 1990)


def test_what_the_order_system_cancels_or_refunds_later_warns_the_tickets_it_concerns(tx):
    upsert(tx, [order(*THREE), order(*THREE, number="KT-2")], now=NOW)
    file(tx, "T1", 1)
    file(tx, "T2", 2)
    file(tx, "T3", 1, "KT-2")
    refunded = replace(line(1, "草莓"), refund_status="refunded", refunded=1990)
    done = imports.upsert(
        tx, [order(refunded), replace(order(*THREE, number="KT-2"), order_status="cancelled")], now=NOW
    )
    assert done.warned == {"T1", "T3"}
    assert warnings(tx, "T1") == ["many_claims", "refunded:19.90"]
    assert warnings(tx, "T2") == ["many_claims"]
    assert warnings(tx, "T3") == ["many_claims", "order_cancelled"]
