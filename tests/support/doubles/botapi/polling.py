"""getUpdates: offset, limit, long wait, and one poller at a time."""

from __future__ import annotations

import asyncio
import time

from .bots import Bot
from .calls import Call
from .errors import ApiError
from .profile import allow
from .values import Json
from .world import World

HOOKED = ApiError(
    409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
OUSTED = ApiError(
    409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)
LONGEST = 50


async def get_updates(world: World, call: Call) -> list[Json]:
    """Answers at once when something waits, else within `timeout` seconds; a newer poller ends an older one's wait."""
    bot, params = call.bot, call.params
    limit = min(max(params.get("limit") or 100, 1), 100)
    deadline = time.monotonic() + min(params.get("timeout") or 0, LONGEST)
    with world.bell.lock:
        if bot.webhook is not None:
            raise HOOKED
        allow(call)
        bot.inbox.acknowledge(params.get("offset") or 0)
        bot.poller = call
    world.bell.ring()
    try:
        return await _wait(world, bot, call, limit, deadline)
    finally:
        if bot.poller is call:
            bot.poller = None


async def _wait(world: World, bot: Bot, call: Call, limit: int, deadline: float) -> list[Json]:
    with world.bell.watch() as event:
        while True:
            with world.bell.lock:
                if bot.poller is not call:
                    raise OUSTED
                if bot.revoked:
                    raise ApiError(401, "Unauthorized")
                if found := bot.inbox.look(limit):
                    return found
            left = deadline - time.monotonic()
            if left <= 0:
                return []
            try:
                await asyncio.wait_for(event.wait(), left)
            except TimeoutError:
                return []
            event.clear()
