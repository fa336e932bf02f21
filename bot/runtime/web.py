"""The one HTTP server: health, and the routes of channels, desks and sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aiohttp import web

from bot.runtime.access import HEADERS

Health = Callable[[], Mapping[str, Any]]
Door = Callable[[web.Application], None]  # adds its routes

SHUTDOWN = 3.0  # seconds that open requests get when the service stops


def make_app(*, health: Health, doors: Iterable[Door] = ()) -> web.Application:
    """Return the server's application. `health` returns at least {"ok": bool}: /healthz answers it with 200 or 503."""
    app = web.Application(client_max_size=1024 * 1024)

    async def healthz(_request: web.Request) -> web.Response:
        told = health()
        return web.json_response(dict(told), status=200 if told["ok"] else 503, headers={"Cache-Control": "no-store"})

    app.router.add_get("/healthz", healthz)
    app.on_response_prepare.append(_protect)
    for door in doors:
        door(app)
    return app


class PortTaken(Exception):
    """The HTTP port cannot be opened."""


async def start(app: web.Application, host: str, port: int) -> web.AppRunner:
    """Listen; end it with `await runner.cleanup()`. Raises OSError when the port is taken."""
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=SHUTDOWN, auto_decompress=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError:
        await runner.cleanup()
        raise
    return runner


async def _protect(_request: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if "Server" in response.headers:
        del response.headers["Server"]
