"""What the double remembers: accounts, files, buttons and uploads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True, kw_only=True, eq=False)
class Account:
    """A person or a bot."""

    id: int
    name: str
    username: str | None = None
    language_code: str | None = None
    is_bot: bool = False


ANONYMOUS = Account(id=1087968824, name="Group", username="GroupAnonymousBot", is_bot=True)


@dataclass(slots=True, kw_only=True, eq=False)
class File:
    """The bytes behind a photo, document, voice, video, audio or sticker.

    `body` says how the download behaves: plain, slow (`chunk_delay` seconds per 16 KiB), endless, cut (connection
    lost half-way) or gone (404, and getFile refuses). `claimed` is a size in bytes told instead of the true one.
    """

    kind: str
    data: bytes
    name: str = ""
    mime: str = "application/octet-stream"
    width: int = 0
    height: int = 0
    duration: int = 0
    body: str = "plain"
    chunk_delay: float = 0.05
    claimed: int | None = None
    serial: int = 0
    generation: int = 0

    @property
    def size(self) -> int:
        return len(self.data) if self.claimed is None else self.claimed

    def expire(self) -> None:
        """Make paths that getFile gave so far answer 404; a new getFile gives a new one."""
        self.generation += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    text: str
    data: str | None = None
    url: str | None = None


def rows_of(markup: Json | None) -> list[list[Button]]:
    rows = (markup or {}).get("inline_keyboard") or (markup or {}).get("keyboard") or []
    return [[as_button(each) for each in row] for row in rows]


def as_button(raw: Json | str) -> Button:
    if isinstance(raw, str):
        return Button(text=raw)
    return Button(text=raw["text"], data=raw.get("callback_data"), url=raw.get("url"))


@dataclass(slots=True, kw_only=True, eq=False)
class Upload:
    """A file part of a multipart call."""

    name: str
    data: bytes
    mime: str
