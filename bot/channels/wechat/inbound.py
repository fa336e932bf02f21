"""What a WeChat message means, as an `Inbound`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import unquote

from bot.channels.wechat.verification import Refused
from handlers.claims.lookup import SITE
from handlers.messages.models import Inbound, Media
from handlers.messages.texts import languages, say

NAME = "wechat"
LONGEST = 8000  # characters of a text; the platform's own limit is lower
ACCOUNT = re.compile(r"[\x21-\x7e]{1,100}")
BIND_CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{10}", re.IGNORECASE)  # as `claimdesk leaders add` prints it
MENU = ("claim", "status", "human")  # the menu's entries; their keys are `menu:NAME`
# a sticker comes as a text that says it cannot be shown; faces come as [微笑] or in the old spelling /:8-)
FACES = re.compile(r"[\[【]收到不支持的消息类型.*|(?:\[[^\[\]\d]{1,6}\]|/:[^\s\u4e00-\u9fff]{1,8})+")
Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What came in: `inbound` is None when the message needs no turn.

    `click`: it opens three pushes for a minute, not five for 48 hours. `left`: the customer no longer follows.
    """

    account: str
    service: str  # the official account's own id, which a reply comes from
    inbound: Inbound | None = None
    click: bool = False
    left: bool = False


def read(message: Any, *, at: datetime) -> News:
    """Return what a message of wechatpy's means. Raises Refused when it lacks what every message has."""
    fields: Fields = message._data
    account, service = _word(fields, "FromUserName"), _word(fields, "ToUserName")
    if not ACCOUNT.fullmatch(account) or not ACCOUNT.fullmatch(service):
        raise Refused(400, "no sender or receiver")
    kind = _word(fields, "MsgType").lower()
    event = kind == "event" or kind.startswith("device_")
    name = _word(fields, "Event").lower() if event else kind
    said = EVENTS.get(name) if event else KINDS.get(name, _other)
    values = said(fields) if said else None
    if values is None:
        return News(account=account, service=service, left=event and name == "unsubscribe")
    inbound = Inbound(
        key=_key(fields, account, name, event=event),
        channel=NAME,
        account=account,
        at=at,
        message=_word(fields, "MsgId"),
        **values,
    )
    return News(account=account, service=service, inbound=inbound, click=event or inbound.kind == "tap")


def _key(fields: Fields, account: str, name: str, *, event: bool) -> str:
    """Return a message's key, equal for all its deliveries: its id, or for an event the sender, time and kind."""
    number, time = _word(fields, "MsgId"), _word(fields, "CreateTime")
    if number.isascii() and number.isdecimal() and len(number) <= 20 and int(number) and not event:
        return f"{NAME}:{account}:{number}"
    if not (time.isascii() and time.isdecimal() and len(time) <= 12):
        raise Refused(400, "neither id nor time")
    rest = sha256("\n".join((name, _text(fields, "EventKey"), _text(fields, "Content"))).encode(errors="replace"))
    return f"{NAME}:{account}:{time}:{rest.hexdigest()[:16]}"


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""  # nested nodes where a text belongs
    return str(value).encode(errors="replace").decode()


def _word(fields: Fields, name: str) -> str:
    return _text(fields, name).strip()


def _said(fields: Fields) -> dict[str, Any]:
    tap, text = unquote(_word(fields, "bizmsgmenuid")), _text(fields, "Content")[:LONGEST]
    if tap:
        return {"kind": "tap", "tap": tap[:64]}
    return {"kind": "sticker"} if FACES.fullmatch(text.strip()) else {"kind": "text", "text": text}


def _media(kind: str, name: str = "") -> Callable[[Fields], dict[str, Any]]:
    def read_media(fields: Fields) -> dict[str, Any]:
        ref = _word(fields, "MediaId")
        if not ref or len(ref) > 500:
            raise Refused(400, "no media id")
        return {"kind": "media", "media": (Media(kind=kind, ref=ref, name=name),)}

    return read_media


def _sent(kind: str, **names: str) -> Callable[[Fields], dict[str, Any]]:
    # no text: a street number in a place's name would be read as a pickup number
    def read_sent(fields: Fields) -> dict[str, Any]:
        found = {name: _text(fields, node)[:500] for name, node in names.items() if _text(fields, node)}
        return {"kind": "other", "data": {kind: found} if found else {}}

    return read_sent


def _place(fields: Fields) -> dict[str, Any]:
    read_place = _sent("place", title="Poiname", address="Label", north="Location_X", east="Location_Y")
    values = read_place(fields)
    if found := values["data"].get("place"):
        found["map"] = "gcj"
    return values


def _other(fields: Fields) -> dict[str, Any]:
    return {"kind": "other"}


def _scene(fields: Fields) -> dict[str, Any]:
    """Return a follow or scan: a leader's code binds, a site's is remembered, any other is only greeted."""
    scene = _word(fields, "EventKey").removeprefix("qrscene_")
    known = BIND_CODE.fullmatch(scene) or scene.startswith(SITE)
    return {"kind": "start", "text": scene[:80] if known else ""}


def _click(fields: Fields) -> dict[str, Any]:
    """Return a tap on the account's menu as the word of that entry; an entry of another menu greets."""
    key = _word(fields, "EventKey")
    name = key.removeprefix("menu:")
    if key != name and name in MENU[1:]:
        return {"kind": "text", "text": say(languages()[0], f"wechat.say_{name}")}
    return {"kind": "start"}


KINDS: Mapping[str, Callable[[Fields], dict[str, Any]]] = {
    "text": _said,
    "image": _media("photo"),
    "voice": _media("voice", "voice.amr"),
    "video": _media("video", "video.mp4"),
    "shortvideo": _media("video", "video.mp4"),
    "location": _place,
    "link": _sent("link", title="Title", text="Description", url="Url"),
    "miniprogrampage": _sent("card", title="Title", path="PagePath"),
}
EVENTS: Mapping[str, Callable[[Fields], dict[str, Any]]] = {
    "subscribe": _scene,
    "subscribe_scan": _scene,
    "scan": _scene,
    "click": _click,
}
"""Every other event concerns the platform only: it is acknowledged, and nothing follows."""
