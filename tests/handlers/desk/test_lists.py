from __future__ import annotations

from datetime import timedelta

import pytest
from doubles.ticket_house import House
from sqlalchemy import update

from handlers.cases import customer_answers, filing
from handlers.desk import cards, commands, dispatch
from handlers.messages import ticket_numbers
from handlers.tickets import lifecycle
from storage import people, ticket_lines
from storage import tables as t
from storage.desk import desk_messages

AJIE = {"user": "78", "name": "阿杰"}


@pytest.fixture
def house():
    made = House()
    yield made
    made.close()


def filed(house: House, number: str = "KT260612-0003", **facts) -> str:
    return filing.file(house.tx, house.draft(number, **facts), house.context).no


def tap(house: House, tap: str, **who):
    return dispatch.act(house.tx, house.staff(kind="tap", tap=tap, **who), house.context)


def reply(house: House, text: str, *, to: str = "", quoted: str = "", **who):
    inbound = house.staff(kind="reply", text=text, reply_to=to, quoted=quoted, **who)
    return dispatch.act(house.tx, inbound, house.context)


def command(house: House, text: str, **who):
    return dispatch.act(house.tx, house.staff(kind="command", text=text, **who), house.context)


def says(house: House, text: str, **who):
    return dispatch.act(house.tx, house.staff(kind="text", text=text, **who), house.context)


def many(house: House, count: int) -> list[str]:
    """File so many tickets, a third of them major, in the order of the queue."""
    made = []
    for place in range(count):
        severity = "major" if place % 3 == 0 else "normal"
        made.append(filed(house, lines=House.lines(problem=f"p{place}"), severity=severity, id=f"c{place}"))
        house.later(seconds=1)
    return [no for place, no in enumerate(made) if place % 3 == 0] + [no for place, no in enumerate(made) if place % 3]


def board(house: House) -> str:
    return cards.board(house.tx, "telegram", house.context).text


def taps(answer) -> list[str]:
    return [button.tap for row in answer.buttons for button in row]


# the board


def test_a_board_of_forty_is_grouped_short_and_paged(house):
    nos = many(house, 40)
    shown = board(house).splitlines()
    assert shown[0].startswith("📋 待接手 40")
    assert shown[1] == "❗ 重大 14"
    assert [line.partition(". ")[0] for line in shown[2:12]] == [str(place) for place in range(1, 11)]
    assert shown[-1] == "…还有 30 单，发 /queue 看全部"
    assert max(map(len, shown)) <= 34
    first = command(house, "/queue")
    assert taps(first) == [*(f"pick:{no}:next" for no in nos[:10]), "list:2"]
    second = command(house, "/queue 2").text
    assert "11. " in second
    assert "· 普通 26" in second
    assert "第 2/4 页" in second
    assert nos[19] in second
    assert command(house, "/queue 99").text.count("CD-") == 10


def test_the_next_page_is_posted_by_its_button(house):
    many(house, 12)
    tap(house, "list:2")
    posted = house.mails("desk:telegram:", "note")[-1]
    assert "11. " in posted["text"]
    assert posted["buttons"][-1] == [["◀ 上一页", "list:1"]]


def test_the_pinned_board_has_one_button_alone(house):
    many(house, 3)
    assert [[one.tap for one in row] for row in cards.board(house.tx, "telegram", house.context).buttons] == [["next"]]


@pytest.mark.parametrize("words", ["/next 3", "接3", "接 3", "接手第3单", "take 3"])
def test_a_row_is_taken_by_its_number(house, words):
    nos = many(house, 4)
    answer = command(house, words) if words.startswith("/") else says(house, words)
    assert nos[2] in answer.text
    assert house.owner(nos[2]) == ("77", "小林")
    assert house.at_desk(nos[2], "card")


def test_the_number_means_the_row_as_it_hangs_not_as_it_would_be_now(house):
    nos = many(house, 4)
    house.serial += 1
    desk_messages.keep(house.tx, "telegram", "b1", kind="board", at=house.now, data={"text": board(house)})
    tap(house, f"pick:{nos[0]}", **AJIE)
    assert nos[2] in command(house, "/next 3").text


