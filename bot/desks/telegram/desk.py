"""The agents' group on Telegram: the only module that starts python-telegram-bot."""

from __future__ import annotations

import asyncio
import logging
import time
import warnings
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from telegram import Bot, BotCommand, BotCommandScopeChat
from telegram.error import BadRequest, Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.request import HTTPXRequest
from telegram.warnings import PTBDeprecationWarning

from bot import measures
from bot.channels.base import Delivery, House
from bot.channels.telegram.polling import LIMIT, PAUSES, TIMEOUT, Poller, sender
from bot.channels.telegram.webhook import Hook
from bot.desks.telegram import files
from bot.desks.telegram.board import Board
from bot.desks.telegram.card_diff import look
from bot.desks.telegram.cards import Cards, Sheet
from bot.desks.telegram.combined_cards import Joined
from bot.desks.telegram.group import EVERY, Group, Wait, wait_of
from bot.desks.telegram.html import mentions
from bot.desks.telegram.inbound import ALLOWED, MENU, NAME, Reader
from bot.desks.telegram.rate_limit import SAFETY, Pace
from bot.desks.telegram.staff import Staff
from bot.desks.telegram.thread import Lines
from bot.desks.telegram.topics import Topics
from bot.desks.telegram.updates import Listener
from handlers.context import TurnContext
from handlers.tickets import desk_outbox
from media.store import Keeper
from storage.outbox import Mail

