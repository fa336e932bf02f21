"""What the staff did in the group, as `DeskInbound`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from telegram import CallbackQuery, ChatMember, ChatMemberUpdated, Message, Update, User

from handlers.messages.models import DeskInbound, Media

NAME = "telegram"
ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member", "chat_member")
MENU = ("queue", "next", "mine", "find", "ticket", "new", "talk", "stats")
PRESENT = (ChatMember.OWNER, ChatMember.ADMINISTRATOR, ChatMember.MEMBER)
BOSSES = (ChatMember.OWNER, ChatMember.ADMINISTRATOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One action of a member of the group, and where its answer goes: the message to reply to, or the tap.

    `refused` names the text that says why nothing can be done with it: only the person who did it is told.
    """

    inbound: DeskInbound
    message: int = 0
    thread: int | None = None
    query: str = ""
    refused: str = ""
    kind: str = ""  # of what cannot be carried

    @property
    def personal(self) -> bool:
        """Return whether a person did it; the platform's own word of who came or left is none."""
        return bool(self.message or self.query)


@dataclass(slots=True, kw_only=True)
class Reader:
    """Reads updates of the group. `bot` is the bot's own name; `bosses` are the known administrators."""

    bot_id: int
    bot_name: str
    now: Callable[[], datetime]
    local: Callable[[datetime], datetime]
    bosses: set[str] = field(default_factory=set)

    def actions(self, update: Update) -> Iterator[Done]:
        """Yield what the staff did; nothing for talk among themselves."""
        if update.callback_query:
            yield from self._tap(update.callback_query)
        elif update.chat_member:
            yield from self._changed(update.chat_member, update.update_id)
        elif update.message:
            yield from self._came(update.message)
            yield from self._said(update.message)
        elif update.edited_message:
            yield from self._said(update.edited_message)

    def person(self, user: User, kind: str, key: str) -> DeskInbound:
        """Return the beginning of an action of this person, now."""
        return DeskInbound(
            key=self._key(key),
            desk=NAME,
            user=str(user.id),
            name=user.full_name,
            at=self.now(),
            supervisor=str(user.id) in self.bosses,
            kind=kind,
        )

    def _key(self, key: str) -> str:
        return f"{NAME}:{self.bot_id}:{key}"

    def _tap(self, query: CallbackQuery) -> Iterator[Done]:
        if query.data and query.message:
            inbound = self.person(query.from_user, "tap", f"t:{query.id}")
            place = place_of(query.message.chat.id, query.message.message_id)
            yield Done(inbound=replace(inbound, tap=query.data, reply_to=place), query=query.id)

    def _changed(self, change: ChatMemberUpdated, update_id: int) -> Iterator[Done]:
        """Return that somebody joined, left, or became or ceased to be an administrator."""
        member = change.new_chat_member
        user = member.user
        if user.is_bot:
            return
        (self.bosses.add if member.status in BOSSES else self.bosses.discard)(str(user.id))
        kind = "joined" if is_present(member) else "left"
        yield Done(inbound=self.person(user, kind, f"c:{update_id}"))

    def _came(self, message: Message) -> Iterator[Done]:
        """Yield who the platform says came into the group or left it."""
        spot = f"{message.chat.id}:{message.message_id}"
        for other in message.new_chat_members or ():
            if not other.is_bot:
                yield Done(inbound=self.person(other, "joined", f"j:{spot}:{other.id}"))
        if message.left_chat_member and not message.left_chat_member.is_bot:
            yield Done(inbound=self.person(message.left_chat_member, "left", f"l:{spot}"))

    def _said(self, message: Message) -> Iterator[Done]:
        """Yield what a person wrote, and why it cannot be carried where that is so."""
        user, spot = message.from_user, f"{message.chat.id}:{message.message_id}"
        if user is None or message.is_automatic_forward or (user.is_bot and not message.sender_chat):
            return
        begun = self.person(user, "text", f"m:{spot}")
        if message.edit_date:
            moment = int(message.edit_date.timestamp())
            begun = replace(begun, key=self._key(f"e:{spot}:{moment}"), edits=begun.key)
        inbound = self._words(message, begun)
        if inbound is None or (message.sender_chat and inbound.kind == "text"):
            return
        thread = message.message_thread_id if message.is_topic_message else None
        at = min(self.local(message.date), self.now())
        done = Done(inbound=replace(inbound, at=at), message=message.message_id, thread=thread)
        refused, kind = _refused(message, inbound)
        yield replace(done, refused=refused, kind=kind)

    def _words(self, message: Message, inbound: DeskInbound) -> DeskInbound | None:
        """Return a command, a reply to the bot, words in a ticket's topic, or other talk; None for no words."""
        text, media = message.text or message.caption or "", tuple(media_of(message))
        if message.text and text.startswith("/"):
            return self._command(text, inbound)
        if not text and not media and not odd(message):
            return None
        quoted, topic = message.reply_to_message, is_topic(message)
        if quoted and not (topic and quoted.message_id == message.message_thread_id):
            place = place_of(message.chat.id, quoted.message_id)
            if quoted.from_user is None or quoted.from_user.id != self.bot_id:
                return replace(inbound, text=text, reply_to=place)  # talk with a colleague
            words = quoted.text or quoted.caption or ""
            return replace(inbound, kind="reply", text=text, media=media, reply_to=place, quoted=words)
        if topic:
            thread = message.message_thread_id or 0
            name = quoted.forum_topic_created.name if quoted and quoted.forum_topic_created else ""
            place = topic_place(message.chat.id, thread)
            return replace(inbound, kind="reply", text=text, media=media, reply_to=place, quoted=name)
        return replace(inbound, text=text)

    def _command(self, text: str, inbound: DeskInbound) -> DeskInbound | None:
        command, _, argument = text.partition(" ")
        name, _, whom = command[1:].partition("@")
        if whom and whom.lower() != self.bot_name.lower():
            return None
        if name.lower() == "start":
            return replace(inbound, kind="joined")
        return replace(inbound, kind="command", text=f"/{name.lower()} {argument}".strip())


