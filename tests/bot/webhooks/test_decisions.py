"""Decisions for the order system: what is sent, when it is tried again, and that nothing is lost or done twice."""

from __future__ import annotations

import hmac
import json
from datetime import timedelta
from hashlib import sha256
from itertools import pairwise

import pytest
from doubles.order_system import SECRET, OrderSystem, Rounds, granted, paid, texts
from doubles.ticket_house import House
from sqlalchemy import select

from bot.webhooks.letters import DECISIONS
from bot.webhooks.posting import MOST, Poster
from handlers.cases import appeals, customer_answers, filing
from handlers.desk import dispatch
from handlers.fulfilment import goods, goods_back, payments
from handlers.fulfilment.payments import Confirmation
from handlers.tickets import decisions, lifecycle
from handlers.tickets.decisions import Ruling
from storage import clocks, events, ticket_lines
from storage import payments as booked
from storage import tables as t
from storage.operations import audit_verify

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def house():
    made = House()
    yield made
    made.close()


@pytest.fixture
async def shop():
    async with OrderSystem() as system:
        yield system


@pytest.fixture
async def rounds(house, shop):
    poster = Poster(url=shop.url, secret=SECRET)
    yield Rounds(house, DECISIONS, poster, "decision")
    await poster.close()


def both() -> tuple:
    return House.lines() + House.lines(line=2, item="鸡蛋", problem="damaged_package", quantity="7", amount=625)


def states(house, no):
    return [line.state for line in ticket_lines.of_ticket(house.tx, no)]


def at_large(house):
    """Return what the desk was told about no ticket."""
    return texts(house.at_desk("", "note"))


async def test_a_decision_is_told_signed_and_in_full(house, shop, rounds):
    no = granted(house)
    assert await rounds.until(house.now) == [timedelta()]
    (got,) = shop.got
    mac = hmac.new(SECRET.encode(), got.body, sha256).hexdigest()
    assert got.headers["X-Claimdesk-Signature"] == f"sha256={mac}"
    assert got.headers["Content-Type"] == "application/json"
    assert got.key == f"{no}-1-1"
    decided = ticket_lines.of_ticket(house.tx, no)[0].decided_at
    assert decided
    assert got.told == {
        "ticket": no, "line": 1, "version": 1, "order_no": "KT260612-0003", "order_line": 1, "sku": "", "item": "草莓",
        "quantity": "2", "unit": "盒", "problem": "quality_spoiled", "remedy": "refund", "amount": 3980, "coupon": 0,
        "decided_at": decided.isoformat(),
    }  # fmt: skip
    assert states(house, no) == ["owed"]
    assert not rounds.boxes()


async def test_nobody_is_named_in_what_is_sent(house, shop, rounds):
    granted(house)
    await rounds.go()
    body = shop.got[0].body.decode()
    assert not any(word in body for word in ("13800002231", "2231", "李婷", "小林", "草莓坏了"))


async def test_without_an_address_nothing_is_put_into_the_outbox(house):
    no = filing.file(house.tx, house.draft(), house.context).no
    for tap in ("pick", "approve"):
        dispatch.act(house.tx, house.staff(kind="tap", tap=f"{tap}:{no}"), house.context)
    assert house.mails(f"decision:{no}") == []


async def test_tickets_of_the_sandbox_stay_there(house):
    house.outside = {"order_webhook": True}
    talk = house.talk(channel="sandbox")
    no = filing.file(
        house.tx, house.draft(None, talk=talk, channel="sandbox", lines=House.lines(line=None)), house.context
    ).no
    ticket = lifecycle.must(house.tx, no)
    assert ticket.desk == "sandbox"
    for line in ticket_lines.of_ticket(house.tx, no):
        ruling = Ruling(remedy="apology")
        decisions.grant(house.tx, ticket, line, ruling, lifecycle.BOT, house.context)
    assert house.mails(f"decision:{no}") == []


