from __future__ import annotations

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestClient, TestServer, unused_port

from bot.runtime import web


@pytest.mark.parametrize(("ok", "status"), [(True, 200), (False, 503)])
async def test_health_is_told_by_status_and_in_words(ok, status):
    app = web.make_app(health=lambda: {"ok": ok, "writer": ok})
    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/healthz")
        assert answer.status == status
        assert await answer.json() == {"ok": ok, "writer": ok}
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "Server" not in answer.headers


async def test_a_process_that_answers_is_alive_whatever_its_health():
    async def never():
        raise AssertionError

    app = web.make_app(health=lambda: {"ok": False}, probe=never)
    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/livez")
        assert (answer.status, await answer.json()) == (200, {"ok": True})
        assert (await client.post("/livez")).status == 405


async def test_doors_add_their_routes_and_nothing_else_answers():
    async def hello(_request):
        return web.web.Response(text="hello")

    app = web.make_app(health=lambda: {"ok": True}, doors=[lambda app: app.router.add_get("/door", hello)])
    async with TestClient(TestServer(app)) as client:
        assert await (await client.get("/door")).text() == "hello"
        assert (await client.get("/")).status == 404


async def test_it_listens_where_it_is_told_and_says_when_the_port_is_taken():
    port = unused_port()
    runner = await web.start(web.make_app(health=lambda: {"ok": True}), "127.0.0.1", port)
    try:
        async with ClientSession() as session, session.get(f"http://127.0.0.1:{port}/healthz") as answer:
            assert answer.status == 200
        with pytest.raises(OSError, match="in use"):
            await web.start(web.make_app(health=lambda: {"ok": True}), "127.0.0.1", port)
    finally:
        await runner.cleanup()
