"""`make bench`: every figure printed, none asserted; `python -m bench talks [--script]`: the frozen talks alone."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from bench import imports, photos, processes, startup, talks, telegram, turns, wechat

if sys.argv[1:2] == ["talks"]:
    talks.measure(script="--script" in sys.argv)
    sys.exit()
startup.measure()
with tempfile.TemporaryDirectory() as name:
    asyncio.run(turns.measure(Path(name), turns.CHATS))
photos.measure()
imports.measure()
processes.measure()
telegram.measure()
wechat.measure()
