"""Menu, scene codes and doctor against the platform over HTTP."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from doubles.wechat import Platform
from wechat_house import shop

from bot.__main__ import main
from bot.channels.wechat import setup
from bot.commands import doctor_wechat
from bot.settings import Settings
from storage.database import open_writer, transaction
from storage.tables import METADATA


@pytest.fixture
async def platform():
    async with Platform() as running:
        yield running


@pytest.fixture
def write(tmp_path):
    engine = open_writer(f"sqlite:///{tmp_path / 'commands.db'}")
    with transaction(engine) as tx:
        METADATA.create_all(tx)

    def work(function):
        with transaction(engine) as tx:
            return function(tx)

    yield work
    engine.dispose()


def settings(platform, **more):
    known = {
        "wechat_app_id": platform.app_id,
        "wechat_app_secret": platform.secret,
        "wechat_token": platform.token,
        "wechat_aes_key": platform.key,
        "wechat_api_base": platform.url,
    }
    return Settings(**(known | more))


def examined(told):
    return asyncio.to_thread(lambda: list(doctor_wechat.examine(told)))


async def test_the_menu_is_published(platform, write, capsys):
    assert await asyncio.to_thread(setup.menu, settings(platform), write=write) == 0
    entries = [(entry["type"], entry["name"], entry["key"]) for entry in platform.api.menu["button"]]
    assert entries == [
        ("click", "申请售后", "menu:claim"),
        ("click", "进度", "menu:status"),
        ("click", "人工", "menu:human"),
    ]
    assert "申请售后, 进度, 人工" in capsys.readouterr().out
    platform.fail("menu/create", code=48001)
    assert await asyncio.to_thread(setup.menu, settings(platform), write=write) == 1
    assert "48001" in capsys.readouterr().err
    assert platform.calls.count("stable_token") == 1  # the table has it


async def test_the_menu_without_an_account_says_what_to_set(write, capsys):
    assert await asyncio.to_thread(setup.menu, Settings(), write=write) == 2
    assert "WECHAT_APP_ID is not set" in capsys.readouterr().err


async def test_a_scene_code_becomes_a_picture(platform, write, tmp_path):
    file = tmp_path / "wang.jpg"
    told = settings(platform)
    assert await asyncio.to_thread(setup.picture, told, "0123456789", file, write=write) == 0
    assert file.read_bytes().startswith(b"\xff\xd8\xff")
    assert list(platform.api.scenes.values()) == ["0123456789"]
    lasting = await asyncio.to_thread(setup.picture, told, "site:Z07", file, write=write, lasting=True)
    assert (lasting, list(platform.api.scenes.values())[1]) == (0, "site:Z07")


@pytest.fixture
def operator(platform, tmp_path, monkeypatch, capsys):
    """Runs `claimdesk WORDS...` with the account's settings; gives exit code, output and errors."""
    known = settings(platform)
    for name in ("wechat_app_id", "wechat_app_secret", "wechat_token", "wechat_aes_key", "wechat_api_base"):
        monkeypatch.setenv(name.upper(), getattr(known, name))
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    monkeypatch.chdir(tmp_path)

    async def run(*words):
        code = await asyncio.to_thread(main, list(words))
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return code, told.out, told.err

    return run


async def test_a_new_leaders_code_comes_as_a_picture_too(platform, operator, tmp_path):
    code, out, err = await operator("leaders", "add", "王姐", "--site", "Z07", "--qr", "wang.png")
    assert (code, err) == (0, "")
    assert (tmp_path / "wang.png").read_bytes().startswith(b"\x89PNG\r\n")
    bind = out.split()[-1]
    assert out.splitlines()[-1].endswith(f"绑定 {bind}")
    assert list(platform.api.scenes.values()) == [bind]
    until = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    assert f"wang.png shows the code; a scan works until {until}, 30 days." in out


@pytest.mark.parametrize("why", ["refused", "unreachable", "no folder", "no account"])
async def test_without_a_picture_the_leader_and_the_code_are_there(platform, operator, monkeypatch, why):
    if why == "no account":
        for name in ("ID", "SECRET"):
            monkeypatch.delenv(f"WECHAT_APP_{name}")
        for name in ("TOKEN", "AES_KEY", "API_BASE"):
            monkeypatch.delenv(f"WECHAT_{name}")
    if why == "refused":
        platform.fail("qrcode/create", code=48001)
    if why == "unreachable":
        platform.fail("*", kind="reset", times=9)
    file = "none/wang.png" if why == "no folder" else "wang.png"
    code, out, err = await operator("leaders", "add", "王姐", "--site", "Z07", "--qr", file)
    assert code == 1
    assert len(err.splitlines()) == 1
    assert {"refused": "48001", "no account": "WECHAT_APP_ID", "no folder": "none/wang.png"}.get(why, "WeChat") in err
    bind = out.split()[-1]
    assert (len(bind), out.splitlines()[-1].endswith(f"绑定 {bind}")) == (10, True)
    assert "王姐  Z07  code not used yet" in (await operator("leaders", "list"))[1]


async def test_doctor_finds_a_sound_account_sound(tmp_path):
    async with shop(tmp_path) as house:
        public = house.platform.callback.removesuffix("/wechat")
        found = await examined(settings(house.platform, public_url=public))
        assert all(good for good, _ in found), found
        sentences = " ".join(sentence for _, sentence in found)
        assert "safe mode" in sentences
        assert "good for 120 minutes" in sentences
        assert "answers as WeChat expects" in sentences


@pytest.mark.parametrize(("code", "cure"), [(40164, "IP list"), (40125, "WECHAT_APP_SECRET"), (40013, "WECHAT_APP_ID")])
async def test_doctor_says_what_to_do_about_the_token(platform, code, cure):
    platform.fail("stable_token", code=code)
    failed = [sentence for good, sentence in await examined(settings(platform)) if not good]
    assert len(failed) == 1
    assert cure in failed[0]


async def test_doctor_finds_wrong_keys_plain_mode_and_a_silent_callback(platform):
    told = settings(platform, wechat_aes_key="x" * 42 + "!", public_url="http://127.0.0.1:9", wechat_push="off")
    failed = [sentence for good, sentence in await examined(told) if not good]
    assert "is not valid: copy the 43 characters" in failed[0]
    assert "does not answer" in failed[1]
    found = await examined(settings(platform, wechat_aes_key="", public_url=platform.url))
    failed = [sentence for good, sentence in found if not good]
    assert "plain mode" in failed[0]
    assert "status 404" in failed[1]
