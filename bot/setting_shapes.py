"""What a setting's value has to look like, and the key that is made where none is given."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")
WEB = ("http", "https")
PROXIES = ("http", "https", "socks5", "socks5h")
GROUP = re.compile(r"-?[0-9]{1,18}")
KEY_LENGTH = 32  # characters that a kept key has at least
_BOT_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{1,200}")
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")  # what Telegram takes
_PLAIN = re.compile(r"[!-~]*")  # what goes into an address or a header
_PASSWORD = re.compile(r"://[^/?#:@]*:([^/?#]*)@|[?&]password=([^&#]*)")  # of a database's address
_NO_TOKEN = "{name} is no bot's token: copy it whole from @BotFather, as 123456789:AAE..."
_NO_SECRET = "{name} may hold 1 to 256 of A-Z a-z 0-9 _ and -: Telegram refuses others."
_NO_KEY = "{name} holds a space or a character that no such key has: copy it again."
SECRETS: Mapping[str, tuple[re.Pattern[str], str]] = {  # the sentences do not repeat what was given
    "telegram_bot_token": (_BOT_TOKEN, _NO_TOKEN),
    "telegram_desk_token": (_BOT_TOKEN, _NO_TOKEN),
    "telegram_webhook_secret": (_WEBHOOK_SECRET, _NO_SECRET),
    "wechat_app_id": (_PLAIN, _NO_KEY),
    "wechat_app_secret": (_PLAIN, _NO_KEY),
    "wechat_token": (_PLAIN, _NO_KEY),
    "llm_api_key": (_PLAIN, _NO_KEY),
}


def odd_secrets(value_of: Callable[[str], str]) -> list[str]:
    """Return what to do for each secret that no platform would take; `value_of` gives a setting by its name."""
    return [
        told.format(name=name.upper())
        for name, (shape, told) in SECRETS.items()
        if (value := value_of(name)) and not shape.fullmatch(value)
    ]


def passwords(url: str) -> tuple[str, ...]:
    """Return the password in a database's address, as written and decoded; none, as a rule."""
    found = _PASSWORD.search(url)
    given = (found[1] or found[2]) if found else ""
    return (given, unquote(given)) if given else ()


def address(text: str, schemes: tuple[str, ...]) -> SplitResult | None:
    """Return the parts of an address of one of these schemes; None for any other text, as with a bad port."""
    try:
        parts = urlsplit(text)
        whole = parts.scheme in schemes and parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if whole else None


def kept_key(path: Path) -> bytes:
    """Return the key that a file keeps, made at first and readable by its owner alone. Raises ValueError, OSError."""
    if not path.is_file():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = path.with_suffix(".new")  # written whole before it counts: half a key could be guessed
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        made.replace(path)
    key = path.read_bytes()
    if len(key) < KEY_LENGTH:
        raise ValueError(f"{path} is damaged; delete it: a new one is made, and what the old one signed ends.")
    return key
