"""The pace of the agents' group: twenty operations a minute by rank, with room reserved for safety and the board."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

MOST = 20  # sends, edits and new topics in one group, by the platform
WINDOW = 60.0  # seconds
SPARE = 1.0  # seconds: calls do not arrive as evenly as they leave
KEPT_SAFETY = 6  # five cards and one message that joins what is more
KEPT_BOARD = 5
SAFETY, DUE_BOARD, MAJOR, RELAY, PICKED, CARD, BOARD = range(7)  # a smaller number goes first
SHARES = {SAFETY: "safety", DUE_BOARD: "board", BOARD: "board"}  # the others share the rest
LONGEST = 15.0  # seconds until a waiting mailbox looks again
SHORTEST = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiter:
    """A mailbox that was put off: it keeps its place while it comes back."""

    rank: int
    since: float
    cost: int
    until: float

    @property
    def place(self) -> tuple[int, float]:
        """Return the order among those that wait."""
        return self.rank, self.since


@dataclass(slots=True, kw_only=True)
class Pace:
    """Allows operations, or returns when to ask again. `now` is monotonic; `speed` shortens the minute for tests."""

    now: Callable[[], float]
    speed: float = 1.0
    _marks: deque[tuple[float, str]] = field(default_factory=deque)
    _waiters: dict[str, Waiter] = field(default_factory=dict)
    _held: float = 0.0

    def still(self, who: str) -> float:
        """Return the seconds that `who` already has to wait, 0 when it may go or never asked."""
        waiter = self._waiters.get(who)
        return self.wait(who, waiter.rank, waiter.cost) if waiter else 0.0

    def ask(self, who: str, rank: int, cost: int = 1) -> float:
        """Count `cost` operations and return 0, or return the seconds after which `who` is to ask again."""
        seconds = self.wait(who, rank, cost)
        if not seconds:
            self._waiters.pop(who, None)
            self._marks.extend([(self.now(), SHARES.get(rank, "rest"))] * cost)
        return seconds

    def wait(self, who: str, rank: int, cost: int = 1) -> float:
        """Return the seconds until `who` may go, 0 for now; one that has to wait keeps its place."""
        now = self.now()
        self._forget(now)
        if now < self._held:
            return self._wait_until(who, rank, cost, now, self._held)
        share = SHARES.get(rank, "rest")
        mine = self._waiters.get(who)
        place = (rank, mine.since if mine and mine.rank == rank else now)
        ahead = sum(
            waiter.cost
            for name, waiter in self._waiters.items()
            if name != who and SHARES.get(waiter.rank, "rest") == share and waiter.place < place
        )
        missing = cost + ahead - self._free(share)
        return self._wait_until(who, rank, cost, now, self._freed(missing)) if missing > 0 else 0.0

    def hold(self, seconds: float) -> None:
        """Make everything wait, as the platform asked."""
        self._held = max(self._held, self.now() + seconds)

    def used(self, share: str) -> int:
        """Return how much of a share was used within the last minute."""
        self._forget(self.now())
        return sum(name == share for _, name in self._marks)

    def _free(self, share: str) -> int:
        """Return how many operations a share may take now; the reserved room of the others stays untouched."""
        used = {name: sum(each == name for _, each in self._marks) for name in ("safety", "board", "rest")}
        safety, board = max(used["safety"], KEPT_SAFETY), max(used["board"], KEPT_BOARD)
        if share == "safety":
            return MOST - used["safety"] - board - used["rest"]
        if share == "board":
            return MOST - safety - used["board"] - used["rest"]
        return MOST - safety - board - used["rest"]

    def _freed(self, missing: int) -> float:
        """Return when so many of the counted operations will be older than a minute."""
        window = (WINDOW + SPARE) / self.speed
        at = min(missing, len(self._marks)) - 1
        return (self._marks[at][0] if self._marks else self.now()) + window

    def _wait_until(self, who: str, rank: int, cost: int, now: float, at: float) -> float:
        seconds = min(LONGEST / self.speed, max(SHORTEST / self.speed, at - now))
        known = self._waiters.get(who)
        since = known.since if known and known.rank == rank else now
        until = now + seconds + LONGEST / self.speed
        self._waiters[who] = Waiter(rank=rank, since=since, cost=cost, until=until)
        return seconds

    def _forget(self, now: float) -> None:
        while self._marks and self._marks[0][0] <= now - (WINDOW + SPARE) / self.speed:
            self._marks.popleft()
        for name in [name for name, waiter in self._waiters.items() if waiter.until < now]:
            del self._waiters[name]
