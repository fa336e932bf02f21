"""Whether the database takes writes: a row written through the writer, at most every few seconds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any

from storage.database import DRIVER_ERRORS, DatabaseGone, Tx
from storage.operations import upkeep

LOG = logging.getLogger(__name__)
FRESH = 5.0  # seconds that an answer is good for
WITHIN = 5.0  # seconds that the write may take
LOST = (DatabaseGone, TimeoutError, OSError, *DRIVER_ERRORS)


@dataclass(slots=True, kw_only=True)
class WriteProbe:
    """Asks the writer for a small write; who asks meanwhile gets the same answer. `ticks` in seconds."""

    write: Callable[[Callable[[Tx], Any]], Awaitable[Any]]
    clock: Callable[[], datetime]
    ticks: Callable[[], float] = monotonic
    _writes: bool = True
    _asked_at: float = float("-inf")
    _asking: asyncio.Task[None] | None = field(default=None)

    async def check(self) -> Mapping[str, Any]:
        """Return {"ok": bool, "writes": bool}."""
        if self._asking is None and self.ticks() - self._asked_at > FRESH:
            self._asking = asyncio.create_task(self._ask())
        if self._asking is not None:
            await asyncio.shield(self._asking)
        return {"ok": self._writes, "writes": self._writes}

    async def _ask(self) -> None:
        try:
            async with asyncio.timeout(WITHIN):
                await self.write(lambda tx: upkeep.beat(tx, self.clock()))
            writes, why = True, ""
        except LOST as error:
            writes, why = False, f"{type(error).__name__}: {error}"
        if self._writes and not writes:
            LOG.error("the database takes no writes (%s): look at the disk and the rights of DATA_DIR", why)
        elif writes and not self._writes:
            LOG.warning("the database takes writes again")
        self._writes, self._asked_at, self._asking = writes, self.ticks(), None
