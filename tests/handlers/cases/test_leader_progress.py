"""How a leader's own tickets stand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from doubles.site_house import Sites
from doubles.ticket_house import START

from handlers.cases import filing, leader_progress
from handlers.claims import leader_phrases
from handlers.tickets import lifecycle
from storage import tables as t


@pytest.fixture
def house():
    made = Sites()
    yield made
    made.close()


def own(house, number="KT260612-0003", **facts):
    house.now += timedelta(seconds=1)
    return house.ticket(number, leader_id=house.wang, talk=house.wang_talk, **facts)


def progress(house, who=None):
    return leader_progress.text(house.tx, who or house.wang, house.voice, house.context)


def test_by_site_and_state_the_newest_first(house):
    first, second = own(house), own(house, "KT260612-0005", lines=house.lines(item="车厘子JJ"))
    third = own(house, "KT260612-0017", photos=0, lines=house.lines(item="salmon", quantity="1"))
    lines = progress(house).splitlines()
    assert lines == [
        "您报的售后单：",
        "【Z07】",
        "等您回复 1 单：",
        f"· {third} 17号 Lisa salmon 1盒",
        "等待处理 2 单，最迟 6月13日19:10：",
        f"· {second} 5号 老陈 车厘子JJ 2盒",
        f"· {first} 3号 李婷 草莓 2盒",
    ]


def test_what_was_decided_is_told_with_its_sum(house):
    no = own(house, state="owed")
    lifecycle.move(house.tx, no, "decided", decided_at=house.now)
    assert f"已有结果 1 单：\n· {no} 3号 李婷 退款 39.80 元" in progress(house)
    house.now += timedelta(days=15)
    assert no not in progress(house)


def test_buyers_own_claims_are_counted_only(house):
    mine, theirs = own(house), house.ticket("KT260612-0005", lines=house.lines(item="车厘子JJ"))
    text = progress(house)
    assert mine in text and theirs not in text and "顾客自己报的还有 1 单" in text


def test_a_serious_one_without_an_order_is_told_by_number(house):
    draft = house.draft("", lines=(), photos=0, severity="safety", leader_id=house.wang, talk=house.wang_talk)
    no = filing.raise_ticket(house.tx, draft, why="safety", context=house.context)
    assert f"【还没对上订单】\n等待处理 1 单：\n· {no}" in progress(house)


def test_nothing_of_another_leader(house):
    theirs = house.ticket("KT260612-0901", leader_id=house.zhao, talk=house.zhao_talk, lines=house.lines(item="香菜"))
    assert progress(house) == "您还没有报过售后单。"
    assert theirs in progress(house, house.zhao)


def test_many_fit_one_message_and_serious_ones_are_never_cut(house):
    serious = ""
    for place in range(60):
        house.tx.execute(t.orders.insert().values(order_no=f"L{place}", order_key=f"L{place}", site_no="Z07",
                         participate_no=str(place), buyer_name="很长的名字" * 4, imported_at=START))  # fmt: skip
        severity = "major" if place == 3 else "normal"
        number = own(house, f"L{place}", severity=severity, lines=house.lines(line=None, item="很长的商品" * 6))
        serious = number if severity == "major" else serious
    text = progress(house)
    assert len(text) <= leader_phrases.LONGEST and "还有" in text and serious in text
