from __future__ import annotations

from fractions import Fraction

import pytest

from handlers.claims.portions import pieces, portion, weight

EGGS = {"item": "鸡蛋", "spec": "30枚", "unit": "板", "quantity": 1}
BERRIES = {"item": "草莓", "spec": "300g", "unit": "盒", "quantity": 4}
PEACHES = {"item": "水蜜桃", "spec": "5斤", "unit": "箱", "quantity": 1}
MELON = {"item": "麒麟西瓜", "spec": "1个约8斤", "unit": "个", "quantity": 2}
MILK = {"item": "纯牛奶", "spec": "250ml*16盒", "unit": "箱", "quantity": 1}
BLUEBERRIES = {"item": "蓝莓", "spec": "125g×4盒", "unit": "份", "quantity": 1}
CHERRIES = {"item": "车厘子JJ", "spec": "500g", "unit": "份", "quantity": 2}


@pytest.mark.parametrize(
    ("item", "spec", "unit", "quantity", "counted"),
    [
        ("鸡蛋", "30枚", "板", 1, (30, "枚")),
        ("鸡蛋", "30枚", "板", 2, (60, "枚")),
        ("酸奶", "6杯", "组", 1, (6, "杯")),
        ("纯牛奶 250ml*16盒", "", "箱", 1, (16, "盒")),
        ("蓝莓", "125g×4盒", "份", 2.0, (8, "盒")),
        ("土鸡蛋 30枚/板", "", "板", 1, (30, "枚")),
        ("火龙果 红心 3个装", "", "份", 1, (3, "个")),
        ("西瓜", "1个约8斤", "个", 2, (2, "个")),
        ("西瓜 1个(约8斤)", "", "个", 1, (1, "个")),
        ("大闸蟹 公4两母3两 8只装", "", "盒", 1, (8, "只")),
        ("咸鸭蛋", "1袋6枚", "袋", 1, (6, "枚")),
        ("鸡蛋", "３０枚", "板", 1, (30, "枚")),
        ("草莓", "300g", "盒", 4, None),
        ("丹东99草莓 500g/盒", "", "盒", 1, None),
        ("水蜜桃", "5斤(8-10个)", "箱", 1, None),
        ("水蜜桃", "8-10个", "箱", 1, None),
        ("水蜜桃", "8~10个装", "箱", 1, None),
        ("水蜜桃", "10个左右", "箱", 1, None),
        ("梨", "约10个", "箱", 1, None),
        ("鸡蛋", "2盒*6枚", "份", 1, None),
        ("牛奶", "1L", "瓶", 2, None),
        ("", "", "", 1, None),
    ],
)
def test_pieces(item, spec, unit, quantity, counted):
    assert pieces(item, spec, unit, quantity) == counted


@pytest.mark.parametrize(
    ("item", "spec", "quantity", "measured"),
    [
        ("水蜜桃", "5斤", 1, (2500, "g")),
        ("番茄", "1.5kg", 2, (3000, "g")),
        ("牛奶", "250ml*16盒", 1, (4000, "ml")),
        ("西瓜", "1个约8斤", 1, None),
        ("鸡蛋", "30枚", 1, None),
        ("腊肉 500g", "", 1, (500, "g")),
    ],
)
def test_weight(item, spec, quantity, measured):
    assert weight(item, spec, quantity) == measured


@pytest.mark.parametrize(
    ("line", "claimed", "said", "share"),
    [
        (EGGS, 7, "个", Fraction(7, 30)),
        (EGGS, 7, "枚", Fraction(7, 30)),
        (EGGS, 7, "", Fraction(7, 30)),
        (EGGS, 1, "板", 1),
        (EGGS, 1, "份", 1),
        (EGGS, 1, "", None),  # one egg or the tray: asked
        (EGGS, 31, "个", None),
        (EGGS, 2, "板", None),
        (EGGS, 3, "杯", None),
        (BERRIES, 2, "盒", Fraction(1, 2)),
        (BERRIES, 2, "份", Fraction(1, 2)),
        (BERRIES, 2, "", Fraction(1, 2)),
        (BERRIES, 2, "个", None),  # berries or boxes: asked
        (BERRIES, 5, "盒", None),
        (BERRIES, 0, "盒", None),
        (PEACHES, 2, "斤", Fraction(2, 5)),
        (PEACHES, 500, "g", Fraction(1, 5)),
        (PEACHES, 6, "斤", None),
        (PEACHES, 1, "L", None),
        (MELON, 1, "个", Fraction(1, 2)),
        (MELON, 1, "只", Fraction(1, 2)),
        (MELON, Fraction(1, 2), "个", Fraction(1, 4)),
        (MELON, 1, "", Fraction(1, 2)),
        (MELON, 2, "斤", None),
        (MILK, 3, "盒", Fraction(3, 16)),
        (MILK, 1, "箱", 1),
        (BLUEBERRIES, 1, "盒", Fraction(1, 4)),
        (BLUEBERRIES, 1, "份", 1),
        (CHERRIES, 2, "份", 1),
        (CHERRIES, 2, "盒", None),
    ],
)
def test_portion(line, claimed, said, share):
    assert portion(Fraction(claimed), said, **line) == share
