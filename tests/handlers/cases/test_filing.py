from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from fractions import Fraction

import pytest
from doubles.ticket_house import START, ZONE, House

from handlers.cases import filing, remarks
from handlers.tickets import lifecycle
from storage import clocks, events, evidence, people, ticket_lines
from storage import tickets as rows
from storage.operations import audit_verify


@pytest.fixture
def house():
    made = House()
    yield made
    made.close()


@pytest.fixture
def generous():
    made = House(auto_approve_cap=5000)
    yield made
    made.close()


def kinds(house: House, no: str) -> list[str]:
    return [event.kind for event in events.of_ticket(house.tx, no)]


def test_a_filed_claim_is_stored_whole(house):
    filed = filing.file(house.tx, house.draft(photos=2), house.context)
    ticket = lifecycle.must(house.tx, filed.no)
    (line,) = ticket_lines.of_ticket(house.tx, filed.no)
    assert (ticket.state, ticket.order_no, ticket.rank, ticket.raised) == ("queued", "KT260612-0003", 3, False)
    assert (line.item, line.quantity, line.unit, line.wish, line.wish_amount) == ("草莓", "2", "盒", "refund", 3980)
    assert len(evidence.of_ticket(house.tx, filed.no)) == 2
    assert kinds(house, filed.no) == ["reported", "wish", "filed"]
    assert ticket.version == 3
    assert audit_verify.verify(house.tx) == []


def test_promises_of_d1(house):
    filed = filing.file(house.tx, house.draft(), house.context)
    assert filed.notice_at == datetime(2026, 6, 13, 19, 10, tzinfo=ZONE)
    assert filed.human_at == datetime(2026, 6, 12, 19, 40, tzinfo=ZONE)
    acceptance = clocks.get(house.tx, filed.no, "acceptance")
    assert acceptance.stopped_at == START
    assert lifecycle.must(house.tx, filed.no).due_at == filed.human_at


def test_nothing_comes_to_the_desk_but_the_board(house):
    filed = filing.file(house.tx, house.draft(), house.context)
    assert house.at_desk(filed.no) == []
    assert len(house.mails("board:telegram")) == 1


def test_the_same_draft_files_once(house):
    draft = house.draft()
    first = filing.file(house.tx, draft, house.context)
    second = filing.file(house.tx, draft, house.context)
    assert first.no == second.no
    assert len(rows.recent(house.tx, limit=9)) == 1
    assert kinds(house, first.no).count("filed") == 1


def test_every_wish_is_on_record(house):
    at = START.isoformat()
    draft = house.draft(wishes=((at, "refund"), (at, "resend"), (at, "refund")))
    filed = filing.file(house.tx, draft, house.context)
    wishes = [event.data["remedy"] for event in events.of_ticket(house.tx, filed.no) if event.kind == "wish"]
    assert wishes == ["refund", "resend", "refund"]


def test_a_simple_case_within_the_cap_is_approved_at_once(generous):
    filed = filing.file(generous.tx, generous.draft(), generous.context)
    assert (filed.approved, filed.amount, filed.state) == (True, 3980, "decided")
    assert filed.refund_due.astimezone(ZONE).date().isoformat() == "2026-06-24"
    assert generous.heard(1) == []  # the answer to the submit tells it
    assert [clock.name for clock in clocks.running(generous.tx, filed.no)] == ["refund_due"]


@pytest.mark.parametrize(
    "odd",
    [
        {"severity": "major"},
        {"signals": ("legal_threat",)},
        {"late_reason": "团长忘了"},
        {"state": "pending"},
        {"photos": 0},
        {"photos_waived": True},
    ],
)
def test_what_is_not_simple_waits_for_a_person(generous, odd):
    filed = filing.file(generous.tx, generous.draft(**odd), generous.context)
    assert (filed.approved, filed.state) == (False, "queued")


def test_above_the_cap_a_person_decides(generous):
    lines = House.lines(quantity="4", share=Fraction(1), amount=7960)
    filed = filing.file(generous.tx, generous.draft(lines=lines), generous.context)
    assert not filed.approved


