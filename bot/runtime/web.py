"""The one HTTP server: health, and the routes of channels, desks and sandbox."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.runtime.access import HEADERS
from bot.runtime.connections import IDLE, KEEPER, Doorkeeper, busy, room

Health = Callable[[], Mapping[str, Any]]
Probe = Callable[[], Awaitable[Mapping[str, Any]]]
Door = Callable[[web.Application], None]  # adds its routes

LIBRARY = logging.getLogger("aiohttp.server")
SHUTDOWN = 3.0  # seconds that open requests get when the service stops
AT_ONCE = 128  # connections taken in one go: one that is ended gives its file descriptor back only after that
BACKLOG = 1024  # connections that the system holds until they are taken


def make_app(*, health: Health, probe: Probe | None = None, doors: Iterable[Door] = ()) -> web.Application:
    """Return the server's application. `health` returns at least {"ok": bool}: /healthz answers it with 200 or 503.

    `probe` is asked where all seems well, and returns the same. /livez answers 200 as long as the process answers.
    """
    app = web.Application(client_max_size=1024 * 1024, middlewares=[busy])
    app[KEEPER] = Doorkeeper()
    LIBRARY.addFilter(_ours)

    async def healthz(_request: web.Request) -> web.Response:
        told = health()
        if told["ok"] and probe is not None:
            told = {**told, **await probe()}
        return web.json_response(dict(told), status=200 if told["ok"] else 503, headers={"Cache-Control": "no-store"})

    async def livez(_request: web.Request) -> web.Response:
        return web.json_response({"ok": True}, headers={"Cache-Control": "no-store"})

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/livez", livez)
    app.on_response_prepare.append(_protect)
    for door in doors:
        door(app)
    return app


def _ours(record: logging.LogRecord) -> bool:
    """Leave out what a garbled request made the library log: it was answered with 400, and is no fault of ours."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError | web.RequestPayloadError)


class PortTaken(Exception):
    """The HTTP port cannot be opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """A server that listens."""

    runner: web.AppRunner
    server: asyncio.Server
    keeper: Doorkeeper

    @property
    def addresses(self) -> list[tuple[Any, ...]]:
        """Return where it listens: host and port, first of all."""
        return [one.getsockname() for one in self.server.sockets]

    async def cleanup(self) -> None:
        """Take nothing more in, give open requests their time, and end."""
        self.server.close()
        await self.runner.cleanup()
        self.keeper.close()


async def start(app: web.Application, host: str, port: int) -> Listening:
    """Start to listen; end it with `cleanup()`. Raises OSError when the port is taken."""
    runner = web.AppRunner(
        app,
        access_log=None,
        handle_signals=False,
        shutdown_timeout=SHUTDOWN,
        auto_decompress=False,
        keepalive_timeout=IDLE,
    )
    await runner.setup()
    keeper = app[KEEPER]
    keeper.make, keeper.most = runner.server, room()
    try:
        server = await asyncio.get_running_loop().create_server(keeper, host, port, backlog=AT_ONCE)
    except OSError:
        await runner.cleanup()
        raise
    for listening in server.sockets:
        with socket.socket(fileno=os.dup(listening.fileno())) as same:
            same.listen(BACKLOG)
    return Listening(runner=runner, server=server, keeper=keeper)


async def _protect(_request: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if "Server" in response.headers:
        del response.headers["Server"]
