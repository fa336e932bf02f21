"""How fast the customers' bot may send: one message a second to each chat, thirty a second in all."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

PER_CHAT = 1.0  # seconds between two messages to one chat
ALL = 30  # messages in all chats
WINDOW = 1.0  # seconds
SPARE = 0.1  # seconds: calls do not arrive as evenly as they leave
SOON = 0.5  # seconds until one that is turned away asks again, at the least
REMEMBERED = 5_000  # chats


@dataclass(slots=True, kw_only=True)
class Pace:
    """Gives each message its moment. `now` is monotonic, in seconds."""

    now: Callable[[], float]
    per_chat: float = PER_CHAT + SPARE
    _chats: dict[str, float] = field(default_factory=dict)
    _sent: deque[float] = field(default_factory=deque)
    _back: float = 0.0  # when the last one that was turned away comes back

    def reserve(self, chat: str, *, longest: float, messages: int = 1) -> float:
        """Book the next free moment and tell how many seconds away it is.

        Beyond `longest` nothing is booked: a negative value then tells after how many seconds to ask again. Those
        who are turned away come back one after another, when there is room for them.
        """
        now = self.now()
        mine = at = max(now, self._chats.get(chat, now))
        if len(self._sent) > ALL - messages:
            at = max(at, self._sent[messages - ALL - 1] + WINDOW + SPARE)
        if mine - now > longest:
            return min(now - mine, -SOON)
        if at - now > longest:
            self._back = max(at - longest, self._back + messages * (WINDOW + SPARE) / ALL)
            return min(now - self._back, -SOON)
        self._chats.pop(chat, None)
        self._chats[chat] = at + self.per_chat
        self._sent.extend([at] * messages)
        self._forget(now)
        return at - now

    def hold(self, chat: str, seconds: float) -> None:
        """Let a chat wait, as the platform told; the others go on."""
        self._chats[chat] = max(self._chats.get(chat, 0), self.now() + seconds)

    def _forget(self, now: float) -> None:
        while len(self._sent) > ALL and self._sent[0] < now - 2 * WINDOW:
            self._sent.popleft()
        for chat in list(self._chats)[: max(0, len(self._chats) - REMEMBERED)]:
            if self._chats[chat] < now:
                del self._chats[chat]
