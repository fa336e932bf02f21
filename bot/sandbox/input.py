"""What the sandbox page sends: text, taps and files of the played customers and agents."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any
from zlib import crc32

from aiohttp import hdrs, web

from bot.channels.base import TooBig
from bot.sandbox import sample_sheet
from bot.sandbox.channel import Said, SandboxChannel
from bot.sandbox.desk import PLAYERS, Done, Player, SandboxDesk
from bot.sandbox.page import AREA, Page
from bot.sandbox.room import MAX_UPLOAD
from handlers.messages import cleaning
from handlers.messages.models import Media
from handlers.messages.texts import languages, say
from storage.platforms.sandbox import DESK, Shown, chat_place

MAX_TEXT = 20_000  # characters of one message
MAX_NAME = 40
ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
KINDS = {"image": "photo", "video": "video", "audio": "voice"}
SAYINGS = {"text", "sticker", "start"}
SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """The page's writing requests; each is answered 200 only after the COMMIT."""

    page: Page
    channel: SandboxChannel
    desk: SandboxDesk

    def door(self, app: web.Application) -> None:
        """Add the routes to the server."""
        wrap, add = self.page.guard.wrap, app.router
        add.add_post("/sandbox/people", wrap(self.join))
        add.add_post("/sandbox/chats/{account}", wrap(self.say))
        add.add_post("/sandbox/chats/{account}/files", wrap(self.say_file))
        add.add_post("/sandbox/desk", wrap(self.act))
        add.add_post("/sandbox/desk/files", wrap(self.act_file))

    async def join(self, request: web.Request) -> web.Response:
        """Add a customer of any name, not bound to any order; the customer greets the bot."""
        given = await _body(request)
        name = cleaning.line(_text(request, given, "name"), MAX_NAME)
        if not name:
            raise _refusal(request, 400, "no_name")
        account = f"guest-{_id(request, given)}"
        place = chat_place(account)
        await self.page.room.post(Shown(place=place, sender=name, kind="joined", key=f"joined:{account}"))
        await self.channel.say(
            Said(id=f"{given['id']}-start", account=account, name=name, kind="start", language=_language(request))
        )
        return web.json_response({"account": account})

    async def say(self, request: web.Request) -> web.Response:
        """Take a customer's text, sticker or tap."""
        name = await self._name(request)
        given = await _body(request)
        tap, message = _text(request, given, "tap"), _text(request, given, "message")
        kind = "tap" if tap else _text(request, given, "kind") or "text"
        if kind != "tap" and kind not in SAYINGS:
            raise _refusal(request, 400, "not_understood")
        account = request.match_info["account"]
        place = chat_place(account)
        text = await self._label(request, place, message, tap) if tap else _text(request, given, "text")
        if kind == "text" and not text:
            raise _refusal(request, 400, "empty")
        said = Said(
            id=_id(request, given),
            account=account,
            name=name,
            kind=kind,
            text=text,
            tap=tap,
            message=message if tap else "",
            language=_language(request),
        )
        await self.channel.say(said)
        return web.json_response({})

    async def say_file(self, request: web.Request) -> web.Response:
        """Take a customer's photo, voice, video or document; one file of an album at a time."""
        name = await self._name(request)
        given = request.query
        identity = _id(request, given)
        said = Said(
            id=identity,
            account=request.match_info["account"],
            name=name,
            kind="media",
            text=_text(request, given, "text"),
            media=(await self._file(request),),
            album=_text(request, given, "album"),
            language=_language(request),
        )
        await self.channel.say(said)
        return web.json_response({})

    async def act(self, request: web.Request) -> web.Response:
        """Take an agent's tap, reply, command or text; answer what that agent is shown at once."""
        given = await _body(request)
        tap, text = _text(request, given, "tap"), _text(request, given, "text")
        message = _text(request, given, "message")
        if not tap and not text.strip():
            raise _refusal(request, 400, "empty")
        if tap or message:  # a card may have lost the button by now: the answer says who was faster
            await self._known(request, DESK, message)
        kind = "tap" if tap else "reply" if message else "command" if text.startswith("/") else "text"
        done = Done(
            id=_id(request, given), player=_player(request, given), kind=kind, text=text, tap=tap, message=message
        )
        answer = await self.desk.act(done)
        listed = bool(answer.buttons)  # shown in the group as a message of its own
        return web.json_response({"text": answer.text, "alert": answer.alert, "listed": listed})

    async def act_file(self, request: web.Request) -> web.Response:
        """Take an agent's photo or voice, as an answer to a message where it names one."""
        given = request.query
        message = _text(request, given, "message")
        if message:
            await self._known(request, DESK, message)
        done = Done(
            id=_id(request, given),
            player=_player(request, given),
            kind="reply" if message else "text",
            text=_text(request, given, "text"),
            message=message,
            media=(await self._file(request),),
        )
        answer = await self.desk.act(done)
        return web.json_response({"text": answer.text, "alert": answer.alert})

    async def _name(self, request: web.Request) -> str:
        account = request.match_info["account"]
        sample = next((person.name for person in self.page.people if person.account == account), None)
        name = sample or await self.page.room.has_joined(account)
        if name is None:
            raise _refusal(request, 404, "nobody")
        return name

    async def _known(self, request: web.Request, place: str, message: str) -> Shown:
        shown = await self.page.room.get(int(message)) if message.isdecimal() and len(message) < 19 else None
        if shown is None or shown.place != place:
            raise _refusal(request, 404, "no_message")
        return shown

    async def _label(self, request: web.Request, place: str, message: str, tap: str) -> str:
        shown = await self._known(request, place, message)
        for row in shown.buttons:
            for label, value in row:
                if value == tap:
                    return label
        raise _refusal(request, 409, "no_button")

    async def _file(self, request: web.Request) -> Media:
        given = request.query
        room = self.page.room
        if (sample := _text(request, given, "sample")) == sample_sheet.NAME:
            data = await asyncio.to_thread(sample_sheet.draw, _text(request, given, "language"))
            return Media(kind="document", ref=await room.put(data, ".xlsx"), name=sample, size=len(data))
        if sample:
            try:
                # each sending has a look of its own, else the second claim would be marked for a reused photo
                data = await self.page.sample(sample, crc32(_id(request, given).encode()))
            except KeyError:
                raise _refusal(request, 404, "no_photo") from None
            return Media(kind="photo", ref=await room.put(data, ".jpg"), name=f"{sample}.jpg", size=len(data))
        name = cleaning.line(PurePath(_text(request, given, "name")).name, cleaning.FILE)
        suffix = PurePath(name).suffix.lower()
        try:
            if (request.content_length or 0) > MAX_UPLOAD:
                raise TooBig
            chunks = request.content.iter_chunked(64 * 1024)
            ref, size = await room.keep(chunks, suffix if SUFFIX.fullmatch(suffix) else "")
        except TooBig:
            raise _refusal(request, 413, "too_big", limit=MAX_UPLOAD // (1024 * 1024)) from None
        kind = KINDS.get(request.content_type.partition("/")[0], "document")
        seconds = _text(request, given, "seconds")
        length = int(seconds) if seconds.isdecimal() and len(seconds) < 6 else None
        return Media(kind=kind, ref=ref, name=name, size=size, seconds=length)


async def _body(request: web.Request) -> Mapping[str, Any]:
    try:
        given = json.loads(await request.read())
    except (ValueError, RecursionError):  # no JSON, a number of thousands of digits, brackets without end
        given = None
    if not isinstance(given, dict):
        raise _refusal(request, 400, "not_understood")
    return given


def _text(request: web.Request, given: Mapping[str, Any], name: str) -> str:
    value = given.get(name, "")
    if not isinstance(value, str):
        raise _refusal(request, 400, "not_understood")
    if len(value) > MAX_TEXT:
        raise _refusal(request, 413, "too_long", limit=MAX_TEXT)
    # half a surrogate pair and NUL have no place in any database
    return value.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def _id(request: web.Request, given: Mapping[str, Any]) -> str:
    value = _text(request, given, "id")
    if not ID.fullmatch(value):
        raise _refusal(request, 400, "not_understood")
    return value


def _player(request: web.Request, given: Mapping[str, Any]) -> Player:
    known = {player.id: player for player in PLAYERS}
    player = known.get(_text(request, given, "as"))
    if player is None:
        raise _refusal(request, 400, "not_understood")
    return player


def _language(request: web.Request) -> str:
    asked = request.headers.get(hdrs.ACCEPT_LANGUAGE, "")[:2].lower()
    return asked if asked in languages() else languages()[0]


def _refusal(request: web.Request, status: int, key: str, *, limit: int = 0) -> web.HTTPException:
    told = say(_language(request), AREA + key, limit=limit)
    if status == web.HTTPRequestEntityTooLarge.status_code:
        return web.HTTPRequestEntityTooLarge(MAX_UPLOAD, text=told)
    return REFUSALS[status](text=told)


REFUSALS: Mapping[int, type[web.HTTPException]] = {
    400: web.HTTPBadRequest,
    404: web.HTTPNotFound,
    409: web.HTTPConflict,
}
