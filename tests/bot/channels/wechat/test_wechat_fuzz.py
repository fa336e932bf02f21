"""Garbled, forged, stale and mutated deliveries: refused without a trace, never a failure, never an answer unsigned."""

from __future__ import annotations

import asyncio
import json
import random
import time
import zlib
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from aiohttp import web
from doubles.wechat import Platform
from wechat_house import Hasty, shop

from bot.channels.base import House
from bot.channels.wechat import callback
from bot.channels.wechat.channel import Account, WeChatChannel

REFUSED = {400, 403, 408, 413}
NODES = [
    {"MsgType": "text", "Content": "KT260612-0003 草莓坏了2盒"},
    {"MsgType": "text", "Content": "提交", "bizmsgmenuid": "submit:3@ab12cd34"},
    {"MsgType": "image", "PicUrl": "http://x/0", "MediaId": "MEDIA-1"},
    {"MsgType": "voice", "MediaId": "MEDIA-2", "Format": "amr", "Recognition": "五六个"},
    {"MsgType": "location", "Location_X": "30.2", "Location_Y": "120.0", "Scale": "15", "Label": "路 106号"},
    {"MsgType": "link", "Title": "团购", "Description": "d", "Url": "http://x"},
    {"MsgType": "event", "Event": "subscribe", "EventKey": "qrscene_0123456789"},
    {"MsgType": "event", "Event": "CLICK", "EventKey": "menu:status"},
    {"MsgType": "event", "Event": "unsubscribe", "EventKey": ""},
]
PIECES = [
    b"<![CDATA[", b"]]>", b"<xml>", b"</xml>", b"<Content>", b"<MsgId>", b"\x00", b"\xff\xfe", b"&amp;", b"&x;",
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"<?xml version='1.0' encoding='utf-7'?>", b"{", b"[", b'{"MsgType":1}',
    b"null", "９".encode(), "\ud800".encode("utf-8", "surrogatepass"), b"99999999999999999999999999", b"-1",
    b"<a>" * 50,
]  # fmt: skip


class Nothing:
    """A house that takes everything in and remembers nothing."""

    def __init__(self):
        self.got = []

    async def receive(self, inbound):
        self.got.append(inbound)

    async def write(self, work):
        return None


def mutated(chance: random.Random, data: bytes) -> bytes:
    for _ in range(chance.choice((1, 1, 2, 4))):
        at, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
        how = chance.randrange(6)
        if how == 0 and data:
            at = chance.randrange(len(data))
            data = data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]
        elif how == 1:
            data = data[:at] + data[min(end, at + 20) :]
        elif how == 2:
            data = data[:at] + chance.choice(PIECES) + data[at:]
        elif how == 3:
            data = data[:at] + data[at:end] * 2 + data[end:]
        elif how == 4:
            data = data[:at]
        else:
            data = data[:at] + chance.choice(PIECES) + data[min(end, at + 30) :]
    return data


def body_of(chance: random.Random, who) -> bytes:
    nodes = {**chance.choice(NODES), "MsgId": chance.randrange(1, 10**17)}
    if chance.random() < 0.15:
        head = {"ToUserName": "gh_shop", "FromUserName": "oLi", "CreateTime": 1}
        return json.dumps(head | nodes, ensure_ascii=chance.random() < 0.5).encode()
    return who.xml(**nodes).encode()


def delivery(chance: random.Random, platform: Platform, who) -> tuple[dict[str, str], bytes, bool]:
    """A mutated delivery, and whether the platform signed what arrives."""
    inner, how = body_of(chance, who), chance.randrange(4)
    seal, now = platform.seal, time.time()
    if how == 0:  # the platform itself sends something odd
        query, outer = seal.wrap(mutated(chance, inner), at=now)
        return query, outer if isinstance(outer, bytes) else outer.encode(), True
    query, outer = seal.wrap(inner, at=now)
    outer = outer if isinstance(outer, bytes) else outer.encode()
    if how == 3:
        return query, outer, True
    if how == 1:  # the body changed on the way
        changed = mutated(chance, outer)
        return query, changed, not platform.key or sealed(changed) == sealed(outer)
    name = chance.choice(sorted(query))
    value = mutated(chance, query[name].encode()).decode("utf-8", "ignore")
    changed_query = {**query, name: value} if chance.random() < 0.8 else {k: v for k, v in query.items() if k != name}
    harmless = {"encrypt_type", "signature"} if platform.key else set()
    dropped = name not in changed_query and name in harmless
    return changed_query, outer, changed_query == query or name == "encrypt_type" or dropped


def sealed(body: bytes) -> str | None:
    """What the seal covers, as XML reads it."""
    try:
        return (ElementTree.fromstring(body).findtext("Encrypt") or "").strip()
    except (ElementTree.ParseError, ValueError, LookupError):
        return None


@asynccontextmanager
async def door(*, plain: bool):
    """The door before a house that remembers nothing; its callbacks end at once."""
    async with Platform(plain=plain) as platform:
        nothing = Nothing()
        keys = {"aes_key": platform.key, "api_base": platform.url}
        channel = WeChatChannel(
            house=House(receive=nothing.receive, act=nothing.write, write=nothing.write, read=nothing.write),
            account=Account(app_id=platform.app_id, secret=platform.secret, token=platform.token, **keys),
            load=nothing.write,
            clock=lambda: datetime.now(UTC),
            open_for=2.0,
        )
        app = web.Application(client_max_size=1 << 20)
        channel.attach(app)
        server = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await server.setup()
        try:
            await web.TCPSite(server, "127.0.0.1", 0).start()
            platform.callback = f"http://127.0.0.1:{server.addresses[0][1]}/wechat"
            channel.callback.slots = Hasty()
            yield platform
        finally:
            await channel.close()
            await server.cleanup()


