"""Webhooks of other systems: decisions and alarms that go out, orders that come in."""
