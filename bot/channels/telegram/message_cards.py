"""Which message of a chat is the card that is drawn anew where it stands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

REMEMBERED = 2_000  # chats


async def _nowhere(_: str, __: str) -> None:
    """Keep nothing beyond this process."""


async def _nothing(_: str) -> str | None:
    """Know nothing from before."""
    return None


@dataclass(slots=True, kw_only=True)
class Cards:
    """The newest card of each chat; `store` and `load` keep it beyond this process."""

    store: Callable[[str, str], Awaitable[None]] = _nowhere
    load: Callable[[str], Awaitable[str | None]] = _nothing
    _known: dict[str, tuple[str, int]] = field(default_factory=dict)

    async def keep(self, chat: str, name: str, message: int) -> None:
        """Remember the message that shows a chat's card of this name."""
        if not message:
            return
        self._known.pop(chat, None)
        self._known[chat] = (name, message)
        while len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
        await self.store(_key(chat), f"{name} {message}")

    async def of(self, chat: str, name: str) -> int:
        """Return the message that shows this card, 0 for none."""
        known = self._known.get(chat)
        if known is None:
            kept, _, message = (await self.load(_key(chat)) or "").rpartition(" ")
            known = (kept, int(message) if message.isdecimal() else 0)
        return known[1] if known[0] == name else 0


def _key(chat: str) -> str:
    return f"telegram_card:{chat}"[:64]
