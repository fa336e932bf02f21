"""What comes in from the group: passed on, and answered to the person who did it; strangers are told that they are."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import Any

from telegram import Chat, Message, ReplyParameters, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from bot.channels.telegram.text import ANSWER, TEXT, cut
from bot.desks.telegram import rate_limit as pace
from bot.desks.telegram.group import Group, Wait
from bot.desks.telegram.html import html, keyboard, pairs
from bot.desks.telegram.inbound import NAME, Done, Reader
from bot.desks.telegram.staff import Staff
from handlers.desk import commands
from handlers.messages import ticket_numbers
from handlers.messages.models import Button, DeskInbound, to_raw
from storage import parked
from storage.desk import desk_messages

LOG = logging.getLogger(__name__)
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError)
REMEMBERED = 2000  # actions whose repetition is noticed at once
PATIENT = 60.0  # seconds that an answer in the group waits for its turn


@dataclass(slots=True, kw_only=True)
class Listener:
    """Handles one update at a time per chat; returns after the COMMIT."""

    group: Group
    reader: Reader
    staff: Staff
    clock: Callable[[], datetime]
    promoted: Callable[[], None]  # called when the bot's own rights changed
    pinned: Callable[[int], Awaitable[None]]  # called when somebody pinned a message
    _done: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _hinted: set[tuple[str, date]] = field(default_factory=set)  # who was told on which day

    async def handle(self, raw: Mapping[str, Any]) -> None:
        """Pass one update on; one that cannot be read is parked."""
        try:
            update = Update.de_json(dict(raw), self.group.bot)
            chat = update.effective_chat
            actions = list(self.reader.actions(update))
        except UNREADABLE as error:
            await self._park(raw, error)
            return
        if update.my_chat_member and chat and chat.id == self.group.chat_id:
            self.staff.own(update.my_chat_member)
            self.promoted()
        if chat is None or not await self._is_ours(chat, update):
            return
        await self._notice(update.message)
        for done in actions:
            await self._carry_out(done)

    async def _is_ours(self, chat: Chat, update: Update) -> bool:
        """Return whether an update is of the group; answer one of another chat if needed."""
        message = update.message
        if message and message.migrate_from_chat_id == self.group.chat_id:
            await self.group.moved(chat.id)
        if chat.id == self.group.chat_id:
            if chat.is_forum is not None or message:
                self.group.forum = bool(chat.is_forum)
            return True
        if chat.type == Chat.PRIVATE and message:
            await self._privately(message)
        elif update.my_chat_member:
            LOG.warning("the desk's bot is in the chat %d (%s); TELEGRAM_DESK_CHAT_ID is %d",
                        chat.id, chat.title or chat.full_name, self.group.chat_id)  # fmt: skip
        return False

    async def _privately(self, message: Message) -> None:
        """Greet a member of the staff who sent /start; refuse a stranger politely."""
        user = message.from_user
        if user is None or user.is_bot:
            return
        known = await self.staff.knows(str(user.id))
        if known is None:
            self._later(self._tell(message.chat.id, self.group.say("unsure")))
            return
        if known:
            self.staff.seen(str(user.id), "joined")
            await self.group.house.act(self.reader.person(user, "joined", f"p:{message.chat.id}:{message.message_id}"))
        text = self.group.say("in_group" if known else "stranger")
        self._later(self._tell(message.chat.id, text))

    async def _notice(self, message: Message | None) -> None:
        """Follow the group to its new id, and what is pinned there."""
        if message is None:
            return
        self.group.seen(message)
        if message.migrate_to_chat_id:
            await self.group.moved(message.migrate_to_chat_id)
        pinned, by = message.pinned_message, message.from_user
        if pinned and by and by.id != self.reader.bot_id:
            await self.pinned(pinned.message_id)

    async def _carry_out(self, done: Done) -> None:
        if done.inbound.key in self._done:
            return
        meant = await self._quoting(done.inbound)
        if meant is None:
            return
        if meant.kind == "text" and not meant.reply_to and not meant.edits and (command := commands.plain(meant.text)):
            meant = replace(meant, kind="command", text=command)
        if done.refused:
            self._answer(
                done,
                self.group.say(done.refused, kind=self.group.say(f"kind_{done.kind}") if done.kind else ""),
            )
            return
        if done.personal and not await self._may(done):
            return
        new = self.staff.seen(meant.user, meant.kind)
        if meant.kind == "text":
            await self._plain(done, new=new)
            return
        told = await self.group.house.act(meant)
        self._remember(meant.key)
        if told is None or told.text or done.query:
            text, rows = (told.text, told.buttons) if told else (self.group.say("kept"), ())
            self._answer(done, text, alert=told is None or told.alert, buttons=rows)

    async def _may(self, done: Done) -> bool:
        """Return whether the person is in the group; answer one who is not, or of whom it is unknown now."""
        inbound = done.inbound
        known = await self.staff.knows(inbound.user)
        if known:
            return True
        if known is False:
            gone = replace(inbound, key=f"{inbound.key}:gone", kind="left", text="", media=(), tap="")
            await self.group.house.act(gone)
        if inbound.kind != "text":
            self._answer(done, self.group.say("unsure" if known is None else "stranger"), alert=True)
        return False

    async def _plain(self, done: Done, *, new: bool) -> None:
        """Record who talks, and say once a day that talk in the group reaches no customer.

        The words themselves are the staff's own and are not kept.
        """
        inbound = done.inbound
        day = (inbound.user, inbound.at.date())
        fresh = not inbound.reply_to and not inbound.edits and day not in self._hinted
        if not new and not fresh:
            return
        bare = replace(inbound, kind="text" if fresh else "joined", text="", media=(), reply_to="")
        told = await self.group.house.act(bare)
        if fresh:
            self._hinted.add(day)
        if told and told.text:
            self._answer(done, told.text)

    async def _quoting(self, inbound: DeskInbound) -> DeskInbound | None:
        """Leave out words in a topic that is no ticket's."""
        if inbound.kind != "reply":
            return inbound
        in_topic = inbound.reply_to.partition("/")[2].startswith("topic/")
        if in_topic and not ticket_numbers.find(inbound.quoted):
            known = await self.group.house.read(lambda tx: desk_messages.find(tx, NAME, inbound.reply_to))
            return inbound if known else None
        return inbound

    def _remember(self, key: str) -> None:
        self._done[key] = None
        while len(self._done) > REMEMBERED:
            self._done.popitem(last=False)

    # answers: nobody waits for them

    def _answer(self, done: Done, text: str, *, alert: bool = False, buttons: Sequence[Sequence[Button]] = ()) -> None:
        """Answer a tap in its box, anything else under the message."""
        if done.query:
            self._later(self._rest(done.query, text, alert=alert))
        else:
            self._later(self._say(text, done, buttons))

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _rest(self, query: str, text: str, *, alert: bool) -> None:
        """Answer a tap so that the button stops waiting."""
        try:
            await self.group.bot.answer_callback_query(query, cut(text, ANSWER) or None, show_alert=alert)
        except TelegramError as error:
            LOG.info("a tap was not answered: %s", error)

    async def _say(self, text: str, done: Done, buttons: Sequence[Sequence[Button]]) -> None:
        """Answer in the group, within its pace; a late answer is dropped. A list goes as dead text: it has names."""
        by = self.group.pace.now() + PATIENT / self.group.pace.speed
        under = ReplyParameters(done.message, allow_sending_without_reply=True)
        more: Any = {"reply_parameters": under, "message_thread_id": done.thread}
        if buttons:
            more |= {"text": html(text), "parse_mode": ParseMode.HTML, "reply_markup": keyboard(pairs(buttons))}
        else:
            more |= {"text": cut(text, TEXT)}
        while True:
            try:
                await self.group.post(
                    lambda chat: self.group.bot.send_message(chat, **more),
                    who=f"answer:{done.inbound.key}",
                    rank=pace.PICKED,
                )
                return
            except Wait as wait:
                if self.group.pace.now() + wait.seconds > by:
                    LOG.warning("an answer in the group came too late: %s", wait)
                    return
                await asyncio.sleep(wait.seconds)
            except BadRequest as error:
                LOG.warning("an answer in the group was refused: %s", error)
                return

    async def _tell(self, chat_id: int, text: str) -> None:
        try:
            await self.group.bot.send_message(chat_id, text)
        except TelegramError as error:
            LOG.info("someone could not be answered: %s", error)

    async def _park(self, raw: Mapping[str, Any], error: Exception) -> None:
        """Park an update that no library reads; it is not asked for again."""
        LOG.warning("update %s cannot be read and is parked: %s", raw["update_id"], type(error).__name__)
        inbound = DeskInbound(key=f"{NAME}:{self.reader.bot_id}:x:{raw['update_id']}", desk=NAME, user="", name="",
                              at=self.clock(), text=json.dumps(raw, ensure_ascii=False)[:TEXT])  # fmt: skip
        told = f"unreadable: {type(error).__name__}"
        keep = partial(parked.keep, key=inbound.key, door=NAME, raw=to_raw(inbound), error=told, at=inbound.at)
        await self.group.house.write(keep)

    async def close(self) -> None:
        """Let answers go that are under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
