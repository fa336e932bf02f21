"""What `doctor` asks Telegram: whether tokens, group, rights and webhooks are as the service needs them.

It uses plain HTTP, so that a check does not load a Telegram library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

API = "https://api.telegram.org"
PATIENCE = 10.0  # seconds for one question
CUSTOMERS_PATH, DESK_PATH = "/telegram/customers", "/telegram/desk"
Line = tuple[bool, str]


class Refused(Exception):
    """The platform refused; the message is its description."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """One bot to ask about, by the name of its setting; the token is never printed."""

    setting: str
    token: str
    api_base: str = ""
    proxy: str = ""

    async def ask(self, method: str, **given: Any) -> Any:
        """Return a method's result. Raises Refused, and ClientError or TimeoutError when there is no answer."""
        address = f"{self.api_base or API}/bot{self.token}/{method}"
        socks = self.proxy.startswith("socks5")
        if socks:
            from bot.channels.socks_proxy import tunnel
        connector = tunnel(self.proxy) if socks else None
        async with (
            ClientSession(connector=connector, timeout=ClientTimeout(total=PATIENCE)) as session,
            session.post(address, json=given, proxy=None if socks else self.proxy or None) as response,
        ):
            answer: Mapping[str, Any] = await response.json(content_type=None)
        if not isinstance(answer, Mapping):
            raise ValueError("this is not the Bot API")
        if not answer.get("ok"):
            raise Refused(int(answer.get("error_code", 0)), str(answer.get("description", "")))
        return answer["result"]


async def check_customers(token: str, *, api_base: str = "", public_url: str = "", proxy: str = "") -> list[Line]:
    """Check the customers' bot: token, and the way by which messages come."""
    bot = Bot(setting="TELEGRAM_BOT_TOKEN", token=token, api_base=api_base, proxy=proxy)
    return await _checked(bot, lambda me: _webhook(bot, public_url, CUSTOMERS_PATH))


async def check_desk(
    token: str, chat_id: int, *, api_base: str = "", public_url: str = "", proxy: str = ""
) -> list[Line]:
    """Check the agents' bot: token, group, rights in it, and the way by which messages come."""
    bot = Bot(setting="TELEGRAM_DESK_TOKEN", token=token, api_base=api_base, proxy=proxy)

    async def rest(me: Mapping[str, Any]) -> list[Line]:
        return [*await _group(bot, me, chat_id), *await _webhook(bot, public_url, DESK_PATH)]

    return await _checked(bot, rest)


async def _checked(bot: Bot, rest: Any) -> list[Line]:
    """Check the token, then the rest; a failure that stops the questions is one line."""
    try:
        me = await bot.ask("getMe")
        return [(True, f"{bot.setting}: the bot is @{me.get('username')}"), *await rest(me)]
    except Refused as refused:
        if refused.code in (401, 404):
            return [(False, f"{bot.setting} is refused by Telegram; get a new token from @BotFather")]
        return [(False, f"{bot.setting}: Telegram refused a question ({refused})")]
    except (ClientError, OSError, ValueError):
        where = bot.api_base or API
        return [
            (False, f"{bot.setting}: {where} does not answer; check the network, TELEGRAM_API_BASE, TELEGRAM_PROXY")
        ]


async def _group(bot: Bot, me: Mapping[str, Any], chat_id: int) -> list[Line]:
    name = "TELEGRAM_DESK_CHAT_ID"
    try:
        chat = await bot.ask("getChat", chat_id=chat_id)
        member = await bot.ask("getChatMember", chat_id=chat_id, user_id=me["id"])
    except Refused as refused:
        return [(False, f"{name}: {_why(refused, chat_id)}")]
    if chat.get("type") not in ("group", "supergroup"):
        return [(False, f"{name} names a {chat.get('type')}, not a group")]
    lines = [(True, f"{name}: the group is {chat.get('title')!r}" + (" with topics" if chat.get("is_forum") else ""))]
    return [*lines, *_rights(member, me, forum=bool(chat.get("is_forum")))]


def _why(refused: Refused, chat_id: int) -> str:
    if "upgraded" in str(refused):
        return f"the group {chat_id} became a supergroup and has a new id; set that"
    return f"the bot is not in the group {chat_id} ({refused}); add it, and set the id that the log names"


def _rights(member: Mapping[str, Any], me: Mapping[str, Any], *, forum: bool) -> list[Line]:
    """Return the missing rights, each with what does not work without it."""
    if member.get("status") in ("left", "kicked"):
        return [(False, "the desk's bot is no member of its group; add it again")]
    if member.get("status") != "administrator":
        hears = "" if me.get("can_read_all_group_messages") else ", and turn its privacy mode off in @BotFather"
        return [(False, "the desk's bot is not an administrator: it can neither pin the board"
                        f" nor learn who leads the group; make it one who may pin messages{hears}")]  # fmt: skip
    lines = []
    if not member.get("can_pin_messages"):
        lines.append((False, "the desk's bot may not pin messages: the board is not pinned; give it that right"))
    if forum and not member.get("can_manage_topics"):
        lines.append((False, "the desk's bot may not manage topics: tickets get none; give it that right"))
    return lines or [(True, "the desk's bot has the rights that it needs")]


async def _webhook(bot: Bot, public_url: str, path: str) -> list[Line]:
    """Return whether the webhook that the platform has is the one of PUBLIC_URL, as a line."""
    info = await bot.ask("getWebhookInfo")
    wanted = public_url.rstrip("/") + path if public_url else ""
    known, failed = str(info.get("url", "")), str(info.get("last_error_message", ""))
    if not wanted:
        told = "long polling" if not known else "long polling once the service runs; a webhook is still set"
        return [(True, f"{bot.setting}: messages come by {told}")]
    if known != wanted:
        return [(False, f"{bot.setting}: the webhook is {known or 'not set'}, it should be {wanted};"
                        " start the service, it sets it")]  # fmt: skip
    if failed:
        waiting = info.get("pending_update_count", 0)
        return [(False, f"{bot.setting}: Telegram cannot deliver to {wanted} ({failed}); {waiting} messages wait")]
    return [(True, f"{bot.setting}: the webhook is {wanted}")]


def failed(lines: Sequence[Line]) -> bool:
    """Return whether any check failed."""
    return any(not ok for ok, _ in lines)
