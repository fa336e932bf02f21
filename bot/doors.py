"""The channels and desks whose settings are present, opened; a library is imported only for its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from bot.channels.base import Channel, Desk, House
from bot.runtime.web import Door
from bot.settings import Settings, secret_key
from handlers.context import TurnContext
from media.guard import Examiner
from media.store import Keeper


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What channels and desks are made of."""

    settings: Settings
    house: House
    store: Keeper
    examiner: Examiner
    clock: Callable[[], datetime]
    context: Callable[[], TurnContext]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What one opener opened: a channel, a desk or both, and their routes."""

    channel: Channel | None = None
    desk: Desk | None = None
    routes: tuple[Door, ...] = field(default=())


def open_all(parts: Parts) -> Iterator[Opened]:
    """Yield every channel and desk whose settings are present, opened."""
    for wanted, opener in OPENERS:
        if wanted(parts.settings):
            yield opener(parts)


def _sandbox(parts: Parts) -> Opened:
    from bot.sandbox.setup import open_sandbox

    channel, desk, routes = open_sandbox(
        house=parts.house,
        store=parts.store,
        examiner=parts.examiner,
        clock=parts.clock,
        context=parts.context,
        wide=parts.settings.sandbox == "on",
        exposed=parts.settings.sandbox_exposed,
        password=parts.settings.sandbox_password,
        secret=secret_key(parts.settings),
    )
    return Opened(channel=channel, desk=desk, routes=routes)


def _webhook(settings: Settings) -> tuple[str, str] | None:
    return (settings.public_url, settings.telegram_webhook_secret) if settings.public_url else None


def _telegram_customers(parts: Parts) -> Opened:
    from bot.channels.telegram.channel import TelegramChannel

    settings = parts.settings
    channel = TelegramChannel(
        house=parts.house,
        token=settings.telegram_bot_token,
        store=parts.store,
        context=parts.context,
        clock=parts.clock,
        api_base=settings.telegram_api_base or None,
        webhook=_webhook(settings),
        proxy=settings.telegram_proxy or None,
    )
    return Opened(channel=channel, routes=(channel.hook.door,) if settings.public_url else ())


def _telegram_desk(parts: Parts) -> Opened:
    from bot.desks.telegram.desk import TelegramDesk

    settings = parts.settings
    desk = TelegramDesk(
        house=parts.house,
        token=settings.telegram_desk_token,
        chat_id=int(settings.telegram_desk_chat_id),
        context=parts.context,
        store=parts.store,
        sheet=parts.examiner.sheet,
        clock=parts.clock,
        api_base=settings.telegram_api_base or None,
        webhook=_webhook(settings),
        proxy=settings.telegram_proxy or None,
    )
    return Opened(desk=desk, routes=(desk.hook.door,) if settings.public_url else ())


def _wechat(parts: Parts) -> Opened:
    from bot.channels.wechat.setup import open_wechat

    channel = open_wechat(parts.settings, house=parts.house, store=parts.store, now=parts.clock, context=parts.context)
    return Opened(channel=channel, routes=(channel.attach,))


OPENERS: tuple[tuple[Callable[[Settings], bool], Callable[[Parts], Opened]], ...] = (
    (lambda settings: settings.sandbox_open, _sandbox),
    (lambda settings: settings.telegram_customers, _telegram_customers),
    (lambda settings: settings.telegram_desk, _telegram_desk),
    (lambda settings: settings.wechat, _wechat),
)
"""For each channel and desk: when it is wanted, and how it is opened."""
