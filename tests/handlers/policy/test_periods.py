"""The days that an operator names."""

from __future__ import annotations

from datetime import date

import pytest

from handlers.policy.periods import period


def test_both_days_are_included_and_may_be_the_same():
    assert period("2026-06-01", "2026-06-30") == (date(2026, 6, 1), date(2026, 6, 30))
    assert period("2000-01-01", "2999-12-31") == (date(2000, 1, 1), date(2999, 12, 31))
    assert period("2026-06-01", "2026-06-01")[0] == date(2026, 6, 1)


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        ("2026-06-02", "2026-06-01", "the period ends before it begins"),
        ("2026-06-31", "2026-07-01", "write the dates as"),
        ("", "2026-07-01", "write the dates as"),
        ("2026-06-01", "9999-12-31", "write the dates as"),  # its end has no next day
        ("0001-01-01", "2026-06-01", "write the dates as"),
    ],
)
def test_other_days_are_one_sentence(first, last, why):
    with pytest.raises(ValueError, match=why):
        period(first, last)