async def test_what_the_bot_grants_by_itself_is_told(shop):
    house = House(auto_approve_cap=5000)
    house.outside = {"order_webhook": True}
    no = filing.file(house.tx, house.draft(), house.context).no
    assert [row["key"] for row in house.mails(f"decision:{no}")] == [f"{no}-1-1"]
    house.close()


async def test_an_offer_is_told_once_the_customer_agrees(house):
    house.outside = {"order_webhook": True}
    no = filing.file(house.tx, house.draft(), house.context).no
    ticket, line = lifecycle.must(house.tx, no), ticket_lines.of_ticket(house.tx, no)[0]
    decisions.offer(house.tx, ticket, line, Ruling(remedy="resend"), lifecycle.BOT, house.context)
    decisions.conclude(house.tx, no, [1], lifecycle.BOT, house.context)
    assert house.mails(f"decision:{no}") == []
    assert customer_answers.consent(house.tx, no, accepted=True, conversation_id=1, context=house.context).accepted
    assert [row["body"]["remedy"] for row in house.mails(f"decision:{no}")] == ["resend"]


def grant(house, ruling):
    """Return a ticket on which this was granted."""
    house.outside = {"order_webhook": True}
    no = filing.file(house.tx, house.draft(), house.context).no
    ticket, line = lifecycle.must(house.tx, no), ticket_lines.of_ticket(house.tx, no)[0]
    decisions.grant(house.tx, ticket, line, ruling, lifecycle.BOT, house.context)
    decisions.conclude(house.tx, no, [1], lifecycle.BOT, house.context)
    return no


async def test_a_return_is_told_when_the_goods_are_in(house, shop, rounds):
    no = grant(house, Ruling(remedy="return_refund", amount=3980))
    assert states(house, no) == ["goods_awaited"]
    assert house.mails(f"decision:{no}") == []
    house.now += timedelta(days=3)
    ticket, lines = lifecycle.must(house.tx, no), ticket_lines.of_ticket(house.tx, no)
    assert goods_back.take_in(house.tx, ticket, lines, lifecycle.BOT, house.context)
    await rounds.until(house.now)
    assert shop.keys == [f"{no}-1-1"]
    assert (shop.got[0].told["remedy"], shop.got[0].told["amount"]) == ("return_refund", 3980)


async def test_goods_that_an_agent_sent_meanwhile_are_not_ordered_again(house, shop, rounds):
    no = grant(house, Ruling(remedy="resend"))
    shop.status = 500
    await rounds.go()
    ticket, lines = lifecycle.must(house.tx, no), ticket_lines.of_ticket(house.tx, no)
    assert goods.send(house.tx, ticket, lines, None, lifecycle.BOT, house.context)
    shop.status = 200
    await rounds.until(house.now + HOUR)
    assert len(shop.got) == 1
    assert not rounds.boxes()


async def test_the_tries_come_as_promised_and_end_as_a_dead_letter(house, shop, rounds):
    no = granted(house)
    shop.status = 500
    moments = await rounds.until(house.now + 4 * DAY)
    pauses = [(later - sooner).total_seconds() for sooner, later in pairwise(moments)]
    assert len(moments) == 1 + 4 + 72
    assert moments[0] == timedelta()
    assert pauses == pytest.approx([5, 30, 120, 600, *[3600] * 72], rel=0.11)
    assert set(shop.keys) == {f"{no}-1-1"}
    assert len({got.body for got in shop.got}) == 1
    assert not rounds.boxes()
    dead = house.at_desk(no, "note")[-1]
    assert "状态 500" in dead["text"]
    assert dead["buttons"][0][0][1].startswith(f"resend:{no}:")
    assert states(house, no) == ["owed"]


