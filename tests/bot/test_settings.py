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
        ({"ORDER_WEBHOOK_URL": "ftp://a.example", "ORDER_WEBHOOK_SECRET": "s"}, "ORDER_WEBHOOK_URL must be an address"),
        ({"ALERT_WEBHOOK_URL": "file:///etc/passwd"}, "ALERT_WEBHOOK_URL must be an address"),
        (
            {"CLAIMDESK_NOW": "2026-06-12T19:10", "ALERT_WEBHOOK_URL": "https://a.example"},
            "ALERT_WEBHOOK_URL must be on loopback",
        ),
        ({"DATABASE_URL": "mysql://a/b"}, "DATABASE_URL"),
        ({"CLAIMDESK_NOW": "tomorrow"}, "ISO"),
        ({"CLAIMDESK_NOW": "2026-06-12T19:10", "TELEGRAM_BOT_TOKEN": "1:a"}, "loopback"),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT"),
        ({"TELEGRAM_BOT_TOKEN": "AAE-x"}, "TELEGRAM_BOT_TOKEN is no bot's token"),
        ({"TELEGRAM_BOT_TOKEN": "1:ab cd"}, "TELEGRAM_BOT_TOKEN is no bot's token"),
        ({"TELEGRAM_BOT_TOKEN": "１:ab"}, "TELEGRAM_BOT_TOKEN is no bot's token"),
        ({"TELEGRAM_DESK_TOKEN": "1:密", "TELEGRAM_DESK_CHAT_ID": "-1"}, "TELEGRAM_DESK_TOKEN is no bot's token"),
        ({"TELEGRAM_DESK_TOKEN": "1:a", "TELEGRAM_DESK_CHAT_ID": "--5"}, "TELEGRAM_DESK_CHAT_ID must be a number"),
        ({"TELEGRAM_WEBHOOK_SECRET": "pass word"}, "TELEGRAM_WEBHOOK_SECRET may hold"),
        ({"TELEGRAM_WEBHOOK_SECRET": "s" * 257}, "TELEGRAM_WEBHOOK_SECRET may hold"),
        ({"TELEGRAM_WEBHOOK_SECRET": "密码"}, "TELEGRAM_WEBHOOK_SECRET may hold"),
        ({"WECHAT_APP_ID": "wx 1"}, "WECHAT_APP_ID holds a space"),
        ({"PUBLIC_URL": "https://["}, "PUBLIC_URL must be an address"),
        ({"PUBLIC_URL": "https://shop.example:port"}, "PUBLIC_URL must be an address"),
        ({"TELEGRAM_PROXY": "http://["}, "TELEGRAM_PROXY"),
        ({"CLAIMDESK_NOW": "0001-01-01T00:00+14:00"}, "ISO"),
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
        given(HTTP_PORT="x", SANDBOX="x", TELEGRAM_DESK_TOKEN="1:x")
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


@pytest.mark.parametrize("secret", ["a", "A-Z_az09", "s" * 256])
def test_a_webhook_secret_that_telegram_takes_is_taken(secret):
    assert given(TELEGRAM_WEBHOOK_SECRET=secret).telegram_webhook_secret == secret


def test_a_secret_alone_lets_orders_be_pushed_and_nothing_be_sent():
    settings = given(ORDER_WEBHOOK_SECRET="tell-nobody")
    assert (settings.order_webhook_url, settings.order_webhook_secret) == ("", "tell-nobody")
    assert "tell-nobody" in settings.secrets


def test_what_was_given_for_a_secret_is_not_repeated():
    odd = {"TELEGRAM_BOT_TOKEN": "77:se cret", "TELEGRAM_PROXY": "socks5://me:secret@[", "WECHAT_TOKEN": "sec ret"}
    with pytest.raises(WrongSettings) as wrong:
        given(**odd, TELEGRAM_WEBHOOK_SECRET="se cret")
    assert "ret" not in str(wrong.value).replace("SECRET", "").replace("secret", "")
    assert "cret@" not in str(wrong.value)


