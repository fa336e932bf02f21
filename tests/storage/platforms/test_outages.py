"""Outages of other systems, kept between two starts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from storage.platforms import outages
from storage.platforms.outages import Outage

NOW = datetime(2026, 6, 12, 11, 0, tzinfo=UTC)


def test_an_outage_is_kept_changed_and_forgotten(tx):
    assert outages.get(tx, "order") is None
    outages.keep(tx, "order", Outage(since=NOW))
    assert outages.get(tx, "order") == Outage(since=NOW, told=False)
    assert outages.get(tx, "alert") is None
    outages.keep(tx, "order", replace(Outage(since=NOW), told=True))
    assert outages.get(tx, "order") == Outage(since=NOW, told=True)
    outages.end(tx, "order")
    outages.end(tx, "order")
    assert outages.get(tx, "order") is None