def test_splitting_a_claim_does_not_get_around_the_cap(generous):
    first = filing.file(generous.tx, generous.draft(), generous.context)
    eggs = House.lines(line=2, item="鸡蛋", quantity="1", share=Fraction(1), amount=2680)
    second = filing.file(generous.tx, generous.draft(lines=eggs), generous.context)
    assert first.approved
    assert not second.approved


def test_a_photo_used_before_is_seen(generous):
    first = filing.file(generous.tx, generous.draft(photos=0), generous.context)
    generous.photo(1, ticket_no=first.no, sha256="aa")
    draft = generous.draft("KT260612-0005", lines=House.lines(item="车厘子JJ", amount=4990), photos=0)
    generous.photo(1, draft.claim.id, sha256="aa")
    filed = filing.file(generous.tx, draft, generous.context)
    assert not filed.approved
    assert f"reused_photo:{first.no}" in lifecycle.must(generous.tx, filed.no).warnings


def test_a_second_complaint_about_the_same_joins(house):
    first = filing.file(house.tx, house.draft(), house.context)
    leader = house.talk("9001", name="王姐")
    draft = replace(house.draft(talk=leader), leader_id=None)
    second = filing.file(house.tx, draft, house.context)
    assert (second.no, second.joined) == (first.no, True)
    assert [party.conversation_id for party in rows.parties(house.tx, first.no)] == [1, leader]
    assert len(evidence.of_ticket(house.tx, first.no)) == 2
    assert len(ticket_lines.of_ticket(house.tx, first.no)) == 1


def test_joining_brings_new_problems_along(house):
    first = filing.file(house.tx, house.draft(), house.context)
    both = House.lines() + House.lines(line=2, item="鸡蛋", problem="damaged_package", quantity="7", amount=625)
    second = filing.file(house.tx, house.draft(lines=both), house.context)
    assert second.no == first.no
    assert [line.item for line in ticket_lines.of_ticket(house.tx, first.no)] == ["草莓", "鸡蛋"]


def test_another_problem_of_the_buyer_is_a_further_line(house):
    buyer = people.customer(house.tx, "13800002231", "李婷", sample=False, now=house.now).id
    first = filing.file(house.tx, replace(house.draft(), customer_id=buyer), house.context)
    eggs = House.lines(line=2, item="鸡蛋", problem="damaged_package", quantity="7", amount=625)
    again = house.draft(lines=eggs, talk=house.talk("1002"))  # from another account
    more = filing.file(house.tx, replace(again, customer_id=buyer), house.context)
    assert (more.no, more.joined, more.added) == (first.no, True, True)
    lines = ticket_lines.of_ticket(house.tx, first.no)
    assert [(line.order_line_no, line.quantity, line.state) for line in lines] == [(1, "2", "open"), (2, "7", "open")]


def test_another_problem_told_by_somebody_else_is_a_ticket_of_its_own(house):
    first = filing.file(house.tx, house.draft(), house.context)
    eggs = House.lines(line=2, item="鸡蛋", problem="damaged_package", quantity="7", amount=625)
    other = house.talk("1002", name="王姐")
    assert filing.file(house.tx, house.draft(lines=eggs, talk=other), house.context).no != first.no


@pytest.mark.parametrize(("facts", "rank"), [({"severity": "major"}, 1), ({"special": ("senior",)}, 2)])
def test_major_and_special_groups_come_as_a_card(house, facts, rank):
    filed = filing.file(house.tx, house.draft(**facts), house.context)
    assert lifecycle.must(house.tx, filed.no).rank == rank
    assert len(house.at_desk(filed.no, "card")) == 1


def test_major_is_promised_within_five_minutes(house):
    filed = filing.file(house.tx, house.draft(severity="major"), house.context)
    assert filed.human_at == datetime(2026, 6, 12, 19, 15, tzinfo=ZONE)


def test_a_raised_ticket_may_lack_anything_and_is_filled(house):
    draft = house.draft("", lines=(), photos=0)
    no = filing.raise_ticket(house.tx, draft, why="human", context=house.context)
    assert filing.raise_ticket(house.tx, draft, why="human", context=house.context) == no
    ticket = lifecycle.must(house.tx, no)
    assert (ticket.raised, ticket.why, ticket.order_no, ticket.filed_at) == (True, "human", None, None)
    assert "no_order" in ticket.warnings
    assert len(house.at_desk(no, "card")) == 1
    fuller = replace(house.draft(id=draft.claim.id), language="zh")
    filing.fill(house.tx, no, fuller, house.context)
    ticket = lifecycle.must(house.tx, no)
    assert ticket.order_no == "KT260612-0003"
    assert "no_order" not in ticket.warnings
    assert len(ticket_lines.of_ticket(house.tx, no)) == 1
    assert len(evidence.of_ticket(house.tx, no)) == 1


