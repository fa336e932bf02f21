"""What came in place of words, told on one line whatever it holds."""

from __future__ import annotations

import pytest

from handlers.messages.attachments import words


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"place": {"north": 31.2, "east": 121.5, "map": "wgs"}},
         "【位置】https://www.openstreetmap.org/?mlat=31.200000&mlon=121.500000"),
        ({"place": {"north": "30.28", "east": "120.06", "map": "gcj", "title": "驿站", "address": "艺苑路106号"}},
         "【位置】驿站 · 艺苑路106号 · https://uri.amap.com/marker?position=120.060000,30.280000"),
        ({"place": {"north": "91", "east": "0", "address": "客村"}}, "【位置】客村"),
        ({"place": {"north": True, "east": None}}, ""),
        ({"link": {"title": "公告", "text": "公告", "url": "https://example.com"}}, "【链接】公告 · https://example.com"),
        ({"link": {"url": "a\u202e\x00b\nc"}}, "【链接】a b c"),
        ({"card": {"title": "订单", "path": "p?id=1"}}, "【小程序】订单 · p?id=1"),
        ({"contact": {"name": "老陈", "phone": "+8613900008812"}}, "【名片】老陈 · +8613900008812"),
        ({"contact": {"name": "老陈", "phone": "8812 0000 1"}}, "【名片】老陈 · 881****00 1"),
        ({"contact": {"name": 5}}, ""),
        ({"place": "x"}, ""),
        ({"reply_to": {"text": "x"}}, ""),
        ({}, ""),
    ],
)  # fmt: skip
def test_each_kind_is_one_line(data, told):
    assert words(data) == told


def test_long_ones_are_cut_each_part_by_itself():
    told = words({"link": {"title": "题" * 500, "text": "文" * 500, "url": "u" * 5000}})
    assert [len(part) for part in told.removeprefix("【链接】").split(" · ")] == [80, 120, 300]
