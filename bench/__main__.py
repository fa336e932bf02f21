"""`make bench`: every figure printed, none asserted; `python -m bench talks [--script]`: the frozen talks alone."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from bench import hostile, imports, photos, prints, processes, startup, talks, telegram, turns, wechat

if sys.argv[1:2] == ["prints"]:
    prints.measure([Path(name) for name in sys.argv[2:]])
    sys.exit()
if sys.argv[1:2] == ["hostile"]:
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(hostile.measure(Path(name)))
    sys.exit()
if sys.argv[1:2] == ["talks"]:
    talks.measure(script="--script" in sys.argv)
    sys.exit()
startup.measure()
with tempfile.TemporaryDirectory() as name:
    asyncio.run(turns.measure(Path(name), turns.CHATS))
with tempfile.TemporaryDirectory() as name:
    asyncio.run(hostile.measure(Path(name)))
photos.measure()
prints.measure()
imports.measure()
processes.measure()
telegram.measure()
wechat.measure()
