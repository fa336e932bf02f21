"""Desks: where agents work."""
