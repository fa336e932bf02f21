"""How the platform is reached, through aiogram's session: base address, proxy, time-outs, and words without models."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.exceptions import TelegramNetworkError
from aiogram.methods import Response, TelegramMethod
from aiohttp import ClientError, ClientSession, ClientTimeout

Raw = dict[str, Any]
# Pydantic forgets a parametrized class nobody holds, and building it anew costs more than the call itself.
ANSWERS = (Response[Raw], Response[list[Raw]], Response[bool])


HEADERS = {"Content-Type": "application/json"}


class _Answered(TelegramMethod[Raw]):
    """The call that an error of `post` names."""

    __returning__ = Raw
    __api_method__ = "post"


ASKED = _Answered()


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A call that carries text alone, as its JSON: building and reading aiogram's models costs more than sending."""

    method: str
    values: Mapping[str, Any]
    keys: Raw | None = None  # the buttons


async def post(bot: Bot, words: Words) -> Raw:
    """Make a call and return the platform's answer. Raises what aiogram raises for it."""
    session = await bot.session.create_session()  # type: ignore[attr-defined]  # ours are all of aiohttp
    values = words.values if words.keys is None else {**words.values, "reply_markup": words.keys}
    data = json.dumps(values, ensure_ascii=False).encode()
    url = bot.session.api.api_url(token=bot.token, method=words.method)
    timeout = ClientTimeout(total=bot.session.timeout)
    try:
        async with session.post(url, data=data, headers=HEADERS, timeout=timeout) as response:
            body = await response.read()
    except TimeoutError as error:
        raise TelegramNetworkError(method=ASKED, message="Request timeout error") from error
    except ClientError as error:
        raise TelegramNetworkError(method=ASKED, message=f"{type(error).__name__}: {error}") from error
    try:
        answer = json.loads(body) if response.status == 200 else {}
    except ValueError:
        answer = {}
    if isinstance(answer, dict) and answer.get("ok") is True and isinstance(answer.get("result"), dict):
        found: Raw = answer["result"]
        return found
    return bot.session.check_response(bot, ASKED, response.status, body.decode("utf-8", "replace")).result or {}


class ProxySession(AiohttpSession):
    """A session through an HTTP proxy, which aiohttp supports itself."""

    http_proxy: str = ""

    async def create_session(self) -> ClientSession:
        """Return the open session, or open one."""
        if self._session is None or self._session.closed:
            self._session = ClientSession(connector=self._connector_type(**self._connector_init), proxy=self.http_proxy)
            self._should_reset_connector = False
        return self._session


class TunnelSession(AiohttpSession):
    """A session through a SOCKS5 proxy."""

    def __init__(self, socks: str, **options: Any) -> None:
        super().__init__(**options)
        self.socks = socks

    async def create_session(self) -> ClientSession:
        """Return the open session, or open one."""
        from bot.channels.socks_proxy import tunnel

        if self._session is None or self._session.closed:
            self._session = ClientSession(connector=tunnel(self.socks))
            self._should_reset_connector = False
        return self._session


def open_session(api_base: str | None, proxy: str | None, timeout: float) -> AiohttpSession:
    """Return a session; `timeout` in seconds."""
    api = TelegramAPIServer.from_base(api_base) if api_base else PRODUCTION
    if proxy and proxy.startswith("http"):
        session = ProxySession(api=api, timeout=timeout)
        session.http_proxy = proxy
        return session
    if proxy:
        return TunnelSession(proxy, api=api, timeout=timeout)
    return AiohttpSession(api=api, timeout=timeout)