def test_a_number_as_a_reply_to_a_list_takes_its_row(house):
    nos = many(house, 4)
    listed = command(house, "/queue").text
    tap(house, f"pick:{nos[0]}", **AJIE)
    assert nos[3] in reply(house, "4", to="x", quoted=listed).text
    assert not any(text.endswith("4") for text in house.heard(1))


def test_a_row_that_is_not_there_is_told(house):
    many(house, 2)
    assert command(house, "/next 9").alert
    assert command(house, "/next 0").alert
    assert command(house, "/next x").alert


@pytest.mark.parametrize("words", ["接下一单", "接单", "给我下一单", "再来一单", "接手第一单", "next ticket"])
def test_take_next_in_plain_words(house, words):
    nos = many(house, 2)
    assert nos[0] in says(house, words).text


@pytest.mark.parametrize("words", ["接电话", "接3个人", "我来接", "3", "下一单谁接", "一单", "来单了"])
def test_other_words_take_nothing(words):
    assert commands.plain(words) == ""


def test_plain_words_get_a_hint_once_a_day_and_agent(house):
    assert "没有转给客户" in says(house, "马上退您").text
    assert says(house, "好的").text == ""
    assert "没有转给客户" in says(house, "好的", **AJIE).text
    house.later(days=1)
    assert "没有转给客户" in says(house, "好的").text


def test_a_list_of_mine_has_a_button_for_each_card(house):
    nos = many(house, 2)
    for no in nos:
        tap(house, f"pick:{no}")
    mine = command(house, "/mine")
    assert set(taps(mine)) == {f"show:{no}" for no in nos}
    before = len(house.at_desk(nos[0], "card"))
    tap(house, f"show:{nos[0]}")
    assert len(house.at_desk(nos[0], "card")) == before + 1


# finding


@pytest.fixture
def known(house):
    first = filed(house)
    second = filed(house, "KT260612-0005", lines=House.lines(item="车厘子JJ"), talk=house.talk("1002", name="老陈"))
    house.tx.execute(update(t.orders).where(t.orders.c.order_no == "KT260612-0005").values(leader_name="王姐"))
    house.tx.execute(update(t.order_lines).where(t.order_lines.c.order_no == "KT260612-0005").values(lot_no="C77-1"))
    return first, second


@pytest.mark.parametrize(
    "words", ["老陈", "5号", "5", "8812", "13900008812", "王姐", "车厘子", "c77-1", "KT260612-0005", "0005 车厘子 老陈"]
)
def test_a_ticket_is_found_by_what_people_know_of_it(house, known, words):
    found = command(house, f"/find {words}") if words != "0005 车厘子 老陈" else command(house, "/find 车厘子 老陈")
    assert ticket_numbers.find(found.text) == [known[1]]
    assert taps(found) == [f"show:{known[1]}"]
    assert "5号 · 老陈 · 待接手" in found.text


def test_a_closed_ticket_is_found_too_and_its_number_names_it(house, known):
    tap(house, f"pick:{known[0]}")
    tap(house, f"approve:{known[0]}")
    tap(house, f"close:{known[0]}")
    assert known[0] in command(house, "/find 李婷").text
    assert known[0] in command(house, f"/find {known[0][3:]}").text


def test_what_is_not_found_is_said(house, known):
    assert "没有找到" in command(house, "/find 火星人").text
    assert command(house, "/find").alert
    assert command(house, "/find 李婷 车厘子").alert
    assert command(house, "/find %").alert


def test_another_desks_tickets_are_not_found(house):
    other = filing.file(house.tx, house.draft("KT260612-0017", channel="sandbox", id="s"), house.context).no
    assert other not in command(house, "/find Lisa").text
    assert tap(house, f"show:{other}").alert


# entering a claim


