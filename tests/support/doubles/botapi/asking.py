"""Calls by plain HTTP, for tests that need no library."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

from .api import BotApi
from .bots import Bot
from .values import Json


def ask(api: BotApi, bot: Bot, method: str, **params: Any) -> Json:
    """Return the platform's answer body, good or bad."""
    request = urllib.request.Request(
        f"{api.url}/bot{bot.token}/{method}",
        data=json.dumps(params).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            body: Json = json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            body = json.load(error)
    return body


def refusal(api: BotApi, bot: Bot, method: str, **params: Any) -> str:
    """Return the description of a call that must fail."""
    body = ask(api, bot, method, **params)
    assert not body["ok"], body
    return str(body["description"])


def download(api: BotApi, bot: Bot, file_id: str) -> bytes:
    path = ask(api, bot, "getFile", file_id=file_id)["result"]["file_path"]
    with urllib.request.urlopen(f"{api.url}/file/bot{bot.token}/{path}", timeout=10) as response:
        data: bytes = response.read()
    return data


def newest(bot: Bot) -> Json:
    """Return the last update a bot was given."""
    return bot.updates[-1].body
