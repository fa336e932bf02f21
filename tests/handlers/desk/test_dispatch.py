from __future__ import annotations

from dataclasses import replace

import pytest
from doubles.ticket_house import House
from sqlalchemy import select

from handlers.cases import customer_answers, fetched_evidence, filing, remarks
from handlers.desk import cards, dispatch
from handlers.messages import ticket_numbers
from handlers.messages.models import Inbound
from handlers.tickets import lifecycle
from handlers.turn import intake
from storage import conversations, events, evidence, people, ticket_lines
from storage import tables as t
from storage.desk import desk_messages, queue
from storage.operations import audit_verify

AJIE = {"user": "78", "name": "阿杰"}
BOSS = {"user": "79", "name": "何姐", "supervisor": True}


@pytest.fixture
def house():
    made = House()
    yield made
    made.close()


def filed(house: House, number: str = "KT260612-0003", **facts) -> str:
    return filing.file(house.tx, house.draft(number, **facts), house.context).no


def tap(house: House, tap: str, **who):
    return dispatch.act(house.tx, house.staff(kind="tap", tap=tap, **who), house.context)


def reply(house: House, text: str, *, to: str = "", quoted: str = "", media=(), **who):
    inbound = house.staff(kind="reply", text=text, reply_to=to, quoted=quoted, media=media, **who)
    return dispatch.act(house.tx, inbound, house.context)


def command(house: House, text: str, **who):
    return dispatch.act(house.tx, house.staff(kind="command", text=text, **who), house.context)


def question(house: House, no: str) -> str:
    """Keep the newest question's message as a door does, and give its id."""
    payload = next(p for p in reversed(house.at_desk(no, "note")) if "question" in p)
    house.serial += 1
    message = f"q{house.serial}"
    desk_messages.keep(
        house.tx, "telegram", message, kind="question", at=house.now, ticket_no=no, data=payload["question"]
    )
    return message


def labels(house: House, no: str) -> list[str]:
    return [button.label for row in cards.card(house.tx, no, house.context).buttons for button in row]


def test_two_tap_pick_up_and_one_wins(house):
    no = filed(house)
    assert not tap(house, f"pick:{no}").alert
    lost = tap(house, f"pick:{no}", **AJIE)
    assert lost.alert
    assert "小林" in lost.text
    ticket = lifecycle.must(house.tx, no)
    assert (ticket.owner_id, ticket.owner_name, ticket.state) == ("77", "小林", "assigned")
    assert house.owner(no) == ("77", "小林")


def test_no_coupon_goes_out_by_one_tap_where_somebody_was_hurt(house):
    lines = house.lines(problem="illness", wish="compensation", amount=None)
    hurt = filed(house, lines=lines, severity="safety", id="hurt")
    well = filed(house, "KT260612-0005", lines=lines, id="well")
    for no in (hurt, well):
        tap(house, f"pick:{no}", **BOSS)
    assert any(label.startswith("同意") for label in labels(house, well))
    assert not any(label.startswith("同意") for label in labels(house, hurt))
    assert "改判" in labels(house, hurt)
    tap(house, f"approve:{hurt}", **BOSS)  # an old card's button
    asked = next(p for p in reversed(house.at_desk(hurt, "note")) if "question" in p)
    assert "优惠券" not in str(asked["buttons"])
    assert [line.state for line in ticket_lines.of_ticket(house.tx, hurt)] == ["open"]


def test_only_the_owner_or_a_supervisor_decides(house):
    no = filed(house)
    assert tap(house, f"approve:{no}").alert
    assert lifecycle.must(house.tx, no).state == "queued"
    tap(house, f"pick:{no}")
    refused = tap(house, f"approve:{no}", **AJIE)
    assert refused.alert
    assert "小林" in refused.text
    assert not tap(house, f"approve:{no}", **BOSS).alert
    assert lifecycle.must(house.tx, no).state == "decided"


def test_the_card_offers_what_may_be_done(house):
    no = filed(house)
    assert labels(house, no) == ["接手"]
    tap(house, f"pick:{no}")
    assert labels(house, no) == ["同意 39.80", "改判", "拒绝", "问客户", "备注", "电话", "更正", "转交", "主管"]
    tap(house, f"approve:{no}")
    assert labels(house, no) == ["已打款 39.80", "问客户", "备注", "电话", "原因", "结束"]
    tap(house, f"close:{no}")
    asked = house.at_desk(no, "note")[-1]
    assert "草莓退款 39.80 元没有打款" in asked["text"]
    assert [button[0] for row in asked["buttons"] for button in row] == ["仍然结束", "先不结束"]
    tap(house, f"close:{no}:keep")
    assert lifecycle.must(house.tx, no).state == "decided"
    tap(house, f"close:{no}:still_close")
    assert lifecycle.must(house.tx, no).state == "closed"


