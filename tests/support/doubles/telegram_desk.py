"""A desk on Telegram with its group and people, on the real house."""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from doubles.botapi import BotApi
from doubles.botapi.values import Account
from doubles.telegram_doors import eventually
from doubles.telegram_house import TelegramHouse, telegram_house

from bot.channels.telegram.channel import TelegramChannel
from bot.desks.telegram.desk import TelegramDesk
from handlers.messages.models import Inbound
from media.sheet import make_sheet


class Scene:
    """The group, its people, and short ways to what a test asks for."""

    def __init__(self, api: BotApi, kind: str, *, admin: bool = True, speed: float = 20.0) -> None:
        self.api, self.speed = api, speed
        self.shop, self.bot = api.bot("shop_bot"), api.bot("desk_bot")
        self.boss, self.lin, self.jie = api.user(2001, "何姐"), api.user(2002, "小林"), api.user(2003, "阿杰")
        self.li = api.user(1001, "李婷", "zh-hans")
        people: list[Account] = [self.lin, self.jie, *([] if admin else [self.bot])]
        self.group = api.group("售后", creator=self.boss, members=people, admins=[self.bot] if admin else [], kind=kind)
        self.configured = self.group.id
        self.house: Any = None
        self.desk: Any = None
        self.serial = 0

    def make_desk(self, app: Any) -> TelegramDesk:
        """Return the desk's door."""
        self.desk = TelegramDesk(
            house=app.house, token=self.bot.token, chat_id=self.configured, store=app.store, context=app.context,
            clock=app.clock, api_base=self.api.url, sheet=make_sheet, speed=self.speed, timeout=2.0,
        )  # fmt: skip
        return self.desk

    def make_channel(self, app: Any) -> TelegramChannel:
        """Return the customers' door."""
        return TelegramChannel(
            house=app.house, token=self.shop.token, store=app.store, context=app.context, clock=app.clock,
            api_base=self.api.url,
        )  # fmt: skip

    @asynccontextmanager
    async def running(self, folder: Path, *, customers: bool = False):
        """Run the house with the desk, and with the customers' door where asked for."""
        doors = [self.make_desk, *([self.make_channel] if customers else [])]
        async with telegram_house(folder, *doors) as self.house:
            await self.api.until(lambda: self.bot.commands)
            yield self

    async def says(self, account: int, text: str, name: str = "李婷") -> None:
        """Let a customer say something, through the house's own door."""
        self.serial += 1
        app = self.house.app
        await app.receive(
            Inbound(
                key=f"said:{self.serial}",
                channel="telegram",
                account=str(account),
                at=app.clock(),
                text=text,
                name=name,
            )
        )

    async def raised(self, account: int = 1001, text: str = "转人工") -> str:
        """Let a customer ask for a person and wait for the card; return the ticket's number."""
        known = {ticket["no"] for ticket in await self.house.tickets()}
        await self.says(account, text)
        (no,) = {ticket["no"] for ticket in await self.house.tickets()} - known
        await self.api.until(lambda: self.card(no))
        return no

    def card(self, no: str) -> Any:
        """Return the card of a ticket: the message in the group with its number and buttons."""
        found = [
            m
            for m in self.group.messages
            if no in m.text and m.labels and m.sender is self.bot and not self.is_board(m)
        ]
        return found[-1] if found else None

    def is_board(self, message: Any) -> bool:
        """Return whether a message is the board."""
        return "接下一单" in message.labels

    @property
    def board(self) -> Any:
        """Return the board."""
        found = [message for message in self.group.messages if self.is_board(message)]
        return found[-1] if found else None

    async def tapped(self, who: Any, message: Any, label: str, **more: Any) -> Any:
        """Tap a button and wait for the answer."""
        tap = who.tap(message, label, **more)
        await self.api.until(lambda: tap.answered)
        return tap

    async def picked(self, who: Any, no: str) -> Any:
        """Pick a ticket up and wait until its card shows it; return the card."""
        await self.tapped(who, self.card(no), "接手")
        return await self.api.until(lambda: (card := self.card(no)) and who.name in card.text and card)


__all__ = ["Scene", "TelegramHouse", "eventually"]
