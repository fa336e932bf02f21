"""Loops that run again after a failure, rounds of threads, and turns whose failure is theirs alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from storage.database import DatabaseGone


async def supervise(work: Callable[[], Awaitable[None]], failed: Callable[[Exception], float]) -> None:
    """Run work until it returns; after a failure, wait the seconds that `failed` returns and run it again."""
    while True:
        try:
            await work()
            return
        except Exception as error:  # noqa: BLE001  a loop that fails is run again while the others go on
            seconds = failed(error)
        await asyncio.sleep(seconds)


def attempt(work: Callable[[], Any]) -> tuple[Any, Exception | None]:
    """Run the work of one turn; return its result, or the failure that is this turn's alone.

    Raises DatabaseGone: then nothing of the whole batch may be acknowledged.
    """
    try:
        return work(), None
    except DatabaseGone:
        raise
    except Exception as error:  # noqa: BLE001  the turn runs again by itself, or its message is kept
        return None, error


def survive(work: Callable[[], Any]) -> Exception | None:
    """Run one round of a thread and return what failed, the database itself too: the thread goes on."""
    try:
        return attempt(work)[1]
    except DatabaseGone as error:
        return error
