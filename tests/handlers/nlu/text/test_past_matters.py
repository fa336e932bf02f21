from __future__ import annotations

import pytest

from handlers.nlu.text.past_matters import without_past


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("上次草莓坏了你们退给我了 很满意", ""),
        ("上个月鸡蛋碎了,第二天就把钱退给我", ""),
        ("去年买的大米生虫", ""),
        ("last week the eggs were broken and you refunded me", ""),
        ("上次没事,这次草莓坏了2盒", "上次没事,这次草莓坏了2盒"),
        ("上次坏了退给我了 这次漏了1瓶", "这次漏了1瓶"),
        ("上周买的草莓坏了2盒 退款", "上周买的草莓坏了2盒 退款"),
        ("草莓坏了2盒\n去年也这样", "草莓坏了2盒"),
    ],
)
def test_what_is_past_and_settled(text: str, left: str) -> None:
    assert without_past(text).strip() == left
