"""Open callbacks of WeChat: each is a free message to the person who wrote, for four and a half seconds."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

from storage.platforms.wechat import Answer

OPEN = 4.3  # seconds from the arrival on; the platform waits five, and asks again then
MARGIN = 0.05  # seconds before its end in which a slot is not filled any more
REMEMBERED = 10_000  # answers kept in memory for repeated deliveries


@dataclass(slots=True, eq=False)
class Slot:
    """One callback: its turn is committed first, then it is open, then filled or over."""

    key: str
    account: str
    ends: float  # the loop's time
    opened: asyncio.Future[bool]
    answer: asyncio.Future[Answer | None]
    written: asyncio.Future[bool]
    timer: asyncio.TimerHandle | None = None

    @property
    def is_open(self) -> bool:
        """Return whether the callback may be filled now."""
        committed = self.opened.done() and self.opened.result()
        return committed and not self.answer.done() and self.left > MARGIN

    @property
    def left(self) -> float:
        """Return the seconds until it ends."""
        return self.ends - asyncio.get_running_loop().time()

    def commit(self) -> None:
        """Open it: the customer's message is stored."""
        if not self.opened.done():
            self.opened.set_result(True)

    def expire(self) -> None:
        """End it unanswered."""
        if not self.answer.done():
            self.answer.set_result(None)

    def wrote(self) -> None:
        """Record that the answer was sent."""
        if not self.written.done():
            self.written.set_result(True)

    def end(self) -> None:
        """Close it, however it ended."""
        if not self.opened.done():
            self.opened.set_result(False)
        self.expire()
        if not self.written.done():
            self.written.set_result(False)


@dataclass(slots=True)
class Slots:
    """All callbacks that are open or about to be, and the latest answers."""

    _waiting: dict[str, list[Slot]] = field(default_factory=dict)
    _given: OrderedDict[str, Answer] = field(default_factory=OrderedDict)

    def expect(self, key: str, account: str, *, ends: float) -> Slot:
        """Add a callback whose turn is not committed yet; `close` it in the end."""
        loop = asyncio.get_running_loop()
        slot = Slot(key, account, ends, loop.create_future(), loop.create_future(), loop.create_future())
        slot.timer = loop.call_at(ends, slot.expire)
        self._waiting.setdefault(account, []).append(slot)
        return slot

    def close(self, slot: Slot) -> None:
        """Forget a callback that is over."""
        slot.end()
        if slot.timer:
            slot.timer.cancel()
        waiting = self._waiting.get(slot.account, [])
        if slot in waiting:
            waiting.remove(slot)
        if not waiting:
            self._waiting.pop(slot.account, None)

    def given(self, key: str) -> Answer | None:
        """Return what a message was answered with."""
        return self._given.get(key)

    def open_to(self, account: str) -> Slot | None:
        """Return the newest open callback of an account."""
        return next((slot for slot in reversed(self._waiting.get(account, [])) if slot.is_open), None)

    def coming_to(self, account: str) -> list[asyncio.Future[bool]]:
        """Return the callbacks of an account that are about to open."""
        waiting = self._waiting.get(account, [])
        return [slot.opened for slot in waiting if not slot.opened.done() and slot.left > MARGIN]

    def any_to(self, account: str) -> bool:
        """Return whether an account has a callback that is open or about to open."""
        return self.open_to(account) is not None or bool(self.coming_to(account))

    async def find(self, account: str) -> Slot | None:
        """Return the newest open callback; where none is open yet, wait for one that is about to be."""
        while not (slot := self.open_to(account)) and (coming := self.coming_to(account)):
            await asyncio.wait(coming, timeout=0.5, return_when=asyncio.FIRST_COMPLETED)
        return slot

    async def fill(self, slot: Slot, answer: Answer) -> bool:
        """Answer a message in all its open deliveries; return whether one of them was written out."""
        same = [other for other in self._waiting.get(slot.account, []) if other.key == slot.key and other.is_open]
        self._given[slot.key] = answer
        while len(self._given) > REMEMBERED:
            self._given.popitem(last=False)
        for other in same:
            other.answer.set_result(answer)
        written = await asyncio.gather(*(other.written for other in same))
        if not any(written):
            self._given.pop(slot.key, None)
        return any(written)

    def hurry(self, seconds: float) -> None:
        """Let every callback end soon: the service is stopping."""
        for waiting in self._waiting.values():
            for slot in waiting:
                asyncio.get_running_loop().call_later(seconds, slot.expire)
