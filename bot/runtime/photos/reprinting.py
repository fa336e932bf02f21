"""Prints of photos that were stored before prints were taken: made of their thumbnails, a few at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from handlers.cases.pictures import same_pictures
from media.guard import Closed, Examiner, NotStarted
from media.prints.values import NO_PRINTS, Prints
from media.store import Keeper, Missing
from storage import evidence
from storage.database import Tx
from storage.pictures import prints

LOG = logging.getLogger(__name__)
BATCH = 20
PAUSE = 0.05  # seconds between two photos: those that come in go first
TRY_AGAIN = 60.0


@dataclass(slots=True, kw_only=True)
class Reprinter:
    """Runs once after the start, until nothing is left."""

    read: Callable[[Callable[[Tx], Any]], Awaitable[Any]]
    do: Callable[[Callable[[Tx], Any]], Awaitable[Any]]
    store: Keeper
    examiner: Examiner

    async def run(self) -> None:
        """Take the prints that are missing, the oldest photos first."""
        count = last = 0
        while todo := await self._after(last):
            for last, key in todo:
                await self._take(last, key)
                await asyncio.sleep(PAUSE)
            count += len(todo)
        if count:
            LOG.info("prints of %d stored photos were taken", count)

    async def _after(self, last: int) -> list[tuple[int, str]]:
        found: list[tuple[int, str]] = await self.read(lambda tx: prints.unprinted(tx, after=last, limit=BATCH))
        return found

    async def _take(self, number: int, key: str) -> None:
        taken = await self._prints(key)

        def record(tx: Tx) -> None:
            piece = evidence.get(tx, number)
            if piece:
                same_pictures.record(tx, piece, taken, looked)

        looked = await self.read(lambda tx: _looked(tx, number, taken))
        await self.do(record)

    async def _prints(self, key: str) -> Prints:
        """Return the prints of a thumbnail; none of one that is lost or broken."""
        while True:
            try:
                data = await asyncio.to_thread(self.store.get, key)
                return await asyncio.to_thread(self.examiner.prints, data) or NO_PRINTS
            except (Missing, ValueError):
                return NO_PRINTS
            except (NotStarted, Closed):  # says nothing about the picture
                await asyncio.sleep(TRY_AGAIN)


def _looked(tx: Tx, number: int, taken: Prints) -> same_pictures.Looked:
    piece = evidence.get(tx, number)
    return same_pictures.look_up(tx, piece, taken) if piece else same_pictures.Looked()
