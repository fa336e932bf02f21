from __future__ import annotations

import pytest
from reading_orders import order_of, said


@pytest.mark.parametrize(
    "text", ["草莓坏了2盒，少了1盒", "草莓坏了2盒少1盒", "草莓少了1盒，坏了2盒", "少了1盒草莓，坏了2盒"]
)
def test_two_faults_with_counts_of_their_own_are_two_claims(text):
    claims = said(text, order_of("3")).claims
    assert {(claim.line_no, claim.problems, claim.quantity) for claim in claims} == {
        (1, ("quality_spoiled",), 2),
        (1, ("shortage_missing",), 1),
    }


@pytest.mark.parametrize(("text", "quantity"), [("草莓烂了3盒，其中1盒发霉", 3), ("草莓买了4盒，坏了2盒", 2)])
def test_a_part_of_one_fault_is_no_claim_of_its_own(text, quantity):
    (claim,) = said(text, order_of("3")).claims
    assert claim.quantity == quantity


@pytest.mark.parametrize("text", ["草莓一盒都没有", "草莓一盒没有", "草莓一个都没给"])
def test_not_one_is_all_of_them_missing(text):
    (claim,) = said(text, order_of("3")).claims
    assert (claim.line_no, claim.problems, claim.quantity) == (1, ("shortage_missing",), "all")


@pytest.mark.parametrize("text", ["有个臭蛋", "有一个坏果", "有只死虾", "有盒烂的"])
def test_a_bare_classifier_counts_one(text):
    (claim,) = said(text).claims
    assert (claim.problems, claim.quantity) == (("quality_spoiled",), 1)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("葡萄太酸了", "quality_other"),
        ("葡萄馊了", "quality_spoiled"),
        ("葡萄酸臭", "quality_spoiled"),
        ("牛奶酸了", "quality_spoiled"),
        ("the milk is sour", "quality_spoiled"),
        ("the grapes are sour", "quality_other"),
    ],
)
def test_sour_by_taste_and_sour_by_decay(text, problem):
    (claim,) = said(text).claims
    assert claim.problems == (problem,)


@pytest.mark.parametrize("text", ["怎么还没退", "钱怎么还没退", "怎么还不退钱", "已经退了吧"])
def test_where_the_money_stays_is_a_question(text):
    reading = said(text)
    assert (reading.question, reading.claims, reading.remedies, reading.refused_remedies) == (True, (), (), ())


@pytest.mark.parametrize(
    ("text", "remedy"), [("都退钱", "refund"), ("全退了吧", "refund"), ("道个歉吧", "apology"), ("给我道歉", "apology")]
)
def test_short_wishes(text, remedy):
    reading = said(text)
    assert (reading.remedies, reading.question) == ((remedy,), False)


def test_a_question_about_coupons_wishes_nothing():
    reading = said("我想问下优惠券怎么用")
    assert (reading.claims, reading.remedies, reading.severity) == ((), (), "normal")


@pytest.mark.parametrize("text", ["不是草莓，是鸡蛋", "不是草莓是鸡蛋"])
def test_another_item_corrects(text):
    assert said(text, order_of("3")).correction


def test_what_came_is_not_what_it_should_be():
    (claim,) = said("收到的不是草莓，是鸡蛋", order_of("31")).claims
    assert (claim.line_no, claim.problems, claim.received) == (2, ("wrong_item",), "鸡蛋")
