"""The days that an operator names: read, and refused in one sentence where they make no period."""

from __future__ import annotations

from datetime import date

YEARS = range(2000, 3000)  # beyond them times cannot be reckoned with, and nobody means them


def period(first: str, last: str) -> tuple[date, date]:
    """Read the first and the last day of a period. Raises ValueError with one sentence, without a full stop."""
    try:
        days = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        days = date.min, date.min
    if not all(day.year in YEARS for day in days):
        raise ValueError("write the dates as 2026-06-01")
    if days[0] > days[1]:
        raise ValueError("the period ends before it begins; --from is its first day, --to its last")
    return days
