"""A newcomer's first minute, on the real service in a real browser: a claim with a photo, and its decision."""

from __future__ import annotations

import asyncio

import pytest
from doubles.browser import browser, found
from doubles.service import Service

from media import samples

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(found() is None, reason="no Chromium here: the claim was not filed in a browser"),
]


async def test_a_claim_with_a_photo_is_filed_and_decided(tmp_path):
    photo = tmp_path / "strawberries.jpg"
    photo.write_bytes(samples.draw("strawberries_rotten", 5))
    service = Service(tmp_path)
    await asyncio.to_thread(service.start)
    try:
        async with browser() as running:
            tab = await running.tab()
            await tab.size(1366, 768)
            await tab.open(service.url + "/")
            await tab.until("!document.body.classList.contains('loading')")
            await tab.click("[data-language=zh]")
            await tab.type("#chat-text", "草莓坏了2盒，要退款")
            await tab.upload("#files", photo)
            await tab.has("#chat-talk .other", "1张照片", 20)
            await tab.click("#chat-talk [data-tap]", "提交")
            filed = await tab.has("#chat-talk .other", "已受理", 20)
            number = filed[filed.index("CD-") :][:9]
            await tab.click("#board [data-tap]", "接下一单", 20)
            await tab.has("#desk-talk", number)
            await tab.click("#desk-talk [data-tap]", "同意 37.60", 20)
            told = await tab.has("#chat-talk .other", "已通过", 20)
            assert number in told
            assert "37.60" in told
            assert tab.complaints == []
        assert service.run("tickets", "show", number, "--json").stdout.count('"approved"') >= 1
        assert await asyncio.to_thread(service.stop) == 0
        assert "Traceback" not in service.log()
    finally:
        if service.process:
            service.kill()
