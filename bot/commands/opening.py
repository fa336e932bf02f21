"""What a start of the service says: which sides are open and how, in a few lines."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from bot.operations.preparation import shown
from bot.settings import Settings

Line = tuple[int, str]  # level of the log, sentence


def lines(settings: Settings, *, channels: Collection[str], desks: Collection[str], policy: str) -> Iterator[Line]:
    """Yield what is open, one sentence each; warnings for what is half open or shut."""
    yield logging.INFO, f"database: {shown(settings.database)}; files: {settings.folder}; policy: {policy}"
    business = [name for name in sorted(channels) if name != "sandbox"]
    for name in business:
        yield logging.INFO, f"customers come by {_way(settings, name, '/telegram/customers')}"
    for name in sorted(desks):
        if name != "sandbox":
            yield logging.INFO, f"agents work in {_way(settings, name, '/telegram/desk')}"
    for url, what in ((settings.order_webhook_url, "decisions"), (settings.alert_webhook_url, "alarms")):
        if url:
            yield logging.INFO, f"{what} are posted to {urlsplit(url).hostname}"
    if settings.order_webhook_secret:
        yield logging.INFO, "orders may be pushed to POST /orders"
    if business and not set(desks) - {"sandbox"}:
        yield logging.WARNING, "no agents' desk is configured: set TELEGRAM_DESK_TOKEN and TELEGRAM_DESK_CHAT_ID"
    if not channels:
        yield logging.WARNING, "no channel is open and nothing can come in: set one up, or SANDBOX=on to try it out"
    yield sandbox(settings)


def ready(settings: Settings, channels: Collection[str]) -> str:
    """Return the line on standard output: messages are accepted; a sandbox that stays shut is not named."""
    where = f"http://{settings.http_host}:{settings.http_port}/"
    shut = settings.sandbox_exposed and not settings.sandbox_password
    open_ = sorted(name for name in channels if name != "sandbox")
    what = f"sandbox: {where}" if settings.sandbox_open and not shut else f"{', '.join(open_)} {where}"
    return f"claimdesk ready  {what}"


def _way(settings: Settings, name: str, path: str) -> str:
    public = settings.public_url.rstrip("/")
    if name == "telegram":
        return f"Telegram, by webhook at {public}{path}" if public else "Telegram, by long polling"
    if name == "wechat":
        safe = "safe mode" if settings.wechat_aes_key else "plain mode, which can be forged"
        return f"WeChat at {public or 'http://' + settings.http_host + ':' + settings.http_port}/wechat, {safe}"
    return name


def sandbox(settings: Settings) -> Line:
    """Return whether the sandbox is open, and to whom."""
    here = f"http://{settings.http_host}:{settings.http_port}/"
    if not settings.sandbox_open:
        return logging.INFO, f"the sandbox is off; health at {here}healthz"
    if settings.sandbox_exposed and not settings.sandbox_password:
        why = "a business runs beside it" if settings.business else "others may reach this server"
        return (
            logging.WARNING,
            f"the sandbox stays shut, for {why}: set SANDBOX=on and SANDBOX_PASSWORD, or SANDBOX=off",
        )
    if settings.sandbox == "on" and settings.sandbox_password:
        return logging.INFO, f"the sandbox is open at {here} to who has the password, from anywhere"
    asked = ", with the password" if settings.sandbox_password else ""
    return logging.INFO, f"the sandbox is open at {here} on this machine only{asked}"
