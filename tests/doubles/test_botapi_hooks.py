"""Webhook delivery of the Bot API double: secret, order, repetition until 200."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web
from doubles.botapi import BotApi
from doubles.botapi.asking import ask, refusal


class Listener:
    """A webhook that records what comes; `replies` are the next statuses, `pauses` seconds by text, used once."""

    def __init__(self):
        self.got, self.secrets, self.replies, self.pauses, self.body = [], [], [], {}, ""

    async def handle(self, request):
        update = await request.json()
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        reply = self.replies.pop(0) if self.replies else 200
        await asyncio.sleep(self.pauses.pop(update["message"]["text"], 0))
        self.got.append((update["message"]["text"], reply))
        return web.Response(status=reply, text=self.body, content_type="application/json")


@pytest.fixture
def api():
    with BotApi() as running:
        yield running


@pytest.fixture
async def listener():
    listening = Listener()
    app = web.Application()
    app.router.add_post("/hook", listening.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    listening.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield listening
    await runner.cleanup()


async def calling(function, *args, **params):
    return await asyncio.to_thread(function, *args, **params)


async def test_each_chat_in_order_with_the_secret_until_200(api, listener):
    bot, li, wang = api.bot(), api.user(1, "李婷"), api.user(2, "王姐")
    await calling(ask, api, bot, "setWebhook", url=listener.url, secret_token="s3-cret")
    listener.replies = [500, 503]
    li.text(bot, "一")
    li.text(bot, "二")
    await api.until(lambda: len(listener.got) == 4)
    assert listener.got == [("一", 500), ("一", 503), ("一", 200), ("二", 200)]
    assert set(listener.secrets) == {"s3-cret"}
    listener.pauses = {"慢": 0.3}
    li.text(bot, "慢")
    wang.text(bot, "快")
    await api.until(lambda: len(listener.got) == 5)
    li.text(bot, "慢二")
    await api.until(lambda: not bot.inbox.pending)
    assert [text for text, _ in listener.got[4:]] == ["快", "慢", "慢二"]
    info = (await calling(ask, api, bot, "getWebhookInfo"))["result"]
    assert info["last_error_message"] == "Wrong response from the webhook: 503 Service Unavailable"
    assert info["pending_update_count"] == 0


async def test_a_slow_listener_hears_the_update_again(api, listener):
    bot, li = api.bot(), api.user(1, "李婷")
    api.server.hooks.timeout = 0.2
    await calling(ask, api, bot, "setWebhook", url=listener.url)
    listener.pauses = {"一": 0.5}
    li.text(bot, "一")
    await api.until(lambda: not bot.inbox.pending)
    assert ("一", 200) in listener.got
    assert bot.webhook.last_error == "Read timeout expired"
    api.repeat(bot)
    await api.until(lambda: len(listener.secrets) == 3)


async def test_webhook_and_polling_exclude_each_other(api, listener):
    bot, li = api.bot(), api.user(1, "李婷")
    await calling(ask, api, bot, "setWebhook", url="http://127.0.0.1:9/closed")
    li.text(bot, "一")
    assert (await calling(refusal, api, bot, "getUpdates")).startswith("Conflict: can't use getUpdates")
    await api.until(lambda: bot.webhook.last_error == "Connection refused")
    await calling(ask, api, bot, "deleteWebhook")
    assert len((await calling(ask, api, bot, "getUpdates"))["result"]) == 1
    outside = await calling(refusal, api, bot, "setWebhook", url="http://shop.example/hook")
    assert "HTTPS" in outside
    assert "unallowed" in await calling(refusal, api, bot, "setWebhook", url=listener.url, secret_token="ä")


async def test_an_answer_may_be_a_call(api, listener):
    bot, li = api.bot(), api.user(1, "李婷")
    listener.body = '{"method": "sendMessage", "chat_id": 1, "text": "收到"}'
    await calling(ask, api, bot, "setWebhook", url=listener.url)
    li.text(bot, "一")
    await api.until(lambda: api.chat(bot, li).messages[1].text == "收到")
