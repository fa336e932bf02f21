from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_samples import group_buy

from handlers.policy import Policy
from handlers.remedies import choice, may_grant, money, refund, share, suggest


@pytest.fixture(scope="module")
def policy(tmp_path_factory) -> Policy:
    return group_buy(tmp_path_factory.mktemp("policies"))


@pytest.fixture(scope="module")
def generous(tmp_path_factory) -> Policy:
    return group_buy(tmp_path_factory.mktemp("policies"), '[money]\nauto_approve_cap = "50.00"\n')


@pytest.mark.parametrize(
    ("paid", "part", "sum_"),
    [
        (2680, Fraction(7, 30), 625),  # 625.33
        (7960, Fraction(2, 4), 3980),
        (3290, Fraction(1, 2), 1645),
        (1, Fraction(1, 2), 1),
        (3, Fraction(1, 2), 2),  # half up, not to even
        (5, Fraction(1, 2), 3),
        (1000, Fraction(1, 3), 333),
        (0, Fraction(1, 1), 0),
    ],
)
def test_a_refund_is_the_share_of_what_was_paid_halves_up(paid, part, sum_):
    assert refund(paid, part) == sum_


@given(st.integers(0, 10**9), st.lists(st.integers(1, 50), min_size=1, max_size=20))
def test_refunds_of_one_line_never_exceed_what_was_paid(paid, counts):
    given_back = 0
    for count in counts:
        given_back += refund(paid, Fraction(count, sum(counts)), given_back)
    assert 0 <= given_back <= paid


@given(st.integers(0, 10**9), st.integers(1, 100), st.integers(1, 100))
def test_a_refund_is_the_whole_fen_nearest_to_the_exact_sum(paid, one, other):
    part = Fraction(min(one, other), max(one, other))
    assert -Fraction(1, 2) < refund(paid, part) - paid * part <= Fraction(1, 2)


def test_a_share_is_at_most_the_whole_line():
    assert share(Fraction(7), Fraction(30)) == Fraction(7, 30)
    assert share(Fraction(4), Fraction(4)) == 1
    assert share(Fraction(5), Fraction(4)) is None
    assert share(Fraction(0), Fraction(4)) is None


@pytest.mark.parametrize(
    ("fen", "language", "text"),
    [(3980, "zh", "39.80"), (6900, "en", "¥69.00"), (5, "zh", "0.05"), (0, "en", "¥0.00"), (-625, "zh", "-6.25")],
)
def test_money(fen, language, text):
    assert money(fen, language) == text


@pytest.mark.parametrize(
    ("problem", "more", "expected"),
    [
        ("quality_spoiled", {"paid": 7960, "part": Fraction(1, 2)}, ("refund", 3980, True)),
        ("quality_spoiled", {"paid": 5000, "part": Fraction(1)}, ("refund", 5000, True)),
        ("quality_spoiled", {"paid": 5001, "part": Fraction(1)}, ("refund", 5001, False)),
        ("quality_spoiled", {"paid": 7960, "part": None}, ("refund", None, False)),
        ("quality_spoiled", {"paid": 7960, "part": Fraction(1, 2), "already": 6000}, ("refund", 1960, True)),
        ("quality_spoiled", {"paid": 7960, "part": Fraction(1, 2), "severity": "safety"}, ("refund", 3980, False)),
        ("wrong_item", {"paid": 6900, "part": Fraction(1), "remedy": "resend"}, ("resend", 0, True)),
        ("wrong_item", {"paid": 6900, "part": Fraction(1), "remedy": "exchange"}, ("exchange", 0, False)),
        ("quality_other", {"paid": 3990, "part": Fraction(1)}, ("partial_refund", None, False)),
        ("late", {"paid": 3990, "part": Fraction(1)}, ("compensation", None, False)),
        ("gone", {"paid": 3990, "part": Fraction(1)}, ("explanation", 0, False)),
    ],
)
def test_what_the_bot_may_name(policy, problem, more, expected):
    found = suggest(policy, problem, **more)
    assert (found.remedy, found.sum, found.named) == expected
    assert not found.automatic


def test_the_worth_of_a_wish_is_told_whatever_the_remedy(policy):
    assert suggest(policy, "wrong_item", paid=6900, part=Fraction(1), remedy="resend").worth == 6900


@pytest.mark.parametrize(
    ("problem", "more", "automatic"),
    [
        ("quality_spoiled", {"paid": 3980}, True),
        ("quality_spoiled", {"paid": 5001}, False),
        ("quality_spoiled", {"paid": 0}, False),
        ("quality_spoiled", {"paid": 3980, "remedy": "resend"}, False),
        ("quality_spoiled", {"paid": 3980, "severity": "major"}, False),
        ("wrong_item", {"paid": 3980}, False),  # an agent decides these
    ],
)
def test_what_the_bot_may_grant(generous, problem, more, automatic):
    assert suggest(generous, problem, part=Fraction(1), **more).automatic is automatic


def test_lines_may_not_be_split_to_stay_under_the_cap(generous):
    line = suggest(generous, "quality_spoiled", paid=3000, part=Fraction(1))
    assert may_grant(generous, [line])
    assert not may_grant(generous, [line, line])
    assert not may_grant(generous, [])


def test_a_choice_names_the_sum_only_when_the_bot_may(policy):
    small = suggest(policy, "damaged_package", paid=2680, part=Fraction(7, 30))
    large = suggest(policy, "damaged_package", paid=9980, part=Fraction(1))
    assert choice(small, "zh") == "退6.25"
    assert choice(small, "en") == "refund ¥6.25"
    assert choice(large, "zh") == "退款"
