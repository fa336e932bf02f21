from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from reading_orders import order_of

from handlers.nlu.dates import handed_over, of_day

TODAY = date(2026, 6, 12)
LATE_IN_UTC = datetime(2026, 6, 11, 22, 30, tzinfo=UTC)  # half past six in the morning of the 12th in Shanghai


def test_the_day_is_the_business_s_own():
    order = replace(order_of("3"), delivered_at=LATE_IN_UTC)
    assert handed_over(order) == TODAY
    assert of_day([order], "today", TODAY) == [order]


def test_yesterday_leaves_out_what_came_this_morning_here():
    early = replace(order_of("3"), delivered_at=LATE_IN_UTC)
    before = replace(order_of("8"), delivered_at=datetime(2026, 6, 11, 9, 0, tzinfo=UTC))
    assert of_day([early, before], "yesterday", TODAY) == [before]