def test_filing_completes_the_raised_ticket(generous):
    draft = generous.draft()
    no = filing.raise_ticket(generous.tx, draft, why="human", context=generous.context)
    confirmed = replace(draft, claim=replace(draft.claim, ticket_no=no))
    filed = filing.file(generous.tx, confirmed, generous.context)
    assert (filed.no, filed.joined, filed.approved) == (no, False, False)
    assert lifecycle.must(generous.tx, no).filed_at == START
    assert kinds(generous, no).count("filed") == 1


def test_a_draft_that_changes_its_mind_leaves_no_stray_line(house):
    draft = house.draft()
    no = filing.raise_ticket(house.tx, draft, why="misses", context=house.context)
    eggs = House.lines(line=2, item="鸡蛋", problem="damaged_package", quantity="7", amount=625)
    filing.fill(house.tx, no, replace(draft, lines=eggs), house.context)
    assert [line.item for line in ticket_lines.of_ticket(house.tx, no)] == ["鸡蛋"]


def test_safety_pages_the_agents_but_no_supervisor_at_once(house):
    draft = house.draft("", lines=(), photos=0, severity="safety", signals=("illness",))
    no = filing.raise_ticket(house.tx, draft, why="safety", context=house.context)
    (card,) = house.at_desk(no, "card")
    assert sorted(card["mentions"]) == [["77", "小林"], ["78", "阿杰"]]
    assert lifecycle.must(house.tx, no).rank == 0
    assert {clock.name for clock in clocks.running(house.tx, no)} == {
        "page_supervisor",
        "page_everyone",
        "major_human_response",
    }


def test_a_ticket_that_becomes_serious_later_is_shown_at_once(house):
    draft = house.draft()
    no = filing.raise_ticket(house.tx, draft, why="human", context=house.context)
    worse = replace(draft, claim=replace(draft.claim, severity="safety", signals=("illness",)))
    filing.fill(house.tx, no, worse, house.context)
    assert len(house.at_desk(no, "card")) == 2
    assert house.at_desk(no, "card")[-1]["severity"] == "safety"
    milder = replace(draft, claim=replace(draft.claim, severity="normal"))
    filing.fill(house.tx, no, milder, house.context)
    assert lifecycle.must(house.tx, no).severity == "safety"


def test_a_leader_may_owe_photos(house):
    house.tx.exec_driver_sql("INSERT INTO leaders (id, name, created_at, sample) VALUES (1, '王姐', 0, 0)")
    talk = house.talk("9001", name="王姐")
    filed = filing.file(house.tx, house.draft(photos=0, leader_id=1, talk=talk), house.context)
    assert filed.state == "waiting_customer"
    assert clocks.get(house.tx, filed.no, "decision_due") is None
    photo = house.photo(talk)
    told = remarks.remark(
        house.tx, filed.no, conversation_id=talk, at=house.now, text="", evidence=[photo], context=house.context
    )
    assert told.state == "queued"
    assert clocks.get(house.tx, filed.no, "decision_due") is not None


def test_quantities_said_in_words_become_figures(house):
    lines = House.lines(quantity="all", share=Fraction(1), amount=7960)
    filed = filing.file(house.tx, house.draft(lines=lines), house.context)
    (line,) = ticket_lines.of_ticket(house.tx, filed.no)
    assert (line.quantity, line.unit, line.share) == ("4", "盒", "1")


def test_claiming_more_than_was_bought_is_marked(house):
    filing.file(house.tx, house.draft(lines=House.lines(share=Fraction(3, 4), amount=5970)), house.context)
    other = House.lines(problem="shortage_missing", share=Fraction(1, 2))
    filed = filing.file(house.tx, house.draft(lines=other), house.context)
    assert "over_claimed:1" in lifecycle.must(house.tx, filed.no).warnings
