from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.messages.money import money, refund


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


@pytest.mark.parametrize(
    ("fen", "language", "text"),
    [(3980, "zh", "39.80"), (6900, "en", "¥69.00"), (5, "zh", "0.05"), (0, "en", "¥0.00"), (-625, "zh", "-6.25")],
)
def test_money(fen, language, text):
    assert money(fen, language) == text
