"""What a customer did on Telegram, as an `Inbound`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiogram.enums import ChatMemberStatus, ChatType, ContentType
from aiogram.types import (
    CallbackQuery,
    ChatMemberUpdated,
    Contact,
    InaccessibleMessage,
    Message,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
    Update,
)

from handlers.messages.models import Inbound, Media, Origin
from handlers.messages.texts import languages, say

NAME = "telegram"
ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
MENU = {"status": "status", "agent": "human", "rules": "rules", "cancel": "cancel", "appeal": "appeal", "help": "help"}
# What a person can say besides text and media; everything else in a private chat Telegram wrote itself.
OTHER = frozenset(
    {
        ContentType.CONTACT,
        ContentType.LOCATION,
        ContentType.VENUE,
        ContentType.POLL,
        ContentType.DICE,
        ContentType.GAME,
        ContentType.STORY,
        ContentType.PAID_MEDIA,
        ContentType.CHECKLIST,
        ContentType.RICH_MESSAGE,
        ContentType.UNKNOWN,
    }
)
NAMES = {  # of sheets that come without one: what a file is called tells whether it is a list
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "sheet.xlsx",
    "application/vnd.ms-excel.sheet.macroenabled.12": "sheet.xlsm",
    "text/csv": "sheet.csv",
}
GONE = (ChatMemberStatus.KICKED, ChatMemberStatus.LEFT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads updates of one bot. `local` converts the platform's time to the service's, `now` is the service's."""

    bot_id: int
    local: Callable[[datetime], datetime]
    now: Callable[[], datetime]

    def inbound(self, update: Update) -> Inbound | None:
        """Return an update as an `Inbound`; None when it is not meant for the bot."""
        if update.message:
            return self._said(update.message)
        if update.edited_message:
            return self._corrected(update.edited_message, update.update_id)
        if update.callback_query:
            return self._tapped(update.callback_query)
        if update.my_chat_member:
            return self._shut(update.my_chat_member, update.update_id)
        return None

    def key(self, *parts: object) -> str:
        """Return a message's name, the same for every delivery of it."""
        return ":".join(map(str, (NAME, self.bot_id, *parts)))

    def _said(self, message: Message) -> Inbound | None:
        kind, text = _kind_and_text(message)
        if not kind or not _from_a_person(message):
            return None
        return self._inbound(message, key=self.key("m", message.chat.id, message.message_id), kind=kind, text=text,
                             media=tuple(_media(message)), data=_data(message))  # fmt: skip

    def _corrected(self, message: Message, update_id: int) -> Inbound | None:
        """Return an edit with its words and pictures as they are now; a moving location is no correction."""
        text, media = message.text or message.caption or "", tuple(_media(message))
        if not _from_a_person(message) or not (text or media):
            return None
        when = message.edit_date
        at = datetime.fromtimestamp(when, tz=message.date.tzinfo) if when else message.date
        chat, number = message.chat.id, message.message_id
        told = {**_data(message), "first": self.key("m", chat, number), "later": self.key("e", chat, number, "")}
        return self._inbound(message, key=self.key("e", chat, number, update_id), kind="media" if media else "text",
                             text=text, media=media, at=at, edits=str(number), data=told)  # fmt: skip

    def _inbound(self, message: Message, *, at: datetime | None = None, **fields: Any) -> Inbound:
        person = message.from_user
        assert person
        return Inbound(
            channel=NAME,
            account=str(message.chat.id),
            at=self._moment(at or message.date),
            album=message.media_group_id or "",
            message=str(message.message_id),
            origin=self._origin(message),
            name=person.full_name,
            language=_language(person.language_code),
            **fields,
        )

    def _tapped(self, query: CallbackQuery) -> Inbound | None:
        message = query.message
        if not query.data or message is None or message.chat.type != ChatType.PRIVATE:
            return None
        return Inbound(
            key=self.key("t", query.id),
            channel=NAME,
            account=str(message.chat.id),
            at=self.now(),
            kind="tap",
            text="" if isinstance(message, InaccessibleMessage) else _label(message, query.data),
            tap=query.data,
            message=str(message.message_id),
            name=query.from_user.full_name,
            language=_language(query.from_user.language_code),
        )

    def _shut(self, change: ChatMemberUpdated, update_id: int) -> Inbound | None:
        """Return that the customer blocked the bot, or allowed it again."""
        if change.chat.type != ChatType.PRIVATE:
            return None
        return Inbound(
            key=self.key("b", update_id),
            channel=NAME,
            account=str(change.chat.id),
            at=self._moment(change.date),
            kind="blocked" if change.new_chat_member.status in GONE else "unblocked",
            name=change.from_user.full_name,
            language=_language(change.from_user.language_code),
        )

    def _origin(self, message: Message) -> Origin | None:
        """Return who first wrote a forwarded message: a person, a hidden person, a group or a channel."""
        origin = message.forward_origin
        if origin is None:
            return None
        at = self._moment(origin.date)
        if isinstance(origin, MessageOriginUser):
            return Origin(name=origin.sender_user.full_name, at=at, account=f"{NAME}:{origin.sender_user.id}")
        if isinstance(origin, MessageOriginHiddenUser):
            return Origin(name=origin.sender_user_name, at=at)
        if isinstance(origin, MessageOriginChat):
            return Origin(name=origin.author_signature or origin.sender_chat.title or "", at=at)
        if isinstance(origin, MessageOriginChannel):
            return Origin(name=origin.author_signature or origin.chat.title or "", at=at)
        return None

    def _moment(self, at: datetime) -> datetime:
        return min(self.local(at), self.now())


