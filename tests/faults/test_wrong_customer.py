"""Words to the wrong customer: a reply under anything that shows several tickets reaches nobody before it is asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from doubles.ticket_house import House

from handlers.cases import filing
from handlers.desk import dispatch

WORDS = "您的退款已批准，请留意查收"


@pytest.fixture
def house() -> Iterator[House]:
    made = House()
    yield made
    made.close()


@pytest.mark.parametrize("list_", ["/mine", "/queue", "/find B2405", "/find Z07"])
def test_a_reply_under_a_list_reaches_nobody(house: House, list_: str) -> None:
    numbers = []
    for number, item, talk in (("KT260612-0003", "草莓", "1001"), ("KT260612-0005", "车厘子JJ", "1002")):
        draft = house.draft(number, lines=House.lines(item=item), talk=house.talk(talk))
        numbers.append(filing.file(house.tx, draft, house.context).no)
    for no in numbers if list_ != "/queue" else ():
        dispatch.act(house.tx, house.staff(kind="tap", tap=f"pick:{no}"), house.context)
    shown = dispatch.act(house.tx, house.staff(kind="command", text=list_), house.context).text
    assert all(no in shown for no in numbers)
    told = dispatch.act(house.tx, house.staff(kind="reply", text=WORDS, reply_to="77/5", quoted=shown), house.context)
    assert told.alert
    assert house.heard(1) == house.heard(2) == []


def test_a_customer_who_writes_another_tickets_number_turns_no_reply(house: House) -> None:
    """The message that is replied to decides, not the numbers that somebody put into its words."""
    first = filing.file(house.tx, house.draft(talk=house.talk("1001")), house.context).no
    second = filing.file(
        house.tx,
        house.draft("KT260612-0005", lines=House.lines(item="车厘子JJ"), talk=house.talk("1002")),
        house.context,
    ).no
    for no in (first, second):
        dispatch.act(house.tx, house.staff(kind="tap", tap=f"pick:{no}"), house.context)
    quoted = f"💬 {first} 李婷：我的单是 {second}"
    told = dispatch.act(house.tx, house.staff(kind="reply", text=WORDS, reply_to="77/9", quoted=quoted), house.context)
    assert told.alert  # which of both is asked, as the message itself is not known
    assert house.heard(1) == house.heard(2) == []
