"""Files at the desk: those that agents sent are read up to a limit, stored ones are read for sending."""

from __future__ import annotations

import asyncio
from pathlib import PurePath

import httpx
from telegram import Bot
from telegram.error import BadRequest, RetryAfter, TelegramError

from bot.channels.base import Gone, TooBig, Unreachable
from bot.desks.telegram.group import wait_of
from media.store import Keeper, Missing

PATIENCE = 45.0  # seconds for one file
GONE = (404, 410)
SUFFIXES = {"voice": ".ogg", "video": ".mp4"}


async def fetch(bot: Bot, client: httpx.AsyncClient, ref: str, limit: int) -> bytes:
    """Return a file's bytes, at most `limit`; ask anew for a path that expired. Raises Gone, TooBig, Unreachable."""
    try:
        return await _download(client, await _address(bot, ref, limit), limit)
    except Gone:
        return await _download(client, await _address(bot, ref, limit), limit)


async def _address(bot: Bot, ref: str, limit: int) -> str:
    try:
        file = await bot.get_file(ref)
    except BadRequest as error:
        raise (TooBig if "too big" in error.message.lower() else Gone)(error.message) from None
    except RetryAfter as error:
        raise Unreachable("asked to wait", wait_of(error)) from None
    except TelegramError as error:
        raise Unreachable(type(error).__name__) from None
    if (file.file_size or 0) > limit:
        raise TooBig(f"{file.file_size} bytes")
    if not file.file_path:
        raise Gone("without a path")
    return file.file_path


async def _download(client: httpx.AsyncClient, address: str, limit: int) -> bytes:
    """Stream a file. Its address holds the token: no error may carry it."""
    data = bytearray()
    try:
        async with asyncio.timeout(PATIENCE), client.stream("GET", address) as response:
            if response.status_code != 200:
                raise (Gone if response.status_code in GONE else Unreachable)(f"HTTP {response.status_code}")
            async for chunk in response.aiter_bytes():
                data += chunk
                if len(data) > limit:
                    raise TooBig
    except (httpx.HTTPError, TimeoutError) as error:
        raise Unreachable(type(error).__name__) from None
    return bytes(data)


async def stored(store: Keeper, key: str) -> bytes | None:
    """Return a stored file; None when it is gone."""
    try:
        return await asyncio.to_thread(store.get, key)
    except (Missing, ValueError):
        return None


def named(kind: str, key: str) -> str:
    """Return a name for a stored file that says what it is."""
    path = PurePath(key)
    return f"{path.stem[:12]}{SUFFIXES.get(kind, path.suffix)}"
