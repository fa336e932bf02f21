"""Who may fetch and examine next: each account has its share, so that one who sends much keeps nobody waiting."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic

IN_FLIGHT = 4  # files of one account that are fetched or examined at one time
MOST, ROOM = 16, 32  # of all accounts; the rest of the room is for accounts that have none in flight
EXAMINED = 2  # pictures and tables that wait for the worker at one time, no two of one account
FILES, BYTES = 200, 500 * 1024 * 1024  # of one account within an hour
HOUR = 3600.0  # seconds
STEP, LONGEST = 0.25, 30.0  # seconds until one who waits is looked at again, by its place in the line


@dataclass(slots=True)
class Account:
    """What one account has in flight, in line, and behind it within the hour."""

    in_flight: int = 0
    in_line: set[int] = field(default_factory=set)
    fetched: deque[tuple[float, int]] = field(default_factory=deque)  # when, bytes
    size: int = 0  # bytes within the hour
    told_at: float = float("-inf")
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A file has to wait; `tell`: the account sent more than its hour's share and was not told of it yet."""

    seconds: float
    tell: bool = False


@dataclass(slots=True)
class Shares:
    """The shares of all accounts; `ticks` in seconds. Kept in memory: a restart begins the hour anew."""

    ticks: Callable[[], float] = monotonic
    _accounts: dict[Hashable, Account] = field(default_factory=dict)
    _in_flight: int = 0
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(EXAMINED))

    def enter(self, name: Hashable, number: int) -> Wait | None:
        """Take a place for a file (by its number), to be given back by `leave`; or return how long it has to wait."""
        now = self.ticks()
        account = self._accounts.setdefault(name, Account())
        _forget(account, now)
        if len(account.fetched) + account.in_flight >= FILES or account.size >= BYTES:
            tell = account.told_at <= now - HOUR
            if tell:
                account.told_at = now
            first = account.fetched[0][0] if account.fetched else now
            return Wait(seconds=max(LONGEST, first + HOUR - now), tell=tell)
        crowded = self._in_flight >= (ROOM if account.in_flight == 0 else MOST)
        if account.in_flight >= IN_FLIGHT or crowded:
            account.in_line.add(number)
            return Wait(seconds=min(LONGEST, STEP * (1 + len(account.in_line) // IN_FLIGHT)))
        account.in_line.discard(number)
        account.in_flight += 1
        self._in_flight += 1
        return None

    def leave(self, name: Hashable, size: int) -> None:
        """Give a place back; `size` in bytes of what was fetched, 0 for what did not come."""
        account, now = self._accounts[name], self.ticks()
        account.in_flight -= 1
        self._in_flight -= 1
        if size:
            account.fetched.append((now, size))
            account.size += size
        for other in [name for name, one in self._accounts.items() if _done(one, now)]:
            del self._accounts[other]

    @asynccontextmanager
    async def turn(self, name: Hashable) -> AsyncIterator[None]:
        """Wait for the worker: behind those who came before, and never beside another file of the same account."""
        async with self._accounts[name].turn, self._places:
            yield


def _forget(account: Account, now: float) -> None:
    while account.fetched and account.fetched[0][0] <= now - HOUR:
        account.size -= account.fetched.popleft()[1]


def _done(account: Account, now: float) -> bool:
    _forget(account, now)
    return not (account.in_flight or account.in_line or account.fetched)
