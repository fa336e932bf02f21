"""Broken promises: one apology in staffed hours with a time that is held, then the supervisors alone."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from doubles.ticket_house import START, ZONE, House

from handlers.cases import apologies, appeals, filing, timers
from handlers.desk import cards, dispatch
from handlers.fulfilment import payments
from handlers.fulfilment.payments import Confirmation
from handlers.messages import texts
from handlers.tickets import lifecycle, progress
from handlers.tickets.lifecycle import By
from storage import clocks, events, people, ticket_lines

BOSS = {"user": "79", "name": "何姐", "supervisor": True}


@pytest.fixture
def house():
    made = House()
    yield made
    made.close()


def tap(house: House, tap: str, **who):
    return dispatch.act(house.tx, house.staff(kind="tap", tap=tap, **who), house.context)


def filed(house: House, **facts) -> str:
    return filing.file(house.tx, house.draft(**facts), house.context).no


def approved(house: House, **facts) -> str:
    no = filed(house, **facts)
    for what in ("pick", "approve"):
        tap(house, f"{what}:{no}")
    return no


def until(house: House, moment: datetime) -> None:
    """Let time pass and carry out every timer that is due, one after the other, as the courier does."""
    while (due := house.next_wake()) is not None and due <= moment:
        house.now = max(house.now, due)
        for _, payload in house.due_wakes():
            timers.fire(house.tx, payload, house.context)
    house.now = moment


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=ZONE)


def sorry(house: House, talk: int = 1) -> list[str]:
    return [text for text in house.heard(talk) if "抱歉" in text]


def late_notes(house: House, no: str) -> list[dict]:
    return [note for note in house.at_desk(no, "note") if "⏰" in note["text"]]


def called(note: dict) -> set[str]:
    return {name for _, name in note["mentions"]}


def kinds(house: House, no: str) -> list[str]:
    return [event.kind for event in events.of_ticket(house.tx, no)]


def test_late_money_is_excused_once_by_the_day_that_the_clock_then_holds(house):
    no = approved(house)
    until(house, at(24, 19, 59))
    assert sorry(house) == []
    until(house, at(24, 20))
    assert sorry(house) == [
        f"{no}：应在6月24日到账的 39.80 元还没有退成，非常抱歉。主管 何姐 在跟，最迟 6月26日 给您结果。"
    ]
    clock = clocks.get(house.tx, no, "refund_due")
    assert (clock.due_at, clock.first_due_at, clock.breached_at) == (at(26, 20), at(24, 20), at(24, 20))
    assert called(late_notes(house, no)[-1]) == {"小林", "何姐"}
    assert "请 何姐 跟进" in late_notes(house, no)[-1]["text"]
    assert "由 何姐 跟进" in cards.card(house.tx, no, house.context).text
    assert progress.progress(house.tx, 1, house.context)[0].promised_at == at(26, 20)


def test_the_second_breach_goes_to_the_supervisors_alone(house):
    no = approved(house)
    until(house, at(26, 19, 59))
    heard = house.heard(1)
    until(house, at(26, 20))
    assert house.heard(1) == heard
    (note,) = [one for one in late_notes(house, no) if "第二次" in one["text"]]
    assert called(note) == {"何姐"}
    until(house, at(30, 20))
    timers.fire(house.tx, {"ticket": no, "clock": "refund_due"}, house.context)  # a timer that is carried twice
    assert house.heard(1) == heard
    assert len([one for one in late_notes(house, no) if "第二次" in one["text"]]) == 1
    assert lifecycle.must(house.tx, no).late
    assert "最迟" not in progress.progress(house.tx, 1, house.context)[0].text  # no time is promised that passed
    paid = Confirmation(ticket_no=no, amount=3980, paid_at=house.now)
    payments.paid(house.tx, paid, By(actor="payouts"), house.context)
    assert not lifecycle.must(house.tx, no).late
    assert clocks.get(house.tx, no, "refund_due").first_due_at == at(24, 20)


def test_what_breaks_at_night_is_excused_in_the_morning(house):
    house.now = at(12, 23, 30)
    no = filed(house)
    until(house, at(14, 7, 59))
    assert sorry(house) == []
    assert "6月14日08:00 向客户道歉" in late_notes(house, no)[-1]["text"]
    assert clocks.get(house.tx, no, "review_notice").due_at == at(14, 12)  # four hours of the people's day
    until(house, at(14, 8))
    assert sorry(house) == [f"{no} 的审核结果没有按时给您，非常抱歉。主管 何姐 在跟，最迟 12:00 通知您。"]
    timers.fire(house.tx, {"ticket": no, "clock": "review_notice", "excuse": True}, house.context)  # carried twice
    until(house, at(14, 12))
    assert len(sorry(house)) == 1


def test_what_is_settled_before_the_morning_needs_no_apology(house):
    house.now = at(12, 23, 30)
    no = filed(house)
    until(house, at(14, 0))
    assert late_notes(house, no)
    tap(house, f"pick:{no}")
    tap(house, f"approve:{no}")
    until(house, at(14, 9))
    assert sorry(house) == []


@pytest.mark.parametrize(
    ("filed_at", "new"), [(at(12, 19, 10), at(14, 9, 10)), (at(12, 10), at(13, 14)), (at(12, 18), at(13, 22))]
)
def test_the_new_time_of_a_review_lies_where_people_are(house, filed_at, new):
    house.now = filed_at
    no = filed(house)
    until(house, filed_at + timedelta(hours=24))
    assert clocks.get(house.tx, no, "review_notice").due_at == new


def test_an_owner_is_named_where_a_supervisor_need_not(house):
    no = filed(house)
    tap(house, f"pick:{no}")
    until(house, START + timedelta(hours=24))
    assert "小林 在跟" in sorry(house)[0]
    assert "主管" not in sorry(house)[0]
    assert called(late_notes(house, no)[-1]) == {"小林"}


def test_nobody_is_named_where_nobody_is_there(house):
    for user in ("77", "78", "79"):
        people.left(house.tx, "telegram", user, house.now)
    no = filed(house)
    until(house, START + timedelta(hours=24))
    assert sorry(house) == [f"{no} 的审核结果没有按时给您，非常抱歉。最迟 6月14日09:10 通知您。"]
    assert "followed" not in kinds(house, no)


def test_a_customer_whose_answer_is_awaited_is_not_apologised_to(house):
    no = filed(house)
    tap(house, f"pick:{no}")
    tap(house, f"ask:{no}")
    quoted = [note for note in house.at_desk(no, "note") if "question" in note][-1]["text"]
    dispatch.act(house.tx, house.staff(kind="reply", text="哪几盒坏了？", quoted=quoted), house.context)
    assert lifecycle.must(house.tx, no).state == "waiting_customer"
    until(house, START + timedelta(hours=30))
    assert sorry(house) == []
    assert clocks.get(house.tx, no, "review_notice").breached_at is None
    assert clocks.get(house.tx, no, "review_notice").due_at > house.now


def test_of_two_sums_only_the_late_one_is_excused(house):
    no = approved(house, lines=house.lines() + house.lines(line=2, item="鸡蛋", problem="damaged_package", amount=625))
    ticket_lines.change(house.tx, no, 2, refund_due_at=at(26, 20))
    until(house, at(24, 20))
    assert "39.80 元" in sorry(house)[0]
    assert "46.05" not in sorry(house)[0]


def test_a_clock_shows_the_first_of_two_promises(house):
    no = filed(house, lines=house.lines() + house.lines(line=2, item="鸡蛋", problem="damaged_package", amount=625))
    tap(house, f"pick:{no}")
    tap(house, f"change:{no}:1:refund:3980")
    until(house, at(15, 10))
    tap(house, f"change:{no}:2:refund:625")
    first, second = (line.refund_due_at for line in ticket_lines.of_ticket(house.tx, no))
    assert (first, second) == (at(24, 20), at(25, 20))
    assert clocks.get(house.tx, no, "refund_due").due_at == first


def test_money_that_was_late_and_booked_by_mistake_is_not_excused_again(house):
    no = approved(house)
    until(house, at(25, 10))
    paid = Confirmation(ticket_no=no, amount=3980, paid_at=house.now)
    payments.paid(house.tx, paid, By(actor="payouts"), house.context)
    tap(house, f"unpaid:{no}:1", **BOSS)
    until(house, at(26, 20))
    assert len([text for text in house.heard(1) if "没有退成" in text]) == 1
    assert called(late_notes(house, no)[-1]) == {"何姐"}
    assert "第二次" in late_notes(house, no)[-1]["text"]


def test_an_appeal_is_led_by_a_supervisor_who_may_decide_it(house):
    no = filed(house)
    tap(house, f"pick:{no}", **BOSS)
    tap(house, f"refuse:{no}", **BOSS)
    quoted = [note for note in house.at_desk(no, "note") if "question" in note][-1]["text"]
    words = "W24，取货后两天才报，可给5元券"
    dispatch.act(house.tx, house.staff(kind="reply", text=words, quoted=quoted, **BOSS), house.context)
    assert appeals.appeal(house.tx, no, conversation_id=1, at=house.now, text="不服", context=house.context).taken
    until(house, START + timedelta(hours=72))
    assert sorry(house) == [f"{no} 的申诉结果没有按时给您，非常抱歉。最迟 6月16日17:10 通知您。"]  # 何姐 refused it


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_text_says_that_something_was_hastened(language):
    hastened = ("加急", "催", "优先办", "chasing", "put first", "hasten", "expedite", "speed")
    for key, text in texts.templates(language).items():
        if key.startswith(("notice.late", "talk.late", "leader.")):
            assert not [word for word in hastened if word in text], key


def test_each_promise_that_is_excused_has_its_text_and_its_grace():
    assert set(apologies.GRACE) == set(apologies.TEXTS)
    assert set(apologies.GRACE) <= {name for name, fire in timers.FIRES.items() if fire is not None}
