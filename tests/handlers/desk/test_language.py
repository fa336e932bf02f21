from __future__ import annotations

import re
from dataclasses import replace

import pytest
from doubles.ticket_house import House

from handlers.cases import filing
from handlers.desk import cards, dispatch
from handlers.policy import loader
from handlers.policy.policy import Policy
from handlers.tickets import desk_outbox
from storage import ticket_lines
from storage.desk import desk_messages

CHINESE = re.compile(r"[\u4e00-\u9fff]")
OWN = re.compile(r"草莓|鸡蛋(?:30枚)?|李婷|小林|何姐|阿杰|坏了2?盒|盒")  # names and words of the orders and the staff


@pytest.fixture
def house():
    made = House()
    made.policy = replace(made.policy, desk=replace(made.policy.desk, language="en"))
    yield made
    made.close()


def tap(house: House, tap: str, **who):
    return dispatch.act(house.tx, house.staff(kind="tap", tap=tap, **who), house.context)


def command(house: House, text: str):
    return dispatch.act(house.tx, house.staff(kind="command", text=text), house.context)


def test_the_desk_speaks_the_policys_language(house):
    no = filing.file(house.tx, house.draft(), house.context).no
    said = [cards.card(house.tx, no, house.context).text, cards.board(house.tx, "telegram", house.context).text]
    said += [command(house, text).text for text in ("/queue", "/mine", "/find", "/stats", "/what", "/talk", "/new")]
    said.append(tap(house, f"pick:{no}").text)
    card = cards.card(house.tx, no, house.context)
    said += [card.text, *(button.label for row in card.buttons for button in row)]
    for action in ("change", "refuse", "ask", "note", "correct", "hand"):
        tap(house, f"{action}:{no}")
        asked = house.at_desk(no, "note")[-1]
        said += [asked["text"], *(label for row in asked["buttons"] for label, _ in row)]
    left = [text for text in said if CHINESE.search(OWN.sub("", text))]
    assert left == []
    assert "Take next" in str(cards.board(house.tx, "telegram", house.context).buttons)


@pytest.mark.parametrize("yes", ["yes", "确认"])
def test_agents_may_answer_in_either_language(house, yes):
    lines = House.lines() + House.lines(line=2, item="鸡蛋", problem="damaged_package", quantity="7", amount=625)
    no = filing.file(house.tx, house.draft(lines=lines), house.context).no
    tap(house, f"pick:{no}")
    tap(house, f"change:{no}")
    for place, text in enumerate(("草莓 refund 10, 鸡蛋 refund 2", yes)):
        data = next(p for p in reversed(house.at_desk(no, "note")) if "question" in p)["question"]
        desk_messages.keep(house.tx, "telegram", f"q{place}", kind="question", at=house.now, ticket_no=no, data=data)
        inbound = house.staff(kind="reply", text=text, reply_to=f"q{place}")
        dispatch.act(house.tx, inbound, house.context)
    assert [line.amount for line in ticket_lines.of_ticket(house.tx, no)] == [1000, 200]


def test_it_is_chinese_unless_the_policy_says_so(tmp_path):
    assert loader.load("community-group-buy").desk.language == "zh"
    file = tmp_path / "own.toml"
    head = 'extends = "community-group-buy"\n[policy]\nname = "own"\n[desk]\n'
    file.write_text(head + 'language = "en"\n', encoding="utf-8")
    policy = loader.load(str(file))
    assert policy.desk.language == "en"
    assert Policy.from_text(policy.text).desk.language == "en"
    file.write_text(head + 'language = "xx"\n', encoding="utf-8")
    with pytest.raises(loader.PolicyError, match="language"):
        loader.load(str(file))


def test_each_turn_speaks_its_own_policys_language(house):
    filing.file(house.tx, house.draft(), house.context)
    assert cards.board(house.tx, "telegram", house.context).text.startswith("📋 Waiting")
    house.policy = replace(house.policy, desk=replace(house.policy.desk, language="zh"))
    assert cards.board(house.tx, "telegram", house.context).text.startswith("📋 待接手")
    assert desk_outbox.language() == "zh"
