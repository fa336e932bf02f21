"""The settings of the service: read from the environment and `.env`, checked together, reported when wrong."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from bot import env_file
from bot.setting_shapes import GROUP, LOOPBACK, PROXIES, WEB, address, kept_key, odd_secrets, passwords

SHANGHAI = ZoneInfo("Asia/Shanghai")


class WrongSettings(Exception):
    """Settings are missing or wrong; the message names all of them, one a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting by its name in lower case; empty where it is not set."""

    data_dir: str = "var"
    database_url: str = ""
    media_url: str = ""
    policy: str = "community-group-buy"
    http_host: str = "127.0.0.1"
    http_port: str = "8080"
    public_url: str = ""
    sandbox: str = "auto"
    sandbox_password: str = ""
    claimdesk_now: str = ""
    order_webhook_url: str = ""
    order_webhook_secret: str = ""
    alert_webhook_url: str = ""
    secret_key: str = ""
    telegram_bot_token: str = ""
    telegram_desk_token: str = ""
    telegram_desk_chat_id: str = ""
    telegram_api_base: str = ""
    telegram_webhook_secret: str = ""
    telegram_proxy: str = ""
    wechat_app_id: str = ""
    wechat_app_secret: str = ""
    wechat_token: str = ""
    wechat_aes_key: str = ""
    wechat_aes_key_previous: str = ""
    wechat_allow_plaintext: str = ""
    wechat_api_base: str = ""
    wechat_push: str = "on"
    llm_base_url: str = ""
    llm_api_key: str = ""
    llm_model: str = ""
    log_level: str = "info"
    log_format: str = "console"

    @property
    def folder(self) -> Path:
        """Return the folder where the service keeps its files."""
        return Path(self.data_dir)

    @property
    def database(self) -> str:
        """Return the database's URL."""
        return self.database_url or f"sqlite:///{self.folder / 'claimdesk.db'}"

    @property
    def media(self) -> str:
        """Return the folder or bucket of the evidence."""
        return self.media_url or str(self.folder / "media")

    @property
    def telegram_customers(self) -> bool:
        """Return whether the customers' bot is configured."""
        return bool(self.telegram_bot_token)

    @property
    def telegram_desk(self) -> bool:
        """Return whether the agents' bot is configured."""
        return bool(self.telegram_desk_token and self.telegram_desk_chat_id)

    @property
    def wechat(self) -> bool:
        """Return whether the official account is configured."""
        return bool(self.wechat_app_id)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return every value that nobody but its platform may see."""
        kinds = ("_token", "_secret", "_key", "_password", "_key_previous")
        of_platforms = (getattr(self, item.name) for item in fields(self) if item.name.endswith(kinds))
        return (*of_platforms, *passwords(self.database_url))

    @property
    def business(self) -> bool:
        """Return whether customers or agents come by any platform."""
        return self.telegram_customers or bool(self.telegram_desk_token) or self.wechat

    @property
    def sandbox_exposed(self) -> bool:
        """Return whether others than who sits here may reach the sandbox, or a business runs beside it."""
        return self.business or bool(self.public_url) or self.http_host not in LOOPBACK

    @property
    def second_reader(self) -> bool:
        """Return whether a language model is configured as second reader."""
        return bool(self.llm_base_url and self.llm_api_key and self.llm_model)

    @property
    def sandbox_open(self) -> bool:
        """Return whether the sandbox runs: when set to on, or when no channel is configured."""
        return self.sandbox == "on" or (self.sandbox == "auto" and not self.telegram_customers and not self.wechat)


NAMES = tuple(item.name.upper() for item in fields(Settings))


def load(environment: Mapping[str, str] | None = None, file: Path = Path(".env")) -> Settings:
    """Read the settings; the environment goes before the file. Raises WrongSettings naming everything wrong."""
    try:
        kept = env_file.read(file)
    except env_file.Unreadable as error:
        raise WrongSettings(str(error)) from None
    around = dict(os.environ if environment is None else environment)
    known = {**kept, **around}
    given: dict[str, Any] = {name.lower(): value.strip() for name in NAMES if (value := known.get(name))}
    settings = Settings(**given)
    slips = env_file.misspelt(NAMES, in_file=kept, in_environment=around)
    wrong = [*problems(settings), *(f"{name} is no setting: did you mean {meant}?" for name, meant in slips)]
    if wrong:
        raise WrongSettings("\n".join(wrong))
    return settings


def problems(settings: Settings) -> list[str]:
    """Return everything that is wrong or incomplete, one sentence each."""
    return [sentence for check in CHECKS for sentence in check(settings)]


def _choices(settings: Settings) -> list[str]:
    allowed = {
        "sandbox": ("auto", "on", "off"),
        "wechat_push": ("on", "off"),
        "log_level": ("debug", "info", "warning", "error"),
        "log_format": ("console", "json"),
        "wechat_allow_plaintext": ("", "0", "1"),
    }
    return [
        f"{name.upper()} must be one of {', '.join(filter(None, values))}, not {getattr(settings, name)!r}."
        for name, values in allowed.items()
        if getattr(settings, name) not in values
    ]


def _port(settings: Settings) -> list[str]:
    port = settings.http_port
    return (
        []
        if port.isascii() and port.isdecimal() and int(port) < 65536
        else [f"HTTP_PORT must be a number, not {port!r}."]
    )


def _urls(settings: Settings) -> list[str]:
    wrong = []
    names = (
        "public_url", "order_webhook_url", "alert_webhook_url", "telegram_api_base", "wechat_api_base", "llm_base_url",
    )  # fmt: skip
    for name in names:
        value = getattr(settings, name)
        parts = address(value, WEB)
        if value and parts is None:
            wrong.append(f"{name.upper()} must be an address like https://host.")
        elif parts and name == "public_url" and parts.scheme == "http" and parts.hostname not in LOOPBACK:
            wrong.append("PUBLIC_URL must begin with https://.")
    if settings.telegram_proxy and address(settings.telegram_proxy, PROXIES) is None:
        wrong.append("TELEGRAM_PROXY must be like http://host:port or socks5://host:port.")
    if not settings.database.startswith(("sqlite:///", "postgresql://")):
        wrong.append("DATABASE_URL must begin with sqlite:/// or postgresql://.")
    return wrong


def _secrets(settings: Settings) -> list[str]:
    return odd_secrets(lambda name: str(getattr(settings, name)))


def _halves(settings: Settings) -> list[str]:
    wrong = []
    if bool(settings.telegram_desk_token) != bool(settings.telegram_desk_chat_id):
        wrong.append("TELEGRAM_DESK_TOKEN and TELEGRAM_DESK_CHAT_ID go together: set both or none.")
    if settings.telegram_desk_chat_id and not GROUP.fullmatch(settings.telegram_desk_chat_id):
        wrong.append("TELEGRAM_DESK_CHAT_ID must be a number such as -1001234567890.")
    if settings.telegram_bot_token and settings.telegram_bot_token == settings.telegram_desk_token:
        wrong.append("TELEGRAM_BOT_TOKEN and TELEGRAM_DESK_TOKEN must be two different bots.")
    tokens = settings.telegram_bot_token or settings.telegram_desk_token
    if settings.public_url and tokens and not settings.telegram_webhook_secret:
        wrong.append("TELEGRAM_WEBHOOK_SECRET is required when PUBLIC_URL and a Telegram token are set.")
    if settings.order_webhook_url and not settings.order_webhook_secret:
        wrong.append("ORDER_WEBHOOK_URL needs ORDER_WEBHOOK_SECRET, which signs what is sent there.")
    if len({bool(settings.llm_base_url), bool(settings.llm_api_key), bool(settings.llm_model)}) > 1:
        wrong.append("LLM_BASE_URL, LLM_API_KEY and LLM_MODEL go together: set all or none.")
    return wrong


def _wechat(settings: Settings) -> list[str]:
    parts = {name: getattr(settings, name) for name in ("wechat_app_id", "wechat_app_secret", "wechat_token")}
    keyed = settings.wechat_aes_key or settings.wechat_allow_plaintext == "1"
    if not any(parts.values()) and not settings.wechat_aes_key:
        return []
    wrong = [f"{name.upper()} is missing: WeChat needs it." for name, value in parts.items() if not value]
    if not keyed:
        wrong.append("WECHAT_AES_KEY is missing: set it, or WECHAT_ALLOW_PLAINTEXT=1 to work without a key.")
    keys = ("wechat_aes_key", "wechat_aes_key_previous")
    odd = [name.upper() for name in keys if len(getattr(settings, name)) not in (0, 43)]
    return wrong + [f"{name} must have 43 characters." for name in odd]


def _now(settings: Settings) -> list[str]:
    if not settings.claimdesk_now:
        return []
    try:
        datetime.fromisoformat(settings.claimdesk_now).astimezone(UTC)
    except (ValueError, OverflowError):
        return [f"CLAIMDESK_NOW must be an ISO time such as 2026-06-12T19:10:00, not {settings.claimdesk_now!r}."]
    bases = []
    if settings.telegram_bot_token or settings.telegram_desk_token:
        bases.append(("TELEGRAM_API_BASE", settings.telegram_api_base))
    if settings.wechat_app_id:
        bases.append(("WECHAT_API_BASE", settings.wechat_api_base))
    others = ("llm_base_url", "order_webhook_url", "alert_webhook_url")
    bases += [(name.upper(), value) for name in others if (value := getattr(settings, name))]
    return [
        f"CLAIMDESK_NOW is for demonstrations and tests only: {name} must be on loopback."
        for name, base in bases
        if (parts := address(base, WEB)) is None or parts.hostname not in LOOPBACK
    ]


CHECKS: tuple[Callable[[Settings], list[str]], ...] = (_choices, _port, _urls, _secrets, _halves, _wechat, _now)


def clock(settings: Settings) -> Callable[[], datetime]:
    """Return the service's clock: aware UTC, or one that starts at CLAIMDESK_NOW and runs at normal speed."""
    if not settings.claimdesk_now:
        return lambda: datetime.now(UTC)
    start = datetime.fromisoformat(settings.claimdesk_now)
    start = (start if start.tzinfo else start.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    began = monotonic()
    return lambda: start + timedelta(seconds=monotonic() - began)


def secret_key(settings: Settings) -> bytes:
    """Return the key that signs media links and the event log; made in DATA_DIR at first start unless set."""
    if settings.secret_key:
        return settings.secret_key.encode()
    return kept_key(settings.folder / "secret.key")
