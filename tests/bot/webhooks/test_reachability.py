"""What the doctor says of the webhooks' addresses."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.settings import Settings
from bot.webhooks.reachability import examine

SECRET = {"order_webhook_secret": "tell-nobody"}


def look(url):
    return list(examine(Settings(order_webhook_url=url, **SECRET)))


@pytest.mark.parametrize(
    ("status", "good", "told"), [(200, True, "status 200"), (405, True, "status 405"), (501, True, "status 501"),
                                 (302, False, "leads elsewhere")],
)  # fmt: skip
async def test_whoever_answers_is_there_but_a_redirect_is_not_followed(status, good, told):
    asked = []

    async def answer(request):
        asked.append((request.method, await request.read()))
        return web.Response(status=status, headers={"Location": "/elsewhere"} if status == 302 else {})

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", answer)
    async with TestServer(app) as server:
        url = str(server.make_url("/hook/secret-path"))
        ((found, sentence),) = await asyncio.to_thread(look, url)
    assert (found, asked) == (good, [("HEAD", b"")])
    assert told in sentence
    assert sentence.startswith("ORDER_WEBHOOK_URL (127.0.0.1) ")
    assert "secret-path" not in sentence


def test_an_address_where_nobody_listens_is_a_fault():
    settings = Settings(alert_webhook_url="http://127.0.0.1:9/", **SECRET)
    ((good, sentence),) = examine(settings)
    assert not good
    assert sentence.startswith("ALERT_WEBHOOK_URL (127.0.0.1) does not answer")


def test_nothing_set_is_nothing_asked():
    assert list(examine(Settings(**SECRET))) == []
