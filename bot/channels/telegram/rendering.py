"""A reply as the calls that carry it on Telegram: texts that fit, captions, albums, keyboards."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from aiogram.methods import (
    SendAudio,
    SendDocument,
    SendMediaGroup,
    SendPhoto,
    SendVideo,
    SendVoice,
    TelegramMethod,
)
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
)

from bot.channels.telegram.photo_limits import takes
from bot.channels.telegram.session import Raw, Words
from bot.channels.telegram.text import CAPTION, LABEL, TAP, cut, split, units
from handlers.messages.models import Button, Reply

ALBUM = 10
ROWS = 25  # of buttons
# How sounds begin, and how they go: only Ogg is a voice message; the house keeps all voices under one suffix.
SOUNDS = (
    (re.compile(rb"OggS"), "voice", ".ogg"),
    (re.compile(rb"ID3|\xff[\xf2\xf3\xfa\xfb]"), "audio", ".mp3"),
    (re.compile(rb".{4}ftyp", re.DOTALL), "audio", ".m4a"),
    (re.compile(rb"#!AMR"), "document", ".amr"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One stored file to be sent, as the kind that Telegram takes it for."""

    kind: str
    name: str
    data: bytes = field(repr=False)

    def upload(self) -> BufferedInputFile:
        """Return the file as aiogram wants it."""
        return BufferedInputFile(self.data, self.name)


def file(kind: str, key: str, data: bytes) -> File:
    """Return how a stored file is sent: what Telegram does not take as photo or voice goes as a file."""
    path = PurePath(key)
    suffix = ".mp4" if kind == "video" else path.suffix
    if kind == "photo" and not takes(data):
        kind = "document"
    if kind == "voice":
        found = ((kind, suffix) for begins, kind, suffix in SOUNDS if begins.match(data))
        kind, suffix = next(found, ("document", suffix))
    return File(kind=kind, name=f"{path.stem[:12]}{suffix}", data=data)


Call = Words | TelegramMethod[Any]


def calls(chat: int, reply: Reply, files: Sequence[File]) -> list[Call]:
    """Return the calls for one reply in order: files first, the words as their caption or after them, buttons last."""
    groups = _groups(files)
    text, keys = reply.text, keyboard(reply.buttons)
    alone = len(groups) == 1 and (len(groups[0]) == 1 or keys is None)
    as_caption = alone and bool(text) and units(text) <= CAPTION
    made: list[Call] = []
    for group in groups:
        caption = text if as_caption else None
        made.append(_one(chat, group[0], caption, keys if as_caption or not text else None) if len(group) == 1
                    else _album(chat, group, caption))  # fmt: skip
    if not as_caption:
        parts = split(text)
        made += [say(chat, part, keys if place == len(parts) else None) for place, part in enumerate(parts, 1)]
    return made


def say(chat: int, text: str, keys: Raw | None = None) -> Words:
    """Return the call that sends a text, with buttons or without."""
    return Words(method="sendMessage", values={"chat_id": chat, "text": text}, keys=keys)


def edit(chat: int, message: int, reply: Reply) -> Words | None:
    """Return the call that draws a message anew; None when the reply takes more than one message."""
    parts = split(reply.text)
    if len(parts) != 1 or reply.media:
        return None
    values = {"chat_id": chat, "message_id": message, "text": parts[0]}
    return Words(method="editMessageText", values=values, keys=keyboard(reply.buttons))


def _groups(files: Iterable[File]) -> list[list[File]]:
    """Return albums of photos and videos, and of files; a voice message always goes alone."""
    groups: list[list[File]] = []
    for each in files:
        last = groups[-1] if groups else []
        if last and len(last) < ALBUM and ALBUMS.get(last[0].kind) == ALBUMS.get(each.kind, each):
            last.append(each)
        else:
            groups.append([each])
    return groups


def _one(chat: int, each: File, caption: str | None, keys: Raw | None) -> TelegramMethod[Any]:
    markup = InlineKeyboardMarkup.model_validate(keys) if keys else None
    return SINGLE[each.kind](**{"chat_id": chat, each.kind: each.upload(), "caption": caption, "reply_markup": markup})


def _album(chat: int, group: Sequence[File], caption: str | None) -> TelegramMethod[Any]:
    media = [
        GROUPED[each.kind](media=each.upload(), caption=caption if place == 0 else None)
        for place, each in enumerate(group)
    ]
    return SendMediaGroup(chat_id=chat, media=media)


ALBUMS = {"photo": "seen", "video": "seen", "document": "file"}
SINGLE: dict[str, Callable[..., TelegramMethod[Any]]] = {
    "photo": SendPhoto,
    "video": SendVideo,
    "voice": SendVoice,
    "audio": SendAudio,
    "document": SendDocument,
}
SINGLE_TYPES: dict[str, type[Any]] = {"photo": SendPhoto, "video": SendVideo, "voice": SendVoice, "audio": SendAudio}
GROUPED: dict[str, Callable[..., Any]] = {
    "photo": InputMediaPhoto,
    "video": InputMediaVideo,
    "document": InputMediaDocument,
}


def instead(call: Call, does: str) -> list[Call] | None:
    """Return the calls that may go in place of a refused one, by what the refusal means; None when there are none."""
    if isinstance(call, SendMediaGroup):
        return [
            SINGLE[each.type](**{"chat_id": call.chat_id, each.type: each.media, "caption": each.caption})
            for each in call.media
        ]
    for kind in ("photo", "video", "voice", "audio"):
        if isinstance(call, SINGLE_TYPES[kind]) and does != "words":
            upload: Any = getattr(call, kind)
            more: Any = {"caption": call.caption, "reply_markup": call.reply_markup}
            return [SendDocument(chat_id=call.chat_id, document=upload, **more)]
    return _shorter(call, does) if isinstance(call, Words) and call.method == "sendMessage" else None


def _shorter(call: Words, does: str) -> list[Call] | None:
    chat, text = call.values["chat_id"], call.values["text"]
    if does == "shorter" and units(text) > CAPTION:
        parts = split(text, CAPTION)
        return [say(chat, part, call.keys if place == len(parts) else None) for place, part in enumerate(parts, 1)]
    return [say(chat, text)] if call.keys else None


def keyboard(rows: Sequence[Sequence[Button]]) -> Raw | None:
    """Return a reply's buttons; one whose value Telegram does not take is left out, because its text can be typed."""
    made = [
        [
            {"text": cut(button.label, LABEL), "callback_data": button.tap}
            for button in row
            if 1 <= len(button.tap.encode()) <= TAP
        ]
        for row in rows[:ROWS]
    ]
    made = [row for row in made if row]
    return {"inline_keyboard": made} if made else None
