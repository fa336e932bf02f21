"""Doors are kept open: one that fails is opened again, one that only one process may open waits for its duty."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

LOG = logging.getLogger(__name__)
RESTART = 5.0  # seconds until a door that failed is opened again
LOOK = 0.5  # seconds between looks at whether a duty is this process's

Run = Callable[[], Coroutine[Any, Any, None]]


async def supervised(name: str, run: Run) -> None:
    """Keep a door open: one that fails is opened again."""
    while True:
        try:
            await run()
            return
        except asyncio.CancelledError:
            raise
        except Exception:
            LOG.exception("door %s failed, it is opened again in %d s", name, RESTART)
        await asyncio.sleep(RESTART)


async def on_duty(run: Run, holds: Callable[[], bool]) -> None:
    """Run a door while this process has its duty, and end when the door ends by itself."""
    while True:
        while not holds():  # noqa: ASYNC110  the thread that beats may not wake the loop
            await asyncio.sleep(LOOK)
        task = asyncio.create_task(run())
        try:
            while holds() and not task.done():
                await asyncio.wait({task}, timeout=LOOK)
        finally:
            ended = task.done()
            task.cancel()
            await asyncio.wait({task})
        if ended:
            await task
            return
