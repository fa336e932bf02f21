"""An agent who refuses a late claim is shown the policy's rule for it first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from doubles.ticket_house import House

from handlers.cases import filing
from handlers.desk import dispatch


@pytest.fixture
def house():
    made = House()
    yield made
    made.close()


def asked(house: House, **facts) -> str:
    """Return the rules of the buttons that somebody who taps to refuse is shown, in their order."""
    no = filing.file(house.tx, house.draft(**facts), house.context).no
    for tap in (f"pick:{no}", f"refuse:{no}"):
        dispatch.act(house.tx, house.staff(kind="tap", tap=tap), house.context)
    rows = house.at_desk(no, "note")[-1]["buttons"]
    return " ".join(tap.rpartition(":")[2] for row in rows for _, tap in row)


def test_the_late_rule_comes_first_for_a_late_claim(house):
    assert asked(house, late_reason="-").startswith("W24 A7 E1")


def test_other_claims_have_the_rules_in_their_order(house):
    assert asked(house).startswith("A7 E1")


def test_a_policy_may_name_another_or_none(house):
    house.policy = replace(house.policy, money=replace(house.policy.money, late_rule="R7"))
    assert asked(house, late_reason="客户出差").startswith("R7 A7")
    house.policy = replace(house.policy, money=replace(house.policy.money, late_rule=""))
    assert asked(house, number="KT260612-0005", late_reason="-").startswith("A7 E1")
