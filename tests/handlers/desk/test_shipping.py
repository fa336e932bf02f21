"""已安排, 已寄出, 已收到退货, 发券 and 结束 at the desk: each is told once and harmless when done twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from doubles.ticket_house import ZONE, House

from handlers.cases import appeals, customer_answers, filing, remarks, timers
from handlers.desk import cards, dispatch
from handlers.fulfilment import goods_back
from handlers.nlu.text.parcels import Parcel
from handlers.policy.values import Returns
from handlers.tickets import lifecycle, progress
from storage import clocks, events, ticket_lines
from storage.fulfilment import shipments
from storage.money import costs

ADDRESS = "杭州市余杭区良渚仓3号门 售后组 057100001234"


@pytest.fixture
def house():
    made = House()
    yield made
    made.close()


def tap(house: House, tap: str, **who):
    return dispatch.act(house.tx, house.staff(kind="tap", tap=tap, **who), house.context)


def reply(house: House, no: str, text: str, **who):
    """Reply to the newest question of a ticket."""
    asked = next(note["text"] for note in reversed(house.at_desk(no, "note")) if "question" in note)
    return dispatch.act(house.tx, house.staff(kind="reply", text=text, quoted=asked, **who), house.context)


def approved(house: House, wish: str = "resend", *, amount: int | None = None, count: int = 1) -> str:
    lines = House.lines(wish=wish, amount=amount)
    if count > 1:
        lines += House.lines(line=2, item="鸡蛋", problem="damaged_package", quantity="7", wish=wish, amount=amount)
    no = filing.file(house.tx, house.draft(lines=lines), house.context).no
    tap(house, f"pick:{no}")
    tap(house, f"approve:{no}")
    return no


def labels(house: House, no: str) -> list[str]:
    return [one.label for row in cards.card(house.tx, no, house.context).buttons for one in row]


def line(house: House, no: str, number: int = 1):
    return ticket_lines.of_ticket(house.tx, no)[number - 1]


def run(house: House, **span: float) -> None:
    end = house.now + timedelta(**span)
    while (due := house.next_wake()) is not None and due <= end:
        house.now = max(house.now, due)
        for _, payload in house.due_wakes():
            timers.fire(house.tx, payload, house.context)
    house.now = end


# arranged and sent


def test_a_time_is_asked_once_promised_and_kept_as_the_clock(house):
    no = approved(house)
    assert {"已安排", "已寄出"} <= set(labels(house, no))
    tap(house, f"arranged:{no}")
    assert "最迟什么时候发出" in house.at_desk(no, "note")[-1]["text"]
    assert "06-13" not in house.heard(1)[-1]
    assert reply(house, no, "尽快").alert
    heard = len(house.heard(1))
    reply(house, no, "明天10点前")
    assert house.heard(1)[heard:] == [f"{no}：草莓补发已安排，最迟 6月13日10:00 发出。"]
    due = clocks.get(house.tx, no, "exchange_due").due_at.astimezone(ZONE)
    assert f"{due:%m-%d %H:%M}" == "06-13 10:00"
    assert "6月13日10:00 前发出" in cards.card(house.tx, no, house.context).text
    reply(house, no, "明天10点前")
    assert len(house.heard(1)) == heard + 1
    reply(house, no, "明天下午3点")
    assert "有变动" in house.heard(1)[-1]
    assert "15:00" in house.heard(1)[-1]


def test_a_time_is_chosen_by_a_button(house):
    no = approved(house)
    tap(house, f"arranged:{no}")
    first = house.at_desk(no, "note")[-1]["buttons"][0][0]
    assert first[0] == "20:00"
    tap(house, first[1])
    assert "最迟 20:00 发出" in house.heard(1)[-1]
    house.now += timedelta(hours=2)
    assert tap(house, first[1]).alert


def test_a_number_may_be_left_out_and_given_later(house):
    no = approved(house)
    tap(house, f"sent:{no}")
    tap(house, house.at_desk(no, "note")[-1]["buttons"][0][0][1])
    assert house.heard(1)[-1] == f"{no}：草莓补发已送出。"
    assert clocks.get(house.tx, no, "exchange_due").stopped_at
    assert clocks.get(house.tx, no, "follow_up").stopped_at is None
    assert "已安排" not in labels(house, no)
    heard = len(house.heard(1))
    tap(house, f"sent:{no}:0:none")
    assert len(house.heard(1)) == heard
    reply(house, no, "顺丰 SF1234567890")
    assert house.heard(1)[heard:] == [f"{no}：草莓补发的快递单号是 顺丰 SF1234567890。"]
    reply(house, no, "顺丰 SF1234567890")
    assert len(house.heard(1)) == heard + 1
    assert "已寄出（顺丰 SF1234567890）" in cards.card(house.tx, no, house.context).text
    assert "已寄出" not in labels(house, no)


def test_lines_are_sent_one_by_one(house):
    no = approved(house, count=2)
    tap(house, f"sent:{no}:1")
    reply(house, no, "圆通 YT1234567890123")
    assert "草莓" in house.heard(1)[-1]
    assert "鸡蛋" not in house.heard(1)[-1]
    assert clocks.get(house.tx, no, "exchange_due").stopped_at is None
    assert customer_answers.received(house.tx, no, arrived=True, conversation_id=1, context=house.context)
    assert (line(house, no).state, line(house, no, 2).state) == ("done", "owed")
    assert lifecycle.must(house.tx, no).state == "decided"
    tap(house, f"sent:{no}:0:none")
    assert customer_answers.received(house.tx, no, arrived=True, conversation_id=1, context=house.context)
    assert lifecycle.must(house.tx, no).state == "resolved"
    assert "满意" in house.heard(1)[-1]


def test_silence_after_the_question_counts_as_come_and_the_card_says_so(house):
    no = approved(house)
    tap(house, f"sent:{no}:0:none")
    run(house, hours=25)
    assert "收到了吗" in house.heard(1)[-1]
    heard = house.heard(1)
    run(house, hours=70)
    assert line(house, no).state == "owed"
    run(house, hours=3)
    assert (line(house, no).state, lifecycle.must(house.tx, no).state) == ("done", "closed")
    assert house.heard(1) == heard
    assert "没有回复，视为已收到" in cards.card(house.tx, no, house.context).text
    assert customer_answers.received(house.tx, no, arrived=False, conversation_id=1, context=house.context)
    assert (line(house, no).state, lifecycle.must(house.tx, no).state) == ("open", "assigned")
    assert "客户说没收到" in cards.card(house.tx, no, house.context).text


def test_what_did_not_come_is_decided_again_or_comes_after_all(house):
    no = approved(house)
    tap(house, f"sent:{no}:0:none")
    assert customer_answers.received(house.tx, no, arrived=False, conversation_id=1, context=house.context)
    assert "同意 补发" in labels(house, no)
    assert customer_answers.received(house.tx, no, arrived=True, conversation_id=1, context=house.context)
    assert (line(house, no).state, lifecycle.must(house.tx, no).state) == ("done", "resolved")
    other = approved(house)
    tap(house, f"sent:{other}:0:none")
    customer_answers.received(house.tx, other, arrived=False, conversation_id=1, context=house.context)
    tap(house, f"change:{other}:1:refund:3980")
    customer_answers.consent(house.tx, other, accepted=True, conversation_id=1, context=house.context)
    assert (line(house, other).state, line(house, other).amount) == ("owed", 3980)


def test_a_resend_decided_again_is_to_be_sent_again(house):
    no = approved(house)
    tap(house, f"sent:{no}:0:none")
    customer_answers.received(house.tx, no, arrived=False, conversation_id=1, context=house.context)
    tap(house, f"approve:{no}")
    assert {"已安排", "已寄出"} <= set(labels(house, no))
    assert shipments.of_ticket(house.tx, no)[1, "out"].sent_at is None


# goods that come back


def returned(house: House, **more) -> str:
    house.policy = replace(house.policy, returns=Returns(address={"zh": ADDRESS, "en": ADDRESS}, **more))
    return approved(house, "return_refund", amount=3980)


def test_the_money_of_a_return_is_owed_once_the_goods_are_in(house):
    no = returned(house)
    assert line(house, no).state == "goods_awaited"
    assert ADDRESS in house.heard(1)[-1]
    assert "运费我们出" in house.heard(1)[-1]
    assert clocks.get(house.tx, no, "refund_due") is None
    assert "已收到退货" in labels(house, no)
    assert "已打款 39.80" not in labels(house, no)
    house.now += timedelta(days=2)
    heard = len(house.heard(1))
    tap(house, f"goods_in:{no}", user="78", name="阿杰")
    assert house.heard(1)[heard:] == [f"{no}：草莓的退货已收到，39.80 元最迟 6月24日 原路退回。"]
    assert line(house, no).state == "owed"
    assert "已打款 39.80" in labels(house, no)
    assert tap(house, f"goods_in:{no}").alert
    assert len(house.heard(1)) == heard + 1
    assert clocks.running(house.tx, no, ["return_by"]) == []


def test_the_customer_pays_where_the_policy_says_so(house):
    returned(house, freight="customer")
    assert "运费请您承担" in house.heard(1)[-1]


def test_without_an_address_the_agent_is_asked_first(house):
    no = approved(house, "return_refund", amount=3980)
    assert line(house, no).state == "open"
    assert house.heard(1) == []
    assert reply(house, no, "仓库").alert
    reply(house, no, ADDRESS)
    assert line(house, no).state == "goods_awaited"
    assert ADDRESS in house.heard(1)[-1]


def test_an_address_goes_with_an_offer_until_it_is_accepted(house):
    lines = House.lines(problem="not_as_described", amount=3980)
    no = filing.file(house.tx, house.draft(lines=lines), house.context).no
    tap(house, f"pick:{no}")
    tap(house, f"change:{no}")
    reply(house, no, "退货退款 39.80")
    assert line(house, no).state == "open"
    reply(house, no, ADDRESS)
    assert line(house, no).state == "offered"
    assert "退货退款 39.80" in house.heard(1)[-1]
    assert "运费我们出" in house.heard(1)[-1]
    customer_answers.consent(house.tx, no, accepted=True, conversation_id=1, context=house.context)
    assert line(house, no).state == "goods_awaited"
    assert ADDRESS in house.heard(1)[-1]


def test_a_question_about_an_address_lapses_with_the_decision(house):
    no = approved(house, "return_refund", amount=3980)
    tap(house, f"change:{no}:1:refund:3980")
    assert reply(house, no, ADDRESS).alert


# coupons


def wants_coupon(house: House) -> str:
    no = filing.file(house.tx, house.draft(lines=House.lines(wish="compensation", amount=None)), house.context).no
    tap(house, f"pick:{no}")
    return no


def test_which_coupon_is_asked_never_guessed(house):
    no = wants_coupon(house)
    assert "同意 优惠券补偿" in labels(house, no)
    tap(house, f"approve:{no}")
    assert line(house, no).state == "open"
    buttons = [button for row in house.at_desk(no, "note")[-1]["buttons"] for button in row]
    assert [label for label, _ in buttons] == ["优惠券 5.00 元", "换购券 5.00 元"]
    tap(house, buttons[0][1])
    assert (line(house, no).state, line(house, no).coupon_kind) == ("owed", "goodwill")
    assert "发券时告诉您券码" in house.heard(1)[-1]


def test_a_coupon_is_issued_with_its_code_once(house):
    no = wants_coupon(house)
    tap(house, f"change:{no}:1:compensation:goodwill")
    assert "发券" in labels(house, no)
    tap(house, f"coupon:{no}")
    assert reply(house, no, "AB 12").alert
    heard = len(house.heard(1))
    reply(house, no, "GIFT-5531")
    assert house.heard(1)[heard:] == [f"{no}：优惠券 5.00 元，券码 GIFT-5531。满意吗？"]
    assert (line(house, no).state, lifecycle.must(house.tx, no).state) == ("done", "resolved")
    assert "已发（GIFT-5531）" in cards.card(house.tx, no, house.context).text
    reply(house, no, "GIFT-5532")
    assert len(house.heard(1)) == heard + 1
    assert [event.data["code"] for event in events.of_ticket(house.tx, no) if event.kind == "issued"] == ["GIFT-5531"]


def test_a_code_for_all_comes_with_the_decision(house):
    one = replace(house.policy.coupons["goodwill"], code="SORRY5", where={"zh": "下次下单可用", "en": "next order"})
    house.policy = replace(house.policy, coupons={**house.policy.coupons, "goodwill": one})
    no = wants_coupon(house)
    tap(house, f"change:{no}:1:compensation:goodwill")
    assert line(house, no).state == "done"
    for part in ("优惠券 5.00 元（券码 SORRY5）", "下次下单可用。", "满意吗"):
        assert part in house.heard(1)[-1]
    assert "发券" not in labels(house, no)


def test_a_coupon_beside_money_keeps_the_line_open(house):
    no = filing.file(house.tx, house.draft(), house.context).no
    tap(house, f"pick:{no}")
    tap(house, f"change:{no}")
    reply(house, no, "退39.80 加5元换购券")
    assert (line(house, no).coupon_kind, line(house, no).state) == ("late_claim", "owed")
    tap(house, f"coupon:{no}:1:none")
    assert "已放入您的账户" in house.heard(1)[-1]
    assert line(house, no).state == "owed"


# closing


def test_closing_names_what_is_owed_and_a_done_ticket_closes_at_once(house):
    no = approved(house)
    tap(house, f"close:{no}")
    assert "草莓补发还没有寄出" in house.at_desk(no, "note")[-1]["text"]
    assert lifecycle.must(house.tx, no).state == "decided"
    reply(house, no, "先不结束")
    assert lifecycle.must(house.tx, no).state == "decided"
    tap(house, f"sent:{no}:0:none")
    customer_answers.received(house.tx, no, arrived=True, conversation_id=1, context=house.context)
    tap(house, f"close:{no}")
    assert lifecycle.must(house.tx, no).state == "closed"


def test_an_address_button_of_no_question_is_stale(house):
    no = returned(house)
    assert tap(house, f"address:{no}").alert


# all of it together


def mixed(house: House) -> str:
    """File a ticket whose four lines are a refund, a resend, a return and a coupon."""
    house.policy = replace(house.policy, returns=Returns(address={"zh": ADDRESS, "en": ADDRESS}))
    lines = [
        *House.lines(wish="refund", amount=1000),
        *House.lines(problem="quality_other", wish="resend", amount=None),
        *House.lines(line=2, item="鸡蛋", problem="not_as_described", quantity="1", wish="return_refund", amount=2000),
        *House.lines(line=2, item="鸡蛋", problem="late", quantity="1", wish="compensation", amount=500),
    ]
    no = filing.file(house.tx, house.draft(lines=tuple(lines)), house.context).no
    tap(house, f"pick:{no}")
    tap(house, f"approve:{no}")
    return no


def test_what_waits_on_one_line_does_not_hold_up_another(house):
    no = mixed(house)
    assert [one.state for one in ticket_lines.of_ticket(house.tx, no)] == ["owed", "owed", "goods_awaited", "owed"]
    rows = [[one.label for one in row] for row in cards.card(house.tx, no, house.context).buttons]
    assert rows[:3] == [["已打款 10.00"], ["已安排", "已寄出", "已收到退货"], ["发券"]]
    heard = len(house.heard(1))
    tap(house, f"sent:{no}:0:none")
    tap(house, f"coupon:{no}:4:none")
    tap(house, f"goods_in:{no}")
    tap(house, f"paid:{no}:all:none")
    assert "满意" not in "".join(house.heard(1)[heard:])
    assert lifecycle.must(house.tx, no).state == "decided"
    assert customer_answers.received(house.tx, no, arrived=True, conversation_id=1, context=house.context)
    assert lifecycle.must(house.tx, no).state == "resolved"
    told = house.heard(1)[heard:]
    assert [text for text in told if "满意" in text] == told[-1:]
    assert clocks.running(house.tx, no, ["refund_due", "exchange_due", "return_by", "follow_up"]) == []


def test_closing_names_everything_that_is_owed(house):
    no = mixed(house)
    tap(house, f"close:{no}")
    asked = house.at_desk(no, "note")[-1]["text"]
    for part in ("退款 10.00 元没有打款", "草莓补发还没有寄出", "鸡蛋还在等客户寄回", "5.00元券还没有发"):
        assert part in asked


def test_progress_tells_how_far_each_line_is(house):
    no = mixed(house)
    (told,) = progress.progress(house.tx, 1, house.context)
    for part in (
        "草莓补发最迟 6月13日19:10 安排好",
        "鸡蛋等您寄回，最迟 6月15日",
        "5.00 元待发",
        "退款 10.00 元",
        "退货退款 20.00 元",
    ):
        assert part in told.text
    assert told.no == no


def test_an_appeal_after_it_is_done_calls_a_person(house):
    no = approved(house)
    tap(house, f"sent:{no}:0:none")
    customer_answers.received(house.tx, no, arrived=True, conversation_id=1, context=house.context)
    done = appeals.appeal(
        house.tx, no, conversation_id=1, at=house.now, text="申诉 补的也是坏的", context=house.context
    )
    assert not done.taken
    remarks.call(house.tx, no, house.context)
    assert lifecycle.must(house.tx, no).state == "assigned"
    tap(house, f"close:{no}")
    assert lifecycle.must(house.tx, no).state == "closed"


def test_the_desk_speaks_english_where_the_policy_says_so(house):
    house.policy = replace(house.policy, desk=replace(house.policy.desk, language="en"))
    no = mixed(house)
    assert {"Arranged", "Sent", "Goods in", "Issue coupon", "Paid ¥10.00", "Close"} <= set(labels(house, no))
    text = cards.card(house.tx, no, house.context).text
    for part in ("to come back, to", "to be issued", "back by"):
        assert part in text
    tap(house, f"arranged:{no}")
    assert "sent by when at the latest" in house.at_desk(no, "note")[-1]["text"]
    assert "leave by 13 Jun 10:00" in reply(house, no, "tomorrow before 10am").text


def test_a_return_that_ends_costs_no_refund(house):
    no = returned(house)
    assert costs.sums(house.tx, no)[1, "refund"] == 3980
    goods_back.give_up(house.tx, lifecycle.must(house.tx, no), conversation_id=1, context=house.context)
    assert costs.sums(house.tx, no)[1, "refund"] == 0
    assert (line(house, no).state, lifecycle.must(house.tx, no).state) == ("withdrawn", "resolved")
    heard = len(house.heard(1))
    goods_back.give_up(house.tx, lifecycle.must(house.tx, no), conversation_id=1, context=house.context)
    assert "没有要改的" in house.heard(1)[heard]


def test_a_return_sent_in_time_is_looked_for_by_the_desk(house):
    no = returned(house)
    parcel = Parcel(number="SF1234567890", carrier="sf")
    goods_back.noted(
        house.tx, lifecycle.must(house.tx, no), parcel, "", conversation_id=1, at=house.now, context=house.context
    )
    heard = len(house.heard(1))
    run(house, days=4)
    assert house.heard(1)[heard:] == []
    assert "期限已到" in house.at_desk(no, "note")[-1]["text"]
    assert line(house, no).state == "goods_awaited"
    run(house, days=4)
    assert line(house, no).state == "goods_awaited"


def test_what_was_arranged_and_did_not_leave_is_apologised_for_as_that(house):
    no = approved(house, count=2)
    tap(house, f"sent:{no}:2:none")
    tap(house, f"arranged:{no}")
    reply(house, no, "明天10点前")
    run(house, hours=14)
    assert "抱歉" not in house.heard(1)[-1]
    run(house, hours=1)
    assert f"{no} 的草莓没有按时发出，非常抱歉" in house.heard(1)[-1]
    tap(house, f"sent:{no}:0:none")
    heard = house.heard(1)
    run(house, hours=20)
    assert house.heard(1) == heard


def test_more_time_is_given_once_also_after_the_deadline(house):
    no = returned(house)

    def asks_for_more(until: str = "") -> str:
        ticket = lifecycle.must(house.tx, no)
        goods_back.extend(house.tx, ticket, until, conversation_id=1, context=house.context)
        return house.heard(1)[-1]

    run(house, days=3, hours=2)
    assert "期限到了" in house.heard(1)[-1]
    assert "6月18日" in asks_for_more()
    assert clocks.running(house.tx, no, ["return_by"])[0].due_at.astimezone(ZONE).day == 18
    assert clocks.running(house.tx, no, ["idle_close"]) == []
    assert "已经延过一次" in asks_for_more()
    assert "好的" in asks_for_more("20260618")
    run(house, days=2)
    assert line(house, no).state == "goods_awaited"
