"""The sandbox page: one place where a newcomer plays customer and agent, and sees both sides."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from aiohttp import hdrs, web

from bot.channels.base import Gone
from bot.runtime.access import Guard
from bot.sandbox.desk import PLAYERS
from bot.sandbox.room import MAX_UPLOAD, Room
from handlers.messages.texts import languages, say, templates
from handlers.orders.samples import CHANNEL, Sample
from storage.platforms import sandbox
from storage.platforms.sandbox import Shown

PAGE = Path(__file__).parent / "page"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
PULSE = 15.0  # seconds of silence after which a page hears that the connection is still open
MOST_PAGES = 50  # that listen at once
AREA = "sandbox."
MAX_LOGIN, FORM = 4096, "application/x-www-form-urlencoded"  # bytes of the login's body, and its kind
SIGNATURES = (  # how a file begins, and what a browser may take it for
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"\x89PNG\r\n"), "image/png"),
    (re.compile(rb"GIF8"), "image/gif"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"RIFF.{4}WAVE", re.DOTALL), "audio/wav"),
    (re.compile(rb"OggS"), "audio/ogg"),
    (re.compile(rb"ID3|\xff\xfb"), "audio/mpeg"),
    (re.compile(rb".{4}ftyp", re.DOTALL), "video/mp4"),
    (re.compile(rb"\x1aE\xdf\xa3"), "video/webm"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What the page reads. `draw` returns a sample photo (JPEG) by its name and a seed, KeyError for an unknown one."""

    room: Room
    guard: Guard
    people: Sequence[Sample]
    draw: Callable[[str, int], bytes]
    _thumbs: dict[str, bytes] = field(default_factory=dict)

    def door(self, app: web.Application) -> None:
        """Add the page's routes to the server."""
        wrap, add = self.guard.wrap, app.router
        add.add_get("/", wrap(self.front, public=True))
        add.add_post("/sandbox/login", wrap(self.login, public=True))
        add.add_get("/sandbox/page/{name}", wrap(self.static, public=True))
        add.add_get("/sandbox/state", wrap(self.state))
        add.add_get("/sandbox/events", wrap(self.events))
        add.add_get("/sandbox/media/{key:.+}", wrap(self.media))
        add.add_get("/sandbox/photos/{name}", wrap(self.photo))
        app.on_shutdown.append(self._let_go)

    async def _let_go(self, _app: web.Application) -> None:
        self.room.close()

    async def front(self, request: web.Request) -> web.StreamResponse:
        """Answer GET /: the page, or the form for the password."""
        if self.guard.unknown(request):
            return _login_page(401, "")
        return web.FileResponse(PAGE / "index.html", headers={hdrs.CACHE_CONTROL: "no-cache"})

    async def login(self, request: web.Request) -> web.StreamResponse:
        """Take the password from the form."""
        refused = self.guard.check(request, await _password(request))
        if refused is not None:
            return _login_page(refused.status, "login_wrong" if refused.status == 401 else "login_wait")
        response = web.Response(status=303, headers={hdrs.LOCATION: "/"})
        self.guard.admit(request, response)
        return response

    async def static(self, request: web.Request) -> web.StreamResponse:
        """Return the page's script and style."""
        file = PAGE / request.match_info["name"]
        if file.suffix not in TYPES or file not in PAGE.iterdir():  # asked by name alone: no path leads elsewhere
            raise web.HTTPNotFound
        headers = {hdrs.CACHE_CONTROL: "no-cache", hdrs.CONTENT_TYPE: f"{TYPES[file.suffix]}; charset=utf-8"}
        return web.FileResponse(file, headers=headers)

    async def state(self, _request: web.Request) -> web.Response:
        """Return all that a page starts with."""
        change, messages = await self.room.page()
        accounts = [person.account for person in self.people]
        bound = await self.room.house.read(lambda tx: sandbox.bound(tx, CHANNEL, accounts))
        told = {
            "now": _iso(self.room.clock()),
            "change": change,
            "people": [_person(person) for person in self.people if person.account in bound],
            "photos": list(dict.fromkeys(name for person in self.people for name in person.photos)),
            "staff": [{"id": who.id, "name": who.name, "supervisor": who.supervisor} for who in PLAYERS],
            "texts": {language: _texts(language) for language in languages()},
            "max_upload": MAX_UPLOAD,
            "messages": [_message(shown) for shown in messages],
        }
        return web.json_response(told, dumps=_dumps, headers={hdrs.CACHE_CONTROL: "no-store"})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Stream what changes since the page last heard of changes: server-sent events."""
        if self.room.open_pages >= MOST_PAGES:
            raise web.HTTPServiceUnavailable(text="Too many pages are open.\n")
        after = request.headers.get("Last-Event-ID") or request.query.get("after", "0")
        if not (after.isascii() and after.isdecimal() and len(after) < 19):
            raise web.HTTPBadRequest
        headers = {
            hdrs.CONTENT_TYPE: "text/event-stream; charset=utf-8",
            hdrs.CACHE_CONTROL: "no-store",
            "X-Accel-Buffering": "no",
        }
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        with suppress(ConnectionError):  # the page was closed
            await self._tell(response, int(after))
        return response

    async def _tell(self, response: web.StreamResponse, after: int) -> None:
        newest = await self.room.newest()
        if after > newest:  # another database: the page must start anew
            await response.write(b"event: reset\ndata: {}\n\n")
            return
        await response.write(_event("hello", {"now": _iso(self.room.clock())}))
        async with aclosing(self.room.changes(after, pulse=PULSE)) as changes:
            async for news in changes:
                await response.write(
                    _event("messages", [_message(shown) for shown in news], news[-1].change)
                    if news
                    else b": still here\n\n"
                )

    async def media(self, request: web.Request) -> web.Response:
        """Return a file of a message, as what it is by its first bytes, never as what it says."""
        try:
            data = await self.room.shown_file(request.match_info["key"])
        except Gone:
            raise web.HTTPNotFound from None
        kind = next((kind for begins, kind in SIGNATURES if begins.match(data)), None)
        headers = {
            hdrs.CONTENT_TYPE: kind or "application/octet-stream",
            hdrs.CACHE_CONTROL: "private, max-age=31536000, immutable",
        }
        if kind is None:
            headers[hdrs.CONTENT_DISPOSITION] = "attachment"
        return web.Response(body=data, headers=headers)

    async def photo(self, request: web.Request) -> web.Response:
        """Return a sample photo."""
        name = request.match_info["name"]
        try:
            if name not in self._thumbs:
                self._thumbs[name] = await self.sample(name, 0)
        except KeyError:
            raise web.HTTPNotFound from None
        headers = {hdrs.CONTENT_TYPE: "image/jpeg", hdrs.CACHE_CONTROL: "private, max-age=3600"}
        return web.Response(body=self._thumbs[name], headers=headers)

    async def sample(self, name: str, seed: int) -> bytes:
        """Return a sample photo. Raises KeyError."""
        return await asyncio.to_thread(self.draw, name, seed)


async def _password(request: web.Request) -> str:
    """Read the form's field; "" from a form that is none."""
    if (request.content_length or MAX_LOGIN + 1) > MAX_LOGIN or request.content_type != FORM:
        return ""
    try:
        given = parse_qs((await request.read()).decode(errors="replace"), max_num_fields=9)
    except ValueError:  # more fields than the form has
        return ""
    return given.get("password", [""])[0]


