"""Settings: read whole, refused whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.settings import Settings, WrongSettings, clock, load, secret_key

NOWHERE = Path("/nonexistent/.env")


def given(**values):
    return load(values, NOWHERE)


def test_the_sandbox_is_open_while_no_channel_is_set():
    assert given().sandbox_open
    assert not given(TELEGRAM_BOT_TOKEN="1:a").sandbox_open
    assert given(TELEGRAM_BOT_TOKEN="1:a", SANDBOX="on").sandbox_open
    assert not given(SANDBOX="off").sandbox_open


def test_the_environment_goes_before_the_file(tmp_path):
    (tmp_path / ".env").write_text("POLICY=milk\nDATA_DIR=here\n")
    settings = load({"POLICY": "tea"}, tmp_path / ".env")
    assert (settings.policy, settings.data_dir) == ("tea", "here")
    assert settings.database == "sqlite:///here/claimdesk.db"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"HTTP_PORT": "abc"}, "HTTP_PORT"),
        ({"HTTP_PORT": "99999"}, "HTTP_PORT"),
        ({"SANDBOX": "yes"}, "SANDBOX"),
        ({"PUBLIC_URL": "http://shop.example"}, "https"),
        ({"PUBLIC_URL": "shop.example"}, "PUBLIC_URL"),
        ({"TELEGRAM_DESK_TOKEN": "1:a"}, "TELEGRAM_DESK_CHAT_ID"),
        ({"TELEGRAM_DESK_TOKEN": "1:a", "TELEGRAM_DESK_CHAT_ID": "group"}, "number"),
        ({"TELEGRAM_BOT_TOKEN": "1:a", "PUBLIC_URL": "https://shop.example"}, "TELEGRAM_WEBHOOK_SECRET"),
        ({"WECHAT_APP_ID": "wx1"}, "WECHAT_APP_SECRET"),
        ({"ORDER_WEBHOOK_URL": "https://a.example"}, "ORDER_WEBHOOK_SECRET"),
        ({"DATABASE_URL": "mysql://a/b"}, "DATABASE_URL"),
        ({"CLAIMDESK_NOW": "tomorrow"}, "ISO"),
        ({"CLAIMDESK_NOW": "2026-06-12T19:10", "TELEGRAM_BOT_TOKEN": "1:a"}, "loopback"),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT"),
        ({"LLM_MODEL": "small"}, "LLM_BASE_URL, LLM_API_KEY and LLM_MODEL"),
        ({"LLM_BASE_URL": "https://a.example/v1", "LLM_API_KEY": "k"}, "LLM_MODEL go together"),
        ({"LLM_BASE_URL": "a.example", "LLM_API_KEY": "k", "LLM_MODEL": "m"}, "LLM_BASE_URL must be an address"),
        (
            {
                "LLM_BASE_URL": "https://a.example/v1",
                "LLM_API_KEY": "k",
                "LLM_MODEL": "m",
                "CLAIMDESK_NOW": "2026-06-12T19:10",
            },
            "LLM_BASE_URL must be on loopback",
        ),
    ],
)
def test_what_is_wrong_is_named(values, told):
    with pytest.raises(WrongSettings, match=told):
        given(**values)


def test_all_that_is_wrong_is_named_at_once():
    with pytest.raises(WrongSettings) as wrong:
        given(HTTP_PORT="x", SANDBOX="x", TELEGRAM_DESK_TOKEN="x")
    assert len(str(wrong.value).splitlines()) == 3


def test_a_second_reader_is_there_when_all_of_it_is_set():
    assert not given().second_reader
    named = {"LLM_BASE_URL": "http://127.0.0.1:1/v1", "LLM_API_KEY": "k", "LLM_MODEL": "m"}
    assert given(**named, CLAIMDESK_NOW="2026-06-12T19:10").second_reader


def test_the_clock_may_start_elsewhere_and_runs_on():
    now = clock(given(CLAIMDESK_NOW="2026-06-12T19:10:00"))
    first = now()
    assert abs(first - datetime(2026, 6, 12, 11, 10, tzinfo=UTC)) < timedelta(seconds=1)
    assert now() > first


def test_the_secret_is_made_once_and_kept_private(tmp_path):
    settings = Settings(data_dir=str(tmp_path))
    assert secret_key(settings) == secret_key(settings)
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0
    assert secret_key(Settings(secret_key="abc")) == b"abc"
