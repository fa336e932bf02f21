"""Which numbers are a parcel's, and of which ticket."""

from __future__ import annotations

from dataclasses import replace

import pytest
from doubles.ticket_house import House

from handlers.cases import filing
from handlers.claims.claim import Talk
from handlers.claims.lookup import Back
from handlers.desk import dispatch
from handlers.nlu.number_shapes import with_shapes
from handlers.policy.lexicons import lexicon_of
from handlers.policy.values import Returns
from handlers.tickets import lifecycle
from handlers.turn import parcels
from storage import conversations

SHAPES = ("AA999999-9999", "999999999999")  # of KT260612-0003, and of twelve digits


@pytest.fixture
def house():
    made = House()
    made.policy = replace(made.policy, returns=Returns(address={"zh": "杭州", "en": "Hangzhou"}))
    yield made
    made.close()


def returned(house: House, number: str = "KT260612-0003") -> str:
    lines = House.lines(wish="return_refund")
    no = filing.file(house.tx, house.draft(number, lines=lines), house.context).no
    for tap in ("pick", "approve"):
        dispatch.act(house.tx, house.staff(kind="tap", tap=f"{tap}:{no}"), house.context)
    assert lifecycle.must(house.tx, no).state == "decided"
    return no


def meant(house: House, text: str, *, spoken: str = "", named: tuple[str, ...] = ()) -> Back:
    talk = conversations.by_id(house.tx, house.talk())
    lexicon = with_shapes(lexicon_of(house.policy), SHAPES)
    return parcels.meant(house.tx, text, talk, Talk(ticket_no=spoken), lexicon, named)


def test_a_carriers_letters_go_before_an_orders_shape_while_goods_are_awaited(house):
    text = "寄了 SF1234567890"
    assert meant(house, text) == Back()
    no = returned(house)
    found = meant(house, text)
    assert (found.ticket_no, found.parcel and found.parcel.number) == (no, "SF1234567890")


def test_digits_shaped_like_an_orders_are_an_order(house):
    returned(house)
    assert meant(house, "快递 771234567890").parcel is None
    assert meant(house, "快递 7712345678901").parcel


def test_where_nothing_is_awaited_a_parcel_is_of_no_ticket(house):
    found = meant(house, "寄了 SF1234567890123")
    assert (found.ticket_no, bool(found.parcel)) == ("", True)
    assert meant(house, "快递 7712345678901") == Back()


def test_the_ticket_named_goes_before_the_one_spoken_of_and_that_before_one_without_a_number(house):
    first, second = returned(house), returned(house, "KT260612-0005")
    text = "寄了 SF1234567890"
    assert meant(house, text, spoken=first).ticket_no == first
    assert meant(house, text, spoken=first, named=(second,)).ticket_no == second
    assert meant(house, text, named=("CD-000000",)).ticket_no in (first, second)


def test_a_question_finds_the_return_without_a_number(house):
    assert meant(house, "我怎么退回去？") == Back()
    no = returned(house)
    assert meant(house, "我怎么退回去？") == Back(ticket_no=no)
    assert meant(house, "草莓坏了2盒") == Back()
