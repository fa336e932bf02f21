"""What `claimdesk doctor` asks of the two webhooks: whether somebody answers there. Nothing is decided or alarmed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.settings import Settings

PATIENCE = 10  # seconds
Finding = tuple[bool, str]


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield for each webhook that is set whether its address answers; any status but a redirect will do."""
    for name, url in (
        ("ORDER_WEBHOOK_URL", settings.order_webhook_url),
        ("ALERT_WEBHOOK_URL", settings.alert_webhook_url),
    ):
        if url:
            yield asyncio.run(_look(name, url))


async def _look(name: str, url: str) -> Finding:
    where = f"{name} ({urlsplit(url).hostname})"  # the rest of an address may be secret
    try:
        async with (
            ClientSession(timeout=ClientTimeout(total=PATIENCE)) as http,
            http.head(url, allow_redirects=False) as told,
        ):
            status = told.status
    except (ClientError, TimeoutError, OSError, ValueError) as error:
        return False, f"{where} does not answer ({type(error).__name__}): check the address and what runs there."
    if 300 <= status < 400:
        return False, f"{where} leads elsewhere (status {status}), which is not followed: set the address it leads to."
    return True, f"{where} answers (status {status} to HEAD)."
