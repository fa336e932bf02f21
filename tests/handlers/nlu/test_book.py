from __future__ import annotations

from reading_orders import ORDERS, order_of

from handlers.nlu.book import lay_open


def test_orders_by_pickup_number_and_name():
    book = lay_open(ORDERS)
    assert {order.order_no for order in book.by_pickup["12"]} == {"KT260612-0012", "KT260611-0012"}
    assert ("lisa", "Lisa") in book.buyers
    assert len(book.buyers[0][0]) >= len(book.buyers[-1][0])


def test_no_orders():
    book = lay_open(())
    assert (book.orders, book.numbers, book.buyers, dict(book.by_pickup)) == ((), (), (), {})


def test_zeros_before_a_pickup_number():
    from dataclasses import replace

    assert set(lay_open([replace(order_of("3"), participate_no="003")]).by_pickup) == {"3"}
