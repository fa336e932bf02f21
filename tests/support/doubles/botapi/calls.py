"""The record of what bots called and what was wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .bots import Bot
from .values import Json, Upload


@dataclass(slots=True, kw_only=True, eq=False)
class Call:
    """One call of a bot: what it asked, when (seconds of time.monotonic), and how it was answered."""

    at: float
    when: datetime
    bot: Bot
    method: str
    params: Json
    files: dict[str, Upload] = field(default_factory=dict)
    code: int = 0
    description: str = ""
    result: Any = None
    fault: str = ""

    @property
    def ok(self) -> bool:
        return self.code == 200

    @property
    def chat_id(self) -> int | None:
        chat_id = self.params.get("chat_id")
        return chat_id if isinstance(chat_id, int) else None

    def __repr__(self) -> str:
        shown = {key: str(value)[:80] for key, value in self.params.items()}
        return f"<{self.method} {shown} -> {self.code} {self.description}{self.fault}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A call that broke a documented rule."""

    call: Call
    why: str
