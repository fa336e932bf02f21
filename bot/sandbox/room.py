"""What the sandbox's chats and desk share: their messages, their files, and the open pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any

from bot.channels.base import Gone, House, TooBig
from bot.runtime.courier import Lapsed
from media.store import Keeper, Missing
from storage.database import Tx
from storage.platforms import sandbox
from storage.platforms.sandbox import Shown

MAX_UPLOAD = 20 * 1024 * 1024  # bytes of one file
PER_PLACE = 200  # messages of one chat, or of the desk, that a page starts with
BATCH = 100


@dataclass(slots=True, kw_only=True)
class Room:
    """The page's messages are in a table; `ring` only tells the open pages to read on."""

    house: House
    store: Keeper
    clock: Callable[[], datetime]
    closed: bool = False
    _bells: set[asyncio.Event] = field(default_factory=set)

    async def write(self, change: Callable[[Tx, datetime], Any]) -> Any:
        """Run a change of the page's rows in the writer thread and show it to the open pages."""
        now = self.clock()
        result = await self.house.write(lambda tx: change(tx, now))
        self.ring()
        return result

    async def show(self, change: Callable[[Tx, datetime], Any]) -> Any:
        """Run a change that carries mail. Raises Lapsed when that may be another process's by now."""

        def still(tx: Tx, now: datetime) -> Any:
            if not self.house.sure():
                raise Lapsed
            return change(tx, now)

        return await self.write(still)

    async def post(self, shown: Shown) -> int:
        """Show a message and return its id; a key that is known is shown once."""
        posted: int = await self.write(lambda tx, now: sandbox.post(tx, shown, now=now))
        return posted

    async def get(self, message_id: int) -> Shown | None:
        """Return one message."""
        shown: Shown | None = await self.house.read(lambda tx: sandbox.get(tx, message_id))
        return shown

    async def page(self) -> tuple[int, list[Shown]]:
        """Return what a page starts with, and the number of the last change in it."""

        def whole(tx: Tx) -> tuple[int, list[Shown]]:
            return sandbox.newest(tx), sandbox.page(tx, per_place=PER_PLACE)

        started: tuple[int, list[Shown]] = await self.house.read(whole)
        return started

    async def newest(self) -> int:
        """Return the number of the last change."""
        number: int = await self.house.read(sandbox.newest)
        return number

    async def has_joined(self, account: str) -> str | None:
        """Return the name under which an account was added on the page."""
        place = sandbox.chat_place(account)
        joined: Shown | None = await self.house.read(lambda tx: sandbox.latest(tx, place, "joined"))
        return joined.sender if joined else None

    def ring(self) -> None:
        """Wake everything that waits for changes."""
        for bell in self._bells:
            bell.set()

    def close(self) -> None:
        """Close the open pages."""
        self.closed = True
        self.ring()

    @property
    def open_pages(self) -> int:
        """Return how many pages are listening."""
        return len(self._bells)

    async def changes(self, after: int, *, pulse: float) -> AsyncGenerator[list[Shown], None]:
        """Yield what is written after a change as it comes, and an empty list after each `pulse` seconds of silence."""
        bell = asyncio.Event()
        self._bells.add(bell)
        try:
            while not self.closed:
                bell.clear()
                news = await self._since(after)
                if news:
                    after = news[-1].change
                    yield news
                    continue
                with suppress(TimeoutError):
                    await asyncio.wait_for(bell.wait(), pulse)
                if not bell.is_set():
                    yield []
        finally:
            self._bells.discard(bell)

    async def _since(self, after: int) -> list[Shown]:
        news: list[Shown] = await self.house.read(lambda tx: sandbox.since(tx, after, limit=BATCH))
        return news

    async def keep(self, chunks: AsyncIterator[bytes], suffix: str) -> tuple[str, int]:
        """Store an upload; return its key and size. Raises TooBig as soon as it exceeds MAX_UPLOAD."""
        with TemporaryFile() as file:  # so that memory holds it once, and only while it is stored
            async for chunk in chunks:
                file.write(chunk)
                if file.tell() > MAX_UPLOAD:
                    raise TooBig
            size = file.tell()
            file.seek(0)
            return await asyncio.to_thread(lambda: self.store.put(file.read(), suffix)), size

    async def put(self, data: bytes, suffix: str) -> str:
        """Store bytes under their hash; return the key."""
        return await asyncio.to_thread(self.store.put, data, suffix)

    async def file(self, key: str, limit: int = MAX_UPLOAD) -> bytes:
        """Return a file of the store. Raises Gone and TooBig."""
        try:
            data = await asyncio.to_thread(self.store.get, key)
        except (Missing, ValueError):
            raise Gone(key) from None
        if len(data) > limit:
            raise TooBig
        return data

    async def shown_file(self, key: str) -> bytes:
        """Return a file that a message of the page holds. Raises Gone."""
        if not await self.house.read(lambda tx: sandbox.shows(tx, key)):
            raise Gone(key)
        return await self.file(key)


def media_row(kind: str, key: str, **more: Any) -> Mapping[str, Any]:
    """Return a file in the shape of a message's `media` column, without what is empty."""
    return {"kind": kind, "key": key, **{name: value for name, value in more.items() if value}}


def media_rows(media: Iterable[Iterable[str]]) -> list[Mapping[str, Any]]:
    """Return the media of a payload in the column's shape, from (kind, key) each."""
    return [media_row(kind, key) for kind, key in media]
