"""An endpoint on loopback that speaks chat completions: answers as told, in time or not, whole or not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web


def passage(number: int = 1, *claims: dict[str, Any], severity: str = "normal") -> dict[str, Any]:
    """Return one passage of an answer."""
    return {"passage": number, "claims": list(claims), "severity": severity}


def claim(problem: str | None = None, *, order: int | None = 1, line: int | None = 1, **more: Any) -> dict[str, Any]:
    """Return one claim of an answer."""
    return {"order": order, "line": line, "problem": problem, "quantity": None, "remedy": None, **more}


def answer(*passages: dict[str, Any]) -> str:
    """Return an answer's text."""
    return json.dumps({"passages": list(passages)}, ensure_ascii=False)


def word_tables_alone(folder: Path) -> str:
    """Write a policy without weights, so that it is known what the bot does not understand; return its path."""
    path = folder / "word_tables_alone.toml"
    path.write_text('extends = "community-group-buy"\n[reading]\nweights = ""\n', encoding="utf-8")
    return str(path)


@dataclass(slots=True)
class Completions:
    """What it was asked is in `got`; `say` is the answer's text or makes it of the question; `fault` spoils it."""

    say: str | Callable[[dict[str, Any]], str] = '{"passages": []}'
    fault: str = ""
    seconds: float = 0.0  # before each answer
    got: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    elsewhere: int = 0  # requests that followed the redirect
    url: str = ""
    _gate: asyncio.Event = field(default_factory=asyncio.Event)
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._gate.set()

    def hold(self) -> None:
        """Answer nobody until `release`."""
        self._gate.clear()

    def release(self) -> None:
        """Answer everybody."""
        self._gate.set()

    def questions(self) -> list[dict[str, Any]]:
        """Return what the users' messages asked, as JSON."""
        return [json.loads(body["messages"][-1]["content"]) for body in self.got]

    async def asked(self, count: int = 1) -> None:
        """Wait until so many questions came."""
        async with asyncio.timeout(30):
            while len(self.got) < count:
                self._came.clear()
                await self._came.wait()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Take one question."""
        self.got.append(await request.json())
        self.keys.append(request.headers.get("Authorization", ""))
        self._came.set()
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self._gate.wait()
            await asyncio.sleep(self.seconds)
            return await self._answered(request)
        finally:
            self.at_once -= 1

    async def _answered(self, request: web.Request) -> web.StreamResponse:
        if self.fault.isdecimal():
            return web.json_response({"error": {"message": "no"}}, status=int(self.fault))
        if self.fault == "redirect":
            raise web.HTTPTemporaryRedirect("/elsewhere")
        if self.fault == "page":
            return web.Response(text="<html>hello</html>", content_type="text/html")
        if self.fault == "empty":
            return web.json_response({"choices": []})
        said = self.say if isinstance(self.say, str) else self.say(json.loads(self.got[-1]["messages"][-1]["content"]))
        whole = json.dumps({"choices": [{"message": {"role": "assistant", "content": said}}]}).encode()
        if self.fault in ("half", "endless"):
            return await self._spoilt(request, whole)
        return web.Response(body=whole, content_type="application/json")

    async def _spoilt(self, request: web.Request, whole: bytes) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        if self.fault == "half":
            response.content_length = len(whole)
            await response.prepare(request)
            await response.write(whole[: len(whole) // 2])
            assert request.transport
            request.transport.close()
            return response
        await response.prepare(request)
        try:
            for _ in range(64):
                await response.write(b" " * 65536)
        except (ConnectionError, OSError):
            pass
        return response

    async def _elsewhere(self, request: web.Request) -> web.Response:
        self.elsewhere += 1
        return web.Response()


@asynccontextmanager
async def completions(**how: Any) -> AsyncIterator[Completions]:
    """Run the endpoint; `url` is what LLM_BASE_URL would be."""
    double = Completions(**how)
    app = web.Application()
    app.router.add_post("/v1/chat/completions", double.answer)
    app.router.add_route("*", "/elsewhere", double._elsewhere)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    double.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield double
    finally:
        double.release()
        await runner.cleanup()
