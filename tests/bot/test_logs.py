"""Logs: readable, or JSON, and never a token, a secret or a phone number, whoever writes them."""

from __future__ import annotations

import json
import logging
import threading

import pytest

from bot import logs
from bot.redaction import HIDDEN, PHONE, Redaction
from bot.settings import Settings

TOKEN = "8123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"
AES = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
GIVEN = [TOKEN, 'qu"ote\\d', "密码 pass/word", AES, "s3cret!"]


@pytest.fixture
def written(capsys):
    """Give a way to ask what was written to standard error; afterwards all is as before."""
    root = logging.getLogger()
    before = root.handlers, root.level, logs.sys.excepthook, threading.excepthook
    levels = {name: logging.getLogger(name).level for name in logs.QUIET}
    yield lambda: capsys.readouterr().err
    logging.captureWarnings(False)
    root.handlers, root.level, logs.sys.excepthook, threading.excepthook = before
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.parametrize(
    "text",
    [
        f"POST https://api.telegram.org/bot{TOKEN}/sendMessage",
        f"GET https://api.telegram.org/file/bot{TOKEN}/photos/1.jpg",
        "POST http://127.0.0.1:9/bot1:a/getUpdates",
        f"{{'secret_token': 's3cret!', 'x': {TOKEN!r}}}",
        f"key={AES}&x=1",
        "password=%E5%AF%86%E7%A0%81%20pass%2Fword",
        repr(GIVEN),
        json.dumps(GIVEN),
        json.dumps(GIVEN, ensure_ascii=False),
        "GET /cgi-bin/token?grant_type=client_credential&appid=wx1&secret=0a1b2c3d HTTP/1.1",
        'POST /cgi-bin/message/custom/send?access_token=66_abcdefgh-XYZ "HTTP/1.1 200"',
        "headers={'Authorization': 'Bearer sk-0a1b2c3d'}",
        "Authorization: Basic YTpwYXNz",
        "proxy socks5://someone:0a1b2c3d@10.0.0.1:1080 does not answer",
        "Cookie: claimdesk_sandbox=1800000000.0a1b2c3d",
    ],
)
def test_no_token_or_secret_is_left(text):
    told = Redaction(GIVEN)(text)
    assert HIDDEN in told
    for secret in (*GIVEN, TOKEN[11:], "0a1b2c3d", "66_abcdefgh", "YTpwYXNz", "bot1:a", "pass/word", "pass%2Fword"):
        assert secret not in told


@pytest.mark.parametrize(
    "phone",
    [
        "13912345678", "139 1234 5678", "139-1234-5678", "+8613912345678", "+86 139 1234 5678", "8613912345678",
        "１３９１２３４５６７８", "+44 20 7946 0958", "0571-88123456",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "around",
    ["{}", "电话{}的", "tel:{}", "tel{}", "\\u5f20{}", "('a\\n{}',)", '{{"phone":"{}"}}', "{}\n", "?phone={}&"],
)
def test_no_phone_number_is_left(phone, around):
    told = Redaction()(around.format(phone))
    assert PHONE in told
    assert phone[-8:] not in told


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-01 00:11:06,019 ERROR",
        "telegram update 912345678 of chat -1001391234567",
        "key 'sandbox:a1b2' at 1764547866019 took 13.912345678 s",
        "WeChat message 13912345678901234567",
        "sha256 0013912345678f0a of ab/13912345678abcdef",
        "order KT260612-0003, 39.80, tail 2231",
        "http://127.0.0.1:8080/healthz",
        "the access token is good for 119 minutes",
        "postgresql+asyncpg at db:5432",
    ],
)
def test_what_is_none_is_left_as_it_is(text):
    assert Redaction(["abc"])(text) == text


@pytest.mark.parametrize("style", ["console", "json"])
def test_every_logger_is_below_it(written, style):
    logs.set_up("debug", style, GIVEN)
    for name in ("aiogram", "py.warnings", "httpx", "httpcore", "aiohttp.server", "telegram.ext", "bot.app", "asyncio"):
        logging.getLogger(name).warning("%s said %s and %r", TOKEN, {"phone": "13912345678"}, "s3cret!")
        try:
            raise OSError(f"cannot reach https://api.telegram.org/bot{TOKEN}/getMe for 13912345678")
        except OSError:
            logging.getLogger(name).exception("failed")
    told = written()
    assert "Traceback" in told
    assert told.count(HIDDEN) == 8 * 3
    for secret in (TOKEN, "13912345678", "s3cret!"):
        assert secret not in told
    if style == "json":
        lines = [json.loads(line) for line in told.splitlines()]
        assert {"at", "level", "logger", "message"} <= lines[0].keys()


def test_json_lines_name_the_message_and_the_tickets(written):
    logs.set_up("info", "json", GIVEN)
    with logs.about("telegram:1:2:3"):
        logging.getLogger("bot.runtime.writer").warning("CD-7K3M9Q waits for CD-0A1B2C, not CD-7K3M9Q; XCD-000000")
    logging.getLogger("bot").warning("nothing")
    first, second = map(json.loads, written().splitlines())
    assert (first["about"], first["tickets"]) == ("telegram:1:2:3", ["CD-0A1B2C", "CD-7K3M9Q"])
    assert not {"about", "tickets"} & second.keys()


def test_what_crashes_is_told_without_them(written):
    logs.set_up("info", "console", GIVEN)
    thread = threading.Thread(target=lambda: (_ for _ in ()).throw(OSError(f"{TOKEN} 13912345678")))
    thread.start()
    thread.join()
    logs.sys.excepthook(OSError, OSError(TOKEN), None)
    logging.getLogger("bot").info("%d", f"{TOKEN}")  # cannot be shaped
    told = written()
    assert "a thread was ended" in told
    assert "could not be written" in told
    assert TOKEN not in told
    assert "13912345678" not in told


def test_the_settings_know_which_of_them_are_secret():
    settings = Settings(telegram_bot_token="1:a", wechat_aes_key=AES, sandbox_password="pw", order_webhook_secret="o")
    assert {"1:a", AES, "pw", "o"} <= set(settings.secrets)
    named = [
        name for name in Settings.__dataclass_fields__ if any(w in name for w in ("token", "secret", "key", "pass"))
    ]
    assert len(settings.secrets) == len(named)


@pytest.mark.parametrize(
    ("url", "hidden"),
    [
        ("postgresql://desk:p%40ss@db.example/shop", ("p%40ss", "p@ss")),
        ("postgresql://db.example/shop?user=desk&password=word", ("word", "word")),
        ("postgresql://desk@db.example/shop", ()),
        ("sqlite:///var/claimdesk.db", ()),
    ],
)
def test_the_databases_password_is_a_secret(url, hidden):
    assert set(Settings(database_url=url).secrets) - {""} == set(hidden)
