"""`make bench`: every figure printed, none asserted."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from bench import photos, processes, startup, telegram, turns, wechat

startup.measure()
with tempfile.TemporaryDirectory() as name:
    asyncio.run(turns.measure(Path(name), turns.CHATS))
photos.measure()
processes.measure()
telegram.measure()
wechat.measure()
