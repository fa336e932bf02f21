"""The webhook of one Telegram bot: a secret, a size limit, and 200 only after the COMMIT."""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.runtime.lanes import Lanes
from storage.database import DRIVER_ERRORS, DatabaseGone

LOG = logging.getLogger(__name__)
Json = Mapping[str, Any]
SECRET = "X-Telegram-Bot-Api-Secret-Token"
MAX_BODY = 256 * 1024  # bytes; an update with all its entities stays far below


@dataclass(slots=True, kw_only=True)
class Hook:
    """The route of a bot. `handle` returns after the COMMIT; when it raises, the platform sends again."""

    path: str
    secret: str
    handle: Callable[[Json], Awaitable[None]]
    lane: Callable[[Json], str]
    _lanes: Lanes = field(default_factory=Lanes)

    def door(self, app: web.Application) -> None:
        """Add the route to the server."""
        app.router.add_post(self.path, self.answer)

    async def answer(self, request: web.Request) -> web.Response:
        """Answer 200 when the update is handled, or can never be; otherwise 403, 413 or 500."""
        given = request.headers.get(SECRET, "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self.secret.encode()):
            return web.Response(status=403)
        if (request.content_length or 0) > MAX_BODY:
            return web.Response(status=413)
        body = await request.content.read(MAX_BODY + 1)
        while len(body) <= MAX_BODY and (more := await request.content.read(MAX_BODY + 1 - len(body))):
            body += more
        if len(body) > MAX_BODY:
            return web.Response(status=413)
        update = _parsed(body)
        if update is None:
            LOG.warning("%s: a request that is no update was ignored", self.path)
            return web.Response()
        try:
            async with self._lanes.enter(self.lane(update)):
                await self.handle(update)
        except (DatabaseGone, *DRIVER_ERRORS, OSError) as error:  # nothing was committed: the platform sends it again
            LOG.error("%s: update %s failed: %r", self.path, update["update_id"], error)
            return web.Response(status=500)
        return web.Response()


def _parsed(body: bytes) -> Json | None:
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        return None
    whole = isinstance(update, dict) and isinstance(update.get("update_id"), int)
    return update if whole else None
