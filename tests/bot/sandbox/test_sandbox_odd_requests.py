"""Requests that no browser sends: the page answers each with a refusal, and none with 500."""

from __future__ import annotations

import asyncio
import logging
from itertools import product

import pytest
from doubles.sandbox_house import sandbox_house

ODD = [
    b"%ff",
    b"%ed%a0%80",
    b"%00",
    b"%",
    b"\xff\xfe",
    b"%2e%2e%2f%2e%2e",
    b"a" * 4000,
    b"%F0%9F%8D%93",
    b"\xe8\x8d\x89",
]
PATHS = b"""GET /sandbox/media/%s
GET /sandbox/photos/%s
GET /sandbox/page/%s.js
GET /%s
GET /sandbox/state?%s
GET /sandbox/events?after=%s
POST /sandbox/chats/%s
POST /sandbox/chats/%s/files?id=abcdefgh1
POST /sandbox/chats/tian/files?id=abcdefgh1&name=%s
POST /sandbox/chats/tian/files?id=%s&sample=%s
POST /sandbox/desk/files?id=abcdefgh1&as=%s
POST /sandbox/people?%s""".splitlines()
ODDLY = b"""Accept-Language Content-Type Host Cookie Authorization X-Forwarded-For Origin Sec-Fetch-Site
Content-Encoding Transfer-Encoding Range If-None-Match If-Modified-Since Last-Event-ID""".split()
HEADERS = [
    *(name + b": \xff" for name in ODDLY),
    b"Last-Event-ID: " + b"9" * 5000,
    b"Last-Event-ID: \xd9\xa9\xd9\xa9",
    b"Content-Type: text/plain; charset=\xff",
    b"Cookie: \xff=\xff; claimdesk_sandbox",
    b"Authorization: Basic \xff",
    b"Content-Encoding: gzip",
    b"Expect: 100-continue",
    b"Upgrade: websocket",
]
ASKED = [b"GET /", b"GET /sandbox/state", b"POST /sandbox/chats/tian", b"POST /sandbox/login"]
ASKED += [b"GET /sandbox/page/page.js", b"GET /sandbox/events"]


async def ask(client, head, body=b"{}"):
    reader, writer = await asyncio.open_connection(client.server.host, client.server.port)
    length = b"" if b"Transfer-Encoding" in head else b"Content-Length: %d\r\n" % len(body)
    host = b"" if b"\r\nHost:" in head else b"Host: localhost\r\n"
    writer.write(head + b"\r\n" + host + length + b"Connection: close\r\n\r\n" + body)
    try:
        async with asyncio.timeout(30):
            line = await reader.readline()
            while line.split()[1:2] == [b"100"]:
                await reader.readline()
                line = await reader.readline()
    finally:
        writer.close()
    return int(line.split()[1]) if line else 0


@pytest.mark.parametrize("settings", [{}, {"wide": True, "password": "p"}])
async def test_odd_paths_are_refused(tmp_path, settings, caplog):
    async with sandbox_house(tmp_path, **settings) as (_, client):
        for path, odd in product(PATHS, ODD):
            status = await ask(client, path.replace(b"%s", odd) + b" HTTP/1.1")
            assert status < 500, (path, odd)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("settings", [{}, {"wide": True, "password": "p"}])
async def test_odd_headers_are_refused(tmp_path, settings, caplog):
    async with sandbox_house(tmp_path, **settings) as (_, client):
        for path, header in product(ASKED, HEADERS):
            if path.endswith(b"events") and b"Last-Event-ID" not in header:
                continue  # it would be open until the end
            assert await ask(client, path + b" HTTP/1.1\r\n" + header) < 500, (path, header)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
