from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from doubles.ticket_house import ZONE, House
from sqlalchemy import delete

from handlers.cases import appeals, filing
from handlers.desk import cards, dispatch
from handlers.tickets import lifecycle
from storage import events, ticket_lines
from storage.desk import queue
from storage.tables import staff

AJIE = {"user": "78", "name": "阿杰"}
BOSS = {"user": "79", "name": "何姐", "supervisor": True}
REASON = "W24，平台收到时间6月14日18:00，可选5元券"


@pytest.fixture
def house():
    made = House()
    made.now = datetime(2026, 6, 14, 18, 1, tzinfo=ZONE)
    yield made
    made.close()


def tap(house: House, tap: str, **who):
    return dispatch.act(house.tx, house.staff(kind="tap", tap=tap, **who), house.context)


def reply(house: House, no: str, text: str, **who):
    quoted = [note for note in house.at_desk(no, "note") if "question" in note][-1]["text"]
    return dispatch.act(house.tx, house.staff(kind="reply", text=text, quoted=quoted, **who), house.context)


def refused(house: House) -> str:
    """D12: 老陈's cherries, refused by 阿杰."""
    lines = House.lines(item="车厘子JJ", quantity="2", share=1, amount=9980)
    no = filing.file(house.tx, house.draft("KT260612-0005", lines=lines, late_reason="告诉团长了"), house.context).no
    house.later(hours=3)
    tap(house, f"pick:{no}", **AJIE)
    tap(house, f"refuse:{no}", **AJIE)
    reply(house, no, REASON, **AJIE)
    return no


def appeal(house: House, no: str):
    return appeals.appeal(house.tx, no, conversation_id=1, at=house.now, text="截图你们没看吗", context=house.context)


def test_d12_from_refusal_to_another_decision(house):
    no = refused(house)
    house.later(minutes=4)
    told = appeal(house, no)
    assert told.taken
    assert told.due == datetime(2026, 6, 17, 21, 5, tzinfo=ZONE)
    assert "6月17日21:05" in house.heard(1)[-1]
    assert lifecycle.must(house.tx, no).state == "appealed"
    card = cards.card(house.tx, no, house.context)
    assert card.text.startswith("⚖ 申诉")
    assert [button.label for row in card.buttons for button in row] == ["接手"]
    assert "W24" in card.text
    assert "阿杰" in card.text
    barred = tap(house, f"pick:{no}", **AJIE)
    assert barred.alert
    assert "阿杰" in barred.text
    assert not tap(house, f"pick:{no}", **BOSS).alert
    assert lifecycle.must(house.tx, no).state == "appealed"
    tap(house, f"change:{no}", **BOSS)
    reply(house, no, "通过, 退99.80, 原因:团长漏报", **BOSS)
    ticket = lifecycle.must(house.tx, no)
    (line,) = ticket_lines.of_ticket(house.tx, no)
    assert (ticket.state, line.state, line.amount) == ("decided", "owed", 9980)
    text = house.heard(1)[-1]
    for part in ("改判通过", "99.80", "6月24日", "抱歉"):
        assert part in text
    assert "团长漏报" not in " ".join(house.heard(1))  # the cause stays in the house
    assert "团长漏报" in cards.card(house.tx, no, house.context).text
    decisions = [event.kind for event in events.of_ticket(house.tx, no) if event.kind in ("refused", "approved")]
    assert decisions == ["refused", "approved"]


def test_approving_an_appeal_grants_the_wish(house):
    no = refused(house)
    appeal(house, no)
    tap(house, f"pick:{no}")
    tap(house, f"approve:{no}")
    (line,) = ticket_lines.of_ticket(house.tx, no)
    assert (line.remedy, line.amount) == ("refund", 9980)


def test_upholding_is_final(house):
    no = refused(house)
    appeal(house, no)
    tap(house, f"pick:{no}")
    tap(house, f"refuse:{no}")
    reply(house, no, REASON)
    assert lifecycle.must(house.tx, no).state == "decided"
    assert "最终结果" in house.heard(1)[-1]
    assert house.taps(1) == []
    assert not appeal(house, no).taken


def test_the_first_decider_is_passed_over_by_take_next(house):
    no = refused(house)
    appeal(house, no)
    assert [ticket.no for ticket in queue.waiting(house.tx, "telegram")] == [no]
    assert tap(house, "next", **AJIE).text == "没有等待的工单。"
    assert no in tap(house, "next").text


def test_nor_can_it_be_handed_to_the_first_decider(house):
    no = refused(house)
    appeal(house, no)
    tap(house, f"pick:{no}")
    assert tap(house, f"hand:{no}:78").alert
    assert lifecycle.must(house.tx, no).owner_id == "77"


def test_the_first_decider_alone_in_the_house_must_be_a_supervisor(house):
    lines = House.lines(item="车厘子JJ", quantity="2", share=1, amount=9980)
    no = filing.file(house.tx, house.draft("KT260612-0005", lines=lines), house.context).no
    tap(house, f"pick:{no}", **BOSS)
    tap(house, f"refuse:{no}", **BOSS)
    reply(house, no, REASON, **BOSS)
    appeal(house, no)
    assert tap(house, f"pick:{no}", **BOSS).alert
    house.tx.execute(delete(staff).where(staff.c.user_id != "79"))
    assert not tap(house, f"pick:{no}", **BOSS).alert
    (picked,) = [event for event in events.of_ticket(house.tx, no) if event.data.get("same_reviewer")]
    assert picked.kind == "picked"


def test_the_window_ends_with_its_last_moment(house):
    for late, taken in ((timedelta(0), True), (timedelta(seconds=1), False)):
        no = refused(house)
        decided = lifecycle.must(house.tx, no).decided_at
        house.now = decided + timedelta(days=7) + late
        assert appeal(house, no).taken is taken
    assert "申诉期" in house.heard(1)[-1]


def test_what_was_granted_as_wished_has_nothing_to_appeal(house):
    no = filing.file(house.tx, house.draft(), house.context).no
    tap(house, f"pick:{no}")
    tap(house, f"approve:{no}")
    assert not appeal(house, no).taken
    assert lifecycle.must(house.tx, no).state == "decided"
