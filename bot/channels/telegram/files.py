"""Files that customers sent: asked for by id, read up to a limit."""

from __future__ import annotations

from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
)
from aiohttp import ClientError, ClientResponseError

from bot.channels.base import Gone, TooBig, Unreachable

PATIENCE = 45  # seconds for one file
CHUNK = 64 * 1024  # bytes
GONE = (404, 410)


async def fetch(bot: Bot, ref: str, limit: int) -> bytes:
    """Return a file's bytes, at most `limit`; ask anew for a path that expired. Raises Gone, TooBig, Unreachable."""
    try:
        return await _download(bot, await _path(bot, ref, limit), limit)
    except Gone:
        return await _download(bot, await _path(bot, ref, limit), limit)


async def _path(bot: Bot, ref: str, limit: int) -> str:
    try:
        file = await bot.get_file(ref)
    except TelegramRetryAfter as error:
        raise Unreachable("asked to wait", error.retry_after) from None
    except TelegramBadRequest as error:
        raise (TooBig if "too big" in error.message else Gone)(error.message) from None
    except TelegramNotFound as error:
        raise Unreachable(error.message) from None  # this is said of a token, not of a file
    except TelegramNetworkError:
        raise Unreachable("no answer") from None
    except (TelegramAPIError, ClientDecodeError) as error:
        raise Unreachable(type(error).__name__) from None
    if (file.file_size or 0) > limit:
        raise TooBig(f"{file.file_size} bytes")
    if not file.file_path:
        raise Gone("without a path")
    return file.file_path


async def _download(bot: Bot, path: str, limit: int) -> bytes:
    """Stream a file. Its address holds the token: no error may carry it."""
    data = bytearray()
    url = bot.session.api.file_url(bot.token, path)
    stream = bot.session.stream_content(url, timeout=PATIENCE, chunk_size=CHUNK, raise_for_status=True)
    try:
        async for chunk in stream:
            data += chunk
            if len(data) > limit:
                raise TooBig
    except ClientResponseError as error:
        raise (Gone if error.status in GONE else Unreachable)(f"HTTP {error.status}") from None
    except (TimeoutError, ClientError) as error:
        raise Unreachable(type(error).__name__) from None
    finally:
        await stream.aclose()
    return bytes(data)