def test_d1_approval_is_told_with_sum_rule_and_date(house):
    no = filed(house)
    tap(house, f"pick:{no}")
    assert house.heard(1) == []
    tap(house, f"approve:{no}")
    (text,) = house.heard(1)
    for part in (no, "39.80", "7个工作日", "6月24日", "规则 M1"):
        assert part in text
    assert "满意" not in text  # the money has not come
    assert house.taps(1) == []
    (line,) = ticket_lines.of_ticket(house.tx, no)
    assert (line.state, line.remedy, line.amount) == ("owed", "refund", 3980)


def test_a_tap_twice_decides_once(house):
    no = filed(house)
    tap(house, f"pick:{no}")
    tap(house, f"approve:{no}")
    assert tap(house, f"approve:{no}").alert
    assert len(house.heard(1)) == 1


def test_all_lines_are_approved_together(house):
    both = House.lines() + House.lines(line=2, item="鸡蛋", problem="damaged_package", quantity="7", amount=625)
    no = filed(house, lines=both)
    tap(house, f"pick:{no}")
    assert "同意 46.05" in labels(house, no)
    tap(house, f"approve:{no}")
    (text,) = house.heard(1)
    assert "39.80" in text
    assert "6.25" in text


def test_d3_another_remedy_holds_only_with_the_customers_yes(house):
    lines = House.lines(item="salmon", problem="wrong_item", quantity="1", share=1, wish="resend", amount=None)
    no = filed(house, "KT260612-0017", lines=lines, language="en")
    tap(house, f"pick:{no}", **AJIE)
    tap(house, f"change:{no}", **AJIE)
    told = reply(house, "salmon is sold out，退69 加5元券", to=question(house, no), **AJIE)
    assert not told.alert
    assert lifecycle.must(house.tx, no).state == "assigned"  # the words wait for the agent's yes
    assert "salmon is sold out" in house.at_desk(no, "note")[-1]["text"]
    assert not reply(house, "转告", to=question(house, no), **AJIE).alert
    ticket = lifecycle.must(house.tx, no)
    assert ticket.state == "waiting_customer"
    assert ticket_lines.of_ticket(house.tx, no)[0].state == "offered"
    text = house.heard(1)[-1]
    for part in ("is sold out", "¥69.00 refund", "¥5.00 coupon", "accept"):
        assert part in text
    assert house.taps(1) == [f"offer:{no}:yes", f"offer:{no}:no"]
    answer = customer_answers.consent(house.tx, no, accepted=True, conversation_id=1, context=house.context)
    assert (answer.accepted, answer.state) == (True, "decided")
    (line,) = ticket_lines.of_ticket(house.tx, no)
    assert (line.state, line.remedy, line.amount, line.coupon) == ("owed", "refund", 6900, 500)
    assert "accepted" in [event.kind for event in events.of_ticket(house.tx, no)]
    again = customer_answers.consent(house.tx, no, accepted=False, conversation_id=1, context=house.context)
    assert again.stale
    assert ticket_lines.of_ticket(house.tx, no)[0].state == "owed"


def test_a_declined_offer_comes_back_to_the_owner(house):
    no = filed(house)
    tap(house, f"pick:{no}")
    tap(house, f"change:{no}:1:compensation:500")
    assert ticket_lines.of_ticket(house.tx, no)[0].state == "offered"
    customer_answers.consent(house.tx, no, accepted=False, conversation_id=1, context=house.context)
    (line,) = ticket_lines.of_ticket(house.tx, no)
    assert (line.state, line.coupon, line.wish) == ("open", 0, "refund")
    assert lifecycle.must(house.tx, no).state == "assigned"
    assert house.at_desk(no, "note")[-1]["mentions"] == [["77", "小林"]]


def test_without_a_stated_wish_the_decision_holds_at_once(house):
    no = filed(house, lines=House.lines(wish="", amount=None), wishes=())
    tap(house, f"pick:{no}")
    assert "同意" not in "".join(labels(house, no))
    tap(house, f"change:{no}")
    reply(house, "退一半 19.90", to=question(house, no))
    (line,) = ticket_lines.of_ticket(house.tx, no)
    assert (line.state, line.amount, line.remedy) == ("owed", 1990, "partial_refund")


