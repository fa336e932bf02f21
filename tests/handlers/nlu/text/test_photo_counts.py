"""Numbers of photos are no quantities of goods, in a draft as in a reading."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import pytest
from one_chat import Chat, played, text
from playing import World
from reading_orders import goods, said

ZH = (
    "就这三张", "照片就3张", "三张照片发完了", "只有一张", "1张够不够", "拍了3张图", "就一张图片", "一个视频",
    "给你发了4个图", "所有照片都发了", "两张都糊了", "就3张了 没有更多了", "视频有2个", "上面那两张", "三张",
)  # fmt: skip
EN = (
    "just these 3 photos", "only 3 pics", "sent 1 picture", "that's all, three pictures", "both photos show it",
    "all the photos are sent", "only one photo, sorry", "here are 4 pics",
)  # fmt: skip


@pytest.fixture
def world() -> Iterator[World]:
    with played() as world:
        yield world


@pytest.mark.parametrize("words", [*ZH, *EN])
def test_photos_are_counted_as_no_goods(words: str) -> None:
    assert [one.quantity for one in said(words, goods("草莓")).claims if one.quantity is not None] == []


@pytest.mark.parametrize(
    ("words", "item", "quantity", "unit"),
    [
        ("烂了3张", "手抓饼", 3, "张"),
        ("就这三张", "手抓饼", 3, "张"),
        ("手抓饼坏了两张 照片就一张", "手抓饼", 2, "张"),
        ("坏了3盒 照片就一张", "草莓", 3, "盒"),
        ("少发了2张", "洗车券", 2, "张"),
        ("1 box is rotten, see the 3 photos", "草莓", 1, "box"),
    ],
)
def test_goods_that_come_in_sheets_are_counted(words: str, item: str, quantity: int, unit: str) -> None:
    [claim] = [one for one in said(words, goods(item)).claims if one.quantity is not None]
    assert (claim.quantity, claim.unit) == (Fraction(quantity), unit)


@pytest.mark.parametrize(
    ("name", "phone", "claimed", "words"),
    [
        ("李婷", "13800002231", "草莓坏了2盒 退款", "就这三张"),
        ("李婷", "13800002231", "草莓坏了2盒 退款", "再补两张"),
        ("Lisa", "15000007733", "milk 2 bottles gone sour, refund", "only 3 pics"),
    ],
)
def test_a_draft_keeps_its_quantity_and_wish(world: World, name: str, phone: str, claimed: str, words: str) -> None:
    chat = Chat(world, name, phone)
    chat.say(claimed)
    chat.photo(many=3)
    heard = text(chat.say(words))
    [claim] = chat.talk().claims
    [problem] = claim.problems
    assert (problem.quantity, problem.wish) == ("2", "refund")
    assert "3张照片" in heard or "3 photos" in heard
