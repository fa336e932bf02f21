"""The daily anchor over the event log: cast once a day by one of the processes, and named in the log of the service."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any

from bot.operations.preparation import today
from storage.database import DRIVER_ERRORS, DatabaseGone, Tx, queue_up
from storage.operations import audit

LOG = logging.getLogger(__name__)
LOST = (DatabaseGone, OSError, *DRIVER_ERRORS)
LOOK = 600.0  # seconds between looks at whether a new day has begun


async def each_day(do: Callable[[Callable[[Tx], Any]], Awaitable[Any]], clock: Callable[[], datetime]) -> None:
    """Cast the day's anchor whenever it is missing."""
    while True:
        try:
            new = await do(partial(_cast, now=clock()))
        except LOST as error:
            LOG.error("the event log could not be anchored: %s", error)
            new = None
        if new:
            told = "the event log is anchored for %s: %d events of %d tickets, %s"
            LOG.info(told, new.day, new.events, new.tickets, new.seal)
        await asyncio.sleep(LOOK)


def _cast(tx: Tx, *, now: datetime) -> audit.Anchor | None:
    queue_up(tx, "anchor")
    return audit.anchor(tx, now, today(now))
