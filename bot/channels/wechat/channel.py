"""The WeChat official account as a channel: answers fill open callbacks, else they are pushed within the quota."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo

from aiohttp import web

from bot.channels.base import Delivery, House, Unreachable
from bot.channels.wechat.availability import Availability
from bot.channels.wechat.callback import Callback
from bot.channels.wechat.client import Line
from bot.channels.wechat.errors import NoPush, PlatformRefused, meaning
from bot.channels.wechat.inbound import NAME
from bot.channels.wechat.open_callbacks import OPEN, Slots
from bot.channels.wechat.push import Load, Pusher, Unfit
from bot.channels.wechat.rendering import Part, begun, parts
from bot.channels.wechat.verification import Gate, Keys
from handlers.policy.policy import Template
from handlers.tickets import undelivered
from storage.outbox import Mail
from storage.platforms import wechat
from storage.platforms.wechat import Standing

HOLD = 3.7  # seconds that waiting texts give the answer to a new message to join them, where nothing can be pushed


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The official account's settings."""

    app_id: str
    secret: str
    token: str
    aes_key: str = ""
    aes_key_previous: str = ""
    api_base: str = ""
    push: bool = True


def open_line(account: Account, house: House, clock: Callable[[], datetime]) -> Line:
    """Return the connection to the platform, as the channel and the commands use it."""
    return Line(
        app_id=account.app_id,
        secret=account.secret,
        base=account.api_base,
        write=house.write,
        read=house.read,
        clock=clock,
        availability=Availability(time=lambda: asyncio.get_running_loop().time()),
    )


@dataclass(slots=True, kw_only=True)
class WeChatChannel:
    """The channel; `attach` adds its callback to the server. `wall` is the real time where `clock` is set."""

    house: House
    account: Account
    load: Load
    clock: Callable[[], datetime]
    wall: Callable[[], datetime] | None = None
    template: Callable[[], Template | None] = lambda: None  # of the policy in force
    zone: tzinfo = UTC  # of the times in texts
    open_for: float = OPEN
    name: str = field(default=NAME, init=False)
    alone: str = field(default="", init=False)
    polls: bool = field(default=False, init=False)
    slots: Slots = field(default_factory=Slots, init=False)
    callback: Callback = field(init=False)
    line: Line = field(init=False)
    pusher: Pusher = field(init=False)
    _telling: set[asyncio.Future[None]] = field(default_factory=set, init=False)
    _parked: dict[str, int] = field(default_factory=dict, init=False)  # account -> last row that waits for the customer

    def __post_init__(self) -> None:
        """Create the parts. Raises ValueError for a text that is no key."""
        known = self.account
        keys = Keys(
            app_id=known.app_id, token=known.token, aes_key=known.aes_key, aes_key_previous=known.aes_key_previous
        )
        self.callback = Callback(
            house=self.house,
            gate=Gate(keys),
            slots=self.slots,
            clock=self.clock,
            times=self._times,
            open_for=self.open_for,
        )
        self.line = open_line(known, self.house, self.clock)
        self.line.availability.alarm = self._tell_desk
        self.pusher = Pusher(
            house=self.house,
            line=self.line,
            slots=self.slots,
            clock=self.clock,
            load=self.load,
            allowed=known.push,
            template=self.template,
        )

    def _times(self) -> tuple[datetime, ...]:
        return (self.clock(), self.wall()) if self.wall else (self.clock(),)

    def _tell_desk(self, key: str, why: str) -> None:
        """Inform the agents that the platform cannot be reached, or that it is back."""
        task = asyncio.ensure_future(
            self.house.write(lambda tx: undelivered.line(tx, NAME, key, why, now=self.clock()))
        )
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    def attach(self, app: web.Application) -> None:
        """Add the callback to the server."""
        self.callback.attach(app)

    async def run(self) -> None:
        """Wait until cancelled: messages come in by the callback."""
        await asyncio.Event().wait()

    async def close(self) -> None:
        """End callbacks and close connections."""
        self.slots.hurry(0)
        await self.line.close()

    async def fetch(self, ref: str, limit: int) -> bytes:
        """Return a file's bytes by its media_id, at most `limit`. Raises Gone, TooBig, Unreachable."""
        try:
            return await self.line.download(ref, limit)
        except PlatformRefused as error:
            raise Unreachable(str(error), 30) from error

    async def send(self, account: str, mails: Sequence[Mail]) -> Delivery:
        """Send replies in order: into open callbacks, else by push within the quota; else they wait."""
        if wait := self._joined(account, mails):
            return Delivery(later=wait, error="joined by the next answer")
        standing = Standing()
        if mails and begun(mails[0]):
            standing = await self.house.read(lambda tx: wechat.standing(tx, account))
        sent = 0
        laid = parts(mails, partial=standing.partial, done=standing.partial_done)
        for place, part in enumerate(laid):
            stopped = await self._carry(account, part, sent)
            if stopped and stopped.until_written:
                self._parked[account] = mails[-1].id
                return await self._briefly(account, laid[place:], stopped)
            if stopped:
                return stopped
            sent = part.upto or sent
        self._parked.pop(account, None)
        return Delivery(sent=sent)

    async def _briefly(self, account: str, waiting: Sequence[Part], stopped: Delivery) -> Delivery:
        """Announce decisions among what waits by a template message, where the policy names one."""
        try:
            came = await self.pusher.tell_briefly(account, waiting, self.clock().astimezone(self.zone))
        except Unreachable as error:
            return Delivery(sent=stopped.sent, later=error.seconds, error=str(error))
        return replace(stopped, error=f"{stopped.error}; {came}") if came else stopped

    def _joined(self, account: str, mails: Sequence[Mail]) -> float:
        """Return the seconds for which messages that waited for the customer are held, so the new answer joins them."""
        waited = bool(mails) and mails[-1].id <= self._parked.get(account, 0)
        kept = self.open_for - HOLD
        if not waited or kept <= 0 or self.pusher.may_push:
            return 0.0
        slot = self.slots.open_to(account)
        return max(0.0, slot.left - kept) if slot else 0.0

    async def _carry(self, account: str, part: Part, sent: int) -> Delivery | None:
        """Send one part; None when it is sent, else how far it got."""
        if not self.house.sure():
            return Delivery(sent=sent, later=1.0, error="left to another process")
        try:
            await self.pusher.carry(account, part)
        except NoPush as error:
            return Delivery(sent=sent, until_written=True, error=error.why)
        except Unfit as error:
            return Delivery(sent=sent, refused=part.first, error=str(error))
        except PlatformRefused as error:
            return Delivery(sent=sent, refused=part.first, error=f"{meaning(error.code).why}: {error}")
        except Unreachable as error:
            return Delivery(sent=sent, later=error.seconds, error=str(error))
        return None
