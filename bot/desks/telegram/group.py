"""The agents' group as the platform allows us to write to it: its id, its rights, its pace, the meaning of refusals."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from telegram import Bot, Message
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot import measures
from bot.channels.base import House
from bot.desks.telegram.forms import meaning_of
from bot.desks.telegram.rate_limit import Pace
from handlers.messages import texts
from storage.platforms import telegram

T = TypeVar("T")
LOG = logging.getLogger(__name__)
EVERY = 60.0  # seconds between tries with a token that is refused
SHUT_OUT = 30.0  # seconds between tries to write to a group that the bot is not in
BACKOFF = (1.0, 2.0, 5.0, 15.0, 30.0)  # seconds after failures in a row


class Wait(Exception):
    """The group may not be written to yet."""

    def __init__(self, seconds: float, why: str) -> None:
        super().__init__(why)
        self.seconds = seconds
        self.why = why


@dataclass(slots=True, kw_only=True)
class Group:
    """The one group. `configured` is the id of the settings; `chat_id` is its present one."""

    house: House
    bot: Bot
    configured: int
    pace: Pace
    chat_id: int = 0
    forum: bool = False
    language: Callable[[], str] = lambda: "zh"
    newest: int = 0  # the highest number of a message seen since the start
    leads: Callable[[], Iterable[str]] = tuple  # who may cure what the bot cannot
    _failures: int = 0
    _said: set[str] = field(default_factory=set)
    _shut: bool = False  # told that the group cannot be written to
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def _name(self) -> str:
        return f"telegram:{self.configured}:group"

    def say(self, key: str, **values: object) -> str:
        """Render a text that this door says by itself, in the group's language."""
        return texts.say(self.language(), f"telegram.{key}", texts=texts.NONE, **values)

    async def remember(self) -> None:
        """Load the group's present id, which may have changed since the settings were written."""
        kept = await self.house.read(lambda tx: telegram.kept(tx, self._name))
        self.chat_id = int(kept) if kept else self.configured

    async def moved(self, chat_id: int) -> None:
        """Follow the group to its new id: it became a supergroup."""
        if chat_id != self.chat_id:
            LOG.warning("the group is now %d; set TELEGRAM_DESK_CHAT_ID to it", chat_id)
            self.chat_id, self.newest = chat_id, 0
            await self.house.write(lambda tx: telegram.keep(tx, self._name, str(chat_id)))

    async def operate(self, call: Callable[[int], Awaitable[T]], *, who: str, rank: int, cost: int = 1) -> T:
        """Make a call that counts. Raises Wait when it is not its turn, BadRequest when it can never be made."""
        seconds = self.pace.ask(who, rank, cost)
        if seconds:
            raise Wait(seconds, "pace")
        if not self.house.sure():
            raise Wait(1.0, "left to another process")
        return await self.call(call)

    async def post(self, call: Callable[[int], Awaitable[T]], *, who: str, rank: int, cost: int = 1) -> T:
        """Make a call that puts or changes a message.

        Raises Wait also for refusals that somebody can cure, BadRequest for those of this form of the message.
        """
        try:
            done = await self.operate(call, who=who, rank=rank, cost=cost)
        except BadRequest as error:
            meant = meaning_of(error)
            if meant.does == "later":
                self.pace.hold(meant.seconds or BACKOFF[0])
                raise Wait(meant.seconds or BACKOFF[0], error.message) from None
            if meant.does in ("wait", "absent", "token"):
                raise self._shut_out(error.message) from None
            raise
        if self._shut:
            self._shut = False
            LOG.warning("the group can be written to again")
        self.seen(*(done if isinstance(done, tuple | list) else (done,)))
        return done

    def seen(self, *messages: object) -> None:
        """Note how far the group's messages have come."""
        numbers = [one.message_id for one in messages if isinstance(one, Message)]
        self.newest = max([self.newest, *numbers])

    def _shut_out(self, why: str) -> Wait:
        """Report once that the group cannot be written to until somebody acts; all messages wait."""
        if not self._shut:
            self._shut = True
            LOG.error("the desk's bot may not write to its group (%s); add it again and let it write", why)
            self._later(self._tell_leads(self.say("shut_out", why=why)))
        return Wait(SHUT_OUT, why)

    async def _tell_leads(self, text: str) -> None:
        """Tell the administrators in their own chats with the bot, as far as they opened one."""
        for user in list(self.leads()):
            try:
                await self.bot.send_message(int(user), text)
            except TelegramError as error:
                LOG.info("an administrator could not be told: %s", error)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Let go of what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def call(self, call: Callable[[int], Awaitable[T]]) -> T:
        """Make a call in the group, wherever it is by now. Raises Wait and BadRequest."""
        try:
            done = await call(self.chat_id)
        except ChatMigrated as error:
            await self.moved(error.new_chat_id)
            done = await self._tried(call(self.chat_id))
        except TelegramError as error:
            raise self._meaning(error) from None
        self._failures = 0
        return done

    async def _tried(self, call: Awaitable[T]) -> T:
        try:
            return await call
        except TelegramError as error:
            raise self._meaning(error) from None

    def _meaning(self, error: TelegramError) -> Exception:
        """Return an error as a time to wait; a refusal of the call itself is returned unchanged."""
        if isinstance(error, BadRequest):
            return error
        if isinstance(error, RetryAfter):
            seconds = wait_of(error)
            self.pace.hold(seconds)
            return Wait(seconds, f"429, wait {seconds:.0f} s")
        if isinstance(error, InvalidToken):
            measures.trouble("desk:telegram", error, measures.TOKEN)
            return Wait(EVERY, "TELEGRAM_DESK_TOKEN is refused")
        if isinstance(error, Forbidden):
            return self._shut_out(error.message)
        if isinstance(error, NetworkError):
            self._failures += 1
            return Wait(BACKOFF[min(self._failures, len(BACKOFF)) - 1], type(error).__name__)
        return Wait(BACKOFF[-1], type(error).__name__)

    def once(self, what: str, sentence: str, *values: object) -> bool:
        """Log a sentence the first time; return whether it was."""
        if what in self._said:
            return False
        self._said.add(what)
        LOG.error(sentence, *values)
        return True


def wait_of(error: RetryAfter) -> float:
    """Return the seconds to wait; the public property warns of its own change of type."""
    value: Any = error._retry_after
    return value.total_seconds() if isinstance(value, timedelta) else float(value)


def says(error: BadRequest, *words: str) -> bool:
    """Return whether a refusal is one of these, which can only be known from its text."""
    return any(word in error.message.lower() for word in words)


NO_RIGHTS = ("not enough rights", "chat_admin_required", "need administrator rights", "not a forum")
