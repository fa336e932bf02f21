"""What stands in a digest, and when it goes out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from doubles.site_house import Sites
from doubles.ticket_house import START

from handlers.cases import leader_digest
from handlers.claims import leader_phrases
from handlers.tickets import lifecycle
from storage import tables as t
from storage import tickets as rows


@pytest.fixture
def house():
    made = Sites()
    yield made
    made.close()


def digest(house, who=None, since=START):
    return leader_digest.text(house.tx, who or house.wang, house.voice, house.context, since)


def decide(house, no, state="decided"):
    lifecycle.move(house.tx, no, state, decided_at=house.now)


def test_groups_numbers_items_and_sums(house):
    soon = house.ticket("KT260612-0005", lines=house.lines(item="车厘子JJ", quantity="1"))
    later = house.ticket("KT260612-0017", lines=house.lines(item="salmon", quantity="1"))
    photos = house.ticket("KT260612-0003", photos=0, leader_id=house.wang, talk=house.wang_talk)
    paid = house.ticket("KT260612-0020", state="owed", amount=1234, lines=house.lines(item="奶粉", quantity="1"))
    decide(house, paid)
    rows.set_due(house.tx, later, START + timedelta(days=3), late=False)
    text = digest(house)
    assert text.splitlines()[:2] == ["6月12日日报", "【Z07】"]
    assert f"20:00 前要有结果 1 单：\n· {soon} 5号 老陈 车厘子JJ 1盒，最迟 19:40" in text
    assert f"处理中 1 单：\n· {later} 17号 Lisa salmon 1盒，最迟 6月15日19:10" in text
    assert f"等回复或等照片 1 单：\n· {photos} 3号 李婷 草莓 2盒" in text
    assert f"有结果 1 单：\n· {paid} 20号 刘爸爸 奶粉 1盒 退款 12.34 元" in text
    assert f"还没付清 1 单，退款共 12.34 元：\n· {paid}" in text


def test_only_the_own_sites(house):
    mine, theirs = house.ticket(), house.ticket("KT260612-0901", lines=house.lines(item="香菜"))
    assert mine in digest(house) and theirs not in digest(house)
    assert theirs in digest(house, house.zhao) and mine not in digest(house, house.zhao)


def test_what_was_decided_before_is_not_told_again(house):
    no = house.ticket(state="done")
    decide(house, no, "resolved")
    assert "有结果 1 单" in digest(house)
    assert digest(house, since=START + timedelta(seconds=1)) == ""


def test_the_leaders_part_is_told_to_the_leader(house):
    no = house.ticket(state="owed", reason="团长漏报")
    decide(house, no)
    assert "退款 39.80 元（团长漏报）" in digest(house)


def test_a_long_day_fits_one_message(house):
    for place in range(60):
        house.tx.execute(t.orders.insert().values(order_no=f"L{place}", order_key=f"L{place}", site_no=f"Y{place % 3}",
                         participate_no=str(place), buyer_name="很长的名字" * 4, imported_at=START))  # fmt: skip
        if place < 3:
            house.tx.execute(t.leader_sites.insert().values(leader_id=house.wang, site_no=f"Y{place}"))
        house.ticket(f"L{place}", lines=house.lines(line=None, item="商品名也很长很长很长" * 3), photos=0)
    text = digest(house)
    assert len(text) <= leader_phrases.LONGEST
    assert text.count("还有") == 3 and "20 单" in text


def test_every_evening_at_the_end_of_the_day(house):
    leader_digest.begin(house.tx, house.context)
    house.ticket()
    house.run(minutes=49)
    assert house.heard(house.wang_talk) == []
    house.run(minutes=1)
    assert len(house.heard(house.wang_talk)) == 1
    house.run(hours=24)
    assert len(house.heard(house.wang_talk)) == 2
    assert house.heard(house.zhao_talk) == [], "nothing to say"


def test_a_start_leaves_a_timer_that_is_due_alone(house):
    leader_digest.begin(house.tx, house.context)
    house.ticket()
    house.now += timedelta(hours=2)  # the service was away at 20:00
    leader_digest.begin(house.tx, house.context)
    house.run(minutes=1)
    assert len(house.heard(house.wang_talk)) == 1
    leader_digest.begin(house.tx, house.context)
    house.run(hours=1)
    assert len(house.heard(house.wang_talk)) == 1


def test_a_leader_without_an_account_any_more_is_let_go(house):
    leader_digest.begin(house.tx, house.context)
    house.ticket()
    house.tx.execute(t.conversations.update().values(leader_id=None))
    house.run(days=3)
    assert house.heard(house.wang_talk) == []
    assert leader_digest.begin(house.tx, house.context) is None