LOG = logging.getLogger(__name__)
PATH = "/telegram/desk"
API = "https://api.telegram.org"
ASK_AGAIN = 600.0  # seconds between questions for the administrators while the bot hears of no changes
ASK_SHARED = 30.0  # the same where other processes hear of the changes too
DRAWN = ("card", "refresh")
REFUSED_AGAIN = 60.0  # seconds until what may not be buried is tried again


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True, kw_only=True)
class TelegramDesk:
    """The agents' bot in its group. `sheet` draws a contact sheet; `webhook` is (PUBLIC_URL, secret) or None."""

    house: House
    token: str = field(repr=False)
    chat_id: int
    context: Callable[[], TurnContext]
    store: Keeper
    sheet: Sheet
    clock: Callable[[], datetime]
    api_base: str | None = None
    webhook: tuple[str, str] | None = field(default=None, repr=False)
    proxy: str | None = field(default=None, repr=False)
    wall: Callable[[], datetime] = _now
    timeout: float = 20.0  # seconds for one call
    speed: float = 1.0  # of the group's minute, for tests
    name: str = field(default=NAME, init=False)
    alone: str = field(default=f"desk:{NAME}", init=False)
    polls: bool = field(default=False, init=False)
    _bot: Bot = field(init=False)
    _client: httpx.AsyncClient = field(init=False)
    _group: Group = field(init=False)
    _staff: Staff = field(init=False)
    _board: Board = field(init=False)
    _cards: Cards = field(init=False)
    _lines: Lines = field(init=False)
    _joined: Joined = field(init=False)
    _listener: Listener = field(init=False)
    _waiting: dict[str, int] = field(default_factory=dict)  # mailbox -> the mail that was put off
    _ready: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Make the parts; nothing is asked of the platform yet. Raises InvalidToken for what is no token."""
        self.polls = self.webhook is None
        # the library warns of its own attribute while it makes the error that carries it
        warnings.filterwarnings("ignore", message=".*retry_after", category=PTBDeprecationWarning)
        logging.getLogger("httpx").setLevel(logging.WARNING)  # its lines carry addresses, and those the token
        base = self.api_base or API
        patience: Any = {"read_timeout": self.timeout, "write_timeout": self.timeout, "media_write_timeout": 40.0}
        requests = [HTTPXRequest(connection_pool_size=16, proxy=self.proxy, **patience) for _ in range(2)]
        self._bot = Bot(self.token, base_url=f"{base}/bot", base_file_url=f"{base}/file/bot",
                        request=requests[0], get_updates_request=requests[1])  # fmt: skip
        self._client = httpx.AsyncClient(proxy=self.proxy, timeout=self.timeout)
        house, clock = self.house, self.clock
        group = self._group = Group(house=house, bot=self._bot, configured=self.chat_id, chat_id=self.chat_id,
                                    pace=Pace(now=time.monotonic, speed=self.speed))  # fmt: skip
        reader = Reader(bot_id=int(self.token.partition(":")[0]), bot_name="", now=clock, local=self._local)
        topics = Topics(group=group, clock=clock)
        group.language = lambda: self.context().policy.desk.language
        group.leads = lambda: reader.bosses
        self._staff = Staff(group=group, reader=reader, clock=clock)
        self._board = Board(group=group, clock=clock)
        self._cards = Cards(group=group, topics=topics, store=self.store, sheet=self.sheet, clock=clock)
        self._lines = Lines(group=group, topics=topics, store=self.store, sheet=self.sheet, clock=clock)
        self._joined = Joined(group=group, clock=clock, context=self.context)
        self._listener = Listener(
            group=group,
            reader=reader,
            staff=self._staff,
            clock=clock,
            promoted=self._board.try_pin_again,
            pinned=self._board.cover,
        )

    def _local(self, at: datetime) -> datetime:
        """Return a time of the platform on the service's clock, which may be set."""
        return at + (self.clock() - self.wall())

    # in

    async def run(self) -> None:
        """Receive until cancelled, once the group and its administrators are known."""
        await self._until_done(self._introduce)
        self._ready.set()
        again = asyncio.create_task(self._ask_again())
        try:
            await (asyncio.Event().wait() if self.webhook else self._poller().run())
        finally:
            again.cancel()
            self._ready.clear()

    async def _introduce(self) -> None:
        await self._group.remember()
        await self._bot.initialize()
        self._listener.reader.bot_name = self._bot.username
        if self.webhook:
            url, secret = self.webhook
            await self._bot.set_webhook(url.rstrip("/") + PATH, secret_token=secret, allowed_updates=ALLOWED)
        else:
            await self._bot.delete_webhook(drop_pending_updates=False)
        await self._staff.load()
        chat = await self._group.call(self._bot.get_chat)
        self._group.forum = bool(chat.is_forum)
        commands = [BotCommand(name, self._group.say(f"desk_{name}")) for name in MENU]
        await self._group.call(lambda chat: self._bot.set_my_commands(commands, scope=BotCommandScopeChat(chat)))

    async def _until_done(self, work: Callable[[], Awaitable[None]]) -> None:
        failures = 0
        while True:
            try:
                await work()
                measures.DOORS.well(self.alone)
                return
            except Wait as wait:
                told, seconds = wait.why, wait.seconds
            except TelegramError as error:
                told, given = self._trouble(error)
                seconds = PAUSES[min(failures, len(PAUSES) - 1)] if given is None else given
            failures += 1
            LOG.error("telegram desk: %s; trying again in %.0f s", told, seconds)
            await asyncio.sleep(seconds)

    async def _ask_again(self) -> None:
        """Ask for the administrators now and then while changes are reported to nobody, or to another process."""
        while True:
            shared = self.webhook is not None and self.house.sharers() > 1
            await asyncio.sleep(ASK_SHARED if shared else ASK_AGAIN)
            if shared:
                await self._until_done(self._staff.look_again)
            elif not self._staff.leads:
                await self._until_done(self._staff.load)

    def _poller(self) -> Poller:
        return Poller(
            house=self.house, name=f"{NAME}:{self._bot.id}:offset", door=self.alone, clock=self.clock, ask=self._ask,
            handle=self._listener.handle, lane=_lane, trouble=self._trouble,
        )  # fmt: skip

    async def _ask(self, offset: int | None) -> Sequence[Mapping[str, Any]]:
        """Return raw updates: one that is malformed must not hide the others. Method names are not case-sensitive."""
        given = {"offset": offset, "limit": LIMIT, "timeout": TIMEOUT, "allowed_updates": list(ALLOWED)}
        asked = {name: value for name, value in given.items() if value is not None}
        try:
            updates: Any = await self._bot.do_api_request("getupdates", api_kwargs=asked, read_timeout=TIMEOUT + 10)
        except Conflict as error:
            if "webhook is active" in error.message:  # set by somebody since the start: polling needs it gone
                await self._bot.delete_webhook(drop_pending_updates=False)
            raise
        return list(updates)

    def _trouble(self, error: Exception) -> tuple[str, float | None]:
        """Return a failure's text without the token, and the seconds that it asks to wait."""
        told = f"{type(error).__name__}: {error}".replace(self.token, "***")
        refused, fight = isinstance(error, InvalidToken), isinstance(error, Conflict)
        measures.trouble(self.alone, error, measures.TOKEN if refused else measures.POLLERS if fight else "")
        if refused:
            return f"TELEGRAM_DESK_TOKEN is refused ({told})", EVERY
        if fight:
            return f"another program reads this bot's messages ({told})", 5.0
        return told, wait_of(error) if isinstance(error, RetryAfter) else None

    @property
    def hook(self) -> Hook:
        """Return the webhook's route; its `door` is added to the server."""
        assert self.webhook, "only with a webhook"
        return Hook(path=PATH, secret=self.webhook[1], handle=self._hooked, lane=_lane)

    async def _hooked(self, raw: Mapping[str, Any]) -> None:
        async with asyncio.timeout(self.timeout):
            await self._ready.wait()
        await self._listener.handle(raw)

    # out

    async def carry(self, mailbox: str, mails: Sequence[Mail]) -> Delivery:
        """Send rows to the desk in order, as far as the group's pace allows."""
        sent = 0
        desk_outbox.speak(self.context().policy)
        for step in steps(mails):
            try:
                await self._step(mailbox, step)
            except Wait as wait:
                return Delivery(sent=sent, later=max(wait.seconds, 0.1), error=wait.why)
            except BadRequest as error:
                return self._refused(step, sent, error)
            sent = step[-1].id
        return Delivery(sent=sent)

    def _refused(self, step: Sequence[Mail], sent: int, error: BadRequest) -> Delivery:
        """Return a dead letter for what the group takes in no form; cards, the board and safety notes wait instead."""
        mail = step[-1]
        LOG.error("the group refused a %s in every form: %s", mail.kind, error.message)
        lasting = mail.kind in (*DRAWN, "board", "page") or mail.payload.get("severity") == "safety"
        if lasting:
            return Delivery(sent=sent, later=REFUSED_AGAIN, error=error.message)
        return Delivery(sent=sent, refused=step[0].id, error=error.message)

    async def _step(self, mailbox: str, step: Sequence[Mail]) -> None:
        mail = step[-1]
        number = mail.payload.get("ticket", "")
        if mail.kind == "board":
            await self._board.show(mail, self.context())
        elif mail.kind in DRAWN:
            await self._draw(mailbox, mail, number)
        elif mail.kind == "page" and self._joined.needed(mail):
            await self._joined.tell(mail)
        else:
            await self._lines.bring(step, number, mailbox)

    async def _draw(self, mailbox: str, mail: Mail, number: str) -> None:
        """Bring a card up to date; while it waits it is drawn anew only when something changed."""
        seconds = self._group.pace.still(mailbox) if self._waiting.get(mailbox) == mail.id else 0.0
        if seconds:
            raise Wait(seconds, "pace")
        self._waiting[mailbox] = mail.id
        context, called = self.context(), mentions(mail.payload)
        seen = await self.house.read(lambda tx: look(tx, number, context, called))
        fresh = mail.kind == "card" and seen.rank == SAFETY
        if fresh and self._joined.needed(mail):
            await self._joined.tell(mail)
        else:
            await self._cards.show(seen, mail, mailbox)
        del self._waiting[mailbox]

    async def fetch(self, ref: str, limit: int) -> bytes:
        """Return the bytes of a file that an agent sent. Raises Gone, TooBig, Unreachable."""
        return await files.fetch(self._bot, self._client, ref, limit)

    async def close(self) -> None:
        """Let go of connections."""
        await self._listener.close()
        await self._group.close()
        await self._client.aclose()
        await self._bot.shutdown()


def steps(mails: Sequence[Mail]) -> list[list[Mail]]:
    """Return what is to be done one after the other: of drawings only the newest, the customer's words together."""
    card = max((mail.id for mail in mails if mail.kind == "card"), default=0)
    newest = card or max((mail.id for mail in mails if mail.kind in (*DRAWN, "board")), default=0)
    made: list[list[Mail]] = []
    for mail in mails:
        if mail.kind in (*DRAWN, "board") and mail.id != newest:
            continue
        if made and mail.kind == "relay" and made[-1][-1].kind == "relay":
            made[-1].append(mail)
        else:
            made.append([mail])
    return made


def _lane(raw: Mapping[str, Any]) -> str:
    return sender(raw)[0]
