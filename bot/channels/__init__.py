"""Channels: where customers and leaders write."""