async def test_the_button_of_a_dead_letter_sends_it_once_more(house, shop, rounds):
    no = granted(house)
    shop.status = 503
    await rounds.until(house.now + 4 * DAY)
    tap = house.at_desk(no, "note")[-1]["buttons"][0][0][1]
    shop.status, shop.got = 200, []
    again = dispatch.act(house.tx, house.staff(kind="tap", tap=tap), house.context)
    assert "重新发给订单系统" in again.text
    await rounds.go()
    assert shop.keys == [f"{no}-1-1"]
    twice = dispatch.act(house.tx, house.staff(kind="tap", tap=tap), house.context)
    assert twice.alert
    await rounds.go()
    assert len(shop.got) == 1
    odd = dispatch.act(house.tx, house.staff(kind="tap", tap=f"resend:{no}:x{'9' * 30}"), house.context)
    assert odd.alert


async def test_a_dead_letter_that_was_settled_since_is_not_sent_again(house, shop, rounds):
    no = granted(house)
    shop.status = 503
    await rounds.until(house.now + 4 * DAY)
    tap = house.at_desk(no, "note")[-1]["buttons"][0][0][1]
    by_hand(house, no)
    answer = dispatch.act(house.tx, house.staff(kind="tap", tap=tap), house.context)
    assert "不再发送" in answer.text
    assert not rounds.boxes()


async def test_a_shop_that_is_down_for_a_day_misses_nothing_and_the_desk_knows(house, shop, rounds):
    numbers = [granted(house, number=number) for number in ("KT260612-0003", "KT260612-0005", "KT260612-0017")]
    url, rounds.poster.url = rounds.poster.url, "http://127.0.0.1:9/hook"  # nobody listens there
    await rounds.until(house.now + DAY)
    assert [text for text in at_large(house) if "没有收下任何决定（连不上）" in text] == at_large(house)
    assert len(at_large(house)) == 1
    rounds.poster.url = url
    ((first, due),) = [min(rounds.boxes(), key=lambda one: one[1])]
    await rounds.until(due + timedelta(seconds=5))
    assert shop.keys[0].startswith(first.partition(":")[2])
    assert sorted(shop.keys) == sorted(f"{no}-1-1" for no in numbers)
    assert len(at_large(house)) == 2
    assert "恢复接收" in at_large(house)[-1]
    assert not rounds.boxes()


async def test_a_short_trouble_is_nobodys_concern(house, shop, rounds):
    granted(house)
    shop.status = 502
    await rounds.until(house.now + timedelta(minutes=2))
    shop.status = 200
    await rounds.until(house.now + HOUR)
    assert not rounds.boxes()
    assert at_large(house) == []


async def test_one_decision_that_is_refused_holds_up_no_other_ticket(house, shop, rounds):
    bad = granted(house)
    shop.status = 400
    await rounds.until(house.now + timedelta(minutes=5))
    shop.status = 200
    good = granted(house, number="KT260612-0005")
    await rounds.go()
    assert shop.keys[-1] == f"{good}-1-1"
    shop.status = 400
    await rounds.until(house.now + timedelta(minutes=9))
    assert [box for box, _ in rounds.boxes()] == [f"decision:{bad}"]
    assert "状态 400" in texts(house.at_desk(bad, "note"))[-1]
    assert at_large(house) == []


async def test_a_decision_that_alone_is_refused_is_no_outage_however_long_it_lasts(house, shop, rounds):
    """At first it could be one: nothing else was taken meanwhile. Then it is told by itself each day."""
    shop.refuses = granted(house)
    for _ in range(14):
        good = grant(house, Ruling(remedy="resend"))
        await rounds.until(house.now + 5 * HOUR)
        assert f"{good}-1-1" in shop.keys
    notes = texts(house.at_desk(shop.refuses, "note"))
    assert sum("都没有收下（状态 400）" in text for text in notes) == 2
    assert [text[0] for text in at_large(house)] == ["⚠", "✅"]
    assert shop.keys.count(f"{shop.refuses}-1-1") > 70


