"""Numbers behind chatter, in words of place, and in columns of a table."""

from __future__ import annotations

import pytest
from playing import DATA, orders_of

from handlers.nlu.lists.lead_ins import opened, uncounted
from handlers.nlu.order_index import lay_open

KNOWN = lay_open([order for order in orders_of(DATA / "g0612.csv") if order.site_no == "Z07"]).by_pickup


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("噢对了 21 番茄软塌塌的", "21号 番茄软塌塌的"),
        ("对了 99 番茄坏了", "99号 番茄坏了"),  # a number that is nowhere is asked about, not counted
        ("忘了说，30牛奶漏", "30号 牛奶漏"),
        ("补一个 27 西瓜裂", "27号 西瓜裂"),
        ("also 31 milk leaked", "31号 milk leaked"),
        ("楼下说 26 西瓜裂", "26号 西瓜裂"),
        ("第5个 车厘子软", "5号 车厘子软"),
        ("30的牛奶漏", "30号 的牛奶漏"),
        ("3 草莓坏 5 车厘子软 27 西瓜裂", "3号 草莓坏 5号 车厘子软 27号 西瓜裂"),
        ("30 牛奶漏 还有31 牛奶漏", "30 牛奶漏 还有31号 牛奶漏"),
    ],
)
def test_a_number_behind_chatter_is_a_pickup_number(text, read):
    assert opened(text, KNOWN) == read


@pytest.mark.parametrize(
    "text",
    [
        "还有3个鸡蛋碎",
        "再补2盒吧",
        "对了 3号的草莓坏",
        "草莓烂了 3 盒草莓",
        "楼下说 26 草莓烂",  # 26 has none
        "老陈5 车厘子软",
        "第99个 车厘子软",
        "对了 19:30 到的",
        "对了 3.5斤少",
        "坏了 3 草莓",
    ],
)
def test_other_numbers_are_left_alone(text):
    assert opened(text, KNOWN) == text


def test_the_column_that_counts_the_rows_of_a_table_is_no_pickup_number():
    rows = ["1\t3\t李婷\t草莓坏", "2\t5\t老陈\t车厘子软"]
    assert uncounted(rows, KNOWN) == ["3\t李婷\t草莓坏", "5\t老陈\t车厘子软"]
    assert uncounted(["3\t1\t草莓\t坏", "5\t2\t车厘子\t软"], KNOWN) == ["3\t1\t草莓\t坏", "5\t2\t车厘子\t软"]
    assert uncounted(["好的", *rows], KNOWN)[0] == "好的"