@pytest.mark.parametrize(
    ("values", "exposed"),
    [
        ({}, False),
        ({"SANDBOX": "on"}, False),
        ({"HTTP_HOST": "::1"}, False),
        ({"HTTP_HOST": "0.0.0.0"}, True),
        ({"HTTP_HOST": "192.168.1.20"}, True),
        ({"PUBLIC_URL": "https://shop.example"}, True),
        ({"TELEGRAM_BOT_TOKEN": "1:a"}, True),
        ({"TELEGRAM_DESK_TOKEN": "1:a", "TELEGRAM_DESK_CHAT_ID": "-5"}, True),
        ({"WECHAT_APP_ID": "wx1", "WECHAT_APP_SECRET": "s", "WECHAT_TOKEN": "t", "WECHAT_ALLOW_PLAINTEXT": "1"}, True),
    ],
)
def test_the_sandbox_is_exposed_beside_a_business_or_where_others_come(values, exposed):
    assert given(**values).sandbox_exposed is exposed


# the file


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("POLICY=社区团购\n".encode("gbk"), "is not UTF-8 from line 1"),
        (b"A=1\nPOLICY=" + "草莓".encode("gb18030"), "is not UTF-8 from line 2"),
        ("POLICY=milk\n".encode("utf-16"), "looks like UTF-16"),
        ("POLICY=milk\n".encode("utf-16-le"), "looks like UTF-16"),
        (b"POLICY=milk\nTELEGRAM_BOT_TOKEN 1:abc\n", "line 2 is not NAME=value"),
        (b"\n\n# a word\nPOLICY\n", "line 4 is not NAME=value"),
        (b"POLICY='milk\n", "line 1 is not NAME=value"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_one_sentence(tmp_path, data, told):
    (tmp_path / ".env").write_bytes(data)
    with pytest.raises(WrongSettings, match=told) as wrong:
        load({}, tmp_path / ".env")
    assert len(str(wrong.value).splitlines()) == 1


def test_a_folder_in_the_files_place_is_told(tmp_path):
    (tmp_path / ".env").mkdir()
    with pytest.raises(WrongSettings, match="cannot be read"):
        load({}, tmp_path / ".env")


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path):
    (tmp_path / ".env").write_bytes("POLICY=milk\r\nDATA_DIR=' a b '\r\n".encode("utf-8-sig"))
    settings = load({}, tmp_path / ".env")
    assert (settings.policy, settings.data_dir) == ("milk", "a b")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("TELEGRAM_BOTTOKEN", "TELEGRAM_BOT_TOKEN"),
        ("TELEGRAM_TOKEN", "TELEGRAM_BOT_TOKEN"),
        ("telegram_bot_token", "TELEGRAM_BOT_TOKEN"),
        ("TELEGRAM_DESK_CHATID", "TELEGRAM_DESK_CHAT_ID"),
        ("WECHAT_APPID", "WECHAT_APP_ID"),
        ("DATABASE_URI", "DATABASE_URL"),
        ("PUBLICURL", "PUBLIC_URL"),
        ("SANDBOX-PASSWORD", "SANDBOX_PASSWORD"),
        ("SANDBOX_PASS", "SANDBOX_PASSWORD"),
    ],
)
def test_a_misspelt_setting_is_named_with_the_one_that_is_meant(tmp_path, name, meant):
    (tmp_path / ".env").write_text(f"{name}=1\n")
    with pytest.raises(WrongSettings, match=f"{name} is no setting: did you mean {meant}"):
        load({}, tmp_path / ".env")


def test_names_of_other_programs_are_left_alone(tmp_path):
    names = ["COMPOSE_PROJECT_NAME", "WECOM_APP_SECRET", "WECOM_API_BASE", "STT_API_KEY", "HTTP_PROXY", "TZ"]
    (tmp_path / ".env").write_text("".join(f"{name}=1\n" for name in names))
    load({}, tmp_path / ".env")
    shared = {"http_proxy": "x", "DATABASE_URI": "x", "LOGLEVEL": "x", "SECRET_KEYS": "x", "CLAIMDESK_NO_SKIPS": "1"}
    load(shared, tmp_path / ".env")
    with pytest.raises(WrongSettings, match="TELEGRAM_BOT_TOKEN"):
        load({"TELEGRAM_BOTTOKEN": "1:a"}, tmp_path / ".env")


def test_half_a_kept_key_is_refused(tmp_path):
    (tmp_path / "secret.key").write_bytes(b"")
    with pytest.raises(ValueError, match="damaged"):
        secret_key(Settings(data_dir=str(tmp_path)))