async def test_lines_of_one_ticket_come_in_order(house, shop, rounds):
    no = granted(house, *both())
    shop.status = 500
    await rounds.until(house.now + timedelta(minutes=1))
    assert set(shop.keys) == {f"{no}-1-1"}
    shop.status = 200
    await rounds.until(house.now + HOUR)
    assert shop.keys[-2:] == [f"{no}-1-1", f"{no}-2-1"]


async def test_an_answer_settles_its_line_with_the_row(house, shop, rounds):
    no = granted(house)
    shop.answer = paid((1, 3980), at=house.now)
    await rounds.go()
    assert states(house, no) == ["done"]
    assert lifecycle.must(house.tx, no).state == "resolved"
    assert clocks.running(house.tx, no, ["refund_due"]) == []
    assert [row.reference for row in booked.of_ticket(house.tx, no)] == ["r1"]
    assert "39.80" in house.heard(1)[-1]
    assert not rounds.boxes()


async def test_an_answer_may_settle_all_lines_and_the_rest_is_not_sent(house, shop, rounds):
    no = granted(house, *both())
    shop.answer = paid((1, 3980), (2, 625), at=house.now)
    await rounds.until(house.now)
    assert states(house, no) == ["done", "done"]
    assert shop.keys == [f"{no}-1-1"]
    assert not rounds.boxes()


async def test_an_answer_that_breaks_off_is_asked_for_again_with_the_same_key(house, shop, rounds):
    no = granted(house)
    shop.way, shop.answer = "cut", paid((1, 3980), at=house.now)
    await rounds.go()
    assert states(house, no) == ["owed"]
    shop.way = ""
    await rounds.until(house.now + timedelta(seconds=6))
    assert shop.keys == [f"{no}-1-1"] * 2
    assert states(house, no) == ["done"]
    assert len(booked.of_ticket(house.tx, no)) == 1


async def test_a_system_that_answers_twice_pays_once(house, shop, rounds):
    no = granted(house, *both())
    shop.answer = paid((1, 3980), at=house.now)
    await rounds.until(house.now)
    assert shop.keys == [f"{no}-1-1", f"{no}-2-1"]
    assert [row.amount for row in booked.of_ticket(house.tx, no)] == [3980]
    assert len(set(house.heard(1))) == len(house.heard(1))
    assert not any("没有入账" in text for text in texts(house.at_desk(no, "note")))


@pytest.mark.parametrize("way", ["silent", "drip"])
async def test_a_system_that_does_not_answer_in_time_is_tried_again(house, shop, rounds, way):
    no = granted(house)
    shop.way = way
    rounds.poster.timeout = 0.2
    await rounds.go()
    assert states(house, no) == ["owed"]
    ((_, due),) = rounds.boxes()
    assert timedelta(seconds=4) < due - house.now < timedelta(seconds=6)
    blocked = house.tx.execute(select(t.mailboxes.c.blocked_why).where(t.mailboxes.c.name == f"decision:{no}"))
    assert blocked.scalar_one() == "timeout"


async def test_a_redirect_is_not_followed(house, shop, rounds):
    granted(house)
    shop.way = "redirect"
    await rounds.go()
    assert (len(shop.got), shop.elsewhere, len(rounds.boxes())) == (1, 0, 1)


async def test_a_huge_answer_is_not_read_and_counts_as_taken(house, shop, rounds, caplog):
    no = granted(house)
    shop.way = "huge"
    await rounds.go()
    assert not rounds.boxes()
    assert states(house, no) == ["owed"]
    assert f"longer than {MOST} bytes" in caplog.text


ODD = [
    b"", b"OK", b"null", b"[]", b"3", b'"paid"', b'{"paid": null}', b'{"paid": {}}', b'{"paid": 7}', b"\xff\xfe",
    b"[" * 60_000, b'{"paid": []}', b'{"a":' * 9000, b"NaN",
]  # fmt: skip


@pytest.mark.parametrize("answer", ODD, ids=range(len(ODD)))
async def test_a_strange_answer_is_harmless(house, shop, rounds, answer):
    no = granted(house)
    notes = len(house.at_desk(no, "note"))
    shop.answer = answer
    await rounds.go()
    assert not rounds.boxes()
    assert states(house, no) == ["owed"]
    assert len(house.at_desk(no, "note")) == notes


