"""Where a claim window starts when no delivery was imported."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from policy_samples import group_buy

from storage.orders import Order

PLACED, PROMISED, DELIVERED = (datetime(2026, 6, day, 10, 0, tzinfo=UTC) for day in (11, 12, 13))


@pytest.mark.parametrize(("rule", "start"), [("promised", PROMISED), ("placed", PLACED), ("delivered", None)])
def test_the_policy_names_what_stands_in_for_a_delivery(tmp_path, rule, start):
    policy = group_buy(tmp_path, f'[orders]\nwindow_from = "{rule}"\n')
    order = Order(order_no="A", lines=(), placed_at=PLACED, promised_at=PROMISED)
    assert policy.window_start(order) == start
    assert policy.window_start(Order(order_no="A", lines=(), delivered_at=DELIVERED, placed_at=PLACED)) == DELIVERED
    assert policy.window_start(Order(order_no="A", lines=())) is None
