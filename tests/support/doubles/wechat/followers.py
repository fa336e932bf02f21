"""People with an openid: what they do, and what their phone shows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from .platform import Platform

LINK = re.compile(r'<a href="weixin://bizmsgmenu\?msgmenucontent=([^&"]*)&msgmenuid=([^"]*)">(.*?)</a>')


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came back to one delivery: `kind` text, image or "" for nothing, `tries` it took, `seconds` of the last."""

    status: int
    kind: str = ""
    text: str = ""
    media: str = ""
    raw: str = ""
    tries: int = 1
    seconds: float = 0.0


@dataclass(slots=True, kw_only=True)
class Follower:
    """`seen` is what the phone shows, in order: (passive or push, text or media id)."""

    platform: Platform
    openid: str
    following: bool = True
    seen: list[tuple[str, str]] = field(default_factory=list)
    errors: int = 0  # times the phone showed "service unavailable"
    written_at: float | None = None
    count: int = 0
    clicked_at: float | None = None
    clicks: int = 0

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.seen]

    def links(self) -> list[tuple[str, str]]:
        """Return (content, id) of the links in the newest text that has any."""
        found = (LINK.findall(text) for text in reversed(self.texts))
        return next(([(content, number) for content, number, _ in links] for links in found if links), [])

    async def text(self, content: str, **more: Any) -> Told:
        return await self._message("text", Content=content, **more)

    async def image(self, data: bytes = b"\xff\xd8\xff photo", **more: Any) -> Told:
        media = self.platform.put_media("image", data, **more)
        return await self._message("image", PicUrl="http://mmbiz.example/0", MediaId=media)

    async def voice(self, data: bytes = b"#!AMR\n voice") -> Told:
        media = self.platform.put_media("voice", data)
        return await self._message("voice", MediaId=media, Format="amr", Recognition="五六个")

    async def video(self, data: bytes = b"\0\0\0\x18ftyp video", *, short: bool = False) -> Told:
        media = self.platform.put_media("video", data)
        return await self._message("shortvideo" if short else "video", MediaId=media, ThumbMediaId="thumb")

    async def location(self, label: str) -> Told:
        return await self._message("location", Location_X="30.28", Location_Y="120.06", Scale="15", Label=label)

    async def link(self, title: str, url: str) -> Told:
        return await self._message("link", Title=title, Description=title, Url=url)

    async def odd(self, kind: str, **more: Any) -> Told:
        return await self._message(kind, **more)

    async def tap(self, label: str) -> Told:
        """Tap a link of the newest message that has links, by its label."""
        content, number = next(link for link in self.links() if link[0] == label)
        self.clicked_at, self.clicks = self.platform.clock(), 0
        return await self._message("text", counts=False, Content=content, bizmsgmenuid=number)

    async def click(self, key: str) -> Told:
        return await self._event("CLICK", EventKey=key)

    async def follow(self, scene: str = "") -> Told:
        self.following = True
        return await self._event("subscribe", EventKey=f"qrscene_{scene}" if scene else "")

    async def scan(self, scene: str) -> Told:
        return await self._event("SCAN", EventKey=scene, Ticket="ticket")

    async def unfollow(self) -> Told:
        self.following = False
        return await self._event("unsubscribe", EventKey="")

    async def event(self, name: str, **more: object) -> Told:
        return await self._event(name, counts=False, **more)

    async def _message(self, kind: str, *, counts: bool = True, msg_id: int = 0, **fields: object) -> Told:
        if counts:
            self.written_at, self.count = self.platform.clock(), 0
        nodes = {"MsgType": kind, **fields, "MsgId": msg_id or self.platform.next_id()}
        return await self.platform.deliver(self, self.xml(**nodes))

    async def _event(self, name: str, *, counts: bool = True, **fields: object) -> Told:
        if counts:
            self.clicked_at, self.clicks = self.platform.clock(), 0
        return await self.platform.deliver(self, self.xml(MsgType="event", Event=name, **fields))

    def xml(self, **nodes: object) -> str:
        head = {"ToUserName": self.platform.name, "FromUserName": self.openid}
        nodes = {**head, "CreateTime": int(self.platform.clock()), **nodes}
        plain = {"CreateTime", "MsgId", "Location_X", "Location_Y", "Scale", "bizmsgmenuid"}
        inner = "".join(
            f"<{tag}>{escape(str(value))}</{tag}>" if tag in plain else f"<{tag}><![CDATA[{value}]]></{tag}>"
            for tag, value in nodes.items()
        )
        return f"<xml>{inner}</xml>"

    def show(self, answer: str, *, passive: bool) -> Told:
        """Read an answer as the platform does: nothing, or one message with exactly the nodes of its kind."""
        if answer in ("", "success"):
            return Told(status=200, raw=answer)
        nodes = {node.tag: node for node in ElementTree.fromstring(answer)}
        kind = nodes["MsgType"].text or ""
        allowed = {"ToUserName", "FromUserName", "CreateTime", "MsgType", {"text": "Content", "image": "Image"}[kind]}
        if set(nodes) != allowed or nodes["ToUserName"].text != self.openid:
            raise ValueError(f"not a {kind} answer to {self.openid}: {sorted(nodes)}")
        if kind == "image":
            inner = nodes["Image"].find("MediaId")
            if inner is None:
                raise ValueError(f"an image without MediaId to {self.openid}")
            media = inner.text or ""
            self.seen.append(("passive", media))
            return Told(status=200, kind="image", media=media, raw=answer)
        text = nodes["Content"].text or ""
        self.platform.check_size(text)
        self.seen.append(("passive" if passive else "push", text))
        return Told(status=200, kind="text", text=text, raw=answer)
