from __future__ import annotations

import pytest
from doubles.ticket_house import House

from handlers.cases import appeals, customer_answers, filing, remarks
from handlers.costs import caps
from handlers.desk import dispatch
from handlers.fulfilment import payments
from handlers.fulfilment.payments import Confirmation
from handlers.tickets import lifecycle, progress
from storage import clocks, events, ticket_lines
from storage import tables as t


@pytest.fixture
def house():
    made = House()
    yield made
    made.close()


def filed(house: House, **facts) -> str:
    return filing.file(house.tx, house.draft(**facts), house.context).no


def decided(house: House, **facts) -> str:
    no = filed(house, **facts)
    tap(house, f"pick:{no}")
    tap(house, f"approve:{no}")
    return no


def tap(house: House, tap: str, **who):
    return dispatch.act(house.tx, house.staff(kind="tap", tap=tap, **who), house.context)


def say(house: House, no: str, text: str, **more):
    facts = {"conversation_id": 1, "at": house.now, "text": text, "evidence": [], "context": house.context, **more}
    return remarks.remark(house.tx, no, **facts)


def test_content_customers_close_their_ticket(house):
    no = decided(house)
    assert customer_answers.settle(house.tx, no, score=4, context=house.context)
    ticket = lifecycle.must(house.tx, no)
    assert (ticket.state, ticket.closed_at) == ("closed", house.now)
    assert [clock.name for clock in clocks.running(house.tx, no)] == ["refund_due"]  # the money is still owed


def test_discontent_brings_it_back_to_the_same_owner(house):
    no = decided(house)
    assert not customer_answers.settle(house.tx, no, score=1, context=house.context, conversation_id=1)
    ticket = lifecycle.must(house.tx, no)
    assert (ticket.state, ticket.owner_id) == ("assigned", "77")
    assert "哪里不满意" in house.heard(1)[-1]
    say(house, no, "等了三天")
    assert "等了三天" in house.at_desk(no, "relay")[-1]["text"]
    assert clocks.running(house.tx, no, ["human_first_response"])


def test_an_opened_ticket_can_be_given_more_within_what_is_left(house):
    no = decided(house)
    customer_answers.settle(house.tx, no, score=1, context=house.context)
    assert tap(house, f"change:{no}:o1:refund:9999").alert
    assert len(ticket_lines.of_ticket(house.tx, no)) == 1  # a refused sum leaves no stray line
    assert not tap(house, f"change:{no}:o1:compensation:500").alert
    first, second = ticket_lines.of_ticket(house.tx, no)
    assert (first.state, second.state, second.coupon, second.problem) == ("owed", "owed", 500, first.problem)
    assert lifecycle.must(house.tx, no).state == "decided"
    assert "优惠券 5.00 元" in house.heard(1)[-1]


def test_a_stranger_cannot_answer_for_a_ticket(house):
    stranger = house.talk("6666", name="路人")
    no = filed(house)
    tap(house, f"pick:{no}")
    tap(house, f"change:{no}:1:compensation:500")
    who = {"conversation_id": stranger, "context": house.context}
    assert customer_answers.consent(house.tx, no, accepted=True, **who).stale
    assert not customer_answers.withdraw(house.tx, no, **who)
    tap(house, f"approve:{no}")
    assert not customer_answers.settle(house.tx, no, score=5, **who)
    assert not customer_answers.received(house.tx, no, arrived=True, **who)
    assert not appeals.appeal(house.tx, no, at=house.now, text="x", **who).taken
    assert not customer_answers.settle(house.tx, "CD-000000", score=5, **who)
    assert lifecycle.must(house.tx, no).state == "decided"
    assert house.heard(stranger) == []


def test_a_rating_before_the_decision_changes_nothing(house):
    no = filed(house)
    assert not customer_answers.settle(house.tx, no, score=1, context=house.context)
    assert lifecycle.must(house.tx, no).state == "queued"


def test_safety_tickets_ask_for_no_stars(house):
    for signals in ("illness",), ():
        no = decided(house, severity="safety" if signals else "normal", signals=signals)
        paid = Confirmation(ticket_no=no, amount=3980, paid_at=house.now)
        payments.paid(house.tx, paid, lifecycle.By(actor="payouts"), house.context)
        assert ("满意吗" in house.heard(1)[-1], bool(house.taps(1))) == (not signals, not signals)
        house.tx.execute(t.ticket_lines.update().values(state="refused"))


