from __future__ import annotations

import pytest
from doubles.ticket_house import House

from handlers.cases import filing, remarks
from handlers.desk import dispatch
from handlers.tickets import lifecycle
from storage import evidence


@pytest.fixture
def house():
    made = House()
    yield made
    made.close()


def filed(house: House, **facts) -> str:
    return filing.file(house.tx, house.draft(**facts), house.context).no


def tap(house: House, tap: str, **who):
    return dispatch.act(house.tx, house.staff(kind="tap", tap=tap, **who), house.context)


def say(house: House, no: str, text: str, **more):
    facts = {"conversation_id": 1, "at": house.now, "text": text, "evidence": [], "context": house.context, **more}
    return remarks.remark(house.tx, no, **facts)


def test_words_are_never_lost(house):
    no = filed(house)
    told = say(house, no, "还有一盒也坏了")
    assert (told.owned, told.state) == (False, "queued")
    assert lifecycle.must(house.tx, no).said[-1][1] == "还有一盒也坏了"
    assert house.at_desk(no) == []  # a plain ticket waits on the board


def test_a_remark_may_raise_severity_but_not_lower_it(house):
    no = filed(house)
    say(house, no, "孩子吃了拉肚子", severity="safety", signals=("illness",))
    ticket = lifecycle.must(house.tx, no)
    assert (ticket.severity, ticket.rank, list(ticket.signals)) == ("safety", 0, ["illness"])
    assert len(house.at_desk(no, "card")) == 1
    say(house, no, "好的", severity="normal")
    assert lifecycle.must(house.tx, no).severity == "safety"


def test_a_rising_ticket_names_its_owner(house):
    no = filed(house)
    tap(house, f"pick:{no}")
    say(house, no, "我要打12315", severity="major", signals=("legal_threat",))
    risen = [note for note in house.at_desk(no, "note") if "升级" in note["text"]]
    assert [note["mentions"] for note in risen] == [[["77", "小林"]]]


def test_evidence_of_a_remark_belongs_to_the_ticket(house):
    no = filed(house, photos=0)
    photo = house.photo(1)
    assert say(house, no, "", evidence=[photo]).taken == 1
    assert [piece.id for piece in evidence.of_ticket(house.tx, no)] == [photo]
    assert say(house, no, "", evidence=[photo]).taken == 0


def test_calling_for_a_person(house):
    no = filed(house)
    remarks.call(house.tx, no, house.context)
    ticket = lifecycle.must(house.tx, no)
    assert (ticket.raised, ticket.why) == (True, "human")
    assert len(house.at_desk(no, "card")) == 1
    tap(house, f"pick:{no}")
    remarks.call(house.tx, no, house.context)
    assert "客户要人工" in house.at_desk(no, "note")[-1]["text"]
    tap(house, f"approve:{no}")
    remarks.call(house.tx, no, house.context)
    assert lifecycle.must(house.tx, no).state == "assigned"
