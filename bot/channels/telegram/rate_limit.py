"""How fast the customers' bot may send: three at once to a chat and one a second on, thirty a second in all."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil

PER_CHAT = 1.0  # seconds for each message to one chat, in the long run
BURST = 3  # messages to one chat that may leave together
ALL = 30  # messages in all chats
WINDOW = 1.0  # seconds
SPARE = 0.1  # seconds: calls do not arrive as evenly as they leave
STEP = (WINDOW + SPARE) / ALL  # seconds between two messages
TOGETHER = 10 * STEP  # seconds between two groups
SOON = 0.5  # seconds until one that is turned away asks again, at the least
REMEMBERED = 5_000  # chats


@dataclass(slots=True, kw_only=True)
class Pace:
    """Gives each message its time. `now` is monotonic, in seconds."""

    now: Callable[[], float]
    per_chat: float = PER_CHAT + SPARE
    sharers: Callable[[], int] = lambda: 1  # processes that send for this bot, each its share
    _chats: dict[str, float] = field(default_factory=dict)  # when the next message to a chat may leave
    _next: float = 0.0  # the first moment that is not taken
    _back: float = 0.0  # when the last one that was turned away comes back
    _left: deque[float] = field(default_factory=deque)

    def reserve(self, chat: str, *, longest: float, messages: int = 1) -> float:
        """Reserve the next free moment and return the seconds until then.

        Beyond `longest` nothing is reserved: a negative value is then the seconds after which to ask again. Those
        who are turned away come back one after another, when there is room for them.
        """
        now = self.now()
        mine = max(now, self._chats.get(chat, now))
        saved = (BURST - 1) * self.per_chat
        free = max(mine, self._next)
        # who has to queue leaves in groups: one round of booking for all of them
        at = ceil(free / TOGETHER) * TOGETHER if self._next > mine else free
        if mine - now > longest:
            return min(now - mine, -SOON)
        if at - now > longest:
            self._back = max(at - longest, self._back + messages * STEP * self.sharers())
            return min(now - self._back, -SOON)
        before = self._chats.pop(chat, at - saved)
        self._chats[chat] = max(before, at - saved) + self.per_chat
        self._next = free + messages * STEP * self.sharers()
        self._forget(now)
        return at - now

    def depart(self, messages: int = 1) -> float:
        """Count what leaves now and return 0; or return the seconds until the last second has room again.

        Moments are reserved well apart, but a busy machine wakes those who wait for several of them together.
        """
        now = self.now()
        while self._left and self._left[0] <= now - WINDOW - SPARE:
            self._left.popleft()
        over = len(self._left) + messages - max(messages, ALL // self.sharers())
        if over > 0:
            return self._left[over - 1] + WINDOW + SPARE - now
        self._left.extend([now] * messages)
        return 0.0

    def hold(self, chat: str, seconds: float) -> None:
        """Make a chat wait, as the platform asked; the others go on."""
        self._chats[chat] = max(self._chats.get(chat, 0), self.now() + seconds)

    def _forget(self, now: float) -> None:
        for chat in list(self._chats)[: max(0, len(self._chats) - REMEMBERED)]:
            if self._chats[chat] < now - BURST * self.per_chat:
                del self._chats[chat]
