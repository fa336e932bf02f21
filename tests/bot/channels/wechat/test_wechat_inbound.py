"""Every kind of message and event, by real delivery; the public sample payloads where they lie at hand."""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path

import pytest
from wechat_house import Hasty, shop

SAMPLES = sorted(
    Path(os.environ.get("WECHAT_SAMPLES", Path(__file__).parents[5] / "shared" / "data" / "wechat")).glob("*.xml")
)


@pytest.fixture
async def house(tmp_path):
    async with shop(tmp_path, open_for=0.25) as running:
        yield running
        assert running.platform.violations == []


async def test_kinds_of_messages(house):
    li = house.platform.follower("oLi")
    await li.image()
    await li.voice()
    await li.video()
    await li.video(short=True)
    kinds = [(inbound.kind, inbound.media[0].kind, inbound.text) for inbound in house.got]
    assert kinds == [("media", kind, "") for kind in ("photo", "voice", "video", "video")]
    assert house.got[0].media[0].ref in house.platform.api.files
    house.got.clear()
    await li.location("广州市海珠区客村艺苑路 106号")
    await li.link("团购", "https://example.com/1")
    await li.odd("miniprogrampage", Title="订单", AppId="wx1", PagePath="p?id=1")
    await li.odd("notsure")
    assert [inbound.kind for inbound in house.got] == ["other"] * 4
    assert all(inbound.text == "" for inbound in house.got)  # 106号 is no pickup number
    sent = [dict(inbound.data) for inbound in house.got]
    assert sent == [
        {"place": {"address": "广州市海珠区客村艺苑路 106号", "north": "30.28", "east": "120.06", "map": "gcj"}},
        {"link": {"title": "团购", "text": "团购", "url": "https://example.com/1"}},
        {"card": {"title": "订单", "path": "p?id=1"}},
        {},
    ]


@pytest.mark.parametrize(
    "text",
    ["[微笑]", "[强][强]", "/:8-)", "【收到不支持的消息类型，暂无法显示】", "[收到不支持的消息类型，暂无法显示]"],
)
async def test_stickers_and_faces_are_no_text(house, text):
    await house.platform.follower("oLi").text(text)
    assert (house.got[0].kind, house.got[0].text) == ("sticker", "")


@pytest.mark.parametrize("text", ["[3]", "/:8-) 草莓坏了", "https://x.cn/:a", "[草莓300g坏了两盒]", "8号 尾号0408"])
async def test_words_are_not_taken_for_faces(house, text):
    await house.platform.follower("oLi").text(text)
    assert (house.got[0].kind, house.got[0].text) == ("text", text)


async def test_follow_scan_and_menu(house):
    li = house.platform.follower("oLi")
    await li.follow()
    await li.follow("0123456789")
    await li.scan("ABCDEFGHJK")
    await li.scan("site:Z07")
    await li.scan("123123")
    await li.click("menu:claim")
    await li.click("menu:status")
    await li.click("menu:human")
    await li.click("V1001_OLD")
    got = [(inbound.kind, inbound.text, dict(inbound.data)) for inbound in house.got]
    assert got == [
        ("start", "", {}),
        ("start", "0123456789", {}),
        ("start", "ABCDEFGHJK", {}),
        ("start", "site:Z07", {}),
        ("start", "", {}),
        ("start", "", {}),
        ("text", "进度", {}),
        ("text", "人工", {}),
        ("start", "", {}),
    ]


async def test_the_platforms_own_events_are_acknowledged_and_nothing_follows(house):
    li = house.platform.follower("oLi")
    house.channel.callback.open_for = 60.0  # nobody waits for an answer to these
    for name in ("LOCATION", "VIEW", "TEMPLATESENDJOBFINISH", "user_enter_tempsession", "something_new"):
        told = await li.event(name, EventKey="x")
        assert (told.raw, told.tries) == ("success", 1)
    await li.unfollow()
    assert house.got == []


async def test_json_is_taken_in_and_answered_by_push(house, caplog):
    li, seal = house.platform.follower("oLi"), house.platform.seal
    li.written_at = time.time()
    inner = {"ToUserName": "gh_shop", "FromUserName": "oLi", "CreateTime": 1, "MsgType": "text", "MsgId": 5}
    query, body = seal.wrap(json.dumps(inner | {"Content": "草莓"}), at=time.time())
    encrypt = re.search(r"<Encrypt><!\[CDATA\[(.*?)\]\]>", body)[1]
    told = await house.platform.post(query, json.dumps({"ToUserName": "gh_shop", "Encrypt": encrypt}))
    assert (told.status, told.raw) == (200, "success")
    await house.platform.until(lambda: li.seen == [("push", "收到：草莓")])
    assert "set the message format to XML" in caplog.text


@pytest.mark.skipif(not SAMPLES, reason="the public sample payloads are not here")
async def test_public_samples_are_taken_in_or_refused_without_a_trace(house, caplog):
    house.say = lambda inbound: []
    house.channel.callback.slots = Hasty()
    house.channel.callback.open_for = 4.0
    taken = 0
    for file in SAMPLES:
        query, body = house.platform.seal.wrap(file.read_text(), at=time.time())
        told = await house.platform.post(query, body)
        broken = '" +' in file.read_text() or "<Encrypt>" in file.read_text()
        assert told.status in ((200, 400) if broken else (200,)), file.name
        assert told.raw in ("success", "")
        taken += told.status == 200
    assert taken > 50
    assert {inbound.kind for inbound in house.got} == {"text", "media", "other", "start", "sticker"}
    assert "Traceback" not in caplog.text
