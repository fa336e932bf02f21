"""What the leader did wrong stays between the shop and the leader."""

from __future__ import annotations

from dataclasses import replace

import pytest
from doubles.site_house import Sites

from handlers.desk import dispatch
from handlers.nlu import agent_commands
from handlers.tickets import root_causes
from storage import events, ticket_lines


@pytest.fixture
def house():
    made = Sites()
    yield made
    made.close()


def reply(house, no, tap, words):
    dispatch.act(house.tx, house.staff(kind="tap", tap=f"pick:{no}"), house.context)
    dispatch.act(house.tx, house.staff(kind="tap", tap=f"{tap}:{no}"), house.context)
    question = house.at_desk(no, "note")[-1]
    return dispatch.act(house.tx, house.staff(kind="reply", text=words, quoted=question["text"]), house.context)


def heard(house, no):
    return "\n".join(text for talk in range(1, 9) for text in house.heard(talk))


@pytest.mark.parametrize(
    "words",
    ["改判 通过 退39.80 原因：团长漏报", "退39.80，团长漏报", "退39.80 团长忘了报", "退39.80。leader omitted it"],
)
def test_the_customer_is_not_told(house, words):
    no = house.ticket()
    reply(house, no, "change", words)
    assert ticket_lines.of_ticket(house.tx, no)[0].state == "owed"
    told = heard(house, no)
    assert "已通过" in told and "团长" not in told and "leader" not in told
    (line,) = ticket_lines.of_ticket(house.tx, no)
    assert root_causes.of_line(house.tx, line, house.policy)


def test_other_words_are_told_once_confirmed(house):
    no = house.ticket()
    reply(house, no, "change", "退39.80，天热路上闷坏了，团长漏报")
    asked = house.at_desk(no, "note")[-1]["text"]
    assert "天热路上闷坏了" in asked and "漏报" not in asked and "天热" not in heard(house, no)
    dispatch.act(house.tx, house.staff(kind="reply", text="转告", quoted=asked), house.context)
    assert "天热路上闷坏了" in heard(house, no) and "漏报" not in heard(house, no)


def test_a_refusal_keeps_it_out_and_notes_it(house):
    no = house.ticket()
    reply(house, no, "refuse", "W24，事实：超过24小时才报，团长漏报，可给5元券")
    assert ticket_lines.of_ticket(house.tx, no)[0].state == "refused"
    told = heard(house, no)
    assert "超过24小时才报" in told and "漏报" not in told
    assert [one.data["cause"] for one in events.of_ticket(house.tx, no) if one.kind == "noted"] == ["团长漏报"]


def test_a_refusal_that_rests_on_it_alone_needs_a_fact(house):
    parts = agent_commands.RefusalParts(rule="W24", fact="团长漏报", alternative="5元券")
    kept, cause = root_causes.keep_out(parts, house.policy)
    assert kept.missing == ("fact",) and cause == "团长漏报"


def test_a_line_without_such_a_cause_has_none(house):
    no = house.ticket(state="owed", reason="照片清楚")
    (line,) = ticket_lines.of_ticket(house.tx, no)
    assert root_causes.of_line(house.tx, line, house.policy) == ""


def test_a_business_has_words_of_its_own(house):
    own = replace(house.policy, texts={"zh": {"leader.cause_words": "站长手滑"}})
    assert root_causes.named("站长手滑了", own) == "站长手滑"
    assert root_causes.named("团长漏报", own) == ""
