"""An import that changes what a ticket is about shows it on the ticket's card."""

from __future__ import annotations

from io import StringIO

import pytest
from doubles.ticket_house import House

from bot.commands.orders import import_orders
from handlers.cases import filing
from handlers.desk import cards
from storage import tickets
from storage.desk import desk_messages


@pytest.fixture
def house():
    made = House()
    yield made
    made.close()


def test_an_order_that_is_cancelled_later_is_marked_on_the_card(house, tmp_path):
    no = filing.file(house.tx, house.draft(), house.context).no
    path = tmp_path / "orders.csv"
    path.write_text("订单号,商品,数量,实付,订单状态\nKT260612-0003,草莓,4,79.60,已取消\n", encoding="utf-8")
    desk_messages.keep(house.tx, "telegram", "1", kind="card", at=house.now, ticket_no=no)
    write = lambda work: work(house.tx)  # noqa: E731  the command's writer
    assert import_orders(path, write=write, now=house.now, policy=house.policy, out=StringIO(), err=StringIO()) == 0
    assert "order_cancelled" in tickets.get(house.tx, no).warnings
    assert len(house.at_desk(no, "refresh")) == 1
    assert "该订单已取消，勿再退款" in cards.card(house.tx, no, house.context).text
