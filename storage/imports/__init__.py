"""Orders as they come in: what is stored of them, the shapes of their numbers, their states."""

from __future__ import annotations

from storage.imports.taking import PAID_LOWERED, Stored, take, upsert

__all__ = ["PAID_LOWERED", "Stored", "take", "upsert"]
