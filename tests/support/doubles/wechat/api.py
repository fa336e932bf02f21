"""The API under /cgi-bin: tokens, customer-service messages with their quota, media, menu and scene codes."""

from __future__ import annotations

import asyncio
import itertools
import json
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from aiohttp import ClientError, web
from PIL import Image

from .faults import Fault, body

if TYPE_CHECKING:
    from .followers import Follower
    from .platform import Platform

HOURS_48 = 48 * 3600
MOST = {"image": 10 << 20, "voice": 2 << 20, "video": 10 << 20, "thumb": 64 << 10}
TYPES = {"image": "image/jpeg", "voice": "audio/amr", "video": "video/mp4"}


@dataclass(slots=True, kw_only=True)
class File:
    kind: str
    data: bytes
    how: str = ""  # "", gone, endless, cut, slow
    mime: str = ""  # as the platform labels it, where it labels wrongly


class Api:
    """State of the API; `calls` are the paths called."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.calls: list[str] = []
        self.sent: list[dict[str, object]] = []
        self.files: dict[str, File] = {}
        self.token, self.expires_at, self.lifetime = "", 0.0, 7200
        self.menu: dict[str, object] | None = None
        self.scenes: dict[str, str] = {}
        self.verified = True  # may send customer-service messages
        self.over = asyncio.Event()
        self._numbers = itertools.count(1)

    def app(self) -> web.Application:
        app = web.Application(client_max_size=32 << 20)
        for path, handler in {
            "stable_token": self.stable_token,
            "message/custom/send": self.custom_send,
            "message/template/send": self.template_send,
            "media/upload": self.upload,
            "media/get": self.download,
            "menu/create": self.menu_create,
            "qrcode/create": self.qrcode,
            "getcallbackip": self.ips,
        }.items():
            app.router.add_route("*", f"/cgi-bin/{path}", self._guarded(path, handler))
        app.router.add_get("/cgi-bin/showqrcode", self.picture)
        app.router.add_get("/files/{number}", self.file)
        return app

    def put_media(self, kind: str, data: bytes, **more: str) -> str:
        number = f"MEDIA-{kind}-{next(self._numbers)}"
        self.files[number] = File(kind=kind, data=data, **more)
        return number

    def expire(self) -> None:
        """Let the token in use run out, as if two hours had passed."""
        self.token = ""

    def _guarded(self, path, handler):
        async def call(request: web.Request) -> web.StreamResponse:
            self.calls.append(path)
            fault = next((f for f in self.platform.faults if f.path in (path, "*") and len(f.met) < f.times), None)
            if fault:
                fault.met.append(path)
                return await self._meet(fault, request, handler)
            if path != "stable_token" and (refused := self._unknown(request)):
                return web.json_response(body(refused))
            return await handler(request)

        return call

    async def _meet(self, fault: Fault, request: web.Request, handler) -> web.StreamResponse:
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            return await handler(request)
        if fault.kind in ("drop", "hang"):
            await handler(request)
        if fault.kind == "hang":
            await self.over.wait()
        if fault.kind:
            _cut(request)
            return web.Response(status=500)
        if fault.status != 200:
            return web.Response(status=fault.status, text="<html>Bad Gateway</html>", content_type="text/html")
        return web.json_response(body(fault.code or 0), content_type="text/plain")

    def _unknown(self, request: web.Request) -> int:
        given = request.query.get("access_token", "")
        if given and given == self.token:
            return 0 if self.platform.clock() < self.expires_at else 42001
        return 40001 if given else 41001

    async def stable_token(self, request: web.Request) -> web.Response:
        asked = await request.json()
        if asked.get("appid") != self.platform.app_id:
            return web.json_response(body(40013))
        if asked.get("secret") != self.platform.secret:
            return web.json_response(body(40125))
        now = self.platform.clock()
        if asked.get("force_refresh") or not self.token or now >= self.expires_at - 300:
            self.token, self.expires_at = f"TOKEN-{next(self._numbers)}", now + self.lifetime
        return web.json_response({"access_token": self.token, "expires_in": int(self.expires_at - now)})

    async def custom_send(self, request: web.Request) -> web.Response:
        asked = json.loads(await request.text())
        who = self.platform.followers.get(asked.get("touser", ""))
        if who is None:
            return web.json_response(body(40003))
        code = self._quota(who) if self.verified else 48001
        kind = asked.get("msgtype")
        if not code and kind == "text" and len(asked["text"]["content"].encode()) > 2048:
            code = 45002
        if not code and kind != "text" and asked[kind]["media_id"] not in self.files:
            code = 40007
        if code:
            return web.json_response(body(code))
        self._count(who)
        self.sent.append(asked)
        if kind == "text":
            self.platform.check_size(asked["text"]["content"])
        who.seen.append(("push", asked["text"]["content"] if kind == "text" else asked[kind]["media_id"]))
        return web.json_response(body(0) | {"errmsg": "ok"})

    def _quota(self, who: Follower) -> int:
        now = self.platform.clock()
        if not who.following:
            return 43004
        if who.clicked_at is not None and now - who.clicked_at < 60 and who.clicks < 3:
            return 0
        if who.written_at is None or now - who.written_at >= HOURS_48:
            return 45015
        return 45047 if who.count >= 5 else 0

    def _count(self, who: Follower) -> None:
        if who.clicked_at is not None and self.platform.clock() - who.clicked_at < 60 and who.clicks < 3:
            who.clicks += 1
        else:
            who.count += 1

    async def template_send(self, request: web.Request) -> web.Response:
        asked = json.loads(await request.text())
        who = self.platform.followers.get(asked.get("touser", ""))
        if who is None or not who.following:
            return web.json_response(body(43004 if who else 40003))
        who.seen.append(("template", json.dumps(asked["data"], ensure_ascii=False)))
        return web.json_response(body(0) | {"msgid": 1})

    async def upload(self, request: web.Request) -> web.Response:
        kind = request.query.get("type", "")
        part = (await request.post()).get("media")
        if kind not in MOST:
            return web.json_response(body(40004))
        if not isinstance(part, web.FileField) or not (data := part.file.read()):
            return web.json_response(body(41005))
        if len(data) > MOST[kind] or "." not in part.filename:
            return web.json_response(body(40004))
        return web.json_response({"type": kind, "media_id": self.put_media(kind, data), "created_at": 1})

    async def download(self, request: web.Request) -> web.StreamResponse:
        number = request.query.get("media_id", "")
        file = self.files.get(number)
        if file is None or file.how == "gone":
            return web.json_response(body(40007), content_type="text/plain")
        if file.kind == "video":
            return web.json_response({"video_url": f"{self.platform.url}/files/{number}"}, content_type="text/plain")
        return await self._bytes(request, file)

    async def file(self, request: web.Request) -> web.StreamResponse:
        return await self._bytes(request, self.files[request.match_info["number"]])

    async def _bytes(self, request: web.Request, file: File) -> web.StreamResponse:
        if not file.how:
            return web.Response(body=file.data, content_type=file.mime or TYPES[file.kind])
        response = web.StreamResponse(headers={"Content-Type": TYPES[file.kind]})
        if file.how == "cut":
            response.content_length = len(file.data) + 30
        await response.prepare(request)
        await response.write(file.data)
        with suppress(ClientError):
            while file.how == "endless":
                await response.write(b"\0" * 65536)
        _cut(request)
        return response

    async def menu_create(self, request: web.Request) -> web.Response:
        self.menu = json.loads(await request.text())
        return web.json_response(body(0))

    async def qrcode(self, request: web.Request) -> web.Response:
        asked = json.loads(await request.text())
        scene = asked["action_info"]["scene"].get("scene_str", "")
        if asked["action_name"] not in ("QR_STR_SCENE", "QR_LIMIT_STR_SCENE") or not 0 < len(scene) <= 64:
            return web.json_response(body(47001))
        ticket = f"TICKET+{next(self._numbers)}/=="
        self.scenes[ticket] = scene
        return web.json_response(
            {"ticket": ticket, "expire_seconds": asked.get("expire_seconds"), "url": "http://weixin.qq.com/q/x"}
        )

    async def picture(self, request: web.Request) -> web.Response:
        if request.query.get("ticket") not in self.scenes:
            return web.Response(status=404)
        drawn = BytesIO()
        Image.new("L", (43, 43), 255).save(drawn, "JPEG")
        return web.Response(body=drawn.getvalue(), content_type="image/jpg")

    async def ips(self, _request: web.Request) -> web.Response:
        return web.json_response({"ip_list": ["127.0.0.1"]})


def _cut(request: web.Request) -> None:
    """Cut the connection, if the other side has not."""
    if request.transport:
        request.transport.abort()
