"""The doctor's own checks: what would run, who may read the files, and whether the sandbox is shut."""

from __future__ import annotations

import os
import sqlite3

import pytest

from bot.__main__ import main
from bot.commands import doctor, doctor_files, opening
from bot.settings import Settings

AWAY = {"telegram_bot_token": "1:a", "telegram_api_base": "http://127.0.0.1:9"}


@pytest.fixture(autouse=True)
def mask():
    """Leave the process as it was: main() keeps others out of what it writes."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    return tmp_path


def told(settings, check):
    return list(check(settings))


def test_with_nothing_to_run_it_fails(here, capsys, monkeypatch):
    monkeypatch.setenv("SANDBOX", "off")
    assert main(["doctor"]) == 1
    assert "nothing would run" in capsys.readouterr().out
    monkeypatch.setenv("SANDBOX", "on")
    assert main(["doctor"]) == 0
    assert "the sandbox runs" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "good"),
    [
        ({"sandbox": "on", **AWAY}, False),
        ({"sandbox": "on", "public_url": "https://a.example"}, False),
        ({"http_host": "0.0.0.0"}, False),
        ({"sandbox": "on", "sandbox_password": "p", **AWAY}, True),
    ],
)
def test_a_sandbox_that_stays_shut_is_a_fault(more, good):
    ((ok, sentence),) = told(Settings(**more), doctor._sandbox)
    assert ok is good
    assert ("SANDBOX_PASSWORD" in sentence) is not good


@pytest.mark.parametrize("more", [{}, {"sandbox": "off", **AWAY}, {"sandbox": "on"}])
def test_a_sandbox_for_this_machine_is_none(more):
    assert told(Settings(**more), doctor._sandbox) == []


def test_what_the_program_writes_is_its_owners_alone(here):
    """With the usual mask of 022 all of it would be readable by everybody."""
    (here / "o.csv").write_text("order_no,item,quantity,paid\nKT260612-0003,草莓,x,39.80\nKT260612-0004,草莓,1,39.80\n")
    assert main(["orders", "import", "o.csv"]) == 1
    assert main(["db", "backup", "copy.db"]) == 0
    made = [*(here / "var").rglob("*"), here / "copy.db", here / "o.csv.rejected.csv", here / "var"]
    assert len(made) >= 5
    for path in made:
        assert path.stat().st_mode & 0o077 == 0, path


def test_the_doctor_sees_who_else_may_read(here):
    settings = Settings(data_dir=str(here / "var"))
    assert told(settings, lambda s: doctor_files.examine(s, here / ".env"))[0][0]  # nothing there yet
    main(["leaders", "list"])
    assert told(settings, lambda s: doctor_files.examine(s, here / ".env")) == [
        (True, "the files are readable by this user alone.")
    ]
    with sqlite3.connect(here / "var" / "claimdesk.db") as kept:
        kept.execute("PRAGMA journal_mode=WAL")
    for name in ("claimdesk.db", "write.lock"):
        (here / "var" / name).chmod(0o644)
        ((ok, sentence),) = told(settings, lambda s: doctor_files.examine(s, here / ".env"))
        assert not ok
        assert f"chmod go= {here / 'var' / name}" in sentence
        (here / "var" / name).chmod(0o600)
    (here / "var").chmod(0o755)
    ((ok, sentence),) = told(settings, lambda s: doctor_files.examine(s, here / ".env"))
    assert ok
    assert "which files there are" in sentence
    (here / "var").chmod(0o777)
    assert not told(settings, lambda s: doctor_files.examine(s, here / ".env"))[0][0]
    (here / "var").chmod(0o700)
    (here / ".env").write_text("POLICY=milk\n")
    (here / ".env").chmod(0o644)
    assert ".env holds tokens" in told(settings, lambda s: doctor_files.examine(s, here / ".env"))[1][1]
    kept.close()


@pytest.mark.parametrize("words", [["doctor"], ["serve"], ["leaders", "list"], ["policy", "list"], ["read"]])
@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("POLICY=社区\n".encode("gbk"), "is not UTF-8"),
        ("POLICY=milk\n".encode("utf-16"), "UTF-16"),
        (b"TELEGRAM_BOT_TOKEN=nonsense\n", "no bot's token"),
        (b"TELEGRAM_BOTTOKEN=1:a\n", "did you mean TELEGRAM_BOT_TOKEN"),
        (b"TELEGRAM_WEBHOOK_SECRET=a b\n", "Telegram refuses"),
        (b"PUBLIC_URL=https://[\n", "PUBLIC_URL"),
    ],
)
def test_a_file_of_settings_that_is_wrong_is_one_sentence(here, capsys, words, data, sentence):
    (here / ".env").write_bytes(data)
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert sentence in err
    assert len(err.splitlines()) == 1
    assert (out, "Traceback" in err) == ("", False)


# what a start says


def said(channels=(), desks=(), **more):
    return list(opening.lines(Settings(**more), channels=channels, desks=desks, policy="milk (0a)"))


def test_a_start_says_what_is_open_and_how():
    wechat = {"wechat_app_id": "wx", "wechat_aes_key": "k" * 43}
    hooked = {"public_url": "https://a.example/", "telegram_bot_token": "1:a", **wechat}
    lines = [text for _, text in said(["telegram", "wechat"], ["telegram"], **hooked)]
    assert lines == [
        "database: sqlite:///var/claimdesk.db; files: var; policy: milk (0a)",
        "customers come by Telegram, by webhook at https://a.example/telegram/customers",
        "customers come by WeChat at https://a.example/wechat, safe mode",
        "agents work in Telegram, by webhook at https://a.example/telegram/desk",
        "the sandbox is off; health at http://127.0.0.1:8080/healthz",
    ]
    polled = [text for _, text in said(["telegram"], ["telegram"], telegram_bot_token="1:a")]
    assert "customers come by Telegram, by long polling" in polled


def test_a_start_warns_of_what_is_half_open_or_shut():
    warned = [text for level, text in said(["telegram", "sandbox"], ["sandbox"], sandbox="on", **AWAY) if level > 20]
    assert [text.partition(":")[0] for text in warned] == [
        "no agents' desk is configured",
        "the sandbox stays shut, for a business runs beside it",
    ]
    assert any("no channel is open" in text for _, text in said(sandbox="off"))


def test_the_ready_line_names_the_page_only_where_it_opens():
    for more, page in (({}, True), ({"http_host": "0.0.0.0"}, False), ({"sandbox": "off"}, False)):
        told = opening.ready(Settings(**{"sandbox": "on", **more}), ["sandbox"])
        assert "ready" in told
        assert ("sandbox:" in told) == page


def test_a_start_names_no_password():
    assert opening.shown("postgresql://me:secret@db:5432/x") == "postgresql://me@db:5432/x"
    assert opening.shown("sqlite:////srv/a@b.db") == "sqlite:////srv/a@b.db"