WRONG = [
    ({"line": 1, "amount": 3000, "reference": "r7"}, "和应付 39.80 不符"),
    ({"line": 9, "amount": 3980, "reference": "r7"}, "没有这一项"),
    ({"line": 1, "amount": 3980, "paid_at": "2031-01-01T00:00:00+08:00"}, "还没到"),
    ({"line": 1, "amount": 3980, "paid_at": "2026-06-01T00:00:00+08:00"}, "早于决定"),
    ({"line": 1, "amount": "3980"}, "看不懂"),
    ({"line": True, "amount": 3980}, "看不懂"),
    ({"line": 1, "amount": -3980}, "看不懂"),
    ({"line": 1, "amount": 39.8}, "看不懂"),
    ({"amount": 3980}, "看不懂"),
    (["line", 1], "看不懂"),
    (None, "看不懂"),
]


@pytest.mark.parametrize(("entry", "told"), WRONG)
async def test_a_payment_that_does_not_fit_is_told_to_the_desk(house, shop, rounds, entry, told):
    no = granted(house)
    shop.answer = json.dumps({"paid": [entry]}).encode()
    await rounds.go()
    assert states(house, no) == ["owed"]
    assert not rounds.boxes()
    assert told in texts(house.at_desk(no, "note"))[-1]


async def test_many_payments_that_do_not_fit_are_one_note(house, shop, rounds):
    no = granted(house)
    notes = len(house.at_desk(no, "note"))
    shop.answer = json.dumps({"paid": [{"line": 1, "amount": number} for number in range(900)]}).encode()
    await rounds.go()
    (note,) = texts(house.at_desk(no, "note")[notes:])
    assert len(note) < 400
    assert "700" in note


async def test_a_number_of_a_hundred_thousand_digits_is_no_sum(house, shop, rounds):
    no = granted(house)
    shop.answer = b'{"paid": [{"line": 1, "amount": ' + b"9" * 50_000 + b"}]}"
    await rounds.go()
    assert "看不懂" in texts(house.at_desk(no, "note"))[-1]


@pytest.mark.parametrize("reference", [None, "", "   ", 17, ["x"], "r" * 5000, "a\u0000b"])
async def test_a_payment_without_a_usable_reference_is_booked_all_the_same(house, shop, rounds, reference):
    no = granted(house)
    shop.answer = json.dumps({"paid": [{"line": 1, "amount": 3980, "reference": reference}]}).encode()
    await rounds.go()
    assert states(house, no) == ["done"]
    assert booked.of_ticket(house.tx, no)[0].reference == ("17" if reference == 17 else f"{no}-1-1")


def by_hand(house, no):
    one = Confirmation(ticket_no=no, amount=3980, paid_at=house.now, reference="bank-1")
    assert payments.paid(house.tx, one, lifecycle.BOT, house.context).result == "paid"


async def test_what_was_paid_by_hand_meanwhile_is_not_sent_any_more(house, shop, rounds):
    no = granted(house)
    shop.status = 500
    await rounds.until(house.now + HOUR)
    by_hand(house, no)
    shop.status, shop.got = 200, []
    await rounds.until(house.now + DAY)
    assert shop.got == []
    assert not rounds.boxes()


async def test_money_that_was_paid_by_hand_is_not_sent_while_a_coupon_is_still_owed(house, shop, rounds):
    no = grant(house, Ruling(remedy="refund", amount=3980, coupon=500))
    by_hand(house, no)
    assert states(house, no) == ["owed"]
    await rounds.until(house.now + DAY)
    assert shop.got == []


