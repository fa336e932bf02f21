"""Connections: capped, ended when they idle or dawdle, and none that works is ended for another."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession

from bot.runtime import connections, web
from bot.runtime.connections import KEEPER

GET = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
AGES = 6.0  # seconds that any wait of these tests may take on a busy machine


class Server:
    """A server with a door that answers, one that reads, one that holds on, and one that says much."""

    def __init__(self, most):
        self.hold, self.held = asyncio.Event(), 0
        self.app = web.make_app(health=lambda: {"ok": True}, doors=[self.doors])
        self.most = most

    def doors(self, app):
        app.router.add_post("/read", self.read)
        app.router.add_get("/hold", self.holding)
        app.router.add_get("/much", self.much)

    async def read(self, request):
        return web.web.Response(text=str(len(await request.read())))

    async def holding(self, _request):
        self.held += 1
        await self.hold.wait()
        return web.web.Response(text="held")

    async def much(self, request):
        response = web.web.StreamResponse()
        await response.prepare(request)
        for _ in range(2000):
            await response.write(b"x" * 65536)
        return response

    async def open(self, sent=b""):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writers.append(writer)
        writer.write(sent)
        await writer.drain()
        return reader, writer

    async def status(self):
        reader, _ = await self.open(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        async with asyncio.timeout(AGES):
            return int((await reader.readline()).split()[1])


@asynccontextmanager
async def serving(most=connections.MOST):
    server = Server(most)
    server.writers = []
    listening = await web.start(server.app, "127.0.0.1", 0)
    listening.keeper.most = most
    server.port, server.keeper = listening.addresses[0][1], listening.keeper
    try:
        yield server
    finally:
        server.hold.set()
        for writer in server.writers:
            writer.close()
        await listening.cleanup()
    assert len(server.keeper) == 0


async def ended(reader):
    """Wait until the other side hung up."""
    try:
        async with asyncio.timeout(AGES):
            while await reader.read(65536):
                pass
    except ConnectionError:
        pass


async def test_a_new_connection_takes_the_place_of_the_one_that_idles_longest():
    async with serving(most=5) as server:
        idle = [await server.open() for _ in range(5)]
        await until(lambda: len(server.keeper) == 5)
        assert await server.status() == 200
        await ended(idle[0][0])
        idle += [await server.open() for _ in range(40)]
        assert await server.status() == 200
        assert len(server.keeper) <= 5


async def test_who_was_served_before_outlasts_who_never_asked():
    async with serving(most=4) as server:
        kept_reader, kept = await server.open(GET)
        assert b"200" in await kept_reader.readline()
        for _ in range(20):
            await server.open()
        assert await server.status() == 200
        kept.write(GET)
        while b"200" not in (line := await kept_reader.readline()):
            assert line


async def test_who_is_at_work_is_never_ended_for_another():
    async with serving(most=3) as server:
        working = [await server.open(b"GET /hold HTTP/1.1\r\nHost: a\r\n\r\n") for _ in range(3)]
        await until(lambda: server.held == 3)
        late_reader, _ = await server.open(GET)
        await ended(late_reader)
        server.hold.set()
        for reader, _ in working:
            assert b"200" in await reader.readline()


@pytest.mark.parametrize("sent", [b"", b"GET /healthz HTTP/1.1\r\nHost: a\r\n", b"G", b"POST /read HTTP/1.1\r\nX: "])
async def test_who_never_ends_a_head_is_ended(monkeypatch, sent):
    monkeypatch.setattr(connections, "HEAD_WITHIN", 0.5)
    async with serving() as server:
        reader, writer = await server.open(sent)
        dripping = asyncio.create_task(drip(writer, b"a"))
        await ended(reader)
        dripping.cancel()


async def test_who_idles_after_an_answer_is_ended(monkeypatch):
    monkeypatch.setattr(connections, "IDLE", 0.5)
    async with serving() as server:
        reader, _ = await server.open(GET)
        assert b"200" in await reader.readline()
        await ended(reader)


async def test_a_body_that_drips_is_ended_and_one_that_comes_is_not(monkeypatch):
    monkeypatch.setattr(connections, "GRACE", 0.5)
    head = b"POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n"
    async with serving() as server:
        reader, writer = await server.open(head)
        dripping = asyncio.create_task(drip(writer, b"a"))
        await ended(reader)
        dripping.cancel()
        reader, writer = await server.open(head)
        for _ in range(9):
            writer.write(b"a" * 100_000)
            await writer.drain()
            await asyncio.sleep(0.25)  # slower than the grace, at a good pace
        assert b"200" in await reader.readline()


async def test_an_answer_that_nobody_reads_is_ended(monkeypatch):
    monkeypatch.setattr(connections, "UNREAD", 0.5)
    async with serving() as server:
        await server.open(b"GET /much HTTP/1.1\r\nHost: a\r\n\r\n")
        await until(lambda: len(server.keeper) == 1)
        await until(lambda: len(server.keeper) == 0)


async def test_a_slow_handler_is_no_slow_client(monkeypatch):
    monkeypatch.setattr(connections, "GRACE", 0.2)
    monkeypatch.setattr(connections, "HEAD_WITHIN", 0.2)
    async with serving() as server:
        reader, _ = await server.open(b"GET /hold HTTP/1.1\r\nHost: a\r\n\r\n")
        await asyncio.sleep(2.5)
        server.hold.set()
        assert b"200" in await reader.readline()


async def test_a_page_is_served_and_a_client_keeps_its_connection(tmp_path):
    async with serving() as server, ClientSession() as session:
        for _ in range(3):
            async with session.get(f"http://127.0.0.1:{server.port}/healthz") as answer:
                assert answer.status == 200
        assert len(server.keeper) == 1
        assert server.app[KEEPER] is server.keeper


async def drip(writer, byte):
    while True:
        writer.write(byte)
        await asyncio.sleep(0.1)


async def until(found):
    async with asyncio.timeout(AGES):
        while not found():  # noqa: ASYNC110  nothing rings when a connection comes or goes
            await asyncio.sleep(0.01)
