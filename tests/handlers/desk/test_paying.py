from __future__ import annotations

from datetime import timedelta

import pytest
from doubles.ticket_house import House

from handlers.cases import filing
from handlers.desk import cards, dispatch
from handlers.fulfilment.payments import Confirmation
from handlers.fulfilment.payments import paid as pay
from handlers.tickets import lifecycle
from handlers.tickets.lifecycle import By
from storage import clocks, events, payments, ticket_lines
from storage import tables as t

AJIE = {"user": "78", "name": "阿杰"}
BOSS = {"user": "79", "name": "何姐", "supervisor": True}


@pytest.fixture
def house():
    made = House()
    yield made
    made.close()


@pytest.fixture
def no(house):
    return approved(house)


@pytest.fixture
def two(house):
    return approved(
        house, lines=house.lines() + house.lines(line=2, item="鸡蛋", problem="damaged_package", amount=625)
    )


def approved(house: House, **facts) -> str:
    number = filing.file(house.tx, house.draft(**facts), house.context).no
    tap(house, f"pick:{number}")
    tap(house, f"approve:{number}")
    return number


def tap(house: House, what: str, **who):
    return dispatch.act(house.tx, house.staff(kind="tap", tap=what, **who), house.context)


def reply(house: House, no: str, text: str, **who):
    quoted = [note for note in house.at_desk(no, "note") if "question" in note][-1]["text"]
    return dispatch.act(house.tx, house.staff(kind="reply", text=text, quoted=quoted, **who), house.context)


def buttons(house: House, no: str) -> dict[str, str]:
    return {button.label: button.tap for row in cards.card(house.tx, no, house.context).buttons for button in row}


def last_note(house: House, no: str) -> dict:
    return house.at_desk(no, "note")[-1]


def states(house: House, no: str) -> list[str]:
    return [line.state for line in ticket_lines.of_ticket(house.tx, no)]


def test_one_reply_with_the_reference_settles_the_ticket(house, no):
    assert buttons(house, no)["已打款 39.80"] == f"paid:{no}"
    tap(house, f"paid:{no}")
    assert reply(house, no, "４２００00123456").text == f"{no} 已记为打款，已通知客户。"
    (payment,) = payments.of_ticket(house.tx, no)
    assert (payment.amount, payment.reference, payment.actor) == (3980, "420000123456", "agent:telegram:77")
    assert (states(house, no), lifecycle.must(house.tx, no).state) == (["done"], "resolved")
    assert "39.80 元已退回" in house.heard(1)[-1]
    assert "小林记为已打款 39.80 元，流水号：420000123456" in last_note(house, no)["text"]
    assert not any(label.startswith("已打款") for label in buttons(house, no))


def test_a_button_stands_for_no_reference(house, no):
    tap(house, f"paid:{no}")
    ((label, without),) = last_note(house, no)["buttons"][0]
    assert label == "没有流水号"
    tap(house, without)
    assert payments.of_ticket(house.tx, no)[0].reference == ""


def test_what_is_no_reference_is_not_booked(house, no):
    tap(house, f"paid:{no}")
    for words in ("客户说还没到账", "好", "12"):
        assert reply(house, no, words).alert
    assert states(house, no) == ["owed"]
    assert not reply(house, no, "没有").alert
    assert states(house, no) == ["done"]


def test_of_two_lines_one_is_chosen_by_tap_or_by_its_number(house, two):
    assert "已打款 46.05" in buttons(house, two)
    tap(house, f"paid:{two}")
    shown = [label for row in last_note(house, two)["buttons"] for label, _ in row]
    assert shown == ["全部 46.05", "1. 草莓 39.80", "2. 鸡蛋 6.25"]
    tap(house, f"paid:{two}:2")
    reply(house, two, "R-2001")
    assert (states(house, two), lifecycle.must(house.tx, two).state) == (["owed", "done"], "decided")
    assert "6.25 元已退回" in house.heard(1)[-1]
    tap(house, f"paid:{two}")
    reply(house, two, "R-2002")
    assert states(house, two) == ["done", "done"]


def test_a_reply_to_the_first_question_means_all_or_the_line_that_it_numbers(house, two):
    tap(house, f"paid:{two}")
    reply(house, two, "1 R-3001")
    assert states(house, two) == ["done", "owed"]
    again = approved(
        house, number="KT260612-0005", lines=house.lines(item="车厘子JJ") + house.lines(item="车厘子JJ", amount=100)
    )
    tap(house, f"paid:{again}")
    reply(house, again, "R-3002")
    assert states(house, again) == ["done", "done"]


