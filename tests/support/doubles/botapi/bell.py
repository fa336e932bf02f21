"""One lock over the whole double, and the bell that wakes whoever waits for a change."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


class Bell:
    """Guards all state; `ring` after each change wakes threads and event loops that wait for one."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._condition = threading.Condition(self.lock)
        self._watchers: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    def ring(self) -> None:
        with self._condition:
            self._condition.notify_all()
            for loop, event in self._watchers:
                if not loop.is_closed():
                    loop.call_soon_threadsafe(event.set)

    @contextmanager
    def watch(self) -> Iterator[asyncio.Event]:
        """An event of the running loop that every ring sets; the holder clears it."""
        watcher = (asyncio.get_running_loop(), asyncio.Event())
        with self.lock:
            self._watchers.add(watcher)
        try:
            yield watcher[1]
        finally:
            with self.lock:
                self._watchers.discard(watcher)

    def wait_for(self, predicate: Callable[[], T], within: float) -> T | None:
        """Return the first true answer of `predicate`, or None after `within` seconds; blocks the thread."""
        deadline = time.monotonic() + within
        with self._condition:
            while not (found := self.ask(predicate)):
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                self._condition.wait(left)
            return found

    async def until(self, predicate: Callable[[], T], within: float) -> T | None:
        """`wait_for` for coroutines: the loop goes on meanwhile."""
        deadline = time.monotonic() + within
        with self.watch() as event:
            while not (found := self.ask(predicate)):
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                try:
                    await asyncio.wait_for(event.wait(), left)
                except TimeoutError:
                    continue
                event.clear()
            return found

    def ask(self, predicate: Callable[[], T]) -> T | None:
        """Return the predicate's answer under the lock; an index beyond a list that still grows counts as "not yet"."""
        with self.lock:
            try:
                return predicate()
            except IndexError:
                return None