def _from_a_person(message: Message) -> bool:
    person = message.from_user
    return message.chat.type == ChatType.PRIVATE and person is not None and not person.is_bot


def _kind_and_text(message: Message) -> tuple[str, str]:
    if message.text is not None:
        return _words(message)
    if message.sticker:
        return "sticker", message.sticker.emoji or ""
    if _is_own(message.contact, message):
        return "text", message.contact.phone_number if message.contact else ""
    if _media(message):
        return "media", message.caption or ""
    return "other" if message.content_type in OTHER else "", message.caption or ""


def _words(message: Message) -> tuple[str, str]:
    """Return the text; /start CODE follows a deep link, and the menu's commands are the fixed words."""
    text = message.text or ""
    command, _, argument = text.partition(" ")
    name = command[1:].partition("@")[0].lower() if command.startswith("/") else ""
    if name == "start":
        return "start", argument.strip()
    if name in MENU and not argument.strip():
        language = _language(message.from_user.language_code if message.from_user else None)
        return "text", say(language, f"words.{MENU[name]}").partition("|")[0]
    return "text", text


def _is_own(contact: Contact | None, message: Message) -> bool:
    return bool(contact and message.from_user and contact.user_id == message.from_user.id)


def _media(message: Message) -> list[Media]:
    read = _photo if message.photo else MEDIA.get(ContentType(message.content_type))
    return [read(message)] if read else []


def _photo(message: Message) -> Media:
    assert message.photo
    best = message.photo[-1]  # the platform lists the largest last
    return Media(kind="photo", ref=best.file_id, size=best.file_size, mark=best.file_unique_id)


def _document(message: Message) -> Media:
    """Return a picture that was sent as a file as a photo, and as a better one."""
    found = message.document
    assert found
    mime = found.mime_type or ""
    kind = "photo" if mime.startswith("image/") else "document"
    name, mark = found.file_name or NAMES.get(mime, ""), found.file_unique_id
    return Media(kind=kind, ref=found.file_id, name=name, size=found.file_size, mark=mark)


def _recorded(name: str, kind: str) -> Callable[[Message], Media]:
    def read(message: Message) -> Media:
        found = getattr(message, name)
        named = getattr(found, "file_name", None) or ""
        sized: dict[str, Any] = {"size": found.file_size, "seconds": found.duration, "mark": found.file_unique_id}
        return Media(kind=kind, ref=found.file_id, name=named, **sized)

    return read


MEDIA: Mapping[ContentType, Callable[[Message], Media]] = {
    ContentType.DOCUMENT: _document,
    ContentType.VIDEO: _recorded("video", "video"),
    ContentType.ANIMATION: _recorded("animation", "video"),
    ContentType.VIDEO_NOTE: _recorded("video_note", "video"),
    ContentType.VOICE: _recorded("voice", "voice"),
    ContentType.AUDIO: _recorded("audio", "voice"),
}


def _data(message: Message) -> Mapping[str, Any]:
    """Return what has no field of its own: a place, a contact, and what was quoted."""
    data: dict[str, Any] = {}
    place = message.venue.location if message.venue else message.location
    if place:
        data["place"] = {"north": place.latitude, "east": place.longitude, "map": "wgs"}
        data["place"] |= {"title": message.venue.title, "address": message.venue.address} if message.venue else {}
    if message.contact:
        data["contact"] = {"phone": message.contact.phone_number, "name": message.contact.first_name}
    if message.reply_to_message:
        quoted = message.reply_to_message
        data["reply_to"] = {"message": str(quoted.message_id), "text": quoted.text or quoted.caption or ""}
    return data


def _label(message: Message, tap: str) -> str:
    rows = message.reply_markup.inline_keyboard if message.reply_markup else []
    return next((button.text for row in rows for button in row if button.callback_data == tap), "")


def _language(code: str | None) -> str:
    short = (code or "")[:2].lower()
    return short if short in languages() or not short else "en"  # understood more widely than Chinese