def test_more_than_was_paid_is_refused_in_one_sentence(house):
    no = filed(house)
    tap(house, f"pick:{no}")
    tap(house, f"change:{no}")
    told = reply(house, "退100", to=question(house, no))
    assert told.alert
    assert "79.60" in told.text
    assert ticket_lines.of_ticket(house.tx, no)[0].state == "open"
    assert not reply(house, "退79.60", to=question(house, no)).alert


def test_what_is_granted_elsewhere_counts(house):
    first = filed(house)
    tap(house, f"pick:{first}")
    tap(house, f"approve:{first}")
    second = filed(house, lines=House.lines(problem="shortage_missing", share=1, quantity="4", amount=7960))
    tap(house, f"pick:{second}")
    told = tap(house, f"approve:{second}")
    assert told.alert
    assert "39.80" in told.text


def test_two_lines_on_one_order_line_share_its_money(house):
    both = House.lines(amount=5000) + House.lines(problem="shortage_missing", amount=5000)
    no = filed(house, lines=both)
    tap(house, f"pick:{no}")
    assert tap(house, f"approve:{no}").alert
    assert [line.state for line in ticket_lines.of_ticket(house.tx, no)] == ["open", "open"]


def test_change_asks_which_line_when_there_are_several(house):
    both = House.lines() + House.lines(line=2, item="鸡蛋", problem="damaged_package", quantity="7", amount=625)
    no = filed(house, lines=both)
    tap(house, f"pick:{no}")
    tap(house, f"change:{no}")
    asked = house.at_desk(no, "note")[-1]
    assert [row[0][1] for row in asked["buttons"]] == [f"change:{no}:1", f"change:{no}:2"]
    assert reply(house, "补发", to=question(house, no)).alert
    reply(house, "鸡蛋 退6.25", to=question(house, no))
    assert [line.state for line in ticket_lines.of_ticket(house.tx, no)] == ["open", "owed"]
    assert lifecycle.must(house.tx, no).state == "assigned"
    tap(house, f"approve:{no}:1")
    assert lifecycle.must(house.tx, no).state == "decided"


def test_the_change_buttons_name_sums_within_what_is_left(house):
    no = filed(house)
    tap(house, f"pick:{no}")
    tap(house, f"change:{no}")
    taps = [button[1] for row in house.at_desk(no, "note")[-1]["buttons"] for button in row]
    assert taps[:2] == [f"change:{no}:1:refund:3980", f"change:{no}:1:refund:1990"]
    assert f"change:{no}:1:resend" in taps
    assert all(len(one.encode()) <= 64 for one in taps)


def test_a_refusal_needs_rule_fact_and_alternative(house):
    no = filed(house)
    tap(house, f"pick:{no}")
    tap(house, f"refuse:{no}")
    told = reply(house, "W24 超时限", to=question(house, no))
    assert told.alert
    assert "事实" in told.text
    assert "可选" in told.text
    assert ticket_lines.of_ticket(house.tx, no)[0].state == "open"
    assert not reply(house, "6月14日18:00才收到，可以给5元券", to=question(house, no)).alert
    assert lifecycle.must(house.tx, no).state == "resolved"
    text = house.heard(1)[-1]
    for part in ("未通过", "规则 W24「生鲜取货后24小时内报损」", "6月14日18:00才收到", "5元券", "7天"):
        assert part in text
    assert house.taps(1) == [f"appeal:{no}"]


def test_a_question_is_found_by_the_words_it_quotes(house):
    no = filed(house)
    tap(house, f"pick:{no}")
    tap(house, f"refuse:{no}")
    quoted = house.at_desk(no, "note")[-1]["text"]
    reply(house, "W24，6月14日18:00才收到，可以给5元券", to="unknown", quoted=quoted)
    assert lifecycle.must(house.tx, no).state == "resolved"