def is_present(member: ChatMember) -> bool:
    """Return whether someone is in the group; the restricted may be or not."""
    return member.status in PRESENT or bool(getattr(member, "is_member", False))


def is_topic(message: Message) -> bool:
    """Return whether a message is in a topic of its own, not among the others."""
    return bool(message.is_topic_message and message.message_thread_id)


def place_of(chat_id: int, message_id: int) -> str:
    """Return a message's name: its numbers begin anew when a group moves, so the chat is part of it."""
    return f"{chat_id}/{message_id}"


def topic_place(chat_id: int, thread: int) -> str:
    """Return a topic's name, in the form of a message's."""
    return f"{chat_id}/topic/{thread}"


def odd(message: Message) -> str:
    """Return what a message holds that cannot be sent to a customer; "" where it holds no such thing."""
    return next((kind for name, kind in ODD.items() if getattr(message, name)), "")


def _refused(message: Message, inbound: DeskInbound) -> tuple[str, str]:
    """Return why something meant for the bot cannot be sent on: a text of the area telegram, and what it is."""
    if inbound.kind == "text" or (inbound.kind == "joined" and not message.sender_chat):
        return "", ""
    if message.sender_chat:
        return "anonymous" if message.sender_chat.id == message.chat.id else "as_channel", ""
    if inbound.kind == "command" and message.edit_date:
        return "edited_command", ""
    if inbound.kind == "reply" and not inbound.text and not inbound.media:
        return "not_carried", odd(message)
    return "", ""


def media_of(message: Message) -> Iterator[Media]:
    """Yield what a message carries, by the desk bot's own references."""
    if message.photo:
        best = message.photo[-1]
        yield Media(kind="photo", ref=best.file_id, size=best.file_size)
        return
    for name, kind in KINDS.items():
        found: Any = getattr(message, name)
        if found:
            yield _medium(found, kind)
            return


KINDS: Mapping[str, str] = {
    "voice": "voice",
    "audio": "voice",
    "video": "video",
    "video_note": "video",
    "animation": "video",
    "document": "document",
}


# a venue is a location too, and a game or an invoice has a text of its own
ODD: Mapping[str, str] = {
    "sticker": "sticker",
    "venue": "place",
    "location": "place",
    "contact": "contact",
    "dice": "dice",
    "poll": "poll",
    "game": "game",
    "story": "story",
    "paid_media": "other",
    "checklist": "other",
}


def _medium(found: Any, kind: str) -> Media:
    if kind == "document" and (found.mime_type or "").startswith("image/"):
        kind = "photo"
    length: Any = getattr(found, "_duration", None)  # the public property warns of its own change of type
    seconds = int(length.total_seconds()) if isinstance(length, timedelta) else length
    named = getattr(found, "file_name", None) or ""
    return Media(kind=kind, ref=found.file_id, name=named, size=found.file_size, seconds=seconds)
