"""Polling while a chat waits: updates of other chats are asked for and handled meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Json = Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Beside:
    """Updates under way, a task each; those of one chat (`lane`) follow each other.

    `ask(offset)` confirms what is before the offset and returns the rest at once, because some is not confirmed.
    `done(offset)` is called with each offset that was confirmed: while some chat always waits, there is no end.
    """

    ask: Callable[[int | None], Awaitable[Sequence[Json]]]
    handle: Callable[[Json], Awaitable[None]]
    lane: Callable[[Json], str]
    every: float  # seconds
    done: Callable[[int], None]
    _tasks: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    _last: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _seen: set[int] = field(default_factory=set)  # numbers that may come again
    _newest: int = 0
    _confirmed: int | None = None

    async def finish(self, updates: Sequence[Json]) -> int:
        """Handle updates and all that come meanwhile; return the newest number. Raises what one of them raised."""
        self._take(updates)
        try:
            while waiting := self._under_way():
                await asyncio.wait(waiting.values(), timeout=self.every)
                if self._failed():
                    break  # nothing more may be confirmed
                if waiting := self._under_way():
                    await self._go_on(min(waiting))
        except asyncio.CancelledError:
            for task in self._tasks.values():
                task.cancel()
            raise
        finally:
            ends = await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end
        return self._newest

    async def _go_on(self, offset: int) -> None:
        """Confirm all before the first that waits, and take what came meanwhile."""
        self._forget(offset)
        news = await self.ask(offset)
        if self._confirmed is None or offset > self._confirmed:
            self._confirmed = offset
            self.done(offset)
        self._take(news)

    def _take(self, updates: Sequence[Json]) -> None:
        for update in updates:
            number = int(update["update_id"])
            if number not in self._seen:
                name = self.lane(update)
                task = asyncio.create_task(self._after(self._last.get(name), update))
                self._tasks[number] = self._last[name] = task
                self._seen.add(number)
                self._newest = max(self._newest, number)

    async def _after(self, before: asyncio.Task[None] | None, update: Json) -> None:
        if before:
            await before  # what failed is asked for again, and this one behind it
        await self.handle(update)

    def _under_way(self) -> dict[int, asyncio.Task[None]]:
        return {number: task for number, task in self._tasks.items() if not task.done()}

    def _failed(self) -> bool:
        return any(task.done() and (task.cancelled() or task.exception()) for task in self._tasks.values())

    def _forget(self, before: int) -> None:
        """Forget what is done and about to be confirmed."""
        for number in [number for number in self._tasks if number < before]:
            del self._tasks[number]
        self._seen = {number for number in self._seen if number >= before}
        self._last = {name: task for name, task in self._last.items() if not task.done()}