@pytest.mark.parametrize("number", ["3号", "3", "2231", "李婷", "KT260612-0003"])
def test_a_claim_is_entered_by_pickup_number_tail_or_name(house, number):
    told = command(house, f"/new {number} 草莓坏了2盒 要退款")
    (no,) = ticket_numbers.find(told.text)
    ticket = lifecycle.must(house.tx, no)
    assert (ticket.owner_id, ticket.order_no) == ("77", "KT260612-0003")


def test_of_several_orders_it_is_asked_which_and_entered_once(house):
    house.tx.execute(update(t.orders).where(t.orders.c.order_no == "KT260612-0005").values(participate_no="3"))
    assert command(house, "/new 3号 草莓坏了2盒 要退款").alert
    asked = house.mails("desk:telegram:", "note")[-1]
    taps_ = [row[0][1] for row in asked["buttons"]]
    assert set(taps_) == {"new:KT260612-0003", "new:KT260612-0005"}
    desk_messages.keep(house.tx, "telegram", "q9", kind="question", at=house.now, data=asked["question"])
    assert tap(house, "new:KT260612-0003", reply_to="q9", **AJIE).alert
    (no,) = ticket_numbers.find(tap(house, "new:KT260612-0003", reply_to="q9").text)
    assert lifecycle.must(house.tx, no).order_no == "KT260612-0003"
    assert tap(house, "new:KT260612-0003", reply_to="q9").alert
    assert tap(house, "new:KT260612-0003").alert


# refusing


def test_a_refusal_shows_what_its_rules_say_and_takes_one_by_a_button(house):
    no = filed(house)
    tap(house, f"pick:{no}")
    tap(house, f"refuse:{no}")
    asked = house.at_desk(no, "note")[-1]
    labels = {row[0][1]: row[0][0] for row in asked["buttons"]}
    assert labels[f"refuse:{no}::W24"] == "W24 生鲜取货后24小时内报损"
    tap(house, f"refuse:{no}::W24")
    rest = house.at_desk(no, "note")[-1]
    assert "事实" in rest["text"]
    desk_messages.keep(house.tx, "telegram", "q1", kind="question", at=house.now, ticket_no=no, data=rest["question"])
    assert not reply(house, "取货后两天才报，可以给5元券", to="q1").alert
    assert lifecycle.must(house.tx, no).state == "resolved"
    assert "W24「生鲜取货后24小时内报损」" in house.heard(1)[-1]


# closing what was opened again


def test_a_ticket_opened_again_with_nothing_to_decide_is_closed(house):
    no = filed(house)
    tap(house, f"pick:{no}")
    tap(house, f"approve:{no}")
    customer_answers.settle(house.tx, no, score=1, context=house.context)
    assert lifecycle.must(house.tx, no).state == "assigned"
    assert not tap(house, f"close:{no}").alert
    assert lifecycle.must(house.tx, no).state == "assigned"
    reply(house, "仍然结束", quoted=house.at_desk(no, "note")[-1]["text"])
    assert lifecycle.must(house.tx, no).state == "closed"
    assert ticket_lines.of_ticket(house.tx, no)[0].state == "owed"


# beginning a talk


def bound(house: House) -> int:
    buyer = people.customer(house.tx, "13800002231", "李婷", sample=False, now=house.now)
    talk = house.talk()
    people.bind(house.tx, talk, buyer.id)
    return talk


def customer_says(house: House, text: str) -> None:
    from handlers.messages.models import Inbound
    from handlers.turn import intake

    house.later(seconds=30)
    house.serial += 1
    message = Inbound(key=f"s{house.serial}", channel="telegram", account="1001", at=house.now, text=text)
    intake.turn(house.tx, message, house.context)


