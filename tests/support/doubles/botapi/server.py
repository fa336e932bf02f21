"""The HTTP side: an aiohttp server on a free loopback port, in a thread and loop of its own."""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
import struct
import threading
from typing import Any

from aiohttp import web

from .bots import Bot
from .calls import Call
from .errors import ApiError
from .faults import Fault
from .gate import Gate
from .hooks import Hooks
from .polling import get_updates
from .values import File, Json, Upload
from .world import World

CHUNK = 16 * 1024
MOST_BODY = 64 * 1024 * 1024
HOOKING = frozenset({"setWebhook", "deleteWebhook"})


class Server:
    """`start` returns once the port listens; `close` ends every wait and joins the thread."""

    def __init__(self, world: World, gate: Gate) -> None:
        self.world = world
        self.gate = gate
        self.hooks = Hooks(world, self._from_webhook)
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="botapi", daemon=True)
        self._ready = threading.Event()
        self._stop = asyncio.Event()

    def start(self) -> None:
        self._thread.start()
        if not self._ready.wait(5):
            raise RuntimeError("the Bot API double found no port to listen on")

    def close(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(5)

    def _serve(self) -> None:
        try:
            self._loop.run_until_complete(self._main())
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    async def _main(self) -> None:
        app = web.Application(client_max_size=MOST_BODY)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.+}", self._file)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        self._ready.set()
        await self._stop.wait()
        await self.hooks.close()
        await runner.cleanup()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        raw, files = await read_call(request)
        try:
            bot = self.gate.bot_for(request.match_info["token"])
            call = self.gate.open(bot, request.match_info["method"], raw, files)
        except ApiError as error:
            return answer(error.code, error.body())
        fault = self.gate.meet(call)
        if fault is not None and fault.kind == "reset":
            self.gate.close(call, ApiError(0, "connection reset"))
            return cut(request, reset=True)
        try:
            response = answer(200, {"ok": True, "result": await self._result(call, fault)})
        except ApiError as error:
            response = answer(error.code, error.body())
        return await self._late(request, fault, response)

    async def _result(self, call: Call, fault: Fault | None) -> Any:
        if call.method == "getUpdates" and (fault is None or fault.refusal is None):
            return await get_updates(self.world, call)
        result = self.gate.run(call, fault)
        if call.method in HOOKING:
            self.hooks.follow(call.bot)
        return result

    async def _late(self, request: web.Request, fault: Fault | None, response: web.Response) -> web.StreamResponse:
        """Return the faults of the wire that come after the effect."""
        kind = fault.kind if fault else ""
        if kind == "drop":
            return cut(request)
        if kind == "delay" and fault:
            await asyncio.sleep(fault.seconds)
        if kind == "hang":
            await self._stop.wait()
        return response

    async def _from_webhook(self, bot: Bot, asked: Json) -> None:
        method = str(asked.pop("method"))
        try:
            self.gate.run(self.gate.open(bot, method, asked, {}))
        except ApiError:
            return  # the record of calls holds it; the platform tells nobody either

    async def _file(self, request: web.Request) -> web.StreamResponse:
        try:
            bot = self.gate.bot_for(request.match_info["token"])
        except ApiError as error:
            return answer(error.code, error.body())
        with self.world.bell.lock:
            file = self.world.files.at_path(bot, request.match_info["path"])
        if file is None:
            return answer(404, ApiError(404, "Not Found").body())
        if file.body == "plain":
            return web.Response(body=file.data, content_type="application/octet-stream")
        return await stream(request, file)


async def stream(request: web.Request, file: File) -> web.StreamResponse:
    """Return bodies that misbehave: slow, endless or cut off half-way."""
    response = web.StreamResponse(headers={"Content-Type": "application/octet-stream"})
    if file.body != "endless":
        response.content_length = len(file.data)
    await response.prepare(request)
    chunks = [file.data[at : at + CHUNK] for at in range(0, len(file.data), CHUNK)]
    if file.body == "cut":
        await response.write(file.data[: len(file.data) // 2])
        return cut(request)
    for chunk in itertools.cycle(chunks) if file.body == "endless" else chunks:
        await response.write(chunk)
        # Also lets an endless body yield to others.
        await asyncio.sleep(file.chunk_delay if file.body == "slow" else 0)
    return response


async def read_call(request: web.Request) -> tuple[dict[str, Any], dict[str, Upload]]:
    """Return the parameters from query, form, multipart or JSON; file parts apart."""
    raw: dict[str, Any] = dict(request.query)
    files: dict[str, Upload] = {}
    if request.content_type == "application/json":
        raw.update(json.loads(await request.read() or b"{}"))
        return raw, files
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = Upload(name=value.filename, data=value.file.read(), mime=value.content_type)
        else:
            raw[name] = value
    return raw, files


def answer(code: int, body: Json) -> web.Response:
    if code == 502:
        return web.Response(status=502, text="<html><h1>502 Bad Gateway</h1></html>", content_type="text/html")
    headers = {"Retry-After": str(body["parameters"]["retry_after"])} if code == 429 else {}
    return web.json_response(body, status=code, headers=headers)


def cut(request: web.Request, *, reset: bool = False) -> web.Response:
    """End the connection without an answer."""
    transport = request.transport
    if transport is not None:
        if reset and (sock := transport.get_extra_info("socket")) is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response(status=500)