async def test_a_payment_that_was_booked_by_mistake_is_decided_for_the_order_system_again(house, shop, rounds):
    no = granted(house)
    by_hand(house, no)
    await rounds.go()
    assert shop.got == []
    payments.take_back(house.tx, lifecycle.must(house.tx, no), [1], lifecycle.BOT, house.context)
    await rounds.go()
    assert shop.keys == [f"{no}-1-1"]
    by_hand(house, no)
    payments.take_back(house.tx, lifecycle.must(house.tx, no), [1], lifecycle.BOT, house.context)
    await rounds.until(house.now + DAY)
    assert len(shop.got) == 1


async def test_a_second_payment_of_a_line_is_told_to_the_desk(house, shop, rounds):
    no = granted(house, *both())
    shop.answer = json.dumps({"paid": [
        {"line": 2, "amount": 625, "reference": "r2"}, {"line": 2, "amount": 625, "reference": "r3"},
    ]}).encode()  # fmt: skip
    await rounds.go()
    assert [row.reference for row in booked.of_ticket(house.tx, no)] == ["r2"]
    assert "可能付了两次" in texts(house.at_desk(no, "note"))[-1]


async def test_an_appeal_overtakes_what_was_decided_before(house, shop, rounds):
    house.outside = {"order_webhook": True}
    no = filing.file(house.tx, house.draft(), house.context).no
    ticket, line = lifecycle.must(house.tx, no), ticket_lines.of_ticket(house.tx, no)[0]
    decisions.grant(house.tx, ticket, line, Ruling(remedy="apology"), lifecycle.BOT, house.context)
    decisions.conclude(house.tx, no, [1], lifecycle.BOT, house.context)
    shop.status = 500
    await rounds.go()
    house.now += timedelta(minutes=1)
    taken = appeals.appeal(house.tx, no, conversation_id=1, at=house.now, text="要退款", context=house.context)
    assert taken.taken
    shop.status = 200
    await rounds.go()
    assert shop.keys == [f"{no}-1-1"]
    line = ticket_lines.of_ticket(house.tx, no)[0]
    decisions.grant(house.tx, ticket, line, Ruling(remedy="refund", amount=3980), lifecycle.BOT, house.context)
    await rounds.go()
    assert shop.keys == [f"{no}-1-1", f"{no}-1-2"]
    assert (shop.got[-1].told["version"], shop.got[-1].told["amount"]) == (2, 3980)


async def test_a_slow_system_takes_only_some_at_one_time(house, shop, rounds):
    numbers = [grant(house, Ruling(remedy="resend")) for _ in range(12)]
    shop.way = "silent"
    rounds.poster.timeout = 0.2
    assert await rounds.go() == 12
    assert len(shop.got) == 4
    tries = select(t.mailboxes.c.attempts).where(t.mailboxes.c.name.like("decision:%"))
    assert sorted(house.tx.execute(tries).scalars()) == [0] * 8 + [1] * 4
    shop.way = ""
    await rounds.until(house.now + HOUR)
    assert {key[:9] for key in shop.keys} == set(numbers)


async def test_without_the_setting_rows_wait_and_are_not_lost(house, shop, rounds):
    no = granted(house)
    rounds.carrier.poster = None
    assert len(await rounds.until(house.now + DAY)) == 25
    rounds.carrier.poster = rounds.poster
    await rounds.until(house.now + HOUR)
    assert shop.keys == [f"{no}-1-1"]


async def test_what_became_of_a_decision_is_in_the_log_of_the_ticket(house, shop, rounds):
    no = granted(house)
    await rounds.go()
    (step,) = [event for event in events.of_ticket(house.tx, no) if event.kind == "webhook_taken"]
    assert (step.actor, step.data["key"]) == ("order_system", f"{no}-1-1")
    assert audit_verify.verify(house.tx) == []


async def test_no_log_line_holds_the_secret(house, shop, rounds, caplog):
    caplog.set_level("DEBUG")
    granted(house)
    shop.status = 500
    await rounds.go()
    assert "try 1 was not taken (status:500)" in caplog.text
    assert SECRET not in caplog.text
    assert SECRET not in repr(rounds.poster)