def _person(person: Sample) -> Mapping[str, Any]:
    return {
        "account": person.account,
        "name": person.name,
        "blurb": dict(person.blurb),
        "says": {language: list(lines) for language, lines in person.says.items()},
        "photos": list(person.photos),
        "leader": person.leader,
    }


def _message(shown: Shown) -> Mapping[str, Any]:
    return {
        "id": shown.id,
        "place": shown.place,
        "sender": shown.sender,
        "kind": shown.kind,
        "text": shown.text,
        "buttons": shown.buttons,
        "media": shown.media,
        "data": shown.data,
        "ticket": shown.ticket_no,
        "key": shown.key,
        "at": _iso(shown.at),
        "edited": _iso(shown.edited_at),
    }


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="milliseconds") if at else None


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _event(name: str, value: Any, change: int | None = None) -> bytes:
    number = "" if change is None else f"id: {change}\n"
    return f"{number}event: {name}\ndata: {_dumps(value)}\n\n".encode()


def _texts(language: str) -> Mapping[str, str]:
    known = {**templates(languages()[0]), **templates(language)}
    return {key.removeprefix(AREA): text for key, text in known.items() if key.startswith(AREA)}


def _login_page(status: int, told: str) -> web.Response:
    # who asks is not known yet, nor the language: both are said
    keys = {"title": "title", "plain": "plain", "password": "login_password", "enter": "login_enter", "told": told}
    html = (PAGE / "login.html").read_text(encoding="utf-8")
    for field_name, key in keys.items():
        said = " · ".join(say(language, AREA + key) for language in languages()) if key else ""
        html = html.replace(f"{{{field_name}}}", escape(said))
    headers = {hdrs.CACHE_CONTROL: "no-store", "WWW-Authenticate": "Cookie realm=sandbox"}
    return web.Response(status=status, text=html, content_type="text/html", headers=headers)