def test_withdrawing(house):
    no = filed(house)
    assert customer_answers.withdraw(house.tx, no, conversation_id=1, context=house.context)
    assert lifecycle.must(house.tx, no).state == "withdrawn"
    assert ticket_lines.of_ticket(house.tx, no)[0].state == "withdrawn"
    assert clocks.running(house.tx, no) == []


def test_what_is_decided_or_about_safety_is_not_simply_withdrawn(house):
    no = decided(house)
    assert not customer_answers.withdraw(house.tx, no, conversation_id=1, context=house.context)
    other = House.lines(line=2, item="鸡蛋", problem="damaged_package", quantity="7", amount=625)
    serious = filed(house, lines=other, severity="safety")
    assert not customer_answers.withdraw(house.tx, serious, conversation_id=1, context=house.context)
    assert lifecycle.must(house.tx, serious).state == "queued"
    assert "不要处理了" in house.at_desk(serious, "note")[-1]["text"]


def test_all_who_complained_hear_the_result(house):
    no = filed(house)
    leader = house.talk("9001", name="王姐")
    filing.file(house.tx, house.draft(talk=leader), house.context)
    tap(house, f"pick:{no}")
    tap(house, f"approve:{no}")
    assert house.heard(1) == house.heard(leader)
    assert len(house.heard(leader)) == 1


def test_an_offer_that_no_longer_fits_goes_back_to_the_owner(house):
    no = filed(house, lines=House.lines(wish="resend", amount=None))
    tap(house, f"pick:{no}")
    tap(house, f"change:{no}:1:refund:3980")
    eggs = House.lines(problem="shortage_missing", share=1, quantity="4", amount=7960)
    other = filed(house, lines=eggs, talk=house.talk("1002"))
    tap(house, f"pick:{other}")
    tap(house, f"approve:{other}")
    told = customer_answers.consent(house.tx, no, accepted=True, conversation_id=1, context=house.context)
    assert not told.accepted
    assert ticket_lines.of_ticket(house.tx, no)[0].state == "open"


def test_goods_that_did_not_come_reopen_the_ticket(house):
    no = decided(house, lines=House.lines(wish="resend", amount=None))
    assert customer_answers.received(house.tx, no, arrived=False, conversation_id=1, context=house.context)
    assert "还没有寄出" in house.heard(1)[-1]
    assert lifecycle.must(house.tx, no).state == "decided"
    tap(house, f"sent:{no}:0:none")
    assert customer_answers.received(house.tx, no, arrived=False, conversation_id=1, context=house.context)
    assert lifecycle.must(house.tx, no).state == "assigned"
    assert ticket_lines.of_ticket(house.tx, no)[0].state == "open"
    paid = decided(house, number="KT260612-0005", lines=House.lines(item="车厘子JJ", amount=100))
    assert not customer_answers.received(house.tx, paid, arrived=True, conversation_id=1, context=house.context)


def test_progress_tells_number_item_state_time_and_money(house):
    first = decided(house)
    house.later(minutes=1)
    eggs = House.lines(line=2, item="鸡蛋", problem="damaged_package", quantity="7", amount=625)
    second = filed(house, lines=eggs)
    rows = progress.progress(house.tx, 1, house.context)
    assert [row.no for row in rows] == [second, first]
    assert rows[0].text == f"{second} 鸡蛋 · 等待处理 · 最迟 6月13日19:11"
    assert "退款 39.80 元" in rows[1].text
    assert "6月24日" in rows[1].text


def test_the_log_tells_every_step(house):
    no = decided(house)
    customer_answers.settle(house.tx, no, score=1, context=house.context)
    kinds = [event.kind for event in events.of_ticket(house.tx, no)]
    assert kinds == ["reported", "wish", "filed", "picked", "approved", "decided", "rated", "reopened"]


def test_lines_that_fit_one_by_one_need_not_fit_together(house):
    order = house.draft().order
    whole = order.left(1)
    both = House.lines(amount=whole) + House.lines(problem="late", amount=1)
    first, second = ticket_lines.of_ticket(house.tx, filed(house, lines=both))
    ticket = lifecycle.must(house.tx, first.ticket_no)
    assert first.order_line_no == second.order_line_no == 1
    room = caps.room(house.tx, ticket, house.policy)
    assert room.fits([(1, whole)])
    assert not room.fits([(1, whole), (1, 1)])
    assert room.fits([(1, whole), (None, order.left() - whole)])
    assert not room.fits([(None, order.left()), (1, 1)])
