from __future__ import annotations

from dataclasses import replace

import pytest
from doubles.ticket_house import House

from handlers.cases import fetched_evidence, filing, remarks
from handlers.desk import dispatch
from handlers.tickets import lifecycle
from storage import events


@pytest.fixture
def house():
    made = House(auto_approve_cap=5000)
    yield made
    made.close()


def pending(house: House, photos: int = 1, **facts) -> tuple[str, list[int]]:
    draft = house.draft(photos=photos, state="pending", **facts)
    return filing.file(house.tx, draft, house.context).no, [photo.id for photo in draft.claim.photos]


def came(house: House, photo: int, **found) -> None:
    house.fetched(photo, **found)
    fetched_evidence.examined(house.tx, photo, house.context)


def kinds(house: House, no: str) -> list[str]:
    return [event.kind for event in events.of_ticket(house.tx, no)]


def test_the_decision_waits_for_the_last_verdict(house):
    no, (first, second) = pending(house, photos=2)
    came(house, first)
    assert lifecycle.must(house.tx, no).state == "queued"
    came(house, second)
    assert lifecycle.must(house.tx, no).state == "decided"
    assert "已通过" in house.heard(1)[-1]
    assert len(house.heard(1)) == 1


def test_a_bad_photo_makes_one_request(house):
    no, (photo,) = pending(house)
    came(house, photo, verdict="blurry")
    assert lifecycle.must(house.tx, no).state == "waiting_customer"
    assert len(house.heard(1)) == 1
    again = house.photo(1, state="pending")
    remarks.remark(house.tx, no, conversation_id=1, at=house.now, text="", evidence=[again], context=house.context)
    assert lifecycle.must(house.tx, no).state == "queued"
    came(house, again, verdict="blurry")
    assert lifecycle.must(house.tx, no).state == "queued"
    assert len(house.heard(1)) == 1
    assert kinds(house, no).count("asked_photo") == 1
    assert "photo_bad" in lifecycle.must(house.tx, no).warnings


def test_no_request_after_one_in_the_talk(house):
    no, (photo,) = pending(house, retakes=1)
    came(house, photo, verdict="dark")
    assert lifecycle.must(house.tx, no).state == "queued"
    assert house.heard(1) == []


def test_a_refused_file_is_asked_for_again(house):
    no, (photo,) = pending(house)
    came(house, photo, state="refused", verdict="not_a_picture")
    assert lifecycle.must(house.tx, no).state == "waiting_customer"


def test_a_photo_that_is_gone_marks_the_ticket_in_the_queue(house):
    no, (photo,) = pending(house)
    came(house, photo, state="gone")
    ticket = lifecycle.must(house.tx, no)
    assert (ticket.state, list(ticket.warnings)) == ("queued", ["photo_gone"])
    assert house.heard(1) == []


def test_enough_good_photos_need_no_request(house):
    no, (good, bad) = pending(house, photos=2)
    came(house, good)
    came(house, bad, verdict="dark")
    assert lifecycle.must(house.tx, no).state == "queued"  # a human looks: not all evidence is good
    assert house.heard(1) == []


def test_while_a_human_has_it_the_bot_neither_asks_nor_decides(house):
    no, (photo,) = pending(house)
    dispatch.act(house.tx, house.staff(kind="tap", tap=f"pick:{no}"), house.context)
    came(house, photo, verdict="blurry")
    assert lifecycle.must(house.tx, no).state == "assigned"
    assert house.heard(1) == []
    assert len(house.at_desk(no, "relay")) == 1


def test_a_photo_used_before_stops_the_automatic_decision(house):
    first = filing.file(house.tx, house.draft(photos=0), house.context).no
    house.photo(1, ticket_no=first, sha256="aa")
    lines = House.lines(item="车厘子JJ", amount=4990)
    draft = house.draft("KT260612-0005", lines=lines, photos=1, state="pending")
    no = filing.file(house.tx, draft, house.context).no
    came(house, draft.claim.photos[0].id, sha256="aa")
    assert lifecycle.must(house.tx, no).state == "queued"


def test_evidence_of_a_mere_draft_is_not_this_rooms_matter(house):
    photo = house.photo(house.talk(), "some-draft", state="pending")
    house.fetched(photo)
    fetched_evidence.examined(house.tx, photo, house.context)
    fetched_evidence.examined(house.tx, 999, house.context)
    assert house.heard(1) == []


def test_the_same_verdict_twice_approves_once(house):
    _, (photo,) = pending(house)
    came(house, photo)
    fetched_evidence.examined(house.tx, photo, house.context)
    assert len(house.heard(1)) == 1


def test_a_raised_ticket_is_never_decided_by_the_bot(house):
    draft = house.draft(state="pending")
    no = filing.raise_ticket(house.tx, draft, why="human", context=house.context)
    filing.file(house.tx, replace(draft, claim=replace(draft.claim, ticket_no=no)), house.context)
    came(house, draft.claim.photos[0].id)
    assert lifecycle.must(house.tx, no).state == "queued"
