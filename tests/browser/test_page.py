from __future__ import annotations

from contextlib import asynccontextmanager

import pytest
from aiohttp.test_utils import unused_port
from doubles.browser import browser, found
from doubles.sandbox_house import SandboxHouse

from bot.channels.base import TooBig
from bot.runtime import web
from handlers.messages.models import Button, Reply, to_payload
from media import samples
from storage.outbox import Mail

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(found() is None, reason="no Chromium here: the page was not opened in a browser"),
]
READY = "!document.body.classList.contains('loading')"
SIZES = {"laptop": (1366, 768, False), "phone": (390, 844, True)}


@asynccontextmanager
async def served(house, port):
    """Serve a house's page at an address."""
    runner = await web.start(house.app(), "127.0.0.1", port)
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def page(house, size="laptop"):
    """Open a house's page in Chinese."""
    width, height, phone = SIZES[size]
    async with served(house, unused_port()) as url, browser() as running:
        tab = await running.tab()
        await tab.size(width, height, phone=phone)
        await tab.open(url)
        await tab.until(READY)
        await tab.click("[data-language=zh]")
        yield tab
        assert tab.complaints == []


@pytest.fixture
async def house(tmp_path):
    made = SandboxHouse(tmp_path)
    yield made
    await made.close()


def reply(number, text, *buttons):
    rows = tuple((Button(label=label, tap=tap),) for label, tap in buttons)
    return [Mail(id=number, kind="reply", payload=to_payload(Reply(text=text, buttons=rows)))]


async def heard(tab, house, count):
    """Wait until so many messages have come in, and give them."""
    await tab.until("new Promise(done => setTimeout(() => done(true), 50))")
    for _ in range(100):
        if len(house.heard) >= count:
            break
        await tab.look("new Promise(done => setTimeout(done, 50))")
    assert len(house.heard) == count
    return house.heard


async def test_words_taps_and_photos_go_out_and_replies_come_in_live(tmp_path, house):
    async with page(house) as tab:
        await tab.type("#chat-text", "草莓坏了2盒")
        await tab.has("#chat-talk .own:not(.pending)", "草莓坏了2盒")
        await house.channel.send("tian", reply(1, "对吗？", ("提交", "submit:1"), ("改数量", "edit:quantity")))
        await tab.click("#chat-talk [data-tap]", "提交")
        await tab.has("#chat-talk .pressed", "提交")
        await tab.click("#says .chip")
        await tab.click("#photos .sample")
        photo = tmp_path / "photo.jpg"
        photo.write_bytes(samples.draw("eggs_cracked", 1))
        await tab.upload("#files", photo, photo)
        await tab.until("document.querySelectorAll('#chat-talk .own:not(.pending) .thumb img').length === 3")
        await tab.until("[...document.querySelectorAll('.thumb img')].every(i => i.complete && i.naturalWidth)")
        await tab.click("#voice")
        await tab.click("#sticker")
        await tab.click("#stickers button")
        messages = await heard(tab, house, 8)
        assert [one.kind for one in messages] == ["text", "tap", "text", "media", "media", "media", "media", "sticker"]
        assert messages[1].tap == "submit:1"
        assert messages[3].album == ""
        assert messages[4].album == messages[5].album != ""
        assert messages[6].media[0].kind == "voice"
        await tab.click("#chat-talk .thumb")
        await tab.until("document.querySelector('#viewer').open")


async def test_a_reload_and_a_restart_show_the_same(house):
    port = unused_port()
    async with browser() as running:
        tab = await running.tab()
        async with served(house, port) as url:
            await tab.open(url)
            await tab.until(READY)
            await tab.type("#chat-text", "草莓坏了")
            await tab.has("#chat-talk .own:not(.pending)", "草莓坏了")
            await house.channel.send("tian", reply(1, "好的"))
            await tab.has("#chat-talk .other", "好的")
            await tab.open(url)
            await tab.until(READY)
            shown = await tab.look("[...document.querySelectorAll('#chat-talk .bubble')].map(e => e.textContent)")
            assert shown == ["草莓坏了", "好的"]
            house.room.close()
        await tab.until("!document.querySelector('.offline').hidden")
        await tab.type("#chat-text", "还在吗")
        await tab.has("#chat-talk .pending", "还在吗")
        house.room.closed = False
        await house.channel.send("tian", reply(2, "停机时写的"))
        async with served(house, port):
            await tab.has("#chat-talk .own:not(.pending)", "还在吗", 20)
            await tab.has("#chat-talk .other", "停机时写的", 20)
            await tab.until("document.querySelector('.offline').hidden")
            assert [one.text for one in house.heard] == ["草莓坏了", "还在吗"]
            house.room.close()


async def test_odd_words_stay_words(house):
    async with page(house) as tab:
        odd = "<img src=x onerror=document.title='gone'>\u202e反\n第二行"
        await house.channel.send("tian", reply(1, odd, ("<b>提交</b>", "submit:1")))
        await tab.has("#chat-talk .other p", odd)
        await tab.has("#chat-talk [data-tap]", "<b>提交</b>")
        assert await tab.look("document.title") == "Claimdesk 沙盒"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_everything_fits_and_has_a_name(house, size, language):
    async with page(house, size) as tab:
        await tab.click(f"[data-language={language}]")
        await house.channel.send("tian", reply(1, "很长" * 400 + "x" * 300, ("提交" * 20, "submit:1")))
        await tab.has("#chat-talk .other", "很长")
        assert await tab.look("document.documentElement.scrollWidth <= innerWidth")
        unnamed = "[...document.querySelectorAll('button, textarea, input:not([type=file])')]"
        unnamed += ".filter(e => !(e.textContent.trim() || e.ariaLabel || e.placeholder)).map(e => e.outerHTML)"
        assert await tab.look(unnamed) == []
        assert await tab.look("document.documentElement.lang") == {"zh": "zh-CN", "en": "en"}[language]
        if size == "phone":
            await tab.click("[data-go=desk]")
            await tab.has("#group h2, #acting b", "")
            assert await tab.look("document.documentElement.scrollWidth <= innerWidth")


async def test_a_new_customer_can_be_played(house):
    async with page(house) as tab:
        await tab.click(".face", "添加")
        await tab.type("#new-name", "老陈")
        await tab.has("#who-name", "老陈")
        await tab.type("#chat-text", "5号 8812")
        await tab.has("#chat-talk .own:not(.pending)", "5号 8812")
        start, words = await heard(tab, house, 2)
        assert (start.kind, start.name, words.account) == ("start", "老陈", start.account)


async def test_the_desk_answers_who_acts(house):
    async with page(house) as tab:
        await tab.click("#acting [role=radio]", "阿杰")
        await tab.type("#desk-text", "/mine")
        await tab.has("#toasts p", "您手上没有工单")
        await tab.has("#desk-talk .staff", "/mine")
        assert house.acted[-1].name == "阿杰"
        await tab.type("#desk-text", "/ticket CD-000000")
        await tab.has("#alert .box-title", "阿杰")
        await tab.click("#alert button")


async def test_a_file_that_is_too_big_is_refused_at_once(tmp_path, house):
    big = tmp_path / "big.jpg"
    with big.open("wb") as file:
        file.truncate(21 * 1024 * 1024)
    async with page(house) as tab:
        await tab.upload("#files", big)
        await tab.has("#toasts p", "文件超过20MB")
        assert house.heard == []
    with pytest.raises(TooBig):
        await house.room.keep(_chunks(big.read_bytes()), ".jpg")


async def _chunks(data):
    yield data
