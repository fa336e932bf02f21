"""An agent puts a misread claim right on the sandbox page, by a button and by a reply."""

from __future__ import annotations

import asyncio
import json

import pytest
from doubles.browser import browser, found
from doubles.service import Service

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(found() is None, reason="no Chromium here: no claim was corrected in a browser"),
]


async def test_a_claim_is_put_right_on_its_card(tmp_path):
    service = Service(tmp_path)
    await asyncio.to_thread(service.start)
    try:
        async with browser() as running:
            tab = await running.tab()
            await tab.size(1366, 768)
            await tab.open(service.url + "/")
            await tab.until("!document.body.classList.contains('loading')")
            await tab.click("[data-language=zh]")
            await tab.type("#chat-text", "草莓少了2盒，要退款")
            await tab.click("#chat-talk [data-tap]", "提交", 20)
            filed = await tab.has("#chat-talk .other", "已受理", 20)
            number = filed[filed.index("CD-") :][:9]
            await tab.click("#board [data-tap]", "接下一单", 20)
            await tab.click("#desk-talk [data-tap]", "更正", 20)
            await tab.click("#desk-talk [data-tap]", "破损", 20)
            await tab.has("#desk-talk", "更正 1. 问题：少发漏发 → 破损", 20)
            assert tab.complaints == []
        shown = json.loads(service.run("tickets", "show", number, "--json").stdout)
        (event,) = [event["data"] for event in shown["events"] if event["kind"] == "corrected"]
        assert (event["was"], event["now"]) == ("shortage_missing", "damaged_package")
        assert shown["lines"][0]["problem"] == "damaged_package"
        (row,) = shown["corrections"]
        assert row["messages"]
        assert await asyncio.to_thread(service.stop) == 0
        assert "Traceback" not in service.log()
    finally:
        if service.process:
            service.kill()
