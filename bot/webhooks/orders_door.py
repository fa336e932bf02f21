"""`POST /orders`: a shop system pushes orders, signed, in the columns that files are imported by."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from aiohttp import web

from bot.channels.base import House
from bot.webhooks.signing import SIGNATURE, is_shaped, is_signed
from handlers.cases import order_intake
from handlers.cases.order_intake import Tally
from handlers.context import TurnContext
from handlers.orders import pushed
from handlers.orders.pushed import Malformed
from handlers.orders.records import Rejected
from storage.database import DRIVER_ERRORS, DatabaseGone
from storage.imports import Stored

LOG = logging.getLogger(__name__)
PATH = "/orders"
MAX_BODY = 5 * 1024 * 1024  # bytes
AT_ONCE = 8  # bodies that are read or wait; they are stored one after the other
AGAIN = {"Retry-After": "2"}
NO_SECRET = "Orders are not taken here: set ORDER_WEBHOOK_SECRET first."
UNSIGNED = f'{SIGNATURE} is missing or wrong: send "sha256=" and the HMAC-SHA-256 of the body in hexadecimal digits.'
TOO_LONG = "The body is longer than 5 MB; send the orders in several requests."
BUSY = "Too many requests are being taken; send this one again."
NOT_STORED = "The database failed; send this request again: what it stored already is not stored twice."


@dataclass(slots=True, kw_only=True)
class OrdersDoor:
    """The route. Without a secret it refuses everything."""

    secret: str = field(repr=False)
    house: House
    context: Callable[[], TurnContext]
    _inside: int = 0
    _storing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def door(self, app: web.Application) -> None:
        """Add the route to the server; by any other method than POST it gives 405."""
        app.router.add_post(PATH, self.answer)

    async def answer(self, request: web.Request) -> web.Response:
        """Answer with counts and rejected rows: 200; 400 no orders, 403 not signed, 413 too long, 503 try again."""
        given = request.headers.get(SIGNATURE, "")
        if not self.secret or not is_shaped(given):
            return _refused(403, UNSIGNED if self.secret else NO_SECRET)
        if (request.content_length or 0) > MAX_BODY:
            return _refused(413, TOO_LONG)
        if self._inside >= AT_ONCE:
            return _refused(503, BUSY, AGAIN)
        self._inside += 1
        try:
            return await self._taken(request, given)
        finally:
            self._inside -= 1

    async def _taken(self, request: web.Request, given: str) -> web.Response:
        body = bytearray()
        async for chunk in request.content.iter_chunked(64 * 1024):
            body += chunk
            if len(body) > MAX_BODY:
                return _refused(413, TOO_LONG)
        whole = bytes(body)
        if not await asyncio.to_thread(is_signed, self.secret, whole, given):
            return _refused(403, UNSIGNED)
        try:
            rows = await asyncio.to_thread(pushed.read, whole)
            async with self._storing:
                tally, rejected = await self._stored(rows)
        except Malformed as error:
            return _refused(400, str(error))
        except (DatabaseGone, *DRIVER_ERRORS) as error:
            LOG.error("orders that were pushed are not all stored: %s", error)
            return _refused(503, NOT_STORED, AGAIN)
        LOG.info("orders were pushed: %s", tally)
        return web.json_response(_told(tally, rejected), headers={"Cache-Control": "no-store"})

    async def _stored(self, rows: list[Any]) -> tuple[Tally, list[Rejected]]:
        """Store rows, at most 500 in one transaction; turns run in between."""
        tally, rejected = Tally(), list[Rejected]()
        file = await asyncio.to_thread(pushed.order_file, rows)
        parts = order_intake.batches(file)
        while (batch := await asyncio.to_thread(next, parts, None)) is not None:
            stored = Stored()
            if orders := batch.orders:
                context = self.context()
                stored = await self.house.write(
                    partial(order_intake.store, incoming=orders, now=context.now, context=context)
                )
            rejected += tally.count(batch, stored)
        return tally, sorted(rejected, key=lambda one: one.row)


def _told(tally: Tally, rejected: list[Rejected]) -> dict[str, Any]:
    rows = [
        {
            "row": one.row,
            "order_no": one.cells.get("order_no", "")[:64],
            "line_no": one.cells.get("line_no", "")[:16],
            "reason": one.reason,
        }
        for one in rejected
    ]
    counts = {name: getattr(tally, name) for name in ("read", "added", "updated", "unchanged", "rejected", "repeated")}
    return {**counts, "rejected_rows": rows}


def _refused(status: int, why: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": why}, status=status, headers=headers)
