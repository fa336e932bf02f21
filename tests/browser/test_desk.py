"""The agents' side of the page: the next ticket always at hand, rows that can be tapped, words that can be read."""

from __future__ import annotations

import asyncio

import pytest
from doubles.browser import browser, found
from doubles.service import Service

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(found() is None, reason="no Chromium here: the agents' side was not looked at"),
]
SIZES = ((1366, 768, False), (1920, 1080, False), (390, 844, True))
# The contrast of each visible word of the desk with what lies under it; those below 4.5 are named.
PALE = """(() => {
  const parse = (text) => {
    const mixed = text.match(/color\\(srgb ([\\d.]+) ([\\d.]+) ([\\d.]+)(?: \\/ ([\\d.]+))?\\)/);
    if (mixed) return [...mixed.slice(1, 4).map((part) => part * 255), mixed[4] === undefined ? 1 : Number(mixed[4])];
    const plain = text.match(/[\\d.]+/g).map(Number);
    return [plain[0], plain[1], plain[2], plain[3] === undefined ? 1 : plain[3]];
  };
  const over = (top, under) => [0, 1, 2].map((at) => top[at] * top[3] + under[at] * (1 - top[3])).concat(1);
  const under = (node) => {
    const layers = [];
    for (let each = node; each; each = each.parentElement) layers.push(parse(getComputedStyle(each).backgroundColor));
    return layers.reverse().reduce((ground, layer) => over(layer, ground), [255, 255, 255, 1]);
  };
  const light = (colour) => {
    const [red, green, blue] = colour.slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const words = [...document.querySelectorAll("#group *")].filter((node) =>
    [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim()) &&
    node.checkVisibility({ visibilityProperty: true }));
  return words.map((node) => {
    const ground = under(node);
    const ink = over(parse(getComputedStyle(node).color), ground);
    const [high, low] = [light(ink), light(ground)].sort((one, other) => other - one);
    return [(high + 0.05) / (low + 0.05), node.className || node.tagName, node.textContent.trim().slice(0, 20)];
  }).filter(([contrast]) => contrast < 4.5);
})()"""
IN_SIGHT = """(() => {
  document.querySelectorAll("dialog[open]").forEach((box) => box.close());  // an alert covers all
  const button = [...document.querySelectorAll("#board button")].find((node) => node.textContent === "接下一单");
  const box = button.getBoundingClientRect();
  return box.top >= 0 && box.bottom <= innerHeight && document.elementFromPoint(box.x + 5, box.y + 5) === button;
})()"""


async def says(tab, text: str, answer: str) -> None:
    await tab.type("#chat-text", text)
    await tab.has("#chat-talk .other", answer, 20)


async def test_the_desk_is_read_and_used_at_every_size(tmp_path):
    service = Service(tmp_path)
    await asyncio.to_thread(service.start)
    try:
        async with browser() as running:
            tab = await running.tab()
            await tab.size(1366, 768)
            await tab.open(service.url + "/")
            await tab.until("!document.body.classList.contains('loading')")
            await tab.click("[data-language=zh]")
            await says(tab, "转人工", "")
            await tab.has("#board .line", "CD-", 20)
            await tab.click("#people .face", "谢明")
            await says(tab, "吃了你家的蓝莓拉肚子，还发烧", "")
            await tab.until("document.querySelectorAll('#board .line').length === 2", 20)
            for text in ("/queue", "/find 谢明", "/mine", "大家好"):
                await tab.type("#desk-text", text)
            await tab.has("#desk-talk .list .line", "CD-", 20)
            for width, height, phone in SIZES:
                await tab.size(width, height, phone=phone)
                if phone:
                    await tab.click("[data-go=desk]")
                for scheme in ("light", "dark"):
                    features = [{"name": "prefers-color-scheme", "value": scheme}]
                    await tab.call("Emulation.setEmulatedMedia", features=features)
                    await asyncio.sleep(0.3)
                    assert await tab.look(PALE) == [], (width, scheme)
                await tab.until(IN_SIGHT, 10)
            await tab.click("#board .line", "CD-")
            await tab.until("document.querySelectorAll('#board .line').length === 1", 20)
            await tab.has("#desk-talk .card", "处理人 小林", 20)
            assert tab.complaints == []
    finally:
        service.kill()
