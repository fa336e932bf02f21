"""The rows and sums of a settlement."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from doubles.site_house import Sites

from handlers.cases import leader_digest, settlement
from handlers.fulfilment import payments
from handlers.fulfilment.payments import Confirmation
from handlers.tickets import lifecycle
from handlers.tickets.lifecycle import By
from storage import people

TODAY = date(2026, 6, 12)


@pytest.fixture
def house():
    made = Sites()
    yield made
    made.close()


def sheet(house, who=None, first=TODAY, last=TODAY):
    return settlement.sheet(house.tx, people.leader_of(house.tx, who or house.wang), first, last, house.voice)


def test_a_row_says_all_of_a_decided_line(house):
    no = house.ticket(state="owed", coupon=500, reason="团长漏报")
    (row,) = sheet(house).rows
    assert row == settlement.Row(
        date=TODAY, ticket=no, site="Z07", activity="G0612", pickup="3", order="KT260612-0003", buyer="李婷",
        phone="138****2231", item="草莓 300g", quantity="2盒", remedy="退款", sum=3980, coupon=500, state="待付款",
        paid=0, owed=3980, cause="团长漏报",
    )  # fmt: skip


def test_paid_owed_and_refused(house):
    house.ticket(state="done", amount=100)
    house.ticket("KT260612-0005", state="goods_awaited", remedy="return_refund", amount=200)
    house.ticket("KT260612-0017", state="owed", remedy="resend", amount=0)
    house.ticket("KT260612-0020", state="refused", remedy="", amount=777)
    made = sheet(house)
    assert [(row.sum, row.paid, row.owed) for row in made.rows] == [(100, 100, 0), (200, 0, 200), (0, 0, 0), (0, 0, 0)]
    assert [made.total(name) for name in ("sum", "paid", "owed", "coupon")] == [300, 100, 200, 0]
    assert [row.state for row in made.rows] == ["已完成", "等退货", "待安排", "未通过"]


@pytest.mark.parametrize(("coupon", "state"), [(0, "已完成"), (500, "待发券")])
def test_what_is_confirmed_as_paid_is_owed_no_more(house, coupon, state):
    no = house.ticket(state="owed", coupon=coupon)
    lifecycle.move(house.tx, no, "decided", decided_at=house.now)
    assert [(row.paid, row.owed, row.state) for row in sheet(house).rows] == [(0, 3980, "待付款")]
    assert "还没付清 1 单，退款共 39.80 元" in digest(house)
    paid = Confirmation(ticket_no=no, amount=3980, paid_at=house.now)
    assert payments.paid(house.tx, paid, By(actor="payouts"), house.context).result == "paid"
    assert [(row.paid, row.owed, row.state) for row in sheet(house).rows] == [(3980, 0, state)]
    assert "39.80 元\n" not in digest(house).partition("还没付清")[2]
    assert ("还没付清" in digest(house)) == bool(coupon)


def digest(house):
    return leader_digest.text(house.tx, house.wang, house.voice, house.context, house.now - timedelta(days=1))


def test_undecided_lines_and_other_days_are_left_out(house):
    house.ticket()
    assert sheet(house).rows == ()
    house.now = house.now.replace(hour=23, minute=59, second=59)
    house.ticket("KT260612-0005", state="done", lines=house.lines(item="车厘子JJ"))
    house.now += timedelta(seconds=1)
    house.ticket("KT260612-0017", state="done", lines=house.lines(item="salmon"))
    assert [row.pickup for row in sheet(house).rows] == ["5"]
    assert [row.pickup for row in sheet(house, first=TODAY + timedelta(days=1), last=date(2026, 7, 1)).rows] == ["17"]


def test_no_row_of_another_site(house):
    house.ticket(state="done")
    house.ticket("KT260612-0901", state="done", lines=house.lines(item="香菜"), leader_id=house.wang)
    assert [row.site for row in sheet(house).rows] == ["Z07"]
    assert [row.site for row in sheet(house, house.zhao).rows] == ["Z09"]


@pytest.mark.parametrize(
    ("today", "before", "span"),
    [
        (date(2026, 6, 12), False, (date(2026, 6, 1), date(2026, 6, 12))),
        (date(2026, 6, 12), True, (date(2026, 5, 1), date(2026, 5, 31))),
        (date(2026, 1, 1), True, (date(2025, 12, 1), date(2025, 12, 31))),
        (date(2024, 3, 31), True, (date(2024, 2, 1), date(2024, 2, 29))),
    ],
)
def test_months(today, before, span):
    assert settlement.month(today, before=before) == span
