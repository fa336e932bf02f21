"""Customers and leaders on Telegram: the only module that starts aiogram."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramConflictError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import TelegramMethod
from aiogram.types import BotCommand, Update
from pydantic import ValidationError

from bot import measures
from bot.channels.base import Delivery, House
from bot.channels.telegram import files
from bot.channels.telegram.inbound import ALLOWED, MENU, NAME, Reader
from bot.channels.telegram.message_cards import Cards
from bot.channels.telegram.polling import LIMIT, TIMEOUT, Poller, sender
from bot.channels.telegram.rate_limit import Pace
from bot.channels.telegram.sending import BACKOFF, EVERY, Sender
from bot.channels.telegram.session import Raw, open_session
from bot.channels.telegram.webhook import Hook
from handlers.context import TurnContext
from handlers.messages.models import Inbound, to_raw
from handlers.messages.texts import languages, say
from handlers.tickets import undelivered
from handlers.turn.parking import park
from media.store import Keeper
from storage import parked
from storage.outbox import Mail
from storage.platforms import telegram

LOG = logging.getLogger(__name__)
PATH = "/telegram/customers"


class GetRaw(TelegramMethod[list[Raw]]):
    """getUpdates without reading the updates: one that is malformed must not hide the others."""

    __returning__ = list[Raw]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int = LIMIT
    timeout: int = TIMEOUT
    allowed_updates: list[str] = list(ALLOWED)  # noqa: RUF012 # pydantic copies it


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True, kw_only=True)
class TelegramChannel:
    """The customers' bot. `webhook` is (PUBLIC_URL, secret) or None for long polling; `wall` is the platform's time."""

    house: House
    token: str = field(repr=False)
    store: Keeper
    context: Callable[[], TurnContext]
    clock: Callable[[], datetime]
    api_base: str | None = None
    webhook: tuple[str, str] | None = field(default=None, repr=False)
    proxy: str | None = field(default=None, repr=False)
    wall: Callable[[], datetime] = _now
    timeout: float = 20.0  # seconds for one call
    name: str = field(default=NAME, init=False)
    alone: str = field(default="", init=False)
    polls: bool = field(default=False, init=False)
    _bot: Bot = field(init=False)
    _reader: Reader = field(init=False)
    _sender: Sender = field(init=False)
    _answers: set[asyncio.Future[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Create the parts; nothing is asked of the platform yet. Raises ValueError for a text that is no token."""
        self._bot = Bot(self.token, session=open_session(self.api_base, self.proxy, self.timeout))
        self._reader = Reader(bot_id=self._bot.id, local=self._local, now=self.clock)
        self.polls = self.webhook is None
        self.alone = f"updates of Telegram's bot {self._bot.id}" if self.polls else ""
        pace = Pace(now=time.monotonic, sharers=self.house.sharers)
        cards = Cards(store=self._keep, load=self._kept)
        self._sender = Sender(
            bot=self._bot, store=self.store, pace=pace, sure=self.house.sure, told=self._tell_desk, cards=cards
        )

    async def _keep(self, name: str, value: str) -> None:
        await self.house.write(lambda tx: telegram.keep(tx, name, value))

    async def _kept(self, name: str) -> str | None:
        found: str | None = await self.house.read(lambda tx: telegram.kept(tx, name))
        return found

    def _local(self, at: datetime) -> datetime:
        """Return a time of the platform on the service's clock, which may be set."""
        return at + (self.clock() - self.wall())

    # in

    async def run(self) -> None:
        """Receive until cancelled: by polling, or by the webhook once the platform knows of it."""
        await self._until_done(self._say_how)
        measures.DOORS.well(NAME)
        menu = asyncio.create_task(self._until_done(self._show_menu))
        try:
            await (asyncio.Event().wait() if self.webhook else self._poller().run())
        finally:
            menu.cancel()

    async def _say_how(self) -> None:
        """Tell the platform whether updates are polled or sent to the webhook."""
        if self.webhook:
            url, secret = self.webhook
            await self._bot.set_webhook(url.rstrip("/") + PATH, secret_token=secret, allowed_updates=list(ALLOWED))
        else:
            await self._bot.delete_webhook(drop_pending_updates=False)

    async def _show_menu(self) -> None:
        for language in languages():
            commands = [BotCommand(command=name, description=say(language, f"telegram.menu_{name}")) for name in MENU]
            code = None if language == languages()[0] else language
            await self._bot.set_my_commands(commands, language_code=code)

    async def _until_done(self, work: Callable[[], Any]) -> None:
        failures = 0
        while True:
            try:
                await work()
                return
            except (TelegramAPIError, ClientDecodeError) as error:
                told, seconds = self._trouble(error)
                seconds = BACKOFF[min(failures, len(BACKOFF) - 1)] if seconds is None else seconds
                failures += 1
                LOG.error("telegram customers: %s; trying again in %.0f s", told, seconds)
                await asyncio.sleep(seconds)

    def _poller(self) -> Poller:
        return Poller(
            house=self.house,
            name=f"{NAME}:{self._bot.id}:offset",
            clock=self.clock,
            ask=self._ask,
            handle=self._handle,
            lane=_lane,
            trouble=self._trouble,
            door=NAME,
        )

    async def _ask(self, offset: int | None) -> Sequence[Mapping[str, Any]]:
        try:
            return await self._bot(GetRaw(offset=offset), request_timeout=TIMEOUT + 10)
        except TelegramConflictError as error:
            if "webhook is active" in error.message:  # set by somebody since the start: polling needs it gone
                await self._bot.delete_webhook(drop_pending_updates=False)
            raise

    def _trouble(self, error: Exception) -> tuple[str, float | None]:
        """Return a failure's text without the token, and the seconds that it asks to wait."""
        told = f"{type(error).__name__}: {error}".replace(self.token, "***")
        refused = isinstance(error, TelegramUnauthorizedError | TelegramNotFound)
        fight = isinstance(error, TelegramConflictError)
        measures.trouble(NAME, error, measures.TOKEN if refused else measures.POLLERS if fight else "")
        if refused:
            return f"TELEGRAM_BOT_TOKEN is refused ({told})", EVERY
        if fight:
            return f"another program reads this bot's messages ({told})", 5.0
        return told, float(error.retry_after) if isinstance(error, TelegramRetryAfter) else None

    @property
    def hook(self) -> Hook:
        """Return the webhook's route; its `door` is added to the server."""
        assert self.webhook, "only with a webhook"
        return Hook(path=PATH, secret=self.webhook[1], handle=self._handle, lane=_lane)

    async def _handle(self, raw: Mapping[str, Any]) -> None:
        """Pass one update on; one that no library can read is parked and not asked for again."""
        try:
            update = Update.model_validate(raw, context={"bot": self._bot})
            inbound = self._reader.inbound(update)
        except (ValidationError, ValueError, TypeError) as error:
            await self._park(raw, error)
            return
        if inbound is None:
            LOG.debug("update %s needs no turn", raw["update_id"])
            return
        await self.house.receive(inbound)
        if update.callback_query:
            self._answer(update.callback_query.id)

    async def _park(self, raw: Mapping[str, Any], error: Exception) -> None:
        chat, name = sender(raw)
        LOG.warning("update %s cannot be read and is parked: %s", raw["update_id"], type(error).__name__)
        inbound = Inbound(key=self._reader.key("x", raw["update_id"]), channel=NAME, account=chat, at=self.clock(),
                          kind="other", name=name, data={"update": dict(raw)})  # fmt: skip
        told = f"unreadable: {type(error).__name__}"
        if chat:
            await self.house.write(lambda tx: park(tx, inbound, told, self.context()))
        else:
            keep = partial(parked.keep, key=inbound.key, door=NAME, raw=to_raw(inbound), error=told, at=inbound.at)
            await self.house.write(keep)

    def _answer(self, query_id: str) -> None:
        """Answer the tap so that the button stops waiting; nobody waits for this, and a late answer is dropped."""
        task = asyncio.create_task(self._rest(query_id))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _rest(self, query_id: str) -> None:
        try:
            await self._bot.answer_callback_query(query_id)
        except TelegramAPIError as error:
            LOG.debug("a tap was not answered: %s", error)

    # out

    def _tell_desk(self, why: str) -> None:
        """Let the agents know that the platform holds messages to a customer back."""
        tell = self.house.write(lambda tx: undelivered.line(tx, NAME, "bot_shut", why, now=self.clock()))
        task = asyncio.ensure_future(tell)
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def send(self, account: str, mails: Sequence[Mail]) -> Delivery:
        """Send replies to one chat in order, within the platform's limits."""
        return await self._sender.send(account, mails)

    async def fetch(self, ref: str, limit: int) -> bytes:
        """Return a file's bytes. Raises Gone, TooBig, Unreachable."""
        return await files.fetch(self._bot, ref, limit)

    async def close(self) -> None:
        """Close all connections."""
        for task in self._answers:
            task.cancel()
        await self._bot.session.close()


def _lane(raw: Mapping[str, Any]) -> str:
    """Return the chat whose updates keep their order."""
    return sender(raw)[0]
