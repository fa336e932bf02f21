"""All state of the double in one place: who exists, what was said, who hears of it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from datetime import datetime

from . import render
from .bell import Bell
from .bots import Bot
from .calls import Call, Violation
from .chats import Chat, GroupChat, Member, Message, Private, Tap
from .errors import bad, forbidden
from .files import Files
from .values import Account, Json


class World:
    """Change it under `bell.lock` and ring the bell afterwards."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.bell = Bell()
        self.now = now
        self.bots: dict[str, Bot] = {}
        self.people: dict[int, Account] = {}
        self.groups: dict[int, GroupChat] = {}
        self.privates: dict[tuple[int, int], Private] = {}
        self.files = Files()
        self.taps: dict[str, Tap] = {}
        self.calls: list[Call] = []
        self.violations: list[Violation] = []
        # Seconds in which a tap may be answered.
        self.tap_answer_within = 15.0
        self._serials = itertools.count(1)

    def serial(self) -> int:
        return next(self._serials)

    def private(self, bot: Bot, person: Account) -> Private:
        key = (bot.id, person.id)
        if key not in self.privates:
            self.privates[key] = Private(id=person.id, kind="private", bot=bot, person=person)
        return self.privates[key]

    def reach(self, bot: Bot, chat_id: object) -> Chat:
        """Return the chat a bot may act in, or the refusal it gets."""
        if not isinstance(chat_id, int):
            raise bad("chat not found")
        if chat_id > 0:
            return self._reach_person(bot, chat_id)
        group = self.groups.get(chat_id)
        if group is None:
            raise bad("chat not found")
        if group.id != chat_id:
            error = bad("group chat was upgraded to a supergroup chat")
            error.migrate_to = group.id
            raise error
        status = group.member(bot).status
        if status == "kicked":
            raise forbidden(f"bot was kicked from the {group.kind} chat")
        if status == "left":
            raise forbidden(f"bot is not a member of the {group.kind} chat")
        return group

    def _reach_person(self, bot: Bot, person_id: int) -> Private:
        chat = self.privates.get((bot.id, person_id))
        if chat is not None and chat.blocked:
            raise forbidden("bot was blocked by the user")
        if chat is None or not chat.opened:
            if any(person_id in group.members and bot.id in group.members for group in self.groups.values()):
                raise forbidden("bot can't initiate conversation with a user")
            if any(person_id == other.id for other in self.bots.values()):
                raise forbidden("bots can't send messages to bots")
            raise bad("chat not found")
        return chat

    def group_of(self, bot: Bot, chat_id: object) -> GroupChat:
        chat = self.reach(bot, chat_id)
        if not isinstance(chat, GroupChat):
            raise bad("method is available for supergroup chats only")
        return chat

    def post(self, message: Message) -> Message:
        """Put a message into its chat and tell every bot that may see it."""
        message.chat.keep(message)
        self.tell(message, "message")
        return message

    def tell(self, message: Message, kind: str) -> None:
        bots = [message.chat.bot] if isinstance(message.chat, Private) else getattr(message.chat, "bots", [])
        for bot in bots:
            if self.sees(bot, message):
                bot.inbox.push(kind, render.message(self.files, bot, message), message.chat_id)
        self.bell.ring()

    def sees(self, bot: Bot, message: Message) -> bool:
        """Privacy mode: service messages, commands for this bot and replies to it; all of it for administrators."""
        if isinstance(message.chat, Private):
            return message.sender is not bot and not message.chat.blocked
        if message.kind == "service":
            return True
        if isinstance(message.sender, Bot) or not isinstance(message.chat, GroupChat):
            return False
        if not bot.privacy or message.chat.member(bot).admin:
            return True
        if message.reply_to is not None and message.reply_to.sender is bot:
            return True
        word = message.text.split()[0] if message.text.startswith("/") else ""
        named = word.partition("@")[2].lower()
        return bool(word) and named in ("", (bot.username or "").lower())

    def new_message(self, chat: Chat, sender: Account, **fields: object) -> Message:
        """Return a message with the next id of its chat, not yet posted."""
        message = Message(chat=chat, chat_id=chat.id, id=chat.next_message_id(), at=self.now(), sender=sender)
        for name, value in fields.items():
            setattr(message, name, value)
        return message

    def service(self, chat: Chat, sender: Account, extra: Json, **fields: object) -> Message:
        """Return a line such as "joined" or "pinned"; every bot in the chat hears it, the one that caused it too."""
        return self.post(self.new_message(chat, sender, kind="service", extra=extra, **fields))

    def member_changed(self, group: GroupChat, by: Account, old: Json, new: Member) -> None:
        """my_chat_member for the bot it concerns; chat_member for bots that are administrators and asked for it."""
        for bot in [*group.bots, *([new.account] if isinstance(new.account, Bot) and not new.present else [])]:
            mine = new.account is bot
            if mine or group.member(bot).admin:
                body = {
                    "chat": render.chat(group),
                    "from": render.account(by),
                    "date": self.stamp(),
                    "old_chat_member": old,
                    "new_chat_member": render.member(new),
                }
                bot.inbox.push("my_chat_member" if mine else "chat_member", body, group.id)
        self.bell.ring()

    def stamp(self) -> int:
        return int(self.now().timestamp())

    def clock(self) -> float:
        return time.monotonic()
