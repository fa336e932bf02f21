"""Freight and discounts of whole orders, shared over the lines of an import."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some
from order_files import parsed, written

from handlers.orders.sums import apportioned

HEAD = "order_no,item,quantity,unit_price,paid,freight,discount,order_paid"


def read(tmp_path, *rows, head=HEAD):
    orders, reasons, _ = parsed(written(tmp_path, head, *rows))
    assert not reasons
    order = orders["A"]
    return [line.paid for line in order.lines], [line.discount for line in order.lines], order.freight, order.left()


@pytest.mark.parametrize(
    ("rows", "paid", "discount", "freight"),
    [
        # told in each row, in the first row, or nowhere
        (("A,草莓,2,19.90,39.80,,10,", "A,鸡蛋,1,26.80,26.80,,10,"), [3382, 2278], [598, 402], 0),
        (("A,草莓,2,19.90,39.80,8,10,", "A,鸡蛋,1,26.80,26.80,,,"), [3382, 2278], [598, 402], 800),
        (("A,草莓,2,19.90,39.80,,,", "A,鸡蛋,1,26.80,26.80,,,"), [3980, 2680], [0, 0], 0),
        # freight that each row bears a part of
        (("A,草莓,2,19.90,39.80,5,,", "A,鸡蛋,1,26.80,26.80,3,,"), [3980, 2680], [0, 0], 800),
        # what was paid for all of it counts, whether a discount is told or not
        (("A,草莓,2,19.90,39.80,8,,64.60", "A,鸡蛋,1,26.80,26.80,8,,64.60"), [3382, 2278], [598, 402], 800),
        (("A,草莓,2,19.90,39.80,8,10,64.60", "A,鸡蛋,1,26.80,26.80,8,10,64.60"), [3382, 2278], [598, 402], 800),
        # sums that hold the discount already
        (("A,草莓,2,19.90,33.82,8,10,64.60", "A,鸡蛋,1,26.80,22.78,8,10,64.60"), [3382, 2278], [0, 0], 800),
        (("A,草莓,2,19.90,33.82,,10,", "A,鸡蛋,1,26.80,22.78,,10,"), [3382, 2278], [0, 0], 0),
        # freight that was told and not paid
        (("A,草莓,2,19.90,39.80,8,,66.60", "A,鸡蛋,1,26.80,26.80,8,,66.60"), [3980, 2680], [0, 0], 0),
        # what the shop gave back is no discount
        # every row bears the sum of the order, with its freight and less its discount
        (("A,草莓,2,19.90,64.60,8,10,", "A,鸡蛋,1,26.80,64.60,8,10,"), [3382, 2278], [598, 402], 800),
        (("A,草莓,2,19.90,56.60,,10,", "A,鸡蛋,1,26.80,56.60,,10,"), [3382, 2278], [598, 402], 0),
        (("A,草莓,2,19.90,74.60,8,,", "A,鸡蛋,1,26.80,74.60,8,,"), [3980, 2680], [0, 0], 800),
        # the only line bears it
        (("A,草莓,2,19.90,47.80,8,,",), [3980], [0], 800),
        (("A,草莓,2,19.90,44.80,8,3,",), [3680], [300], 800),
        (("A,草莓,2,19.90,39.80,8,3,",), [3680], [300], 800),
        # of two readings the one that says less
        (("A,草莓,2,19.90,39.80,8,8,39.80",), [3180], [800], 800),
        # a discount above everything
        (("A,草莓,2,19.90,39.80,,50,",), [0], [3980], 0),
    ],
)
def test_sums_of_the_order(tmp_path, rows, paid, discount, freight):
    assert read(tmp_path, *rows) == (paid, discount, freight, sum(paid))


def test_what_the_shop_gave_back_is_no_discount(tmp_path):
    head = f"{HEAD},refunded"
    rows = ("A,草莓,2,19.90,39.80,,,46.70,19.90", "A,鸡蛋,1,26.80,26.80,,,46.70,")
    assert read(tmp_path, *rows, head=head) == ([3980, 2680], [0, 0], 0, 4670)


def test_the_names_of_exports(tmp_path):
    head = "订单号,商品,数量,单价,商品金额,运费,优惠金额,订单实付金额"
    rows = ("A,草莓,2,19.90,39.80,8.00,10.00,64.60", "A,鸡蛋,1,26.80,26.80,8.00,10.00,64.60")
    assert read(tmp_path, *rows, head=head) == ([3382, 2278], [598, 402], 800, 5660)


def test_the_sum_of_the_order_stands_for_those_of_its_lines(tmp_path):
    head = "订单号,商品,数量,单价,订单实付金额"
    assert read(tmp_path, "A,草莓,2,19.90,66.60", "A,鸡蛋,1,26.80,66.60", head=head)[0] == [3980, 2680]


@given(some.integers(0, 10**6), some.lists(some.integers(0, 10**6), min_size=1, max_size=9))
def test_parts_come_to_the_sum_and_none_is_above_its_weight(sum_, weights):
    sum_ = min(sum_, sum(weights))
    parts = apportioned(sum_, weights)
    assert sum(parts) == sum_
    assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))
    whole = sum(weights) or 1
    assert all(abs(part * whole - sum_ * weight) < whole for part, weight in zip(parts, weights, strict=True))
