"""How aiogram reaches the platform: base address, proxy, time-outs."""

from __future__ import annotations

from typing import Any

from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.methods import Response
from aiohttp import ClientSession

Raw = dict[str, Any]
# Pydantic forgets a parametrized class nobody holds, and building it anew costs more than the call itself.
ANSWERS = (Response[Raw], Response[list[Raw]], Response[bool])


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
