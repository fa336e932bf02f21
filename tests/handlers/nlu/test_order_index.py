from __future__ import annotations

from reading_orders import ORDERS, order_of

from handlers.nlu.order_index import lay_open


def test_orders_by_pickup_number_and_name():
    index = lay_open(ORDERS)
    assert {order.order_no for order in index.by_pickup["12"]} == {"KT260612-0012", "KT260611-0012"}
    assert ("lisa", "Lisa") in index.buyers
    assert len(index.buyers[0][0]) >= len(index.buyers[-1][0])


def test_no_orders():
    index = lay_open(())
    assert (index.orders, index.numbers, index.buyers, dict(index.by_pickup)) == ((), (), (), {})


def test_zeros_before_a_pickup_number():
    from dataclasses import replace

    assert set(lay_open([replace(order_of("3"), participate_no="003")]).by_pickup) == {"3"}
