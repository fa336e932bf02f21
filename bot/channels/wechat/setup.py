"""The WeChat channel connected, and the commands that call the platform: the menu, pictures of scene codes."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.channels.base import Gone, House, Unreachable
from bot.channels.wechat.channel import Account, WeChatChannel, open_line
from bot.channels.wechat.client import Client
from bot.channels.wechat.errors import PlatformRefused
from bot.channels.wechat.inbound import MENU
from bot.settings import Settings, clock
from handlers.context import TurnContext
from handlers.messages.texts import say
from handlers.policy import calendar
from media.store import Keeper

Write = Callable[[Callable[..., Any]], Any]  # runs a function over one locked write transaction, gives its result
MONTH = 30 * 24 * 3600  # seconds; the longest that a temporary code lives


def account_of(settings: Settings) -> Account:
    """Return the official account's settings."""
    return Account(
        app_id=settings.wechat_app_id,
        secret=settings.wechat_app_secret,
        token=settings.wechat_token,
        aes_key=settings.wechat_aes_key,
        aes_key_previous=settings.wechat_aes_key_previous,
        api_base=settings.wechat_api_base,
        push=settings.wechat_push != "off",
    )


def open_wechat(
    settings: Settings, *, house: House, store: Keeper, now: Callable[[], datetime], context: Callable[[], TurnContext]
) -> WeChatChannel:
    """Return the WeChat channel; `attach` adds its route to the server. Raises ValueError for a text that is no key."""

    async def load(key: str) -> bytes:
        return await asyncio.to_thread(store.get, key)

    # the platform signs with the real time, also where the house's clock is set
    wall = (lambda: datetime.now(UTC)) if settings.claimdesk_now else None
    return WeChatChannel(
        house=house,
        account=account_of(settings),
        load=load,
        clock=now,
        wall=wall,
        template=lambda: context().policy.wechat,
        zone=calendar.zone(context().policy),
    )


def menu(settings: Settings, *, write: Write, language: str = "zh") -> int:
    """Publish the account's menu: 申请售后, 进度, 人工. Exit code 0, or 1 when the platform refuses."""
    entries = [{"type": "click", "name": say(language, f"wechat.menu_{name}"), "key": f"menu:{name}"} for name in MENU]

    async def publish(client: Client) -> str:
        await client.menu.create({"button": entries})
        return (
            "The menu is published: " + ", ".join(entry["name"] for entry in entries) + ". Phones show it in minutes."
        )

    return _ask(settings, write, publish)


def picture(settings: Settings, scene: str, file: Path, *, write: Write, lasting: bool = False) -> int:
    """Save the picture of a scene code: a leader's bind code for 30 days, or `site:NO` for ever with `lasting`."""
    asked: dict[str, Any] = {"action_info": {"scene": {"scene_str": scene}}}
    asked |= {"action_name": "QR_LIMIT_STR_SCENE"} if lasting else {"action_name": "QR_STR_SCENE"}
    if not lasting:
        asked["expire_seconds"] = MONTH

    async def draw(client: Client) -> str:
        made = await client.qrcode.create(asked)
        data = await client.line.picture(str(made["ticket"]))
        await asyncio.to_thread(_save, file, data)
        until = f"{clock(settings)() + timedelta(seconds=MONTH):%Y-%m-%d}"
        return f"{file} shows the code; {'it works for ever.' if lasting else f'a scan works until {until}, 30 days.'}"

    return _ask(settings, write, draw)


def _save(file: Path, data: bytes) -> None:
    """Write the picture, which comes as JPEG, in the format of the file's name. Raises OSError."""
    if file.suffix.lower() == ".png":
        from media.pictures import as_png

        data = as_png(data)
    file.write_bytes(data)


def _ask(settings: Settings, write: Write, work: Callable[[Client], Awaitable[str]]) -> int:
    """Do one thing with the platform, print the result, and return the exit code."""

    async def through(function: Callable[..., Any]) -> Any:
        return write(function)

    async def nowhere(_: Any) -> Any:
        raise AssertionError("a command takes nothing in")

    async def run() -> str:
        house = House(receive=nowhere, act=nowhere, write=through, read=through)
        line = open_line(account_of(settings), house, clock(settings))
        try:
            return await work(Client(line))
        finally:
            await line.close()

    if not settings.wechat:
        print("claimdesk: WECHAT_APP_ID is not set; put the official account's settings into .env.", file=sys.stderr)
        return 2
    try:
        print(asyncio.run(run()))
    except (PlatformRefused, Unreachable, Gone) as error:
        print(f"claimdesk: WeChat refused: {error}.", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"claimdesk: the picture could not be written: {error}.", file=sys.stderr)
        return 1
    return 0