def test_owner_or_supervisor_and_anyone_where_the_bot_decided(house, no):
    refused = tap(house, f"paid:{no}", **AJIE)
    assert (refused.alert, "小林" in refused.text) == (True, True)
    tap(house, f"paid:{no}", **BOSS)
    assert not reply(house, no, "R-1001", **BOSS).alert
    free = approved(house, number="KT260612-0005", lines=house.lines(item="车厘子JJ"))
    house.tx.execute(t.tickets.update().where(t.tickets.c.no == free).values(owner_id=None, owner_name=None))
    assert list(buttons(house, free)) == ["已打款 39.80"]
    tap(house, f"paid:{free}", **AJIE)
    assert not reply(house, free, "R-1002", **AJIE).alert
    assert states(house, free) == ["done"]


@pytest.mark.parametrize("state", ["decided", "closed", "appealed", "assigned"])
def test_money_is_confirmed_in_any_state_and_leaves_it_as_it_is(house, two, state):
    house.tx.execute(t.tickets.update().values(state=state))
    ticket_lines.change(house.tx, two, 2, state="open" if state in ("appealed", "assigned") else "refused")
    tap(house, f"paid:{two}", **BOSS)
    assert not reply(house, two, "R-5001", **BOSS).alert
    assert states(house, two)[0] == "done"
    assert lifecycle.must(house.tx, two).state == ("resolved" if state == "decided" else state)
    assert clocks.running(house.tx, two, ["refund_due"]) == []


def test_a_second_confirmation_books_nothing(house, no):
    tap(house, f"paid:{no}")
    reply(house, no, "R-4001")
    heard = len(house.heard(1))
    assert reply(house, no, "R-4002").alert
    assert tap(house, f"paid:{no}:all:none").alert
    assert (len(house.heard(1)), len(payments.of_ticket(house.tx, no))) == (heard, 1)


def test_a_reference_that_another_ticket_has_is_refused_with_its_number(house, no):
    other = approved(house, number="KT260612-0005", lines=house.lines(item="车厘子JJ"))
    for number in (no, other):
        tap(house, f"paid:{number}")
        answer = reply(house, number, "R-6001")
    assert (answer.alert, no in answer.text) == (True, True)
    assert states(house, other) == ["owed"]


def test_a_supervisor_takes_a_wrong_confirmation_back(house, no):
    due = clocks.get(house.tx, no, "refund_due").due_at
    tap(house, f"paid:{no}")
    reply(house, no, "R-7001")
    ((_, undo),) = last_note(house, no)["buttons"][0]
    assert undo == f"unpaid:{no}:1"
    assert tap(house, undo).alert
    assert states(house, no) == ["done"]
    house.now += timedelta(hours=1)
    assert not tap(house, undo, **BOSS).alert
    assert (states(house, no), lifecycle.must(house.tx, no).state) == (["owed"], "decided")
    assert payments.of_ticket(house.tx, no) == []
    assert "还没有退回" in house.heard(1)[-1]
    assert "6月24日" in house.heard(1)[-1]
    assert [(one.name, one.due_at) for one in clocks.running(house.tx, no)] == [("refund_due", due)]
    assert events.happened(house.tx, no, "payment_undone")
    assert tap(house, undo, **BOSS).alert  # nothing is left to take back
    tap(house, f"paid:{no}")
    assert not reply(house, no, "R-7001").alert
    assert states(house, no) == ["done"]


def test_the_card_says_who_booked_what(house, no):
    tap(house, f"paid:{no}")
    reply(house, no, "R-8001")
    assert "已打款 39.80 元，流水号：R-8001（小林）" in cards.card(house.tx, no, house.context).text
    tap(house, f"unpaid:{no}:1", **BOSS)
    assert "何姐 撤回了 39.80 元的打款记录" in cards.card(house.tx, no, house.context).text
    for actor, name in (("payouts", "财务"), ("order_system", "订单系统")):
        one = Confirmation(ticket_no=no, amount=3980, paid_at=house.now, reference=actor)
        assert pay(house.tx, one, By(actor=actor), house.context).result == "paid"
        assert f"流水号：{actor}（{name}）" in cards.card(house.tx, no, house.context).text
        tap(house, f"unpaid:{no}:1", **BOSS)
