"""Figures of a few days computed by hand, on both databases."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import figures_week as week
import pytest
from doubles.ticket_house import ZONE, House
from sqlalchemy import update

from handlers.cases import filing
from handlers.reports import tables
from handlers.reports.breakdowns import BY
from storage import people
from storage import tables as t
from storage.money import costs

MAY = (date(2026, 5, 1), date(2026, 5, 31))


def shown(facts):
    head, *rows = (["" if cell is None else str(cell) for cell in row] for row in tables.figure_rows(facts))
    assert head == ["figure", "value", "numerator", "denominator"]
    return {name: tuple(cells) for name, *cells in rows}


def by(house, name, facts=None):
    head, *rows = tables.breakdown_rows(facts or week.facts(house), name, house.policy, "zh")
    return {row[0]: dict(zip(head, row, strict=True)) for row in rows}


def test_every_figure_is_as_computed_by_hand(house):
    week.play(house)
    assert shown(week.facts(house)) == week.MADE


@pytest.mark.parametrize(
    ("day", "letters"),
    [(date(2026, 6, 12), "A"), (date(2026, 6, 13), "B"), (date(2026, 6, 14), "E"), (date(2026, 6, 15), "")],
)
def test_a_period_holds_its_days_as_the_business_counts_them(house, day, letters):
    made = week.play(house)
    for letter, at in (
        ("A", datetime(2026, 6, 12, 23, 59, 59, tzinfo=ZONE)),
        ("B", datetime(2026, 6, 13, tzinfo=ZONE)),  # 16:00 of the 12th in UTC
    ):
        house.tx.execute(update(t.tickets).where(t.tickets.c.no == made[letter]).values(filed_at=at))
    assert [case.ticket.no for case in week.facts(house, day, day).cases] == [made[letter] for letter in letters]


def test_nothing_is_divided_by_nothing(house):
    week.play(house)
    empty = shown(week.facts(house, *MAY))
    rates = ("satisfaction", "resolution", "on_time", "complaint_rate", "ticket_rate", "turns_per_claim", "automation")
    assert {name: empty[name] for name in rates} == dict.fromkeys(rates, ("", "0", "0"))
    assert empty["cost_per_ticket"] == ("", "0.00", "0")
    for name in BY:
        assert len(tables.breakdown_rows(week.facts(house, *MAY), name, house.policy, "zh")) == 1


def test_tickets_without_orders_have_no_rate(house):
    week.play(house)
    house.tx.execute(update(t.orders).values(placed_at=house.now - timedelta(days=60)))
    found = shown(week.facts(house))
    assert (found["complaint_rate"], found["ticket_rate"]) == (("", "3", "0"), ("", "6", "0"))


def test_business_and_sandbox_never_count_together(house):
    made = week.play(house)
    facts = week.facts(house, sample=True)
    assert [case.ticket.no for case in facts.cases] == [made["S"]]
    assert (facts.orders, facts.costs) == (0, [])
    house.tx.execute(update(t.orders).where(t.orders.c.order_no == "KT260612-0017").values(sample=True))
    assert week.facts(house, sample=True).orders == 1
    assert week.facts(house).orders == 3


def test_the_last_score_of_each_person_counts(house):
    made = week.play(house)
    house.later(minutes=1)
    week.rate(house, made["B"], 1)  # opens it again
    found = shown(week.facts(house))
    assert found["satisfaction"] == ("0.5000", "1", "2")
    assert found["resolution"] == ("0.2000", "1", "5")
    assert found["recontact_7d"] == ("1", "3", "3")
    assert found["on_time"] == week.MADE["on_time"]


@pytest.mark.parametrize(
    ("said", "counts"),
    [("我要投诉", 1), ("再不处理我就举报", 1), ("我要投訴", 1), ("A COMPLAINT!", 1), ("草莓坏了", 0), ("compliant", 0)],
)
def test_a_complaint_is_what_the_customer_calls_one(house, said, counts):
    words = ((house.now.isoformat(), said),)
    filing.file(house.tx, house.draft(said=words), house.context)
    assert shown(week.facts(house))["complaints"][0] == str(counts)


def test_a_second_problem_of_a_line_counts_as_conduct_too(house):
    no = filing.file(house.tx, house.draft(), house.context).no
    house.tx.execute(
        update(t.ticket_lines).where(t.ticket_lines.c.ticket_no == no).values(also="late service_attitude")
    )
    assert shown(week.facts(house))["complaints"][0] == "1"
    assert set(by(house, "problem")) == {"quality_spoiled", "late", "service_attitude"}


def test_what_the_bot_decides_is_automatic(engine):
    house = House(auto_approve_cap=5000, engine=engine)
    filing.file(house.tx, house.draft(), house.context)
    found = shown(week.facts(house))
    assert (found["automation"], found["on_time"]) == (("1", "1", "1"), ("1", "1", "1"))
    (row,) = by(house, "agent").values()
    assert (row["agent"], row["name"], row["tickets"], row["cost"]) == ("bot", "自动处理", 1, Decimal("39.80"))
    house.close()


def test_agents_have_what_they_decided(house):
    week.play(house)
    found = by(house, "agent")
    assert list(found) == ["77", ""]
    assert found["77"]["name"] == "小林"
    names = ("tickets", "filed", "resolved", "in_time", "answers", "satisfied", "complaints", "cost")
    assert [found["77"][name] for name in names] == [3, 3, 2, 2, 2, 1, 1, Decimal("89.70")]  # A, B, E
    assert [found[""][name] for name in names] == [3, 2, 0, 0, 0, 0, 2, Decimal("0.00")]  # C, D, H


def test_suppliers_carriers_and_sites_have_their_share(house):
    week.play(house)
    people.add_leader(house.tx, "王姐", ["Z07"], code_hash="x", now=house.now)
    found = by(house, "supplier")
    names = ("tickets", "resolved", "complaints", "orders", "ticket_rate", "cost")
    assert [found[week.BERRIES][name] for name in names] == [1, 1, 0, 1, 1000, Decimal("39.80")]
    assert [found[week.EGGS][name] for name in names] == [1, 0, 1, 1, 1000, Decimal("0.00")]
    carrier = by(house, "carrier")[week.CARRIER]
    assert [carrier[name] for name in names] == [5, 2, 2, 4, 1250, Decimal("89.70")]  # all but D, C of a whole order
    assert carrier["problems"] == "quality_spoiled 3; damaged_package 1; service_attitude 1"
    assert by(house, "site")["Z07"]["name"] == "王姐"
    assert by(house, "lot")["B2405"]["tickets"] == 5
    assert by(house, "item")["草莓"]["cost"] == Decimal("39.80")
    assert by(house, "cause")["supplier"]["tickets"] == 1


def test_a_whole_order_of_two_carriers_is_nobodys(house):
    week.supply(house)
    house.tx.execute(update(t.order_lines).where(t.order_lines.c.item == "鸡蛋").values(carrier="另一家"))
    whole = House.lines(line=None, item="", problem="late", quantity="", share=None, wish="apology", amount=None)
    filing.file(house.tx, house.draft(lines=whole), house.context)
    assert list(by(house, "carrier")) == [""]


def test_what_came_back_is_told_apart_from_what_was_spent(house):
    made = week.play(house)
    values = {"party": "supplier", "name": week.BERRIES, "actor": "payouts", "at": house.now, "reference": "R1"}
    costs.add(house.tx, made["A"], 1, "recovery", -2000, **values)
    costs.add(house.tx, made["A"], 1, "coupon", 500, **{**values, "at": house.now + timedelta(days=90)})
    found = shown(week.facts(house))
    assert (found["cost"][0], found["recovered"][0], found["cost_coupon"][0]) == ("89.70", "20.00", "0.00")
    row = by(house, "supplier")[week.BERRIES]
    assert (row["cost"], row["recovered"]) == (Decimal("39.80"), Decimal("20.00"))
    autumn = week.facts(house, date(2026, 9, 1), date(2026, 9, 30))
    assert shown(autumn)["cost_coupon"][0] == "5.00"
    assert by(house, "supplier", autumn)[week.BERRIES]["tickets"] == 0
