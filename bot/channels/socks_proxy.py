"""The way through a SOCKS5 proxy for aiohttp; its failures count as those of the network."""

from __future__ import annotations

from typing import Any

from aiohttp import BaseConnector, ClientConnectionError, ClientRequest
from aiohttp.client_proto import ResponseHandler
from aiohttp_socks import ProxyConnectionError, ProxyConnector, ProxyError, ProxyTimeoutError

FAILURES = (ProxyConnectionError, ProxyError, ProxyTimeoutError)


class Tunnel(ProxyConnector):
    """A connector whose errors aiohttp's callers know."""

    async def _create_connection(self, req: ClientRequest, *args: Any, **options: Any) -> ResponseHandler:
        try:
            return await super()._create_connection(req, *args, **options)
        except FAILURES as error:
            raise ClientConnectionError(f"the proxy fails: {error}") from error


def tunnel(proxy: str) -> BaseConnector:
    """Return a connector; names are resolved behind the proxy. Raises ValueError for an address that is no proxy's."""
    return Tunnel.from_url(proxy.replace("socks5h:", "socks5:", 1), rdns=True)
