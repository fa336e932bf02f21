"""Questions along the way are answered, cost nothing, and the claim goes on where it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from one_chat import Chat, played, text
from playing import DATA, World, orders_of, policy_with
from random_talks import START

from storage import tables as t

OWN = """
[answers.parking]
words = ["停车", "parking"]
text.zh = "门口可以停15分钟。"
text.en = "You may park for 15 minutes."

[answers.invoice]
text.zh = "发票在小程序里开。"
text.en = "Invoices are in the mini program."
"""


@pytest.fixture
def world() -> Iterator[World]:
    with played() as world:
        yield world


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("退款几天能到账", "7个工作日"),
        ("你是机器人吗", "自动客服"),
        ("你们几点关门", "08:00–22:00"),
        ("要提供什么材料", "一张照片"),
        ("运费谁付", "先垫"),
        ("你们能上门来取吗", "由同事确认"),
        ("客服电话是多少", "人工"),
        ("多久能处理好", "24小时"),
    ],
)
def test_a_question_without_a_claim_costs_nothing(world: World, question: str, answer: str) -> None:
    chat = Chat(world)
    assert answer in text(chat.say(question))
    assert chat.talk().claims == ()
    assert chat.tickets() == []


@pytest.mark.parametrize("question", ["钱什么时候能退到", "坏的要不要寄回去给你们", "你是不是机器人", "发票还能开吗"])
def test_the_open_question_is_asked_again(world: World, question: str) -> None:
    chat = Chat(world)
    chat.say("草莓坏了2盒 退款")
    [said] = chat.say(question)
    assert "拍照片" in said.text
    [claim] = chat.talk().claims
    assert (claim.problems[0].quantity, claim.problems[0].wish, len(claim.problems)) == ("2", "refund", 1)
    assert claim.misses == {} or question == "发票还能开吗"


def test_a_question_and_facts_in_one_message(world: World) -> None:
    said = text(Chat(world).say("草莓坏了2盒 退的话钱多久到"))
    assert "7个工作日" in said
    assert "2盒（共4盒）" in said


def test_english_questions(world: World) -> None:
    chat = Chat(world, "Lisa", "15000007733")
    assert "7 working days" in text(chat.say("hi, how long do refunds take?"))
    assert "automatic assistant" in text(chat.say("are you a robot?"))


def test_what_has_no_answer_is_passed_on_honestly(world: World) -> None:
    chat = Chat(world)
    assert "人工" in text(chat.say("能开发票吗"))
    chat.say("草莓坏了2盒 退款")
    assert "记下给同事看" in text(chat.say("发票能开公司抬头吗"))
    assert any("抬头" in said for _, said in chat.talk().claims[0].said)


def test_the_business_answers_its_own_questions(tmp_path: Path) -> None:
    world = World("sqlite://", START)
    world.begin(policy_with(tmp_path, OWN), orders_of(DATA / "g0612.csv"))
    chat = Chat(world)
    assert "停15分钟" in text(chat.say("门口好停车吗"))
    assert "小程序" in text(chat.say("能开发票吗"))
    assert chat.tickets() == []
    world.close()


@pytest.mark.parametrize("words", ["这个酸奶孩子还能喝吗", "我女儿可以吃吗", "宝宝能不能继续喝"])
def test_may_the_child_have_it_is_always_not_now_and_a_person(world: World, words: str) -> None:
    chat = Chat(world, "小周", "13600000408")
    assert "先别吃也别喝" in text(chat.say(words))
    [ticket] = chat.tickets()
    assert ticket.raised


def test_may_it_be_eaten_is_answered_without_a_ticket(world: World) -> None:
    chat = Chat(world)
    assert "先别吃也别喝" in text(chat.say("这个还能吃吗"))
    assert chat.tickets() == []


@pytest.mark.parametrize(
    "words", ["来个活人", "叫你们老板来", "我要找你们经理", "I want to speak to a manager", "give me a real person"]
)
@pytest.mark.parametrize("before", ["", "草莓坏了2盒", "草莓坏了2盒 退款|[photo]|提交"])
def test_a_person_comes_when_one_is_asked_for(world: World, words: str, before: str) -> None:
    chat = Chat(world)
    for said in filter(None, before.split("|")):
        chat.photo() if said == "[photo]" else chat.say(said)
    answer = chat.say(words)
    assert any(ticket.raised for ticket in chat.tickets()), text(answer)
    assert not any(seen.buttons for seen in answer)


def test_who_asks_for_a_person_with_facts_leaves_them_on_the_ticket(world: World) -> None:
    chat = Chat(world)
    chat.say("草莓坏了2盒要退款 叫你们店长来跟我说")
    [ticket] = chat.tickets()
    [line] = chat.lines(ticket.no)
    assert (ticket.raised, line.problem, line.quantity, line.wish) == (True, "quality_spoiled", "2", "refund")


def test_the_money_of_a_ticket_is_told_by_its_own_dates(world: World) -> None:
    chat = Chat(world)
    chat.say("草莓坏了2盒 退款")
    chat.say("没有照片")
    chat.say("提交")
    [ticket] = chat.tickets()
    asked = text(chat.say("退款要几天"))
    assert f"{ticket.no} 还在审核，最迟 19:40 有人给您答复" in asked and "7个工作日" in asked
    with world.write() as tx:
        when = world.now + timedelta(days=3)
        tx.execute(t.ticket_lines.update().values(state="owed", remedy="refund", amount=3980, refund_due_at=when))
    assert f"{ticket.no} 已同意退 39.80 元，最迟 6月15日" in text(chat.say("退款到底哪天能到"))
    assert [line.wish for line in chat.lines(ticket.no)] == ["refund"]


def test_a_ticket_that_waits_for_the_customer_is_not_said_to_be_under_review(world: World) -> None:
    chat = Chat(world)
    chat.say("草莓坏了2盒 退款")
    chat.say("没有照片")
    chat.say("提交")
    with world.write() as tx:
        tx.execute(t.tickets.update().values(state="waiting_customer"))
    said = text(chat.say("退款要几天"))
    assert "7个工作日" in said and "还在审核" not in said