async def storm(count: int, *, plain: bool, seed: int, caplog) -> dict[int, int]:
    chance, seen = random.Random(seed), {}
    async with door(plain=plain) as platform:
        who = platform.follower("oLi")
        for number in range(count):
            query, body, signed = delivery(chance, platform, who)
            told = await platform.post(query, body)
            seen[told.status] = seen.get(told.status, 0) + 1
            where = f"seed {seed}, number {number}: {told.status} {query} {body[:300]!r}"
            assert told.status == 200 or told.status in REFUSED, where
            assert told.raw == ("success" if told.status == 200 else ""), where
            assert signed or told.status != 200, where
    assert [record for record in caplog.records if record.exc_info] == []
    return seen


@pytest.mark.parametrize("plain", [False, True])
async def test_mutations(caplog, plain):
    seen = await storm(2000, plain=plain, seed=20261122, caplog=caplog)
    assert seen[200] > 300
    assert seen[400] + seen[403] > 300


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
async def test_many_mutations(caplog, seed):
    await storm(10_000, plain=seed % 2 == 1, seed=seed, caplog=caplog)


@pytest.fixture
async def house(tmp_path):
    async with shop(tmp_path, open_for=0.1) as running:
        yield running


async def refused(house, query, body, status=403, kind="text/xml"):
    told = await house.platform.post(query, body, kind=kind)
    assert (told.status, told.raw) == (status, "")
    assert house.got == []


async def test_forged_stale_and_plain_are_refused(house):
    li, now = house.platform.follower("oLi"), time.time()
    plain = li.xml(MsgType="text", Content="hi", MsgId=1)
    query, body = house.platform.seal.wrap(plain, at=now)
    await refused(house, query | {"msg_signature": "0" * 40}, body)
    await refused(house, query | {"signature": "0" * 40}, body)
    await refused(house, query | {"timestamp": str(int(now) + 1)}, body)
    await refused(house, house.platform.seal.sign(at=now), plain)
    await refused(house, {k: v for k, v in query.items() if k != "msg_signature"}, body)
    await refused(house, {}, body, 400)
    for at in (now - 600, now + 600):
        await refused(house, *house.platform.seal.wrap(plain, at=at))
    for name, value in (
        ("token", "another"),
        ("key", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"),
        ("app_id", "wx0"),
    ):
        real = getattr(house.platform, name)
        setattr(house.platform, name, value)
        sealed_by_another = house.platform.seal.wrap(plain, at=now)
        setattr(house.platform, name, real)
        await refused(house, *sealed_by_another)


async def test_garbled_bodies_are_refused(house):
    seal, now = house.platform.seal, time.time()
    bodies = [
        "",
        "x",
        "<xml>",
        "<xml></xml>",
        "<xml><MsgType>text</MsgType></xml>",
        "<a/>",
        "[]",
        "{}",
        "1",
        '{"MsgType":[]}',
    ]
    for body in bodies:
        await refused(house, *seal.wrap(body, at=now), 400)
    await refused(house, seal.sign(at=now), "", 400)
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><xml><MsgType>&b;</MsgType></xml>'
    )
    await refused(house, *seal.wrap(bomb, at=now), 400)
    await refused(house, seal.sign(at=now), b"<xml>" + b"x" * 70_000, 413)


async def test_a_body_that_does_not_come_is_given_up(house, monkeypatch):
    monkeypatch.setattr(callback, "BODY_WITHIN", 0.2)

    async def drip():
        yield b"<xml>"
        await asyncio.Event().wait()

    query = house.platform.seal.sign(at=time.time())
    async with house.platform._http.post(house.platform.callback, params=query, data=drip()) as response:
        assert response.status == 408


@pytest.mark.parametrize("packed", ["deflate", "gzip", "weird"])
async def test_a_body_that_cannot_be_unpacked_is_refused(house, caplog, packed):
    query = house.platform.seal.sign(at=time.time())
    headers = {"Content-Encoding": packed}
    async with house.platform._http.post(
        house.platform.callback, params=query, data=b"garbage" * 10, headers=headers
    ) as response:
        assert (response.status, await response.text()) == (400, "")
    assert [record for record in caplog.records if record.exc_info] == []


async def test_a_packed_bomb_is_stopped_at_the_cap(house):
    query = house.platform.seal.sign(at=time.time())
    bomb = zlib.compress(b"x" * 50_000_000)
    headers = {"Content-Encoding": "deflate"}
    async with house.platform._http.post(house.platform.callback, params=query, data=bomb, headers=headers) as response:
        assert response.status in (400, 413)


async def test_a_connection_that_ends_within_the_body_leaves_no_trace(house, caplog):
    host, _, port = house.platform.callback.removeprefix("http://").partition("/")[0].partition(":")
    query = urlencode(house.platform.seal.sign(at=time.time()))
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"POST /wechat?{query} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc".encode())
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.close()
    await asyncio.sleep(0.1)
    assert [record for record in caplog.records if record.exc_info] == []
