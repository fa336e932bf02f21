"""Lanes: what belongs to one chat is done in order, different chats go side by side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Lane:
    """The lock of one chat, and how many hold it or wait for it."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    inside: int = 0


@dataclass(slots=True)
class Lanes:
    """One lane for each chat that has something under way."""

    _lanes: dict[str, Lane] = field(default_factory=dict)

    @asynccontextmanager
    async def enter(self, chat: str) -> AsyncIterator[None]:
        """Wait until all that came before for this chat is done, then hold its lane for the block."""
        lane = self._lanes.setdefault(chat, Lane())
        lane.inside += 1
        try:
            async with lane.lock:
                yield
        finally:
            lane.inside -= 1
            if not lane.inside:
                del self._lanes[chat]

    def __len__(self) -> int:
        """Return the number of chats with something under way."""
        return len(self._lanes)
