"""What a ticket costs: booked when it happens, taken back by rows of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from doubles.ticket_house import House
from sqlalchemy import update

from handlers.cases import customer_answers, filing
from handlers.claims import lookup
from handlers.claims.claim import Claim, Problem
from handlers.claims.summary import sums
from handlers.costs import caps
from handlers.desk import cards, dispatch, granting
from handlers.desk.request import ActionRequest
from handlers.fulfilment import goods
from handlers.tickets import decisions, lifecycle
from handlers.tickets.decisions import Ruling
from storage import orders, ticket_lines
from storage import tables as t
from storage.money import costs

ORDER = "KT260612-0003"  # 79.60 of strawberries, 26.80 of eggs


@pytest.fixture
def house():
    made = House()
    yield made
    made.close()


def set_costs(house, **values):
    house.policy = replace(house.policy, costs=replace(house.policy.costs, **values))


def freight(house, fen):
    house.tx.execute(update(t.orders).where(t.orders.c.order_no == ORDER).values(freight=fen))


def tap(house, tap_):
    return dispatch.act(house.tx, house.staff(kind="tap", tap=tap_), house.context)


def filed(house, **facts):
    no = filing.file(house.tx, house.draft(**facts), house.context).no
    tap(house, f"pick:{no}")
    return no


def booked(house, no):
    return [(cost.line, cost.kind, cost.amount) for cost in costs.of_ticket(house.tx, no)]


def whole_order(amount):
    return House.lines(line=None, item="", problem="not_received", quantity="all", share=None, amount=amount)


def test_a_refund_is_booked_when_it_is_granted(house):
    no = filed(house)
    assert booked(house, no) == []
    tap(house, f"approve:{no}")
    assert booked(house, no) == [(1, "refund", 3980)]
    assert "本单成本 39.80 元：退款 39.80" in cards.card(house.tx, no, house.context).text


def test_what_is_not_granted_any_more_is_booked_with_the_other_sign(house):
    no = filed(house)
    tap(house, f"approve:{no}")
    (line,) = ticket_lines.of_ticket(house.tx, no)
    lifecycle.move_line(house.tx, line, "open", amount=0, remedy="")
    by = lifecycle.agent("telegram", "77", "小林")
    ticket = lifecycle.must(house.tx, no)
    decisions.refuse(house.tx, ticket, ticket_lines.of_ticket(house.tx, no)[0], "no", by, house.context)
    decisions.conclude(house.tx, no, [1], by, house.context, tell=False)
    assert booked(house, no) == [(1, "refund", 3980), (1, "refund", -3980)]


def test_labour_is_booked_once_for_a_ticket_that_a_person_decides(house):
    set_costs(house, labour_minutes=90, labour_rate=4001)
    both = House.lines() + House.lines(line=2, item="鸡蛋", amount=625)
    no = filed(house, lines=both)
    tap(house, f"change:{no}:1:refund:3980")
    tap(house, f"change:{no}:2:refund:625")
    assert booked(house, no) == [(None, "labour", 6002), (1, "refund", 3980), (2, "refund", 625)]


def test_goods_cost_each_time_they_are_sent(house):
    set_costs(house, goods=60)
    no = filed(house, lines=House.lines(wish="resend", amount=None), wishes=(("2026-06-12T19:09:00+08:00", "resend"),))
    tap(house, f"approve:{no}")
    assert booked(house, no) == []
    for count in (1, 2):
        ticket = lifecycle.must(house.tx, no)
        by = lifecycle.agent("telegram", "77", "小林")
        goods.send(house.tx, ticket, ticket_lines.of_ticket(house.tx, no), None, by, house.context)
        assert booked(house, no) == [(1, "goods", 2388)] * count
        customer_answers.received(house.tx, no, arrived=False, conversation_id=1, context=house.context)
        tap(house, f"approve:{no}")


def test_freight_goes_back_with_the_whole_order(house):
    freight(house, 800)
    no = filed(house, lines=whole_order(11440))
    tap(house, f"approve:{no}")
    (line,) = ticket_lines.of_ticket(house.tx, no)
    assert (line.amount, line.freight) == (11440, 800)
    assert booked(house, no) == [(1, "freight", 800), (1, "refund", 10640)]
    assert "退款 114.40 元（含运费 8.00 元）" in house.heard(1)[-1]


def test_freight_goes_back_with_the_last_of_several_tickets(house):
    freight(house, 800)
    first = filed(house, lines=House.lines(quantity="4", amount=7960))
    tap(house, f"approve:{first}")
    second = filed(house, lines=House.lines(line=2, item="鸡蛋", quantity="1", amount=2680), talk=house.talk("1002"))
    tap(house, f"change:{second}")
    labels = [label for row in house.at_desk(second, "note")[-1]["buttons"] for label, _ in row]
    assert "退款 34.80" in labels and "退款 26.80" in labels
    tap(house, f"change:{second}:1:refund:3481")
    assert booked(house, second) == []
    tap(house, f"change:{second}:1:refund:3480")
    assert booked(house, second) == [(1, "freight", 800), (1, "refund", 2680)]


def test_a_policy_may_keep_the_freight(house):
    freight(house, 800)
    set_costs(house, freight="never")
    no = filed(house, lines=whole_order(11440))
    tap(house, f"approve:{no}")
    assert booked(house, no) == []
    assert caps.room(house.tx, lifecycle.must(house.tx, no), house.policy).most(None) == 10640


def test_no_freight_before_the_last_of_the_goods(house):
    freight(house, 800)
    no = filed(house, lines=House.lines(quantity="4", amount=8760))
    tap(house, f"approve:{no}")
    assert booked(house, no) == []
    room = caps.room(house.tx, lifecycle.must(house.tx, no), house.policy)
    assert (room.most(1), room.most(2), room.most(None)) == (7960, 2680, 11440)
    assert room.fits([(1, 8760), (2, 2680)]) and not room.fits([(1, 8760), (2, 2679)])


def test_an_order_that_a_ticket_gave_money_of_is_not_exchanged_for_another(house):
    draft = house.draft()
    no = filing.raise_ticket(house.tx, draft, why="human", context=house.context)
    tap(house, f"pick:{no}")
    tap(house, f"approve:{no}")
    other = house.draft("KT260612-0005", lines=House.lines(item="车厘子JJ"), id=draft.claim.id, ticket_no=no)
    filing.raise_ticket(house.tx, other, why="human", context=house.context)
    assert lifecycle.must(house.tx, no).order_no == ORDER
    assert [line.amount for line in ticket_lines.of_ticket(house.tx, no)] == [3980]


def test_what_is_granted_may_not_rest_on_what_is_only_offered(house):
    """The freight would be given although the customer may still refuse the rest."""
    freight(house, 800)
    eggs = House.lines(line=2, item="鸡蛋", quantity="1", wish="resend", amount=None)
    no = filed(house, lines=House.lines(quantity="4", amount=7960) + eggs)
    request = granted_by(house, no)
    first, second = ticket_lines.of_ticket(house.tx, no)
    offered = Ruling(remedy="refund", amount=2680)
    answer = granting.decide(request, [(first, Ruling(remedy="refund", amount=8760)), (second, offered)])
    assert "79.60" in answer.text and booked(house, no) == []
    granting.decide(request, [(first, Ruling(remedy="refund", amount=7960)), (second, replace(offered, amount=3480))])
    assert booked(house, no) == [(1, "refund", 7960)]
    customer_answers.consent(house.tx, no, accepted=True, conversation_id=1, context=house.context)
    assert booked(house, no) == [(1, "refund", 7960), (2, "freight", 800), (2, "refund", 2680)]


def granted_by(house, no):
    by, ticket = lifecycle.agent("telegram", "77", "小林"), lifecycle.must(house.tx, no)
    return ActionRequest(
        tx=house.tx, ticket=ticket, desk="telegram", user="77", by=by, supervisor=False, context=house.context
    )


@pytest.mark.parametrize(("amount", "left"), [(10640, [0, 0]), (5320, [3980, 1340])])
def test_money_for_the_whole_order_is_a_part_of_each_lines(house, amount, left):
    no = filed(house, lines=whole_order(amount))
    tap(house, f"approve:{no}")
    order = orders.by_number(house.tx, ORDER, sample=False)
    both = tuple(Problem(line_no=line, problem="expired", quantity="all", wish="refund") for line in (1, 2))
    claim = Claim(id="c", order_no=ORDER, problems=both)
    assert sums(claim, order, lookup.claimed(house.tx, order)) == left
