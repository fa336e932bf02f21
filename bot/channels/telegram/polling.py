"""Long polling that loses nothing: the offset passes only updates whose handling has returned."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot import measures
from bot.channels.base import House
from bot.channels.telegram.concurrent_polling import Beside
from bot.runtime.retries import supervise
from storage.database import DRIVER_ERRORS, DatabaseGone
from storage.platforms import telegram

LOG = logging.getLogger(__name__)
Json = Mapping[str, Any]

LIMIT = 100  # updates of one answer, the platform's most
TIMEOUT = 30  # seconds that the platform holds a question without news
LAST = 2.0  # seconds that a batch gets to its end when the service stops
PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)  # seconds after failures in a row
# After a week of silence the platform may begin its numbers anew, lower: an old offset would then drop updates unseen.
FORGET = timedelta(days=5)


@dataclass(slots=True, kw_only=True)
class Poller:
    """One bot's own `get_updates` loop; chats in parallel, each chat in order.

    `ask(offset)` returns raw updates; `trouble(error)` what failed and the seconds to wait, None for the usual
    pauses. `name` is the offset's place in the database.
    """

    house: House
    name: str
    clock: Callable[[], datetime]
    ask: Callable[[int | None], Awaitable[Sequence[Json]]]
    handle: Callable[[Json], Awaitable[None]]
    lane: Callable[[Json], str]
    trouble: Callable[[Exception], tuple[str, float | None]]
    door: str  # as /healthz and /metrics name it
    _offset: int | None = None
    _heard_at: datetime | None = None
    _written: asyncio.Task[None] | None = None
    _failures: int = 0  # in a row

    async def run(self) -> None:
        """Ask and handle until cancelled; while the platform or the database is away, ask again with growing pauses."""
        await supervise(self._remember, self._failed)
        await supervise(self._rounds, self._failed)

    async def _rounds(self) -> None:
        while True:
            await self._round()
            self._failures = 0
            measures.DOORS.well(self.door)

    def _failed(self, error: Exception) -> float:
        """Log a failure and return the seconds until the platform is asked again."""
        told, seconds = self.trouble(error)
        self._failures += 1
        seconds = PAUSES[min(self._failures, len(PAUSES)) - 1] if seconds is None else seconds
        LOG.error("%s: %s; asking again in %.0f s", self.name, told, seconds)
        return seconds

    async def _round(self) -> None:
        updates = await self.ask(self._offset)
        if updates:
            await self._to_the_end(self._finish(updates))
        elif self._heard_at and self.clock() - self._heard_at > FORGET:
            self._offset = None

    async def _finish(self, updates: Sequence[Json]) -> None:
        newest = await self._handle_all(updates)
        if self._written:
            await self._written
        self._done(newest + 1)

    def _done(self, offset: int) -> None:
        """Pass what is handled, and store that while the next question runs: a restart then asks for little again."""
        self._offset, self._heard_at = max(self._offset or 0, offset), self.clock()  # a repeated one may be older
        if self._written is None or self._written.done():
            self._written = asyncio.create_task(self._keep(self._offset, self._heard_at))

    async def _to_the_end(self, work: Coroutine[Any, Any, None]) -> None:
        """Finish a batch even while the service stops, for a moment."""
        task = asyncio.create_task(work)
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait({task}, timeout=LAST)
            if self._written:
                await asyncio.wait({self._written}, timeout=LAST)
            task.cancel()
            raise

    async def _handle_all(self, updates: Sequence[Json]) -> int:
        if self.house.waits:
            beside = Beside(ask=self.ask, handle=self.handle, lane=self.lane, every=self.house.waits, done=self._done)
            return await beside.finish(updates)
        lanes: dict[str, list[Json]] = {}
        for update in updates:
            lanes.setdefault(self.lane(update), []).append(update)
        ends = await asyncio.gather(*(self._one_lane(lane) for lane in lanes.values()), return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end
        return max(int(each["update_id"]) for each in updates)

    async def _one_lane(self, updates: Sequence[Json]) -> None:
        for update in updates:
            await self.handle(update)

    async def _remember(self) -> None:
        value = await self.house.read(lambda tx: telegram.kept(tx, self.name))
        number, _, at = (value or "").partition(" ")
        if number:
            self._heard_at = datetime.fromisoformat(at)
            self._offset = None if self.clock() - self._heard_at > FORGET else int(number)

    async def _keep(self, offset: int, at: datetime) -> None:
        try:
            await self.house.write(lambda tx: telegram.keep(tx, self.name, f"{offset} {at.isoformat()}"))
        except (DatabaseGone, *DRIVER_ERRORS, OSError) as error:  # a hint only: the platform keeps it too
            LOG.warning("%s: the offset could not be stored: %s", self.name, error)


def sender(raw: Mapping[str, Any]) -> tuple[str, str]:
    """Return chat and name of a raw update of any kind; the chat is "" where it cannot be found."""
    body = next((value for key, value in raw.items() if key != "update_id" and isinstance(value, Mapping)), {})
    message = body.get("message") if isinstance(body.get("message"), Mapping) else body
    chat = message.get("chat") if isinstance(message, Mapping) else None
    known = isinstance(chat, Mapping) and isinstance(chat.get("id"), int)
    if not known or not isinstance(chat, Mapping):
        return "", ""
    return str(chat["id"]), str(chat.get("first_name", ""))
