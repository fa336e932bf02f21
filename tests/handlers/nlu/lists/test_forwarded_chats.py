"""Copied chats and numbers as people write them."""

from __future__ import annotations

from datetime import date

import pytest
from leader_evening import Evening, whole
from playing import DATA, orders_of

from handlers.nlu.lists.forwarded_chats import heads, named, signed

BUYERS = {"李婷", "老陈"}
TODAY = date(2026, 6, 12)
CHAT = """李婷 19:02
草莓坏了2盒
老陈 19:05
车厘子软了
王姐 19:06
收到 我去报
高洁 2026年6月12日 下午 7:10
瓜裂了
林一帆 19:12
我家也是"""


@pytest.fixture
def evening():
    made = Evening()
    yield made
    made.world.close()


def test_a_name_above_a_line_says_who_speaks(evening):
    told = whole(evening.say(CHAT))
    assert "读到 4 个问题" in told
    assert "4 条可直接提交" in told
    assert [line.pickup for line in evening.list().lines] == ["3", "5", "26", "27"]
    assert evening.list().lines[0].text == "草莓坏了2盒"
    assert "李婷 19:02" not in told


@pytest.mark.parametrize(
    ("head", "speaker"),
    [
        ("李婷 19:02", "李婷"),
        ("李婷-3栋 6-12 19:02", "李婷"),
        ("李婷: 下午 7:02", "李婷"),
        ("路人 19:02", ""),
        ("李婷", ""),
    ],
)
def test_heads(head, speaker):
    before = f"{speaker}：" if speaker else ""
    assert named(f"{head}\n坏了", BUYERS) == f"{head}\n{before}坏了"
    assert heads(head, BUYERS) == ({1} if speaker else set())


def test_a_line_with_a_person_of_its_own_is_left_alone():
    text = "李婷 19:02\n5号 软了\n老陈的也软了\n\n坏了"
    assert named(text, BUYERS) == "李婷 19:02\n5号 软了\n老陈的也软了\n\n李婷：坏了"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("30/31 牛奶漏 各一瓶", "30号、31号 牛奶漏 各一瓶"),
        ("30/31号牛奶漏", "30号、31号牛奶漏"),
        ("31 两样都没收到", "31号 两样都没收到"),
        ("6/12 售后", "6/12 售后"),
        ("30/77 牛奶漏", "30/77 牛奶漏"),
        ("2 两样都没收到\n草莓 3/4 坏了", "2号 两样都没收到\n草莓 3/4 坏了"),
    ],
)
def test_numbers_that_lead_a_line(text, read):
    assert signed(text, orders_of(DATA / "g0612.csv"), TODAY) == read


def test_both_of_an_order_and_two_numbers(evening):
    evening.say("30/31 牛奶漏 各一瓶\n8 两样都没收到")
    assert [(line.pickup, line.state) for line in evening.list().lines] == [
        ("30", "ready"),
        ("31", "ready"),
        ("8", "ready"),
    ]
    evening.say("提交")
    assert evening.lines("KT260612-0030") == [("damaged_package", "1", "refund")]
    assert evening.lines("KT260612-0008")[0][0] == "not_received"
