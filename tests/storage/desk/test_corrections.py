from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from doubles.ticket_house import START, House
from sqlalchemy import update

from handlers.cases import filing
from handlers.desk import dispatch
from storage import conversations, ticket_lines, tickets
from storage import tables as t
from storage.desk import corrections
from storage.desk.corrections import Correction, Example

WRITTEN = START - timedelta(seconds=15)
WORDS = ((WRITTEN.isoformat(), "草莓坏了2盒"),)


def heard(lines, at: datetime = WRITTEN):
    return tuple(replace(line, problem=replace(line.problem, at=at.isoformat())) for line in lines)


def filed(house: House, number: str = "KT260612-0003", *, lines=None, **facts) -> str:
    draft = house.draft(number, lines=heard(lines or House.lines()), **{"said": WORDS, **facts})
    return filing.file(house.tx, draft, house.context).no


def decided(house: House, no: str) -> None:
    for name in ("pick", "approve"):
        dispatch.act(house.tx, house.staff(kind="tap", tap=f"{name}:{no}"), house.context)


def put_right(house: House, no: str, line: int | None, field: str, was: str, now: str) -> None:
    corrections.add(
        house.tx, no, line=line, field=field, was=was, now=now, messages=[], by="agent:telegram:77", at=house.now
    )


def test_what_is_stored_comes_back(house):
    no = filed(house)
    put_right(house, no, 1, "quantity", "2 盒", "3 盒")
    assert corrections.of_ticket(house.tx, no) == [
        Correction(ticket_no=no, line=1, field="quantity", was="2 盒", now="3 盒", messages=[], by="agent:telegram:77",
                   at=house.now)
    ]  # fmt: skip


def test_a_message_is_an_example_once_a_person_decided(house):
    no = filed(house)
    assert corrections.examples(house.tx) == []
    decided(house, no)
    one = Example(text="草莓坏了2盒", codes=("quality_spoiled",), major=False, corrected=False, at=WRITTEN,
                  who="talk 1", names=("李婷",))  # fmt: skip
    assert corrections.examples(house.tx) == [one]


def test_what_the_bot_decided_is_no_example(house):
    no = filed(house)
    decided(house, no)
    ticket_lines.change(house.tx, no, 1, decided_by="bot")
    assert corrections.examples(house.tx) == []


def test_all_lines_of_a_message_make_one_example(house):
    both = House.lines() + House.lines(line=2, item="鸡蛋", problem="damaged_package", quantity="7", amount=625)
    no = filed(house, lines=both)
    decided(house, no)
    ticket_lines.change(house.tx, no, 2, also="late")
    (one,) = corrections.examples(house.tx)
    assert one.codes == ("quality_spoiled", "damaged_package", "late")
    ticket_lines.change(house.tx, no, 2, state="withdrawn")
    assert corrections.examples(house.tx) == []  # what the words say is no longer certain


def test_each_message_has_its_own_lines(house):
    later = WRITTEN + timedelta(seconds=5)
    eggs = House.lines(line=2, item="鸡蛋", problem="damaged_package", quantity="7", amount=625)
    draft = house.draft(
        lines=heard(House.lines()) + heard(eggs, later), said=(*WORDS, (later.isoformat(), "蛋碎了7个"))
    )
    decided(house, filing.file(house.tx, draft, house.context).no)
    assert [(one.text, one.codes) for one in corrections.examples(house.tx)] == [
        ("草莓坏了2盒", ("quality_spoiled",)),
        ("蛋碎了7个", ("damaged_package",)),
    ]


@pytest.mark.parametrize(("field", "line", "was"), [("problem", 1, "late"), ("severity", None, "normal")])
def test_corrected_when_something_else_had_been_read(house, field, line, was):
    no = filed(house, severity="major")
    decided(house, no)
    put_right(house, no, line, field, was, "quality_spoiled" if line else "major")
    (one,) = corrections.examples(house.tx)
    assert (one.codes, one.major, one.corrected) == (("quality_spoiled",), True, True)


def test_a_correction_taken_back_is_none(house):
    no = filed(house)
    decided(house, no)
    put_right(house, no, 1, "problem", "quality_spoiled", "late")
    put_right(house, no, 1, "problem", "late", "quality_spoiled")
    put_right(house, no, 1, "quantity", "2 盒", "3 盒")
    assert not corrections.examples(house.tx)[0].corrected


def test_nothing_is_learned_from_samples_or_from_what_agents_wrote(house):
    no = filed(house)
    decided(house, no)
    house.tx.execute(update(t.orders).values(sample=True))
    assert corrections.examples(house.tx) == []
    house.tx.execute(update(t.orders).values(sample=False))
    house.tx.execute(update(t.conversations).values(channel="phone"))
    assert corrections.examples(house.tx) == []


def test_a_line_of_a_list_that_stands_for_several_orders_counts_once(house):
    for number in ("KT260612-0003", "KT260612-0005"):
        decided(house, filed(house, number))
    assert len(corrections.examples(house.tx)) == 1


def test_a_ticket_that_a_person_decided_unfiled_counts_too(house):
    draft = house.draft(lines=heard(House.lines(problem="illness")), said=WORDS, severity="safety")
    no = filing.raise_ticket(house.tx, draft, why="safety", context=house.context)
    decided(house, no)
    assert [(one.codes, one.major) for one in corrections.examples(house.tx)] == [(("illness",), True)]
    ticket_lines.change(house.tx, no, 1, problem="")
    assert corrections.examples(house.tx) == []


def test_play_without_an_order_is_no_example_either(house):
    no = filed(house)
    decided(house, no)
    house.tx.execute(update(t.tickets).values(order_no=None))
    assert len(corrections.examples(house.tx)) == 1
    house.tx.execute(update(t.conversations).values(channel="sandbox"))
    assert corrections.examples(house.tx) == []


def test_messages_are_found_by_their_time(house):
    no = filed(house)
    for key, text, kind in (("m1", "草莓坏了2盒", "text"), ("m2", "confirm", "tap"), ("m3", "", "media")):
        conversations.note(house.tx, key, at=WRITTEN, kind=kind, text=text, conversation_id=1)
    conversations.note(house.tx, "m4", at=house.now, kind="text", text="在吗", conversation_id=1)
    conversations.note(house.tx, "m5", at=WRITTEN, kind="text", text="别人的", conversation_id=house.talk("1002"))
    assert corrections.messages(house.tx, no, [WRITTEN]) == ["m1"]


def test_an_example_names_whose_it_is_and_all_people_it_is_about(house):
    no = filed(house)
    decided(house, no)
    house.tx.execute(update(t.orders).values(leader_name="王姐"))
    neighbour = conversations.open_(house.tx, "telegram", "1002", name="小李", now=house.now)
    tickets.join(house.tx, no, neighbour.id, role="leader", at=house.now)
    (one,) = corrections.examples(house.tx)
    assert (one.who, set(one.names)) == ("talk 1", {"李婷", "王姐", "小李"})