def test_words_go_both_ways_and_the_name_comes_once(house):
    no = filed(house)
    tap(house, f"pick:{no}")
    card = cards.card(house.tx, no, house.context).text
    reply(house, "阿姨，坏了几个？", quoted=card)
    reply(house, "都拍一下可以吗", quoted=card)
    assert house.heard(1) == ["小林：阿姨，坏了几个？", "都拍一下可以吗"]
    told = remarks.remark(
        house.tx, no, conversation_id=1, at=house.now, text="五六个吧", evidence=[], context=house.context
    )
    assert told.owned
    relayed = house.at_desk(no, "relay")[-1]
    assert "五六个吧" in relayed["text"]
    assert no in relayed["text"]
    reply(house, "好的", quoted=relayed["text"])
    assert house.heard(1)[-1] == "好的"


def test_words_under_a_notice_stay_in_the_house(house):
    no = filed(house)
    tap(house, f"pick:{no}")
    desk_messages.keep(house.tx, "telegram", "n1", kind="note", at=house.now, ticket_no=no)
    assert reply(house, "这客户真烦", to="n1", quoted=f"⏰ {no} 超时").alert
    assert house.heard(1) == []


def test_somebody_elses_ticket_is_not_spoken_for(house):
    no = filed(house)
    tap(house, f"pick:{no}")
    told = reply(house, "我来说", quoted=no, **AJIE)
    assert told.alert
    assert house.heard(1) == []


def test_a_reply_to_a_free_card_picks_it_up(house):
    no = filed(house, special=("senior",))
    reply(house, "阿姨好", quoted=f"👵 {no}")
    assert house.owner(no) == ("77", "小林")
    assert house.heard(1)[-1] == "小林：阿姨好"


def test_asking_waits_for_the_customer_and_the_answer_comes_back(house):
    no = filed(house)
    tap(house, f"pick:{no}")
    tap(house, f"ask:{no}")
    reply(house, "哪一天拍的？", to=question(house, no))
    assert lifecycle.must(house.tx, no).state == "waiting_customer"
    assert house.heard(1) == ["小林：哪一天拍的？"]
    remarks.remark(house.tx, no, conversation_id=1, at=house.now, text="今天", evidence=[], context=house.context)
    assert lifecycle.must(house.tx, no).state == "assigned"


def test_an_agents_photo_goes_to_the_customer_once_fetched(house):
    from handlers.messages.models import Media

    no = filed(house)
    tap(house, f"pick:{no}")
    reply(house, "", quoted=no, media=(Media(kind="photo", ref="abc"),))
    (piece,) = evidence.of_ticket(house.tx, no, side="staff")
    assert house.mails(f"fetch:{piece.id}") == [{"evidence": piece.id}]
    assert house.heard(1) == []
    house.fetched(piece.id)
    fetched_evidence.examined(house.tx, piece.id, house.context)
    assert house.mails("chat:1")[-1]["media"] == [["photo", f"key{piece.id}"]]


def test_a_customers_photo_comes_under_the_owners_card(house):
    no = filed(house)
    tap(house, f"pick:{no}")
    photo = house.photo(1, state="pending")
    remarks.remark(house.tx, no, conversation_id=1, at=house.now, text="", evidence=[photo], context=house.context)
    assert house.at_desk(no, "relay") == []
    house.fetched(photo)
    fetched_evidence.examined(house.tx, photo, house.context)
    assert house.at_desk(no, "relay")[-1]["media"] == [["photo", f"key{photo}"]]


def test_take_next_goes_by_severity_then_due_then_age(house):
    plain = filed(house)
    house.later(minutes=1)
    special = filed(house, "KT260612-0005", lines=House.lines(item="车厘子JJ"), special=("senior",))
    major = filed(house, "KT260612-0020", lines=House.lines(item="婴儿奶粉"), severity="major")
    assert [ticket.no for ticket in queue.waiting(house.tx, "telegram")] == [major, special, plain]
    for expected in (major, special, plain):
        assert expected in tap(house, "next").text
    assert tap(house, "next").text == "没有等待的工单。"


def test_hand_back_and_hand_over(house):
    no = filed(house)
    tap(house, f"pick:{no}")
    tap(house, f"hand:{no}")
    taps = [row[0][1] for row in house.at_desk(no, "note")[-1]["buttons"]]
    assert set(taps) == {f"hand:{no}:78", f"hand:{no}:79", f"hand:{no}:queue"}
    tap(house, f"hand:{no}:78")
    assert house.owner(no) == ("78", "阿杰")
    tap(house, f"hand:{no}:queue", **AJIE)
    ticket = lifecycle.must(house.tx, no)
    assert (ticket.owner_id, ticket.state) == (None, "queued")
    tap(house, f"pick:{no}")
    assert house.owner(no) == ("77", "小林")


