from __future__ import annotations

import pytest
from reading_orders import goods, lexicon

from handlers.nlu.items import mentions, names_of, strangers
from handlers.nlu.text.normalisation import normalise


def lines(text, *items):
    return [
        (one.word, [line for _, line in one.lines], one.sure)
        for one in mentions(normalise(text), [goods(*items)], lexicon())
    ]


def test_specification_and_packaging_are_no_names():
    words = {name.word for name in names_of("智利车厘子JJ级 2斤/箱 礼盒装 5L*2桶", lexicon())}
    assert "车厘子" in words
    assert not {"2斤", "礼盒", "礼盒装", "5l"} & words


def test_the_noun_outranks_its_attributes():
    assert lines("鸡蛋碎了", "韭菜鸡蛋水饺", "土鸡蛋") == [("鸡蛋", [2], True)]


def test_stretches_of_one_line_belong_together():
    assert lines("韭菜饺子破了", "猪肉白菜水饺", "韭菜鸡蛋水饺") == [("韭菜饺子", [2], True)]
    assert lines("草莓(丹东)压烂", "丹东草莓", "奶油草莓") == [("草莓(丹东", [1], True)]


def test_neighbours_of_different_lines_stay_apart():
    assert lines("少油米", "花生油", "大米") == [("油", [1], True), ("米", [2], True)]


def test_latin_words_stand_alone():
    assert lines("is ok", "ok绷") == []
    assert lines("cod is off", "鳕鱼 cod") == [("cod", [1], True)]


def test_a_known_noun_outside_the_order_is_a_stranger():
    assert [one.word for one in strangers("牛奶漏了", [], lexicon())] == ["牛奶"]


@pytest.mark.parametrize("item", ["", "500g", "!!!", "\ue000", "草莓" * 200, "a" * 500])
def test_odd_item_names(item):
    assert isinstance(names_of(item, lexicon()), tuple)
    lines("草莓坏了", item, "大米")