@pytest.mark.parametrize("words", ["李婷", "3号", "2231"])
def test_an_agent_begins_a_talk_and_the_answers_come_back(house, words):
    bound(house)
    told = command(house, f"/talk {words}")
    (no,) = ticket_numbers.find(told.text)
    assert house.heard(1) == []
    asked = house.at_desk(no, "note")[-1]
    desk_messages.keep(house.tx, "telegram", "q1", kind="question", at=house.now, ticket_no=no, data=asked["question"])
    reply(house, "您好，补发的草莓收到了吗？", to="q1")
    assert house.heard(1) == ["小林：您好，补发的草莓收到了吗？"]
    customer_says(house, "收到了，谢谢")
    assert "收到了，谢谢" in house.at_desk(no, "relay")[-1]["text"]
    tap(house, f"close:{no}")
    assert lifecycle.must(house.tx, no).state == "closed"


def test_a_talk_begins_from_a_closed_ticket_and_leaves_it_closed(house):
    no = filed(house)
    tap(house, f"pick:{no}")
    tap(house, f"approve:{no}")
    tap(house, f"close:{no}:still_close")
    assert f"talk:{no}" in [button.tap for row in cards.card(house.tx, no, house.context).buttons for button in row]
    (fresh,) = ticket_numbers.find(tap(house, f"talk:{no}", **AJIE).text)
    assert fresh != no
    assert lifecycle.must(house.tx, no).state == "closed"
    ticket = lifecycle.must(house.tx, fresh)
    assert (ticket.owner_id, ticket.order_no, ticket.why) == ("78", "KT260612-0003", "talk")
    again = tap(house, f"talk:{no}", **AJIE)
    assert fresh in again.text


def test_an_open_ticket_of_somebody_else_is_not_taken_by_a_talk(house):
    no = filed(house)
    tap(house, f"pick:{no}")
    assert "小林" in command(house, f"/talk {no}", **AJIE).text
    assert len(house.mails("desk:telegram:")) == 0


def test_of_several_customers_it_is_asked_which(house):
    filed(house)
    filed(house, "KT260612-0005", lines=House.lines(item="车厘子JJ"), talk=house.talk("1002", name="李婷二"))
    assert command(house, "/talk 李婷").alert
    asked = house.mails("desk:telegram:", "note")[-1]
    assert {row[0][1].split(":")[1] for row in asked["buttons"]} == {"1", "2"}
    chosen = next(row[0][1] for row in asked["buttons"] if row[0][1].startswith("talk:2"))
    assert not tap(house, chosen).alert


@pytest.mark.parametrize("words", ["/talk", "/talk 火星人", "/talk CD-000000"])
def test_a_talk_with_nobody_is_told(house, words):
    assert command(house, words).alert


@pytest.mark.parametrize("bad", ["talk:", "talk:99999", "talk:x", "list:", "list:x", "new:", "show:", "words:CD-1"])
def test_garbled_buttons_of_lists_are_answered(house, bad):
    answer = tap(house, bad)
    assert answer.alert or bad.startswith("list")


@pytest.mark.parametrize(("hours", "told"), [(1.5, "等90分"), (5, "等5小时"), (72, "等3天")])
def test_the_wait_is_told_in_its_largest_unit(house, hours, told):
    filed(house)
    house.now += timedelta(hours=hours)
    assert told in board(house)


@pytest.mark.parametrize("words", ["尾号2231", "尾号 2231", "手机尾号2231 草莓", "tail 2231", "取货号3"])
def test_what_kind_of_word_it_is_may_be_said(house, words):
    no = filed(house)
    assert no in command(house, f"/find {words}").text


def test_a_claim_by_hand_without_words_names_the_order_and_asks_for_them(house):
    for named in ("3号", "尾号2231", "KT260612-0003"):
        told = command(house, f"/new {named}")
        assert told.alert
        assert "李婷" in told.text
        assert "/new" in told.text
    assert "99号" in command(house, "/new 99号").text
    assert house.tx.execute(t.tickets.select()).all() == []


def test_words_behind_the_name_of_a_talk_are_said_not_to_be_sent(house):
    house.talk(name="李婷")
    told = command(house, "/talk 李婷 您好，退款到了吗")
    assert told.alert
    assert "没有发出去" in told.text
    assert house.heard(1) == []
