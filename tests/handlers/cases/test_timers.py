from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from doubles.ticket_house import START, ZONE, House

from handlers.cases import customer_answers, filing, remarks, timers
from handlers.desk import cards, dispatch
from handlers.fulfilment import payments
from handlers.fulfilment.payments import Confirmation
from handlers.tickets import lifecycle
from handlers.tickets.lifecycle import By
from storage import clocks, events, ticket_lines
from storage.desk import queue


@pytest.fixture
def house():
    made = House()
    yield made
    made.close()


def file_one(house: House, **facts) -> str:
    return filing.file(house.tx, house.draft(**facts), house.context).no


def tap(house: House, tap: str, **who):
    return dispatch.act(house.tx, house.staff(kind="tap", tap=tap, **who), house.context)


def run(house: House, **span: float) -> None:
    """Let time pass and carry out every timer that is due, one after the other, as the courier does."""
    end = house.now + timedelta(**span)
    while (due := house.next_wake()) is not None and due <= end:
        house.now = max(house.now, due)
        for _, payload in house.due_wakes():
            timers.fire(house.tx, payload, house.context)
    house.now = end


def pages(house: House, no: str) -> list[list[str]]:
    return [sorted(name for _, name in page["mentions"]) for page in house.at_desk(no, "page")]


def safety(house: House) -> str:
    draft = house.draft("", lines=(), photos=0, severity="safety", signals=("illness",))
    return filing.raise_ticket(house.tx, draft, why="safety", context=house.context)


def test_the_page_chain_of_d8(house):
    no = safety(house)
    run(house, seconds=90)
    assert pages(house, no) == [["小林", "阿杰"]]
    run(house, seconds=30)  # 2:00
    assert pages(house, no)[-1] == ["何姐"]
    run(house, seconds=120)  # 4:00
    assert pages(house, no)[-1] == ["何姐", "小林", "阿杰"]
    before = len(pages(house, no))
    run(house, minutes=3)
    assert len(pages(house, no)) == before + 3
    assert set(map(tuple, pages(house, no)[-3:])) == {("何姐", "小林", "阿杰")}
    tap(house, f"pick:{no}")
    before = len(pages(house, no))
    run(house, minutes=5)
    assert len(pages(house, no)) == before
    assert clocks.running(house.tx, no, ["page_supervisor", "page_everyone"]) == []


def test_overdue_pages_go_out_once_after_a_pause(house):
    no = safety(house)
    house.now += timedelta(minutes=9)
    for _, payload in house.due_wakes():
        timers.fire(house.tx, payload, house.context)
    assert pages(house, no) == [["何姐", "小林", "阿杰"]]


def test_a_safety_ticket_handed_back_pages_again(house):
    no = safety(house)
    tap(house, f"pick:{no}")
    tap(house, f"hand:{no}:queue")
    run(house, minutes=2)
    assert pages(house, no)[-1] == ["何姐"]


def test_a_late_ticket_rises_and_is_named(house):
    first = file_one(house)
    run(house, minutes=20)
    eggs = House.lines(line=2, item="鸡蛋", problem="damaged_package", quantity="7", amount=625)
    second = file_one(house, lines=eggs, talk=house.talk("1002"))
    assert not lifecycle.must(house.tx, first).late
    run(house, minutes=11)
    assert lifecycle.must(house.tx, first).late
    assert [ticket.no for ticket in queue.waiting(house.tx, "telegram")] == [first, second]
    assert "超时" in cards.board(house.tx, "telegram", house.context).text
    assert "超时" in house.at_desk(first, "note")[-1]["text"]
    assert clocks.get(house.tx, first, "human_first_response").breached_at == START + timedelta(minutes=30)
    assert [event.actor for event in events.of_ticket(house.tx, first) if event.kind == "late"] == ["clock"]


def test_lateness_ends_with_the_answer(house):
    no = file_one(house)
    run(house, minutes=31)
    tap(house, f"pick:{no}")
    tap(house, f"approve:{no}")
    assert not lifecycle.must(house.tx, no).late
    assert clocks.get(house.tx, no, "human_first_response").breached_at is not None


def test_a_decision_silences_the_clocks(house):
    no = file_one(house)
    tap(house, f"pick:{no}")
    tap(house, f"approve:{no}")
    heard = len(house.heard(1))
    run(house, hours=30)
    assert len(house.heard(1)) == heard
    assert clocks.get(house.tx, no, "review_notice").breached_at is None


def test_a_stale_timer_does_nothing(house):
    no = file_one(house)
    for name in ("review_notice", "decision_due", "nonsense"):
        timers.fire(house.tx, {"ticket": no, "clock": name}, house.context)
    assert house.heard(1) == []
    assert not lifecycle.must(house.tx, no).late


def test_what_has_ended_closes_by_itself_and_nothing_that_is_owed(house):
    no = file_one(house)
    tap(house, f"pick:{no}")
    tap(house, f"approve:{no}")
    run(house, hours=73)
    assert lifecycle.must(house.tx, no).state == "decided"
    paid = Confirmation(ticket_no=no, amount=3980, paid_at=house.now, reference="r1")
    assert payments.paid(house.tx, paid, By(actor="payouts"), house.context).result == "paid"
    run(house, hours=71)
    assert lifecycle.must(house.tx, no).state == "resolved"
    heard = house.heard(1)
    run(house, hours=2)
    assert (lifecycle.must(house.tx, no).state, house.heard(1)) == ("closed", heard)


def test_a_silent_customer_does_not_lose_the_claim(house):
    no = file_one(house)
    tap(house, f"pick:{no}")
    tap(house, f"change:{no}:1:compensation:500")
    assert lifecycle.must(house.tx, no).state == "waiting_customer"
    run(house, hours=73)
    assert lifecycle.must(house.tx, no).state == "assigned"
    assert ticket_lines.of_ticket(house.tx, no)[0].state == "open"


def test_an_owner_who_leaves_a_customer_waiting_is_reminded(house):
    no = file_one(house)
    tap(house, f"pick:{no}")
    remarks.remark(house.tx, no, conversation_id=1, at=house.now, text="在吗", evidence=[], context=house.context)
    run(house, minutes=31)
    notes = [note for note in house.at_desk(no, "note") if "在等" in note["text"]]
    assert [note["mentions"] for note in notes] == [[["77", "小林"]]]


def test_what_was_sent_again_is_asked_after(house):
    no = file_one(house, lines=House.lines(wish="resend", amount=None))
    tap(house, f"pick:{no}")
    tap(house, f"approve:{no}")
    assert ticket_lines.of_ticket(house.tx, no)[0].state == "owed"
    run(house, hours=2)
    tap(house, f"sent:{no}:0:none")
    run(house, hours=23)
    assert "收到了吗" not in house.heard(1)[-1]
    run(house, hours=2)
    assert house.taps(1) == [f"got:{no}:yes", f"got:{no}:no"]
    assert customer_answers.received(house.tx, no, arrived=True, conversation_id=1, context=house.context)
    assert lifecycle.must(house.tx, no).state == "resolved"
    assert ticket_lines.of_ticket(house.tx, no)[0].state == "done"


def test_at_night_people_are_promised_for_the_morning(house):
    house.now = datetime(2026, 6, 12, 23, 30, tzinfo=ZONE)
    filed = filing.file(house.tx, house.draft(), house.context)
    assert filed.human_at == datetime(2026, 6, 13, 8, 30, tzinfo=ZONE)
    run(house, hours=2)
    assert not lifecycle.must(house.tx, filed.no).late
