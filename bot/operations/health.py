"""What turns /healthz red: no writer, no writes, a full disk, a token that is refused, two pollers that fight."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import measures

ROOM = 64 << 20  # bytes that a disk needs to have left: below that the next photos may fill it


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The answer where the writer lives: whether the database takes writes, and what else would end the service."""

    writes: Callable[[], Awaitable[Mapping[str, Any]]]
    folder: Path

    async def check(self) -> Mapping[str, Any]:
        """Return {"ok": bool, "writes": bool, "disk": bool, "doors": what is wrong by channel or desk}."""
        told = await self.writes()
        disk, doors = self._room(), measures.DOORS.told()
        return {**told, "ok": told["ok"] and disk and not doors, "disk": disk, "doors": doors}

    def _room(self) -> bool:
        try:
            return shutil.disk_usage(self.folder).free > ROOM
        except OSError:
            return False
