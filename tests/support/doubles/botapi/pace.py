"""Counts what bots send against the platform's limits, and refuses beyond them where asked to."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field

# Rule -> most operations in its window.
LIMITS = {"group_minute": 20, "chat_second": 1, "all_second": 30}
WINDOWS = {"group_minute": 60.0, "chat_second": 1.0, "all_second": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """More than a rule allows: `count` operations stood in its window."""

    rule: str
    at: float
    bot_id: int
    chat_id: int
    count: int


@dataclass(slots=True, kw_only=True)
class Pace:
    """`group_minute`: sends, edits and new topics of one bot in one group; `chat_second`: messages to one chat;
    `all_second`: sends and edits of one bot over all.

    `enforce` names the rules that answer 429. `speed` shortens every window (6: a minute lasts 10 s). `slack` seconds
    are taken off a window, so that a sender who waits exactly one window is not caught by the network's jitter.
    """

    enforce: set[str] = field(default_factory=set)
    speed: float = 1.0
    slack: float = 0.05
    limits: dict[str, int] = field(default_factory=lambda: dict(LIMITS))
    breaches: list[Breach] = field(default_factory=list)
    _marks: dict[tuple[str, int, int], deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _worst: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))

    def window(self, rule: str) -> float:
        return (WINDOWS[rule] - self.slack) / self.speed

    def note(self, at: float, bot_id: int, chat_id: int, method: str, weight: int) -> int | None:
        """Count one call; return the seconds to wait if it is refused."""
        rules = [(rule, bot_id, 0 if rule == "all_second" else chat_id) for rule in rules_for(method, chat_id)]
        waits = [wait for key in rules if key[0] in self.enforce and (wait := self._wait(key, at, weight))]
        if waits:
            return max(1, math.ceil(max(waits)))
        for key in rules:
            marks = self._fresh(key, at)
            marks.extend([at] * weight)
            self._worst[key[0], key[2]] = max(self._worst[key[0], key[2]], len(marks))
            if len(marks) > self.limits[key[0]]:
                self.breaches.append(Breach(rule=key[0], at=at, bot_id=bot_id, chat_id=chat_id, count=len(marks)))
        return None

    def worst(self, rule: str, chat_id: int = 0) -> int:
        """Return the most operations that were ever in one window of the rule (`chat_id` 0 for `all_second`)."""
        return self._worst[rule, chat_id]

    def breaches_of(self, rule: str) -> list[Breach]:
        return [breach for breach in self.breaches if breach.rule == rule]

    def _fresh(self, key: tuple[str, int, int], at: float) -> deque[float]:
        marks = self._marks[key]
        while marks and marks[0] <= at - self.window(key[0]):
            marks.popleft()
        return marks

    def _wait(self, key: tuple[str, int, int], at: float, weight: int) -> float:
        """Return the seconds until `weight` more fit; an album larger than the limit fits an empty window."""
        marks = self._fresh(key, at)
        excess = len(marks) + weight - self.limits[key[0]]
        if excess <= 0 or not marks:
            return 0.0
        return marks[min(excess, len(marks)) - 1] + self.window(key[0]) - at


def rules_for(method: str, chat_id: int) -> list[str]:
    sends = method.startswith(("send", "copy", "forward")) and method != "sendChatAction"
    edits = method.startswith("editMessage")
    rules = ["group_minute"] if chat_id < 0 and (sends or edits or method == "createForumTopic") else []
    return rules + (["chat_second"] if sends else []) + (["all_second"] if sends or edits else [])
