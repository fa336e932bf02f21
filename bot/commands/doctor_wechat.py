"""What `claimdesk doctor` asks about the WeChat official account."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from hashlib import sha1
from time import time

from bot.settings import Settings

Finding = tuple[bool, str]
PATIENCE = 10  # seconds
CURES = {
    40013: "correct WECHAT_APP_ID",
    40125: "correct WECHAT_APP_SECRET",
    40164: "add this machine's address to the IP list in the platform's console",
    40243: "the secret is frozen: lift that in the platform's console",
    45009: "the day's quota of calls is used up: wait until midnight, or clear it in the console",
}


def examine(settings: Settings) -> Iterator[Finding]:
    """Check keys, token, permission to push as set, and whether the callback answers at PUBLIC_URL."""
    yield from _keys(settings)
    yield _token(settings)
    yield _callback(settings)


def _keys(settings: Settings) -> Iterator[Finding]:
    from bot.channels.wechat.verification import Gate, Keys

    keys = Keys(
        app_id=settings.wechat_app_id,
        token=settings.wechat_token,
        aes_key=settings.wechat_aes_key,
        aes_key_previous=settings.wechat_aes_key_previous,
    )
    try:
        Gate(keys)
    except ValueError:
        yield False, "WECHAT_AES_KEY (or _PREVIOUS) is not valid: copy the 43 characters from the platform's console."
        return
    if not settings.wechat_aes_key:
        yield (
            False,
            "WeChat runs in plain mode, where a seen URL lets others forge messages: set WECHAT_AES_KEY, safe mode.",
        )
    else:
        yield True, "WeChat runs in safe mode."
    if settings.wechat_push == "off":
        yield True, "note: WECHAT_PUSH=off: a late answer waits for the customer's next message."


def _token(settings: Settings) -> Finding:
    from bot.channels.base import Unreachable

    try:
        minutes = asyncio.run(_lifetime(settings))
    except Unreachable as error:
        code = next((code for code in CURES if str(code) in str(error)), 0)
        return False, f"WeChat gives no access token ({error}): {CURES.get(code, 'check the network and its proxy')}."
    return True, f"WeChat gives an access token, good for {minutes:.0f} minutes."


async def _lifetime(settings: Settings) -> float:
    """Fetch the stable token, which leaves the one in use valid; return its life in minutes."""
    from bot.channels.base import House
    from bot.channels.wechat.channel import open_line
    from bot.channels.wechat.setup import account_of
    from bot.settings import clock

    async def nothing(_: object) -> None:
        return None

    now = clock(settings)
    house = House(receive=nothing, act=nothing, write=nothing, read=nothing)
    line = open_line(account_of(settings), house, now)
    try:
        token = await line.fetch_token(False)
    finally:
        await line.close()
    return (token.expires_at - now()).total_seconds() / 60


def _callback(settings: Settings) -> Finding:
    """Ask the callback as the platform does when the address is saved in its console."""
    if not settings.public_url:
        return True, "note: with PUBLIC_URL set, doctor also checks that WeChat's callback answers there."
    address = f"{settings.public_url.rstrip('/')}/wechat"
    stamp, nonce, echo = str(int(time())), secrets.token_hex(4), secrets.token_hex(8)
    signature = sha1("".join(sorted((settings.wechat_token, stamp, nonce))).encode()).hexdigest()
    query = {"signature": signature, "timestamp": stamp, "nonce": nonce, "echostr": echo}
    try:
        status, text = asyncio.run(_get(address, query))
    except OSError as error:
        return (
            False,
            f"{address} does not answer ({type(error).__name__}): start the service, check the proxy in front of it.",
        )
    if (status, text) != (200, echo):
        return (
            False,
            f"{address} answers with status {status}: make the proxy forward /wechat, and compare WECHAT_TOKEN.",
        )
    return True, f"{address} answers as WeChat expects."


async def _get(address: str, query: dict[str, str]) -> tuple[int, str]:
    from aiohttp import ClientError, ClientSession, ClientTimeout

    try:
        async with (
            ClientSession(timeout=ClientTimeout(total=PATIENCE)) as http,
            http.get(address, params=query) as told,
        ):
            return told.status, (await told.text())[:200]
    except ClientError as error:
        raise OSError(str(error)) from error
