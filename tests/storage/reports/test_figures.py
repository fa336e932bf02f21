"""Figures of a few days computed by hand, on both databases."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import figures_week as week
import pytest

from handlers.reports import tables
from handlers.reports.figures import figures


@pytest.fixture
def played(house):
    week.play(house)
    return house


def shown(facts):
    return {one.name: (one.value, one.numerator, one.denominator) for one in figures(facts)}


def test_p(played):
    for row in tables.figure_rows(week.facts(played)): print(row)
    for name in tables.__dict__ and __import__('handlers.reports.breakdowns').reports.breakdowns.BY:
        for row in tables.breakdown_rows(week.facts(played), name, played.policy, "zh"): print(row)
    assert 0
