"""Looking for tickets by what the customer called the goods."""

from __future__ import annotations

from doubles.ticket_house import House

from handlers.cases import filing
from storage.desk import search


def found(house, *words):
    return [ticket.no for ticket in search.find(house.tx, "telegram", words, limit=10)]


def test_goods_that_the_order_does_not_hold_are_found_by_the_customers_words(house):
    said = (("2026-06-12T19:10:00+08:00", "牛油果坏了两个"), ("2026-06-12T19:11:00+08:00", "call Mr Wong"))
    other = filing.file(house.tx, house.draft(said=said, lines=House.lines(line=None, item="")), house.context).no
    bare = filing.file(house.tx, house.draft("KT260612-0005", said=said, lines=()), house.context).no
    tied = filing.file(house.tx, house.draft("KT260612-0017", said=said), house.context).no
    assert set(found(house, "牛油果")) == set(found(house, "wong")) == {other, bare}
    assert found(house, "草莓") == [tied]
    assert found(house, "19") == found(house, "荔枝") == []