def test_a_supervisor_takes_over_when_called(house):
    no = filed(house)
    tap(house, f"pick:{no}")
    assert tap(house, f"pick:{no}", **BOSS).alert
    tap(house, f"boss:{no}")
    assert house.at_desk(no, "page")[-1]["mentions"] == [["79", "何姐"]]
    assert tap(house, f"pick:{no}", **AJIE).alert
    tap(house, f"pick:{no}", **BOSS)
    assert house.owner(no) == ("79", "何姐")


def test_a_phone_that_the_customer_tells_is_for_the_owners_alert_alone(house):
    def sends(text: str = "", **more) -> None:
        house.later(seconds=30)
        house.serial += 1
        message = Inbound(key=f"s{house.serial}", channel="telegram", account="1001", at=house.now, text=text, **more)
        intake.turn(house.tx, message, house.context)

    sends("人工")
    no = house.tx.execute(select(t.tickets.c.no)).scalar_one()
    sends(kind="other", data={"contact": {"phone": "+8613800002231", "name": "李婷"}})
    tap(house, f"pick:{no}")
    sends(kind="other", data={"contact": {"phone": "13900008812", "name": "老陈"}})
    sends("打我女儿 135-1234-5678")
    relayed = [mail["text"] for mail in house.at_desk(no, "relay")]
    shown = "\n".join([cards.card(house.tx, no, house.context).text, *relayed])
    assert [one in shown for one in ("老陈 · 139****8812", "女儿 135****5678", "李婷 · +86****2231")] == [True] * 3
    assert not [one for one in ("0000", "1234") if one in shown]
    told = tap(house, f"phone:{no}")
    assert told.alert
    assert told.text.strip() == "135-1234-5678、13900008812、+8613800002231"


def test_the_phone_is_for_the_owners_alert_alone(house):
    no = filed(house)
    tap(house, f"pick:{no}")
    told = tap(house, f"phone:{no}")
    assert told.alert
    assert "13800002231" in told.text
    assert tap(house, f"phone:{no}", **BOSS).text.count("138") == 0
    assert "13800002231" not in str(house.at_desk(no)) + cards.card(house.tx, no, house.context).text
    assert "phone_shown" in [event.kind for event in events.of_ticket(house.tx, no)]


def test_a_note_stays_in_the_house(house):
    no = filed(house)
    tap(house, f"note:{no}", **AJIE)
    reply(house, "老客户", to=question(house, no), **AJIE)
    assert house.heard(1) == []
    assert "老客户" in cards.card(house.tx, no, house.context).text


def test_a_filed_claim_is_not_closed_undecided(house):
    no = filed(house)
    tap(house, f"pick:{no}")
    assert tap(house, f"close:{no}").alert
    assert lifecycle.must(house.tx, no).state == "assigned"


def test_a_talk_that_never_became_a_claim_is_closed_with_a_reason(house):
    no = filing.raise_ticket(house.tx, house.draft(), why="human", context=house.context)
    tap(house, f"pick:{no}")
    assert "小林已接手" in house.heard(1)[-1]
    tap(house, f"close:{no}")
    reply(house, "只是问营业时间", to=question(house, no))
    assert lifecycle.must(house.tx, no).state == "closed"
    assert ticket_lines.of_ticket(house.tx, no)[0].state == "withdrawn"


def test_d6_a_voice_ticket_is_given_its_order_and_line(house):
    from storage import people as persons

    buyer = persons.customer(house.tx, "13900008812", "老陈", sample=False, now=house.now)
    draft = replace(house.draft("", lines=(), photos=0, special=("senior",)), customer_id=buyer.id)
    no = filing.raise_ticket(house.tx, draft, why="voice", context=house.context)
    tap(house, f"pick:{no}")
    assert "改判" not in labels(house, no)
    assert "订单" in labels(house, no)
    tap(house, f"order:{no}")
    assert house.at_desk(no, "note")[-1]["buttons"][0][0][1] == f"order:{no}:KT260612-0005"
    assert reply(house, "KT000", to=question(house, no)).alert
    assert not reply(house, "kt260612-0005", to=question(house, no)).alert
    assert {"改判", "电话"} <= set(labels(house, no))
    tap(house, f"change:{no}")
    reply(house, "退 1/2 49.90", to=question(house, no))
    (line,) = ticket_lines.of_ticket(house.tx, no)
    assert (line.item, line.state, line.amount) == ("车厘子JJ", "owed", 4990)
    assert lifecycle.must(house.tx, no).state == "decided"
    tap(house, f"close:{no}:still_close")
    assert lifecycle.must(house.tx, no).state == "closed"


def test_an_order_of_several_lines_is_asked_for_the_one_meant(house):
    no = filing.raise_ticket(house.tx, house.draft(lines=()), why="human", context=house.context)
    tap(house, f"pick:{no}")
    tap(house, f"change:{no}")
    assert [row[0][1] for row in house.at_desk(no, "note")[-1]["buttons"]] == [f"change:{no}:o1", f"change:{no}:o2"]
    tap(house, f"change:{no}:o2")
    reply(house, "退6.25", to=question(house, no))
    (line,) = ticket_lines.of_ticket(house.tx, no)
    assert (line.item, line.amount) == ("鸡蛋", 625)


def test_locked_look_ups_are_set_free(house):
    no = filing.raise_ticket(house.tx, house.draft("", lines=()), why="locked", context=house.context)
    conversations.save(house.tx, 1, {"locked_until": "2026-06-12T20:00:00+08:00", "tries": ["x"]}, now=house.now)
    tap(house, f"pick:{no}")
    assert "解锁查单" in labels(house, no)
    assert not tap(house, f"unlock:{no}").alert
    talk = conversations.by_id(house.tx, 1).talk
    assert (talk["locked_until"], talk["tries"]) == ("", [])
    assert tap(house, f"unlock:{no}").alert


def test_commands(house):
    no = filed(house)
    assert no in command(house, "/queue").text
    assert "没有工单" in command(house, "/ticket CD-000000").text
    command(house, f"/ticket {no.lower()}")
    assert len(house.at_desk(no, "card")) == 1
    assert command(house, "/mine").text == "您手上没有工单。"
    assert no in command(house, "/next@claimdesk_bot").text
    assert no in command(house, "/mine").text
    assert "受理 1" in command(house, "/stats").text
    assert "/queue" in command(house, "/what").text


def test_a_claim_entered_by_hand(house):
    told = command(house, "/new KT260612-0003 草莓坏了2盒 要退款")
    (no,) = ticket_numbers.find(told.text)
    ticket = lifecycle.must(house.tx, no)
    assert (ticket.owner_id, ticket.order_no, ticket.state) == ("77", "KT260612-0003", "assigned")
    (line,) = ticket_lines.of_ticket(house.tx, no)
    assert (line.order_line_no, line.problem, line.wish_amount) == (1, "quality_spoiled", 3980)
    tap(house, f"approve:{no}")
    assert "☎" in house.at_desk(no, "note")[-1]["text"]
    assert command(house, "/new KT999 草莓").alert
    assert command(house, "/new").alert


def test_another_desks_tickets_are_not_seen(house):
    draft = house.draft(channel="sandbox")
    no = filing.file(house.tx, draft, house.context).no
    assert lifecycle.must(house.tx, no).desk == "sandbox"
    assert tap(house, f"pick:{no}").alert
    assert command(house, f"/ticket {no}").alert
    assert house.owner(no) is None


def test_those_who_act_are_known_and_those_who_left_are_not(house):
    dispatch.act(house.tx, house.staff(user="80", name="小周", kind="joined"), house.context)
    assert "小周" in [member.name for member in people.staff_of(house.tx, "telegram")]
    dispatch.act(house.tx, house.staff(user="80", name="小周", kind="left"), house.context)
    assert "小周" not in [member.name for member in people.staff_of(house.tx, "telegram")]


@pytest.mark.parametrize("bad", ["", "pick", "pick:", "pick:CD-000000", "nonsense:CD-000000", "change:x:y:z"])
def test_garbled_taps_are_answered(house, bad):
    assert tap(house, bad).alert


def test_words_without_a_ticket_are_answered(house):
    assert reply(house, "hello", quoted="no number here").alert


def test_every_step_is_chained(house):
    no = filed(house)
    tap(house, f"pick:{no}")
    tap(house, f"approve:{no}")
    customer_answers.settle(house.tx, no, score=5, context=house.context)
    assert audit_verify.verify(house.tx) == []
    actors = {event.kind: event.actor for event in events.of_ticket(house.tx, no)}
    assert actors["approved"] == "agent:telegram:77"
    assert actors["closed"] == "customer:telegram:1001"
